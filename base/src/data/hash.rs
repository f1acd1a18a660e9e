//! SHA-256 in hexadecimal, of bytes and of files, and a quick checksum.

use std::fs::File;
use std::hash::Hasher;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};
use twox_hash::{XxHash3_64, XxHash3_128};

const BUFFER_BYTES: usize = 1 << 16;

/// SHA-256 of bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Checksum of what this program wrote for itself, piece by piece: tells damage, but not forgery as SHA-256 does, in a tenth of
/// the time (XXH3, 64 bits).
#[derive(Default)]
pub struct Checksum(XxHash3_64);

impl Checksum {
    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    /// That of all bytes so far.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.finish()
    }
}

/// [`Checksum`] of bytes that are together.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// 128 bits that tell bytes from others which this program made (XXH3): among 2^40 of them two meet by chance once in 2^49
/// runs.
#[must_use]
pub fn checksum_128(bytes: &[u8]) -> u128 {
    XxHash3_128::oneshot(bytes)
}

/// SHA-256 of a file, read piece by piece.
///
/// # Errors
/// If the file cannot be read.
pub fn sha256_file(path: &Path) -> io::Result<String> {
    sha256_read(File::open(path)?)
}

/// SHA-256 of all that `source` still holds, read piece by piece.
///
/// # Errors
/// If the source cannot be read.
pub(super) fn sha256_read(mut source: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
