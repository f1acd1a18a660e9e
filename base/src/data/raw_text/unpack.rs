//! From a path to the bytes of one table: plain, gzip, or the only table of a zip archive.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::CrcReader;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::limits::{RawError, ReadOptions, raw_error};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;
/// First bytes of packed and foreign files, and what they are called.
const FOREIGN: [(&[u8], &str); 6] = [
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\0", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0", "a workbook of a spreadsheet program"),
    (b"PAR1", "a Parquet file"),
];
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZIP: &[u8] = b"PK\x03\x04";

/// What a table may be stored in.
trait Stored: Read + Seek {}
impl<T: Read + Seek> Stored for T {}

/// The unpacked bytes of a table.
pub(super) type Unpacked = Box<dyn Read>;

/// Archive and entry of a path such as `tables.zip/trade.csv`; no entry where the path is a file.
pub(super) fn split_archive(path: &Path) -> (PathBuf, Option<String>) {
    let is_archive = |path: &Path| path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("zip"));
    let archive = path.ancestors().skip(1).find(|above| is_archive(above) && above.is_file());
    match archive.and_then(|archive| Some((archive, path.strip_prefix(archive).ok()?))) {
        Some((archive, entry)) => (archive.to_owned(), Some(entry.to_string_lossy().into_owned())),
        None => (path.to_owned(), None),
    }
}

/// Opens a regular file; whatever else has the name (a pipe, a device, a folder) is refused unread.
pub(super) fn open_regular(path: &Path) -> Result<File, RawError> {
    let failed = |error: io::Error| {
        RawError::new(error.to_string(), "a readable file", "Check the path and its permissions.")
    };
    let found = fs::metadata(path).map_err(failed)?;
    if !found.is_file() {
        let kind = if found.is_dir() { "a folder" } else { "a pipe or device" };
        let remedy = "Name a file on disk; write what a pipe gives to a file first.";
        return Err(RawError::new(kind, "a regular file", remedy));
    }
    File::open(path).map_err(failed)
}

/// The bytes of the table at `path`.
pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<Unpacked, RawError> {
    let (file, entry) = split_archive(path);
    unpack(Box::new(open_regular(&file)?), entry.as_deref(), options)
}

/// The bytes of a table in memory.
pub(super) fn open_bytes(bytes: Vec<u8>, options: &ReadOptions) -> Result<Unpacked, RawError> {
    unpack(Box::new(Cursor::new(bytes)), None, options)
}

fn unpack(
    mut stored: Box<dyn Stored>,
    entry: Option<&str>,
    options: &ReadOptions,
) -> Result<Unpacked, RawError> {
    let failed = |error: io::Error| RawError::new(error.to_string(), "a readable file", "Check the disk.");
    let mut magic = [0; 8];
    let mut n = 0;
    while n < magic.len() {
        match stored.read(&mut magic[n..]).map_err(failed)? {
            0 => break,
            read => n += read,
        }
    }
    let magic = &magic[..n];
    if let Some((_, what)) = FOREIGN.iter().find(|(first, _)| magic.starts_with(first)) {
        let expected = "comma-separated values, plain, .gz or .zip";
        return Err(RawError::new(*what, expected, "Unpack it, or save the table as CSV."));
    }
    let size = stored.seek(SeekFrom::End(0)).map_err(failed)?;
    if magic.starts_with(GZIP) {
        check_gzip(&mut stored, size, options)?;
        stored.rewind().map_err(failed)?;
        return Ok(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, stored))));
    }
    if magic.starts_with(ZIP) {
        return zip_entry(stored, entry, options);
    }
    options.allow(size, "of text")?;
    stored.rewind().map_err(failed)?;
    Ok(Box::new(stored))
}

/// Refuses a gzip file that is too large unpacked, before memory is taken.
///
/// The last four bytes say how long the last member is. As they may be anything in a file that was cut short, a size
/// that is not allowed is looked at by unpacking to nowhere.
fn check_gzip(stored: &mut Box<dyn Stored>, size: u64, options: &ReadOptions) -> Result<(), RawError> {
    let mut tail = [0; 4];
    if size < 18 || stored.seek(SeekFrom::End(-4)).is_err() || stored.read_exact(&mut tail).is_err() {
        return Ok(());
    }
    let stated = u64::from(u32::from_le_bytes(tail));
    let Err(refused) = options.allow(stated, "unpacked") else { return Ok(()) };
    stored.rewind().map_err(raw_error)?;
    let mut unpacked = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, stored));
    let mut bytes = 0;
    let mut block = vec![0; BUFFER];
    while options.allow(bytes, "unpacked").is_ok() {
        match unpacked.read(&mut block).map_err(raw_error)? {
            0 => return Ok(()),
            n => bytes += n as u64,
        }
    }
    if stated >= bytes { Err(refused) } else { options.allow(bytes, "unpacked") }
}

