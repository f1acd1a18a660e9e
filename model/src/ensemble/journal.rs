//! Draws of a year that is not finished: each is written as soon as it is solved, so that a run that is killed loses only
//! the draws that it was at.
//!
//! A file `YEAR.draws` begins with what it belongs to; then come records of a draw each, with a checksum. A record that was
//! being written when the run ended is cut off. Not forced to the disk: what a dying machine loses is solved again.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::block::{BlockError, BlockKey, Layout};
use crate::data::{checksum, sha256};

/// The results of one draw: its rows, and the row of each option.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DrawRows {
    /// Row of each option.
    pub(super) rows: Vec<u32>,
    /// `[row][value]`.
    pub(super) values: Vec<Vec<f64>>,
    /// What each row leaves to the next year.
    pub(super) carried: Vec<Arc<[f64]>>,
}

/// Keeps the draws of a year while it is solved, for any thread. `()` keeps none.
pub trait Journal: Sync {
    /// The draw at this position of the part, where an earlier command solved it; it is given once.
    fn taken(&self, at: usize) -> Option<DrawRows>;

    /// Notes the draw at this position.
    ///
    /// # Errors
    /// [`BlockError`] if it cannot be written.
    fn note(&self, at: usize, draw: &DrawRows) -> Result<(), BlockError>;
}

impl Journal for () {
    fn taken(&self, _: usize) -> Option<DrawRows> {
        None
    }

    fn note(&self, _: usize, _: &DrawRows) -> Result<(), BlockError> {
        Ok(())
    }
}

/// A journal in a file.
pub(super) struct FileJournal {
    path: PathBuf,
    file: Mutex<File>,
    taken: Mutex<HashMap<usize, DrawRows>>,
}

const MAGIC: &[u8; 8] = b"TPDRAWS4";
const CHECKSUM_BYTES: usize = 8;
/// Numbers before the rows and values of a record: position, options, rows, values of a row, numbers that a row leaves.
const SIZES: usize = 5;

/// File of the draws of a year.
pub(super) fn journal_path(folder: &Path, year: i16) -> PathBuf {
    folder.join(format!("{year}.draws"))
}

impl FileJournal {
    /// The journal of the block that `key` asks for. Draws that are there already are taken where the run `resumes`.
    pub fn open(folder: &Path, key: &BlockKey<'_>, resumes: bool) -> Result<Self, BlockError> {
        let path = journal_path(folder, key.year);
        let io = |source| BlockError::Io { path: path.display().to_string(), source };
        let head = head(key);
        let found = if resumes { fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let (taken, sound) = match found.strip_prefix(head.as_slice()) {
            Some(records) => read(records, key),
            None => (HashMap::new(), 0),
        };
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io)?;
        if taken.is_empty() {
            file.set_len(0).and_then(|()| file.write_all(&head)).map_err(io)?;
        } else {
            let end = (head.len() + sound) as u64;
            file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end))).map_err(io)?;
        }
        Ok(Self { path, file: Mutex::new(file), taken: Mutex::new(taken) })
    }
}

impl Journal for FileJournal {
    fn taken(&self, at: usize) -> Option<DrawRows> {
        self.taken.lock().ok()?.remove(&at)
    }

    fn note(&self, at: usize, draw: &DrawRows) -> Result<(), BlockError> {
        let record = record(at, draw);
        let io = |source| BlockError::Io { path: self.path.display().to_string(), source };
        // A thread that failed while it wrote left a record that is cut off when it is read.
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(&record).map_err(io)
    }
}

/// What a journal belongs to: version of the layout, run, year, shape and draws.
fn head(key: &BlockKey<'_>) -> Vec<u8> {
    let owner = format!("{} {} {:?} {:?}", key.fingerprint, key.year, key.layout, key.draws);
    [MAGIC.as_slice(), sha256(owner.as_bytes()).as_bytes()].concat()
}

fn record(at: usize, DrawRows { rows, values, carried }: &DrawRows) -> Vec<u8> {
    let (n_values, n_carried) =
        (values.first().map_or(0, Vec::len), carried.first().map_or(0, |row| row.len()));
    let sizes = [at, rows.len(), values.len(), n_values, n_carried].map(|n| n as u64);
    let numbers = sizes.into_iter().chain(rows.iter().map(|&row| u64::from(row)));
    let n_words = SIZES + rows.len() + values.len() * (n_values + n_carried);
    let mut bytes = Vec::with_capacity(8 * n_words + CHECKSUM_BYTES);
    numbers.for_each(|number| bytes.extend(number.to_le_bytes()));
    let numbers = values.iter().flatten().chain(carried.iter().flat_map(|row| row.iter()));
    numbers.for_each(|number| bytes.extend(number.to_le_bytes()));
    bytes.extend(checksum(&bytes).to_le_bytes());
    bytes
}

