//! Outside files however they are spelt and packed: read, or refused with the cause.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use predicates::str::contains;
use tradepath::data::raw_text::{csv_reader, tables_in};
use tradepath::data::{Held, RawText, ReadOptions};

use crate::readers::{calibrate, copy_of};

const PLAIN: &str = "name;value\nA;1,5\nB;2000,25\n";

fn options() -> ReadOptions {
    ReadOptions { max_memory_bytes: 1 << 30, ..ReadOptions::new(Held::Cells) }
}

fn read(bytes: &[u8]) -> RawText {
    RawText::from_bytes("t.csv", bytes.to_vec(), options()).unwrap()
}

fn refused(bytes: &[u8], options: ReadOptions) -> String {
    RawText::from_bytes("t.csv", bytes.to_vec(), options).unwrap_err().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, is_little: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// A zip archive of entries that are stored as they are.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let start = bytes.len() as u32;
        let sizes = [crc.sum(), data.len() as u32, data.len() as u32];
        let common = |to: &mut Vec<u8>| {
            to.extend([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            sizes.iter().for_each(|size| to.extend(size.to_le_bytes()));
            to.extend((name.len() as u16).to_le_bytes());
            to.extend([0, 0]);
        };
        bytes.extend(b"PK\x03\x04");
        common(&mut bytes);
        bytes.extend(name.as_bytes());
        bytes.extend(*data);
        directory.extend(b"PK\x01\x02\x14\x00");
        common(&mut directory);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    [entries.len() as u16; 2].iter().for_each(|n| bytes.extend(n.to_le_bytes()));
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn one_table_in_every_spelling_is_one_text() {
    let points = "name;value\nA;1.5\nB;2000.25\n";
    for bytes in [
        PLAIN.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", PLAIN.as_bytes()].concat(),
        utf16(PLAIN, true),
        utf16(PLAIN, false),
        utf16(PLAIN, true)[2..].to_vec(),
        gzip(PLAIN.as_bytes()),
        // Two members, as tools that pack in pieces write them.
        [gzip(&PLAIN.as_bytes()[..15]), gzip(&PLAIN.as_bytes()[15..])].concat(),
        zip(&[("Readme.txt", b"hello"), ("inner/t.csv", PLAIN.as_bytes())]),
    ] {
        let raw = read(&bytes);
        assert_eq!((raw.text.as_str(), raw.delimiter), (points, b';'));
        assert!(
            raw.notes.iter().any(|note| note == "t.csv: decimal commas read as points"),
            "{:?}",
            raw.notes
        );
        assert_eq!(raw.sha256.len(), 64);
    }
    assert_eq!(read(b"a\tb\n1.5\t2\n").delimiter, b'\t');
    assert_eq!(read(b"sep=|\na|b\n1|2\n").text, "\na|b\n1|2\n", "lines keep their numbers");
    assert_eq!(read("sep=é\na,b\n".as_bytes()).delimiter, b',', "no mark of one byte");
    let named = ReadOptions { delimiter: Some(b'x'), ..options() };
    assert!(refused(b"axb\n", named).contains("a separator 'x'"));
    assert_eq!(read(b"a,b\n1.5,2\n").notes, Vec::<String>::new());
}

#[test]
fn lines_that_are_no_utf8_are_read_as_windows_1252_and_said() {
    let raw = read(b"name,value\nC\xf4te d'Ivoire,1\nplain,2\n");
    assert_eq!(raw.text, "name,value\nCôte d'Ivoire,1\nplain,2\n");
    assert_eq!(raw.notes, ["t.csv: 1 lines are not UTF-8 and were read as Windows-1252, the first 2"]);
    // One bad line does not spoil the names of the others.
    let raw = read(
        "name,value\nCôte,1\n".as_bytes().iter().copied().chain(*b"\xf4,2\n").collect::<Vec<_>>().as_slice(),
    );
    assert_eq!(raw.text, "name,value\nCôte,1\nô,2\n");
}

#[test]
fn what_is_no_text_is_named() {
    for (bytes, cause) in [
        (b"a,b\n1,\0\n".to_vec(), "t.csv:2 `file` = a zero byte"),
        (vec![0; 4096], "t.csv:1 `file` = a zero byte"),
        (b"\xfd7zXZ\0\0".to_vec(), "packed with xz"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "a workbook of a spreadsheet program"),
        (zip(&[("xl/workbook.xml", b"<x/>")]), "a workbook of a spreadsheet program"),
        (zip(&[("a.csv", b"x"), ("b.csv", b"y")]), "a.csv, b.csv"),
        (zip(&[("a.pdf", b"x")]), "no table"),
        (b"a,b;c,d\n1,2;3,4\n".to_vec(), "`,` and `;` fit equally"),
        (b"a;b;c\n1,5;2;3\n2,5;1.5;4\n".to_vec(), ""),
    ] {
        let found = RawText::from_bytes("t.csv", bytes, options()).map_err(|fault| fault.to_string());
        match cause {
            // Both marks of decimals: nothing is changed, and the number's own reader names the comma.
            "" => assert_eq!(found.unwrap().text, "a;b;c\n1,5;2;3\n2,5;1.5;4\n"),
            cause => assert!(found.clone().is_err_and(|text| text.contains(cause)), "{found:?}"),
        }
    }
    let packed = gzip(PLAIN.repeat(500).as_bytes());
    assert!(refused(&packed[..packed.len() - 20], options()).contains("ends early"));
    let mut archive = zip(&[("t.csv", PLAIN.as_bytes())]);
    archive[40] ^= 1;
    assert!(refused(&archive, options()).contains("does not match its checksum"));
}

#[test]
fn a_point_that_appears_late_among_decimal_commas_is_a_fault_with_its_line() {
    let text = format!("name;value\n{}B;2.5\n", "A;1,5\n".repeat(200_000));
    let fault = refused(text.as_bytes(), options());
    assert!(fault.starts_with("t.csv:200002 `file` = 2.5: expected a decimal comma"), "{fault}");
}

#[test]
fn text_beyond_the_memory_is_refused_before_it_is_taken() {
    let small = ReadOptions { max_memory_bytes: 1200, ..options() };
    let text = "a,b\n1,2\n".repeat(1000);
    let fault = refused(text.as_bytes(), small);
    assert!(fault.contains("8000 bytes of text or more, which take about 96000 bytes of memory"), "{fault}");
    assert!(fault.contains("1200 bytes of memory hold") && fault.contains("--max-memory BYTES"), "{fault}");
    let fault = refused(&gzip(text.as_bytes()), small);
    assert!(fault.contains("8000 bytes unpacked or more"), "{fault}");
    // Two members: the second alone would be allowed, so that the limit is met while unpacking.
    let fault = refused(&[gzip(text.as_bytes()), gzip(b"1,2\n")].concat(), small);
    assert!(fault.contains("bytes unpacked or more"), "{fault}");
    let long = format!("a,b\n{}", "x".repeat(20 << 20));
    assert!(refused(long.as_bytes(), options()).contains("a line of more than"));
}

#[test]
fn a_bomb_is_refused_by_the_command_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bomb = gzip(&b"1,2,3,4\n".repeat(8 << 20));
    fs::write(folder.path().join("2019_SML.csv.gz"), bomb).unwrap();
    let out = folder.path().join("out");
    calibrate("icio", folder.path(), &out, &["--year", "2019", "--max-memory", "100000000"])
        .code(2)
        .stderr(contains("67108864 bytes unpacked or more, which take about 134217728 bytes of memory"))
        .stderr(contains("--max-memory"));
    assert!(!out.exists());
}

#[test]
fn records_stream_and_their_faults_have_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    fs::write(&path, "a\tb\n1\t2\n1\t2\t3\n").unwrap();
    let mut reader = csv_reader(&path, options(), &mut csv::ReaderBuilder::new()).unwrap();
    let rows: Vec<_> = reader.records().collect();
    assert_eq!(rows[0].as_ref().unwrap(), vec!["1", "2"]);
    let fault = tradepath::data::raw_text::csv_fault("t.csv", rows.into_iter().nth(1).unwrap().unwrap_err());
    assert_eq!((fault.line, fault.found.as_str()), (Some(3), "3 cells where the header has 2"));
}

#[test]
fn the_tables_of_a_folder_are_found_in_any_case_and_inside_archives() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["B.CSV", "a.csv.gz", "notes.md", ".hidden.csv", "Readme.txt"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    fs::write(folder.path().join("c.zip"), zip(&[("in/d.csv", b"a,b\n1,2\n"), ("e.pdf", b"")])).unwrap();
    fs::create_dir(folder.path().join("f.csv")).unwrap();
    let found = tables_in(folder.path()).unwrap();
    let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
    assert_eq!(found.iter().map(name).collect::<Vec<_>>(), ["B.CSV", "a.csv.gz", "c.zip/in/d.csv"]);
    assert_eq!(RawText::read(&found[2], options()).unwrap().text, "a,b\n1,2\n");
}

/// A pipe of the name of a table would block for ever.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_does_not_block() {
    let folder = copy_of("long");
    let pipe = folder.path().join("tariffs.csv");
    fs::remove_file(&pipe).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), Path::new("/dev/zero"), folder.path()] {
        let fault = RawText::read(path, options()).unwrap_err().to_string();
        assert!(fault.contains("expected a regular file"), "{fault}");
    }
    Command::new(env!("CARGO_BIN_EXE_tradepath"))
        .args(["calibrate", "--source", "long", "--input"])
        .arg(folder.path())
        .arg("--out")
        .arg(folder.path().join("out"))
        .timeout(Duration::from_secs(30))
        .assert()
        .code(2)
        .stderr(contains("tariffs.csv `file` = a pipe or device: expected a regular file"));
}