/// True for the names of tables.
pub(super) fn is_table(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".csv", ".tsv", ".tab", ".txt"].iter().any(|ending| name.ends_with(ending))
        && !name.contains("__macosx")
        && !name.rsplit('/').next().is_some_and(|file| file.starts_with('.') || file.starts_with("readme"))
}

/// Names of the tables of an archive.
pub(super) fn archive_tables(path: &Path) -> Result<Vec<String>, RawError> {
    let mut archive = ZipArchive::new(BufReader::new(open_regular(path)?)).map_err(damaged_zip)?;
    Ok(tables(&mut archive)?.into_iter().map(|(_, name)| name).collect())
}

fn damaged_zip(error: zip::result::ZipError) -> RawError {
    RawError::new(
        format!("zip archive: {error}"),
        "a complete zip archive",
        "Fetch it again, or unpack it yourself.",
    )
}

fn tables<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Vec<(usize, String)>, RawError> {
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at).map_err(damaged_zip)?;
        let name = file.name().map_err(damaged_zip)?.into_owned();
        if name.starts_with("xl/") || name == "mimetype" {
            let what = "a workbook of a spreadsheet program";
            return Err(RawError::new(what, "comma-separated values", "Save the sheet as CSV."));
        }
        if file.is_file() && is_table(&name) {
            found.push((at, name));
        }
    }
    Ok(found)
}

fn zip_entry(
    stored: Box<dyn Stored>,
    wanted: Option<&str>,
    options: &ReadOptions,
) -> Result<Unpacked, RawError> {
    let mut archive = ZipArchive::new(BufReader::with_capacity(BUFFER, stored)).map_err(damaged_zip)?;
    let mut found = tables(&mut archive)?;
    if let Some(wanted) = wanted {
        found.retain(|(_, name)| name == wanted);
    }
    let [(at, name)] = found.as_slice() else {
        let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        let what = if names.is_empty() { "no table".to_owned() } else { names.join(", ") };
        let remedy = "Unpack the archive and name one table (or write ARCHIVE.zip/TABLE.csv).";
        return Err(RawError::new(what, "a zip archive with one table", remedy));
    };
    let file = archive.by_index_raw(*at).map_err(damaged_zip)?;
    let method = file.compression();
    if file.encrypted() || ![CompressionMethod::Stored, CompressionMethod::DEFLATE].contains(&method) {
        let what = if file.encrypted() { "encrypted".to_owned() } else { format!("packed by {method}") };
        let expected = "an entry that is stored or deflated";
        return Err(RawError::new(format!("{name}: {what}"), expected, "Unpack the archive yourself."));
    }
    options.allow(file.size(), "unpacked")?;
    let start = file
        .data_start()
        .ok_or_else(|| RawError::new("no data", "a complete zip archive", "Fetch it again."))?;
    let (packed, crc, size) = (file.compressed_size(), file.crc32(), file.size());
    drop(file);
    let mut stored = archive.into_inner();
    stored
        .seek(SeekFrom::Start(start))
        .map_err(|error| RawError::new(error.to_string(), "a complete zip archive", "Fetch it again."))?;
    let packed = stored.take(packed);
    let inner: Box<dyn Read> = match method {
        CompressionMethod::Stored => Box::new(packed),
        _ => Box::new(DeflateDecoder::new(packed)),
    };
    // A gzip file inside the archive is unpacked too.
    let checked = Box::new(Checked { inner: CrcReader::new(inner), crc, size });
    if name.to_ascii_lowercase().ends_with(".gz") {
        return Ok(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, checked))));
    }
    Ok(checked)
}

/// An entry whose length and sum are compared with those of the archive at its end.
struct Checked {
    inner: CrcReader<Box<dyn Read>>,
    crc: u32,
    size: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let crc = self.inner.crc();
        if n == 0 && !buffer.is_empty() && (crc.sum() != self.crc || crc.amount() != self.size as u32) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the entry does not match its checksum"));
        }
        Ok(n)
    }
}