/// The sound records at the beginning of `bytes` by position, and how many bytes they take.
fn read(bytes: &[u8], key: &BlockKey<'_>) -> (HashMap<usize, DrawRows>, usize) {
    let (mut found, mut at) = (HashMap::new(), 0);
    while let Some((position, draw, length)) = read_one(&bytes[at..]) {
        // Where a year leaves something, each row does.
        let n_carried = |layout: Layout| if layout.n_carried > 0 { draw.values.len() } else { 0 };
        let is_sound = key.draws.is_none_or(|draws| position < draws.len())
            && key.layout.is_none_or(|layout| {
                draw.rows.len() == layout.n_options
                    && draw.values.iter().all(|row| row.len() == layout.n_values())
                    && draw.carried.len() == n_carried(layout)
                    && draw.carried.iter().all(|row| row.len() == layout.n_carried)
                    && draw.rows.iter().all(|row| (*row as usize) < draw.values.len())
            });
        if !is_sound {
            break;
        }
        found.insert(position, draw);
        at += length;
    }
    (found, at)
}

/// The first record of `bytes`, with its position and length; `None` if it is not whole.
fn read_one(bytes: &[u8]) -> Option<(usize, DrawRows, usize)> {
    let words = bytes.as_chunks::<8>().0;
    let number = |at: usize| usize::try_from(u64::from_le_bytes(*words.get(at)?)).ok();
    let (position, n_options) = (number(0)?, number(1)?);
    let (n_rows, n_values, n_carried) = (number(2)?, number(3)?, number(4)?);
    let values_at = SIZES.checked_add(n_options)?;
    let carried_at = values_at.checked_add(n_rows.checked_mul(n_values)?)?;
    let n = carried_at.checked_add(n_rows.checked_mul(n_carried)?)?;
    let body = bytes.get(..n.checked_mul(8)?)?;
    let noted = bytes.get(body.len()..body.len() + CHECKSUM_BYTES)?;
    if checksum(body).to_le_bytes() != *noted {
        return None;
    }
    let row = |at| u32::try_from(number(SIZES + at)?).ok();
    let rows = (0..n_options).map(row).collect::<Option<Vec<_>>>()?;
    // Without numbers there is no row to make.
    let rows_of = |at: std::ops::Range<usize>, n_numbers: usize| {
        let rows = words[at].chunks(n_numbers.max(1));
        rows.map(|row| row.iter().map(|word| f64::from_le_bytes(*word)).collect::<Vec<_>>())
    };
    let values = rows_of(values_at..carried_at, n_values).collect();
    let carried = rows_of(carried_at..n, n_carried).map(Arc::from).collect();
    Some((position, DrawRows { rows, values, carried }, body.len() + CHECKSUM_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(value: f64) -> DrawRows {
        let carried = vec![[value, 1.0].into(), [value, 2.0].into()];
        DrawRows { rows: vec![0, 1, 0], values: vec![vec![value], vec![-value]], carried }
    }

    #[test]
    fn a_draw_that_was_being_written_is_cut_off_and_the_others_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let key = BlockKey { fingerprint: "abc", year: 2030, layout: None, draws: Some(&[4, 7, 9]) };
        let open = |key: &BlockKey<'_>, resumes| FileJournal::open(folder.path(), key, resumes).unwrap();
        let journal = open(&key, true);
        assert_eq!(journal.taken(0), None);
        journal.note(2, &draw(3.5)).unwrap();
        journal.note(0, &draw(0.25)).unwrap();
        let path = journal_path(folder.path(), 2030);
        let whole = fs::read(&path).unwrap();
        for cut in 0..record(0, &draw(0.25)).len() - 1 {
            fs::write(&path, &whole[..whole.len() - 1 - cut]).unwrap();
            let journal = open(&key, true);
            assert_eq!((journal.taken(0), journal.taken(2), journal.taken(2)), (None, Some(draw(3.5)), None));
            // What follows stands behind what was sound.
            journal.note(1, &draw(7.0)).unwrap();
            let again = open(&key, true);
            assert_eq!((again.taken(1), again.taken(2)), (Some(draw(7.0)), Some(draw(3.5))));
        }
        fs::write(&path, &whole).unwrap();
        let mut damaged = whole.clone();
        damaged[MAGIC.len() + 64 + 9] ^= 1;
        assert_eq!(open(&key, true).taken(0), Some(draw(0.25)));
        // Another run, year or part, and a run that does not resume, begin anew.
        for (other, resumes) in [
            (BlockKey { fingerprint: "abd", ..key }, true),
            (BlockKey { draws: Some(&[4, 7]), ..key }, true),
            (key, false),
        ] {
            fs::write(&path, &whole).unwrap();
            assert_eq!(open(&other, resumes).taken(2), None);
        }
        fs::write(&path, damaged).unwrap();
        assert_eq!(open(&key, true).taken(2), None);
    }
}
