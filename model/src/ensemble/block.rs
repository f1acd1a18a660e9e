//! Results of one year: every option and draw, kept until they are summarised.

use std::path::Path;

use crate::data::checksum;

/// Names and units of the sector measures of a block; the last only with workers by sector.
pub const SECTOR_MEASURES: [(&str, &str); 3] =
    [("output", "pct"), ("employment", "pct"), ("jobs", "persons")];
/// Position of workers in [`SECTOR_MEASURES`].
pub(super) const EMPLOYMENT: usize = 1;

/// Shape of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Options.
    pub n_options: usize,
    /// Countries.
    pub n: usize,
    /// Sectors.
    pub s: usize,
    /// Country measures.
    pub n_measures: usize,
    /// Sector measures.
    pub n_sector_measures: usize,
    /// Sector groups of bilateral trade; 0 where trade by partner is not kept in this year.
    pub n_groups: usize,
    /// True in the year of the summary, which also keeps whether the option is in force and its own effect.
    pub has_own: bool,
    /// Numbers that the year leaves to the next.
    pub n_carried: usize,
}

impl Layout {
    /// Values of one option and draw: `[measure,n]`, then `[n,j]` of output and of employment, then
    /// `[group,n,i]` imports; in the year of the summary also 1 or 0 (in force) and `[measure,n]` in the world of the
    /// reference option. What the year leaves to the next comes last.
    #[must_use]
    pub fn n_values(&self) -> usize {
        self.carried_at() + self.n_carried
    }

    /// Position of the first number that the year leaves to the next.
    #[must_use]
    pub fn carried_at(&self) -> usize {
        self.in_force_at() + self.n_own()
    }

    /// Position of the value that says whether the option is in force, before its own effect.
    #[must_use]
    pub fn in_force_at(&self) -> usize {
        self.bilateral_at() + self.n_bilateral()
    }

    fn n_own(&self) -> usize {
        if self.has_own { 1 + self.n_measures * self.n } else { 0 }
    }

    /// Position of the first value of sector measure `measure` (0 output, 1 employment, 2 jobs).
    #[must_use]
    pub fn sector_at(&self, measure: usize) -> usize {
        self.n_measures * self.n + measure * self.n * self.s
    }

    /// Position of the first bilateral value.
    #[must_use]
    pub fn bilateral_at(&self) -> usize {
        self.sector_at(self.n_sector_measures)
    }

    /// Bilateral values.
    #[must_use]
    pub fn n_bilateral(&self) -> usize {
        self.n_groups * self.n * self.n
    }
}

/// Results of one year.
#[derive(Debug, Clone, PartialEq)]
pub struct YearBlock {
    /// Calendar year.
    pub year: i16,
    /// Shape.
    pub layout: Layout,
    /// Numbers of the draws, rising.
    pub draws: Vec<u64>,
    /// Position of the values of each draw and option, `[draw, option]`: equal states of a draw have them in common.
    pub rows: Vec<u32>,
    /// `[row, value]`.
    pub values: Vec<f64>,
    /// Baseline imports at border prices, `[group,n,i]`, million USD of the base year.
    pub base_imports_musd: Vec<f64>,
    /// Shares of the sectors in the workers of a country in the baseline, `[n,j]`.
    pub base_worker_shares: Vec<f64>,
}

/// What a block must be to be taken.
#[derive(Debug, Clone, Copy)]
pub struct BlockKey<'a> {
    /// Fingerprint of its run.
    pub fingerprint: &'a str,
    /// Calendar year.
    pub year: i16,
    /// Shape; `None` if the parts of a run are compared among themselves.
    pub layout: Option<Layout>,
    /// Draws; `None` if the parts of a run are counted later.
    pub draws: Option<&'a [u64]>,
}

/// A block could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// File.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// The file is not a block, or not complete.
    #[error("{path}: not a whole block of results ({why}). Run this part again.")]
    Damaged {
        /// File.
        path: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The file is a block of another run, year or part.
    #[error(
        "{path}: the block of another {what}: found {found}, expected {expected}. Put the block of this run back, or run this part again."
    )]
    Foreign {
        /// File.
        path: String,
        /// What differs.
        what: &'static str,
        /// What the file says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// Blocks that do not belong together.
    #[error("year {year}: {why}. Join shards of one run only.")]
    Mixed {
        /// Year.
        year: i16,
        /// What differs.
        why: String,
    },
}

