//! Mutations of bare bytes and of encodings.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Mutant;
use crate::dice::Dice;

/// Bytes that are no UTF-8, or end texts and lines.
const SPLINTERS: [&[u8]; 10] =
    [b"\xff", b"\xc3\x28", b"\0", b"\xe9", b"\xf0\x9f", b"\n", b"\r", b"\"", b"\x1a", b"\xed\xa0\x80"];

pub fn mutate(dice: &mut Dice, content: &[u8]) -> Mutant {
    if dice.chance(40) { encoding(dice, content) } else { bare(dice, content) }
}

fn bare(dice: &mut Dice, content: &[u8]) -> Mutant {
    let mut bytes = content.to_vec();
    let at = dice.below(bytes.len());
    let end = (at + 1 + dice.below(64)).min(bytes.len());
    let what = match dice.below(7) {
        0 if !bytes.is_empty() => {
            bytes[at] ^= 1 << dice.below(8);
            format!("bit of byte {at} turned")
        }
        1 if !bytes.is_empty() => {
            bytes[at] = dice.byte();
            format!("byte {at} replaced")
        }
        2 if !bytes.is_empty() => {
            bytes.drain(at..end);
            format!("bytes {at}..{end} removed")
        }
        3 if !bytes.is_empty() => {
            let copy = bytes[at..end].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, copy);
            format!("bytes {at}..{end} copied to {to}")
        }
        4 => {
            bytes.truncate(at);
            format!("cut after {at} bytes")
        }
        5 => {
            let bits: Vec<u8> = (0..1 + dice.below(16)).map(|_| dice.byte()).collect();
            bytes.splice(at..at, bits);
            format!("random bytes at {at}")
        }
        _ => {
            let splinter = *dice.pick(&SPLINTERS);
            bytes.splice(at..at, splinter.iter().copied());
            format!("{splinter:?} at byte {at}")
        }
    };
    Mutant::file(bytes, what)
}

fn encoding(dice: &mut Dice, content: &[u8]) -> Mutant {
    if dice.chance(4) {
        return Mutant::file(bomb().to_vec(), "3 GiB of zeros packed".to_owned());
    }
    let text = String::from_utf8_lossy(content).into_owned();
    let (bytes, what) = match dice.below(14) {
        0 => ([b"\xef\xbb\xbf", content].concat(), "byte order mark"),
        1 => (utf16(&text, u16::to_le_bytes), "UTF-16, little end"),
        2 => (utf16(&text, u16::to_be_bytes), "UTF-16, big end"),
        3 => (text.replace('\n', "\r\n").into_bytes(), "lines end in CR LF"),
        4 => (text.replace('\n', "\r").into_bytes(), "lines end in CR"),
        5 => (text.replace(',', ";").into_bytes(), "semicolons"),
        6 => (text.replace(',', "\t").into_bytes(), "tabs"),
        7 => (text.replace(',', ";").replace('.', ",").into_bytes(), "semicolons and decimal commas"),
        8 => (text.replacen('a', "\u{e9}", 1).chars().map(|c| c as u8).collect(), "Latin-1"),
        9 => (gzip(content), "packed with gzip"),
        10 => {
            let packed = gzip(content);
            (packed[..packed.len() / 2].to_vec(), "half of a gzip file")
        }
        11 => (Vec::new(), "empty"),
        12 => ([content, &b"\n".repeat(2000)].concat(), "2000 empty lines at the end"),
        _ => ([b"PK\x03\x04", content].concat(), "begins as a zip file"),
    };
    Mutant::file(bytes, what.to_owned())
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// A few kB a member, 3 GiB when unpacked.
fn bomb() -> &'static [u8] {
    static BOMB: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BOMB.get_or_init(|| gzip(&vec![b'0'; 64 << 20]).repeat(48))
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
