//! The tables of a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::limits::RawError;
use super::unpack;
use crate::error::Fault;

/// The tables of a folder, sorted: `.csv`, `.tsv`, `.tab` and `.txt` in any case, packed with gzip or not, and those
/// inside zip archives as `ARCHIVE.zip/TABLE.csv`. Hidden files and readme files are none.
///
/// # Errors
/// A [`Fault`] if the folder cannot be read or an archive is damaged.
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
