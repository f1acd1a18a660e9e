//! From bytes to UTF-8 text, whole lines at a time.

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::RawError;

/// How the bytes of a file spell its characters.
pub(super) enum Encoding {
    /// UTF-8; lines that are not are read as Windows-1252.
    Utf8,
    /// UTF-16 of either order.
    Utf16(Box<Decoder>),
}

/// The encoding that the first bytes show, and how many of them only mark it.
pub(super) fn detect(first: &[u8]) -> Result<(Encoding, usize), RawError> {
    if first.starts_with(&[0xef, 0xbb, 0xbf]) {
        return Ok((Encoding::Utf8, 3));
    }
    if first.starts_with(&[0xff, 0xfe, 0, 0]) || first.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(RawError::new("UTF-32", "UTF-8 (or UTF-16)", "Save it as UTF-8."));
    }
    let utf16 = |little: bool| {
        let encoding = if little { UTF_16LE } else { UTF_16BE };
        Encoding::Utf16(Box::new(encoding.new_decoder_without_bom_handling()))
    };
    // Without a mark, every other byte of a header in Latin letters is zero.
    let zeros = |from: usize| first.len() >= 8 && first[from..8].iter().step_by(2).all(|&byte| byte == 0);
    let letters = |from: usize| first[from..8].iter().step_by(2).all(|&byte| byte != 0);
    Ok(match first {
        [0xff, 0xfe, ..] => (utf16(true), 2),
        [0xfe, 0xff, ..] => (utf16(false), 2),
        _ if zeros(1) && letters(0) => (utf16(true), 0),
        _ if zeros(0) && letters(1) => (utf16(false), 0),
        _ => (Encoding::Utf8, 0),
    })
}

impl Encoding {
    /// Appends `bytes` to `text`, as UTF-8 where they are UTF-16 and as they are otherwise.
    pub(super) fn append(&mut self, bytes: &[u8], is_last: bool, text: &mut Vec<u8>) -> Result<(), RawError> {
        let Self::Utf16(decoder) = self else {
            text.extend_from_slice(bytes);
            return Ok(());
        };
        let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        let most = most.expect("a chunk of a file is far shorter than memory");
        let start = text.len();
        text.resize(start + most, 0);
        let (result, _, n) = decoder.decode_to_utf8_without_replacement(bytes, &mut text[start..], is_last);
        text.truncate(start + n);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            _ => {
                Err(RawError::new("bytes that are no UTF-16", "a complete UTF-16 text", "Save it as UTF-8."))
            }
        }
    }
}

/// Lines that were not UTF-8.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Foreign {
    /// How many.
    pub(super) lines: u64,
    /// The first of them, 1 = header.
    pub(super) first: u64,
}

/// Makes UTF-8 of whole lines, the first of which has the number `line`.
///
/// A line that is not UTF-8 is read as Windows-1252, of which Latin-1 is a part; a zero byte is not text.
pub(super) fn to_utf8(lines: Vec<u8>, line: u64, foreign: &mut Foreign) -> Result<Vec<u8>, RawError> {
    if let Some(at) = lines.iter().position(|&byte| byte == 0) {
        let line = line + lines[..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
        let error = RawError::new("a zero byte", "text", "Save the table as CSV in UTF-8.");
        return Err(error.at(line));
    }
    if std::str::from_utf8(&lines).is_ok() {
        return Ok(lines);
    }
    let mut text = Vec::with_capacity(lines.len() + lines.len() / 8);
    for (at, one) in lines.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if std::str::from_utf8(one).is_ok() {
            text.extend_from_slice(one);
            continue;
        }
        text.extend_from_slice(WINDOWS_1252.decode_without_bom_handling(one).0.as_bytes());
        if foreign.lines == 0 {
            foreign.first = line + at as u64;
        }
        foreign.lines += 1;
    }
    Ok(text)
}
