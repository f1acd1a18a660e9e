//! The tables of a folder, and text files of the program's own formats.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::limits::{Held, RawError, ReadOptions, raw_error};
use super::unpack;
use crate::error::Fault;

/// The tables of a folder, sorted: `.csv`, `.tsv`, `.tab` and `.txt` in any case, packed with gzip or not, and those
/// inside zip archives as `ARCHIVE.zip/TABLE.csv`. Hidden files and readme files are none.
///
/// # Errors
/// A [`Fault`] where the folder cannot be read or an archive is damaged.
pub fn tables_in(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let failed = |error: io::Error| {
        let error = RawError::new(error.to_string(), "a folder with tables", "Check the path.");
        error.fault(&folder.display().to_string())
    };
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if !path.is_file() {
            continue;
        }
        if name.to_ascii_lowercase().ends_with(".zip") {
            let inner = unpack::archive_tables(&path);
            let inner = inner.map_err(|error| error.fault(&path.display().to_string()))?;
            tables.extend(inner.into_iter().map(|name| path.join(name)));
        } else if unpack::is_table(name) {
            tables.push(path);
        }
    }
    tables.sort();
    Ok(tables)
}

/// Reads a text file of the program's own formats: a regular file, UTF-8; `None` where there is none.
///
/// # Errors
/// Where it is no regular file, larger than the memory allows, or not UTF-8, with the line of the first bad byte.
pub fn read_utf8(path: &Path) -> Result<Option<String>, RawError> {
    let size = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_or(0, |found| found.len()),
    };
    let mut file = unpack::open_regular(path)?;
    ReadOptions::new(Held::Cells).allow(size, "of text")?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(raw_error)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let bad = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..bad].iter().filter(|&&byte| byte == b'\n').count() as u64;
        RawError::new("bytes that are no UTF-8", "UTF-8 text", "Save the file as UTF-8.").at(line)
    })?;
    Ok(Some(text))
}
