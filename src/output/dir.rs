//! An output folder that appears whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What to do with a folder that exists and is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse it.
    Refuse,
    /// Replace it whole when the new one is complete.
    Replace,
}

/// The folder could not be used or written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder is in use.
    #[error("{}: the folder exists and is not empty. Name another with --out, or pass --overwrite to replace it.", .0.display())]
    NotEmpty(PathBuf),
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or folder concerned.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OutputError + use<> {
    let path = path.to_owned();
    |source| OutputError::Io { path, source }
}

/// Files are written to a neighbour folder that takes the final name on [`OutputDir::finish`].
#[derive(Debug)]
pub struct OutputDir {
    target: PathBuf,
    partial: PathBuf,
}

impl OutputDir {
    /// Refuses a folder in use without touching anything, so that long work need not begin.
    ///
    /// # Errors
    /// [`OutputError::NotEmpty`].
    pub fn check(target: &Path, existing: Existing) -> Result<(), OutputError> {
        let in_use = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some());
        if in_use && existing == Existing::Refuse {
            return Err(OutputError::NotEmpty(target.to_owned()));
        }
        Ok(())
    }

    /// Prepares to write `target`.
    ///
    /// # Errors
    /// [`OutputError`] where the folder is in use or the parent cannot be written.
    pub fn create(target: &Path, existing: Existing) -> Result<Self, OutputError> {
        Self::check(target, existing)?;
        let name =
            target.file_name().map_or_else(|| "out".into(), |name| name.to_string_lossy().into_owned());
        let partial = target.with_file_name(format!(".{name}.partial-{}", std::process::id()));
        fs::create_dir_all(&partial).map_err(at(&partial))?;
        Ok(Self { target: target.to_owned(), partial })
    }

    /// Folder to write into until [`OutputDir::finish`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Writes a table.
    ///
    /// # Errors
    /// [`OutputError`] where the file cannot be written.
    pub fn write_csv(&self, name: &str, header: &[&str], rows: &[Vec<String>]) -> Result<(), OutputError> {
        let path = self.partial.join(name);
        let write = || -> Result<(), csv::Error> {
            let mut writer = csv::Writer::from_path(&path)?;
            writer.write_record(header)?;
            for row in rows {
                writer.write_record(row)?;
            }
            Ok(writer.flush()?)
        };
        write().map_err(|error| at(&path)(io::Error::other(error)))
    }

    /// Writes a text file.
    ///
    /// # Errors
    /// [`OutputError`] where the file cannot be written.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), OutputError> {
        let path = self.partial.join(name);
        fs::write(&path, text).map_err(at(&path))
    }

    /// Gives the folder its name; what stood there before goes only now.
    ///
    /// # Errors
    /// [`OutputError`] where the old folder cannot be removed or the new one not renamed.
    pub fn finish(self) -> Result<PathBuf, OutputError> {
        if self.target.exists() {
            fs::remove_dir_all(&self.target).map_err(at(&self.target))?;
        }
        fs::rename(&self.partial, &self.target).map_err(at(&self.target))?;
        Ok(self.target.clone())
    }
}

impl Drop for OutputDir {
    fn drop(&mut self) {
        // After `finish` the folder is gone; a failure to clean up must not hide the first error.
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// A number as it stands in files: nine significant digits, no trailing zeros, no minus zero.
#[must_use]
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let digits = 8 - value.abs().log10().floor() as i32;
    let text = if (0..=17).contains(&digits) {
        format!("{value:.*}", digits as usize)
    } else if digits < 0 {
        format!("{value:.0}")
    } else {
        // Below 1e-9: noise of the solver in every unit used here.
        return "0".into();
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short_and_have_no_minus_zero() {
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(1e-12), "0");
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(-1_234.567_891_234), "-1234.56789");
        assert_eq!(number(1e10), "10000000000");
    }
}