const MAGIC: &[u8; 8] = b"TPBLOCK6";
const CHECKSUM_BYTES: usize = 8;
/// SHA-256 in hexadecimal.
const FINGERPRINT_BYTES: usize = 64;

impl YearBlock {
    /// Values of one draw and option.
    #[must_use]
    pub fn of(&self, draw: usize, option: usize) -> &[f64] {
        let size = self.layout.n_values();
        let at = self.rows[draw * self.layout.n_options + option] as usize * size;
        &self.values[at..at + size]
    }

    /// Number of rows of values.
    pub(super) fn n_rows(&self) -> usize {
        self.values.len().checked_div(self.layout.n_values()).unwrap_or(0)
    }

    /// Writes the block of the run `fingerprint`; the file appears whole or not at all.
    ///
    /// # Errors
    /// [`BlockError::Io`].
    pub fn write(&self, path: &Path, fingerprint: &str) -> Result<(), BlockError> {
        let l = &self.layout;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(format!("{fingerprint:0>FINGERPRINT_BYTES$}").bytes().take(FINGERPRINT_BYTES));
        let header = [self.year as u64, l.n_options as u64, l.n as u64, l.s as u64];
        let rest = [
            l.n_measures as u64,
            l.n_sector_measures as u64,
            l.n_groups as u64,
            u64::from(l.has_own),
            l.n_carried as u64,
        ];
        let sizes = [self.draws.len() as u64, self.n_rows() as u64];
        let rows = self.rows.iter().map(|&row| u64::from(row));
        let numbers = header.into_iter().chain(rest).chain(sizes).chain(self.draws.iter().copied());
        bytes.reserve(8 * (self.values.len() + self.rows.len() + self.draws.len()));
        for number in numbers.chain(rows) {
            bytes.extend(number.to_le_bytes());
        }
        for values in [&self.values, &self.base_imports_musd, &self.base_worker_shares] {
            put_values(&mut bytes, values);
        }
        bytes.extend(checksum(&bytes).to_le_bytes());
        let io = |source| BlockError::Io { path: path.display().to_string(), source };
        let partial = path.with_extension("partial");
        std::fs::write(&partial, bytes).map_err(io)?;
        std::fs::rename(&partial, path).map_err(io)
    }

    /// Reads a block back.
    ///
    /// # Errors
    /// [`BlockError`] if the file cannot be read, is not whole, or is not the block that `key` asks for.
    pub fn read(path: &Path, key: &BlockKey<'_>) -> Result<Self, BlockError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| BlockError::Io { path: name.clone(), source })?;
        let damaged = |why| BlockError::Damaged { path: name.clone(), why };
        let body_end = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or_else(|| damaged("too short"))?;
        let (body, noted) = bytes.split_at(body_end);
        if checksum(body).to_le_bytes() != *noted {
            return Err(damaged("checksum"));
        }
        let rest = body.strip_prefix(MAGIC.as_slice()).ok_or_else(|| damaged("first bytes"))?;
        let (fingerprint, words) =
            rest.split_at_checked(FINGERPRINT_BYTES).ok_or_else(|| damaged("too short"))?;
        let block = Self::from_words(words).ok_or_else(|| damaged("too short"))?;
        let fingerprint = String::from_utf8_lossy(fingerprint).into_owned();
        let expect = |what, found: String, expected: String| {
            let path = name.clone();
            if found == expected { Ok(()) } else { Err(BlockError::Foreign { path, what, found, expected }) }
        };
        expect("run", fingerprint, format!("{:0>FINGERPRINT_BYTES$}", key.fingerprint))?;
        expect("year", block.year.to_string(), key.year.to_string())?;
        if let Some(layout) = key.layout {
            expect("shape", format!("{:?}", block.layout), format!("{layout:?}"))?;
        }
        if let Some(draws) = key.draws.filter(|draws| *draws != block.draws) {
            expect(
                "part",
                format!("{} draws", block.draws.len()),
                format!("the {} of this part", draws.len()),
            )?;
        }
        Ok(block)
    }

