//! Results of one year: every option and draw, kept until they are summarised.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use super::words::{WordsIn, WordsOut};
use crate::data::disk;

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
    /// reference option.
    #[must_use]
    pub fn n_values(&self) -> usize {
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
    /// The values of each row, `[row][value]`. Each is in a piece of memory of its own, since all of them take most of what a run
    /// has.
    pub values: Vec<Vec<f64>>,
    /// What each row leaves to the next year, `[row][number]`; the next year has it in common with this block, and gives it
    /// back draw by draw. Empty where nothing is left, or in a piece without it.
    pub carried: Vec<Arc<[f64]>>,
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
    #[error("{path}: {source}. {}", disk::remedy(source))]
    Io {
        /// File.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// The file is not a block, or not complete.
    #[error("{path}: not a whole block of results ({why}). Remove the folder and run this part again.")]
    Damaged {
        /// File.
        path: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The file is a block of another run, year or part.
    #[error(
        "{path}: the block of another {what}: found {found}, expected {expected}. Put the block of this run back, or remove the folder and run this part again."
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
/// SHA-256 in hexadecimal.
const FINGERPRINT_BYTES: usize = 64;

impl YearBlock {
    /// Values of one draw and option.
    #[must_use]
    pub fn of(&self, draw: usize, option: usize) -> &[f64] {
        &self.values[self.rows[draw * self.layout.n_options + option] as usize]
    }

    /// Writes the block of the run `fingerprint`; the file appears whole or not at all.
    ///
    /// # Errors
    /// [`BlockError::Io`].
    pub fn write(&self, path: &Path, fingerprint: &str) -> Result<(), BlockError> {
        let partial = path.with_extension("partial");
        let written = File::create(&partial).and_then(|file| self.write_words(file, fingerprint));
        written
            .and_then(|()| std::fs::rename(&partial, path))
            .map_err(|source| BlockError::Io { path: path.display().to_string(), source })
    }

    fn write_words(&self, file: File, fingerprint: &str) -> io::Result<()> {
        let l = &self.layout;
        let mut out = WordsOut::new(file);
        out.bytes(MAGIC)?;
        let padded = format!("{fingerprint:0>FINGERPRINT_BYTES$}");
        out.bytes(&padded.as_bytes()[..FINGERPRINT_BYTES])?;
        let sizes = [
            self.year as u64,
            l.n_options as u64,
            l.n as u64,
            l.s as u64,
            l.n_measures as u64,
            l.n_sector_measures as u64,
            l.n_groups as u64,
            u64::from(l.has_own),
            l.n_carried as u64,
            self.draws.len() as u64,
            self.values.len() as u64,
        ];
        out.many(&sizes, u64::to_le_bytes)?;
        out.many(&self.draws, u64::to_le_bytes)?;
        out.many(&self.rows, |row| u64::from(row).to_le_bytes())?;
        for (at, values) in self.values.iter().enumerate() {
            out.many(values, f64::to_le_bytes)?;
            if l.n_carried > 0 {
                out.many(&self.carried[at], f64::to_le_bytes)?;
            }
        }
        out.many(&self.base_imports_musd, f64::to_le_bytes)?;
        out.many(&self.base_worker_shares, f64::to_le_bytes)?;
        out.finish()
    }

    /// Reads a block back.
    ///
    /// # Errors
    /// [`BlockError`] if the file cannot be read, is not whole, or is not the block that `key` asks for.
    pub fn read(path: &Path, key: &BlockKey<'_>) -> Result<Self, BlockError> {
        let name = path.display().to_string();
        let damaged = |why| BlockError::Damaged { path: name.clone(), why };
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::UnexpectedEof => damaged("too short"),
            _ => BlockError::Io { path: name.clone(), source },
        };
        let mut words = File::open(path).and_then(WordsIn::new).map_err(failed)?;
        if words.bytes(MAGIC.len()).map_err(failed)? != MAGIC {
            return Err(damaged("first bytes"));
        }
        let fingerprint = words.bytes(FINGERPRINT_BYTES).map_err(failed)?;
        let fingerprint = String::from_utf8_lossy(&fingerprint).into_owned();
        let block = Self::from_words(&mut words).map_err(failed)?;
        if !words.is_sound().map_err(failed)? {
            return Err(damaged("checksum"));
        }
        let block = block.ok_or_else(|| damaged("a row that it lacks"))?;
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

    /// What stands behind the fingerprint; `None` if an option has a row that is not there.
    fn from_words(words: &mut WordsIn) -> io::Result<Option<Self>> {
        let year = words.one()? as i16;
        let layout = Layout {
            n_options: words.dimension()?,
            n: words.dimension()?,
            s: words.dimension()?,
            n_measures: words.dimension()?,
            n_sector_measures: words.dimension()?,
            n_groups: words.dimension()?,
            has_own: words.one()? != 0,
            n_carried: words.size()?,
        };
        let (n_draws, n_rows) = (words.size()?, words.size()?);
        let draws = words.many(n_draws, u64::from_le_bytes)?;
        let numbers = words.many(n_draws.saturating_mul(layout.n_options), u64::from_le_bytes)?;
        let row = |&number: &u64| u32::try_from(number).ok().filter(|_| number < n_rows as u64);
        let rows = numbers.iter().map(row).collect::<Option<Vec<_>>>();
        let (mut values, mut carried) = (Vec::new(), Vec::new());
        for _ in 0..n_rows {
            values.push(words.many(layout.n_values(), f64::from_le_bytes)?);
            if layout.n_carried > 0 {
                carried.push(words.many(layout.n_carried, f64::from_le_bytes)?.into());
            }
        }
        let base_imports_musd = words.many(layout.n_bilateral(), f64::from_le_bytes)?;
        let base_worker_shares = words.many(layout.n * layout.s, f64::from_le_bytes)?;
        Ok(rows.map(|rows| Self {
            year,
            layout,
            draws,
            rows,
            values,
            carried,
            base_imports_musd,
            base_worker_shares,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{BlockError, BlockKey, Layout, YearBlock};

    fn block(draws: &[u64]) -> YearBlock {
        let layout = Layout {
            n_options: 2,
            n: 1,
            s: 1,
            n_measures: 1,
            n_sector_measures: 2,
            n_groups: 1,
            has_own: false,
            n_carried: 1,
        };
        let row =
            |d: u64, option: u32| (4 * option..4 * option + 4).map(move |v| d as f64 * 10.0 + f64::from(v));
        let values = draws.iter().flat_map(|&d| [0, 1].map(|option| row(d, option).collect())).collect();
        YearBlock {
            year: 2030,
            layout,
            draws: draws.to_vec(),
            rows: (0..2 * draws.len() as u32).collect(),
            values,
            carried: draws.iter().flat_map(|&d| [d as f64, 0.5].map(|left| Arc::from([left]))).collect(),
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
        let whole = std::fs::read(&path).unwrap();
        let any = BlockKey { layout: None, draws: None, ..key };
        // Whatever byte is damaged, sizes among them, and wherever the file is cut.
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x80;
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(YearBlock::read(&path, &any), Err(BlockError::Damaged { .. })), "byte {at}");
            std::fs::write(&path, &whole[..at]).unwrap();
            assert!(matches!(YearBlock::read(&path, &any), Err(BlockError::Damaged { .. })), "cut at {at}");
        }
        let mut bytes = whole;
        bytes[20] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        says(key, "checksum");
    }
}
