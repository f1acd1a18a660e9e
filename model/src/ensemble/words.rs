//! Numbers of eight bytes in a file, with the checksum of all of them at its end. A block may take a good part of the memory: it
//! goes out and comes in piece by piece.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};

use crate::data::Checksum;

/// Numbers that are written or read at a time.
const PIECE: usize = 1 << 13;
const WORD_BYTES: usize = 8;
/// Largest dimension that is taken for one: products of three of them, and sums of such products, stay within a word.
const MOST_OF_DIMENSION: u64 = 1 << 20;
/// The same of what is only added to them.
const MOST_ADDED: u64 = 1 << 40;

/// A file that is being written.
pub(super) struct WordsOut {
    file: File,
    checksum: Checksum,
    buffer: Vec<u8>,
}

impl WordsOut {
    pub fn new(file: File) -> Self {
        Self { file, checksum: Checksum::default(), buffer: Vec::with_capacity(PIECE * WORD_BYTES) }
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.add(bytes);
        self.file.write_all(bytes)
    }

    /// Adds numbers, each as `to_bytes` makes its bytes.
    pub fn many<T: Copy>(&mut self, numbers: &[T], to_bytes: fn(T) -> [u8; WORD_BYTES]) -> io::Result<()> {
        for piece in numbers.chunks(PIECE) {
            self.buffer.resize(piece.len() * WORD_BYTES, 0);
            let words = self.buffer.as_chunks_mut::<WORD_BYTES>().0;
            words.iter_mut().zip(piece).for_each(|(word, &number)| *word = to_bytes(number));
            self.checksum.add(&self.buffer);
            self.file.write_all(&self.buffer)?;
        }
        Ok(())
    }

    /// Adds the checksum.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&self.checksum.value().to_le_bytes())
    }
}

/// A file that is being read.
pub(super) struct WordsIn {
    file: File,
    checksum: Checksum,
    /// Bytes before the checksum that are still to be read: no more is made room for than the file can hold.
    left: u64,
}

impl WordsIn {
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] if the file has no room for a checksum.
    pub fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let left = length.checked_sub(WORD_BYTES as u64).ok_or(ErrorKind::UnexpectedEof)?;
        Ok(Self { file, checksum: Checksum::default(), left })
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] if there are fewer, as of the other functions.
    pub fn bytes(&mut self, n: usize) -> io::Result<Vec<u8>> {
        self.left = self.left.checked_sub(n as u64).ok_or(ErrorKind::UnexpectedEof)?;
        let mut bytes = vec![0; n];
        self.file.read_exact(&mut bytes)?;
        self.checksum.add(&bytes);
        Ok(bytes)
    }

    pub fn one(&mut self) -> io::Result<u64> {
        Ok(self.many(1, u64::from_le_bytes)?[0])
    }

    /// A number of things that is multiplied with others. The checksum comes at the end, so that it may be damage.
    pub fn dimension(&mut self) -> io::Result<usize> {
        self.at_most(MOST_OF_DIMENSION)
    }

    /// A number of things.
    pub fn size(&mut self) -> io::Result<usize> {
        self.at_most(MOST_ADDED)
    }

    fn at_most(&mut self, most: u64) -> io::Result<usize> {
        let size = Some(self.one()?).filter(|size| *size <= most);
        size.and_then(|size| usize::try_from(size).ok()).ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    /// The next `n` numbers.
    pub fn many<T>(&mut self, n: usize, of_bytes: fn([u8; WORD_BYTES]) -> T) -> io::Result<Vec<T>> {
        let bytes = (n as u64).saturating_mul(WORD_BYTES as u64);
        self.left = self.left.checked_sub(bytes).ok_or(ErrorKind::UnexpectedEof)?;
        let mut numbers = Vec::with_capacity(n);
        let mut buffer = vec![0; n.min(PIECE) * WORD_BYTES];
        while numbers.len() < n {
            let piece = &mut buffer[..(n - numbers.len()).min(PIECE) * WORD_BYTES];
            self.file.read_exact(piece)?;
            self.checksum.add(piece);
            numbers.extend(piece.as_chunks::<WORD_BYTES>().0.iter().map(|&word| of_bytes(word)));
        }
        Ok(numbers)
    }

    /// True if nothing is left but the checksum of what was read.
    pub fn is_sound(&mut self) -> io::Result<bool> {
        let mut noted = [0; WORD_BYTES];
        self.file.read_exact(&mut noted)?;
        Ok(self.left == 0 && self.checksum.value().to_le_bytes() == noted)
    }
}