    /// What stands behind the fingerprint; `None` if it is too short for what its first words promise.
    fn from_words(bytes: &[u8]) -> Option<Self> {
        let mut words = Words(bytes);
        let year = words.one()? as i16;
        let layout = Layout {
            n_options: words.one()? as usize,
            n: words.one()? as usize,
            s: words.one()? as usize,
            n_measures: words.one()? as usize,
            n_sector_measures: words.one()? as usize,
            n_groups: words.one()? as usize,
            has_own: words.one()? != 0,
            n_carried: words.one()? as usize,
        };
        let (n_draws, n_rows) = (words.one()? as usize, words.one()?);
        let draws = words.many(n_draws, u64::from_le_bytes)?;
        let numbers = words.many(n_draws.checked_mul(layout.n_options)?, u64::from_le_bytes)?;
        let row = |&number: &u64| u32::try_from(number).ok().filter(|_| number < n_rows);
        let rows = numbers.iter().map(row).collect::<Option<Vec<_>>>()?;
        let values = words.many((n_rows as usize).checked_mul(layout.n_values())?, f64::from_le_bytes)?;
        let base_imports_musd = words.many(layout.n_bilateral(), f64::from_le_bytes)?;
        let base_worker_shares = words.many(layout.n * layout.s, f64::from_le_bytes)?;
        Some(Self { year, layout, draws, rows, values, base_imports_musd, base_worker_shares })
    }
}

/// Words of eight bytes that are still to be read.
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn one(&mut self) -> Option<u64> {
        let (word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*word))
    }

    /// The next `n` words; `None` if there are fewer.
    fn many<T>(&mut self, n: usize, of_bytes: fn([u8; 8]) -> T) -> Option<Vec<T>> {
        let (taken, rest) = self.0.split_at_checked(n.checked_mul(8)?)?;
        self.0 = rest;
        let (words, _) = taken.as_chunks::<8>();
        Some(words.iter().map(|&word| of_bytes(word)).collect())
    }
}

/// Adds numbers to `bytes`, in one go: there are many.
pub(super) fn put_values(bytes: &mut Vec<u8>, values: &[f64]) {
    let from = bytes.len();
    bytes.resize(from + size_of_val(values), 0);
    let words = bytes[from..].as_chunks_mut::<8>().0;
    words.iter_mut().zip(values).for_each(|(word, value)| *word = value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::{BlockKey, Layout, YearBlock};

    fn block(draws: &[u64]) -> YearBlock {
        let layout = Layout {
            n_options: 2,
            n: 1,
            s: 1,
            n_measures: 1,
            n_sector_measures: 2,
            n_groups: 1,
            has_own: false,
            n_carried: 0,
        };
        let values =
            draws.iter().flat_map(|&d| (0..8).map(move |v| d as f64 * 10.0 + f64::from(v))).collect();
        YearBlock {
            year: 2030,
            layout,
            draws: draws.to_vec(),
            rows: (0..2 * draws.len() as u32).collect(),
            values,
            base_imports_musd: vec![7.0],
            base_worker_shares: vec![1.0],
        }
    }

    #[test]
    fn a_block_comes_back_as_it_was_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2030.block");
        block(&[0, 3]).write(&path, "abc").unwrap();
        let key = BlockKey { fingerprint: "abc", year: 2030, layout: None, draws: Some(&[0, 3]) };
        assert_eq!(YearBlock::read(&path, &key).unwrap(), block(&[0, 3]));
        let says = |key: BlockKey<'_>, what: &str| {
            let message = YearBlock::read(&path, &key).unwrap_err().to_string();
            assert!(message.contains(what), "{message}");
        };
        says(BlockKey { fingerprint: "abd", ..key }, "another run");
        says(BlockKey { year: 2031, ..key }, "another year: found 2030, expected 2031");
        says(BlockKey { draws: Some(&[1, 3]), ..key }, "another part");
        says(BlockKey { layout: Some(Layout { n: 2, ..block(&[]).layout }), ..key }, "another shape");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        says(key, "checksum");
    }
}
