//! Tables that list draws, merged from the parts of a run row by row: memory does not depend on how long they are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context;
use csv::ByteRecord;

use crate::error::{Fault, InputErrors};
use crate::output::dir;

/// Bytes of a file that are held at a time, at least and at most.
const PIECE_BYTES: std::ops::RangeInclusive<u64> = (4 << 10)..=(1 << 20);
/// Column of the options.
const OPTION: &[u8] = b"option";
/// Column of the draws.
const DRAW: &[u8] = b"draw";

/// Joins a table of all parts, each in the order of the options and then of the draws, in this order. Takes at most
/// `bytes` of memory where that is 4 KiB a part or more. Rows of a draw stay in the order of their part.
///
/// # Errors
/// [`InputErrors`] where a part is not in this order or two have the same draw; what the file system says.
pub fn by_draw(from: &[PathBuf], to: &Path, options: &[String], bytes: u64) -> anyhow::Result<()> {
    let piece = (bytes / (from.len() as u64).max(1)).clamp(*PIECE_BYTES.start(), *PIECE_BYTES.end()) as usize;
    let places: HashMap<&[u8], usize> =
        options.iter().enumerate().map(|(at, id)| (id.as_bytes(), at)).collect();
    let mut parts = Vec::with_capacity(from.len());
    for path in from {
        parts.push(Cursor::open(path, piece)?);
    }
    let mut writer = csv::Writer::from_path(to).map_err(dir::at(to))?;
    writer.write_byte_record(&parts[0].header).map_err(dir::at(to))?;
    let mut next = BinaryHeap::new();
    for (at, part) in parts.iter_mut().enumerate() {
        next.extend(part.advance(&places)?.map(|key| Reverse((key, at))));
    }
    let mut last = None;
    while let Some(Reverse((key, at))) = next.pop() {
        let part = &mut parts[at];
        if last >= Some(key) {
            return Err(part.out_of_order().into());
        }
        last = Some(key);
        let following = loop {
            writer.write_byte_record(&part.record).map_err(dir::at(to))?;
            match part.advance(&places)? {
                Some(same) if same == key => {}
                other => break other,
            }
        };
        next.extend(following.map(|key| Reverse((key, at))));
    }
    Ok(writer.flush().map_err(dir::at(to))?)
}

/// Joins a table of counts of all parts: rows that agree in all columns but the last are added up, in the order of the
/// options and then of their text.
///
/// # Errors
/// [`InputErrors`] where a count is no number; what the file system says.
pub fn counts(from: &[PathBuf], to: &Path, options: &[String]) -> anyhow::Result<()> {
    let places: HashMap<&[u8], usize> =
        options.iter().enumerate().map(|(at, id)| (id.as_bytes(), at)).collect();
    let mut sums: BTreeMap<(Option<usize>, Vec<Vec<u8>>), u64> = BTreeMap::new();
    let mut header = ByteRecord::new();
    for path in from {
        let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
        header = reader.byte_headers().with_context(|| path.display().to_string())?.clone();
        for row in reader.byte_records() {
            let row = row.with_context(|| path.display().to_string())?;
            let key: Vec<Vec<u8>> = row.iter().take(row.len() - 1).map(<[u8]>::to_vec).collect();
            let count = row.get(row.len() - 1).and_then(number);
            let count =
                count.ok_or_else(|| fault(path, row.position(), "a whole number in the last column"))?;
            *sums.entry((places.get(&key[0][..]).copied(), key)).or_default() += count;
        }
    }
    let mut writer = csv::Writer::from_path(to).map_err(dir::at(to))?;
    writer.write_byte_record(&header).map_err(dir::at(to))?;
    for ((_, mut row), count) in sums {
        row.push(count.to_string().into_bytes());
        writer.write_record(&row).map_err(dir::at(to))?;
    }
    Ok(writer.flush().map_err(dir::at(to))?)
}

fn number(cell: &[u8]) -> Option<u64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

fn fault(path: &Path, at: Option<&csv::Position>, expected: &str) -> InputErrors {
    InputErrors::from(Fault {
        file: path.display().to_string(),
        line: at.map(csv::Position::line),
        field: "row".into(),
        found: "another".into(),
        expected: expected.into(),
        remedy: "Remove the folder and run this part again.".into(),
    })
}

/// A file that is open only while a piece of it is read: there may be more parts than a process may have files.
struct Pieces {
    path: PathBuf,
    at: u64,
}

impl Read for Pieces {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.at))?;
        let found = file.read(piece)?;
        self.at += found as u64;
        Ok(found)
    }
}

/// The table of one part, at one of its rows.
struct Cursor {
    path: PathBuf,
    reader: csv::Reader<Pieces>,
    header: ByteRecord,
    /// Columns of option and draw.
    columns: [usize; 2],
    record: ByteRecord,
}

impl Cursor {
    fn open(path: &Path, piece: usize) -> anyhow::Result<Self> {
        let pieces = Pieces { path: path.to_owned(), at: 0 };
        let mut reader = csv::ReaderBuilder::new().buffer_capacity(piece).from_reader(pieces);
        let header = reader.byte_headers().with_context(|| path.display().to_string())?.clone();
        let column = |name: &[u8]| header.iter().position(|cell| cell == name);
        let columns = column(OPTION).zip(column(DRAW));
        let (option, draw) = columns.ok_or_else(|| fault(path, None, "columns option and draw"))?;
        Ok(Self { path: path.to_owned(), reader, header, columns: [option, draw], record: ByteRecord::new() })
    }

    /// Goes to the next row; its option and draw, `None` at the end.
    fn advance(&mut self, places: &HashMap<&[u8], usize>) -> anyhow::Result<Option<(usize, u64)>> {
        let is_row = self.reader.read_byte_record(&mut self.record);
        if !is_row.with_context(|| self.path.display().to_string())? {
            return Ok(None);
        }
        let [option, draw] = self.columns.map(|at| self.record.get(at).unwrap_or_default());
        let key = places.get(option).copied().zip(number(draw));
        match key {
            Some(key) => Ok(Some(key)),
            None => Err(fault(&self.path, self.record.position(), "an option of the run, and a draw").into()),
        }
    }

    fn out_of_order(&self) -> InputErrors {
        let expected = "rows in the order of options and draws, and each draw in one part";
        fault(&self.path, self.record.position(), expected)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{by_draw, counts};

    fn write(folder: &std::path::Path, texts: &[&str]) -> Vec<PathBuf> {
        let one = |(at, text): (usize, &&str)| {
            let path = folder.join(format!("{at}.csv"));
            fs::write(&path, text).unwrap();
            path
        };
        texts.iter().enumerate().map(one).collect()
    }

    #[test]
    fn rows_of_all_parts_come_in_the_order_of_options_and_draws() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("all");
        let options = ["b".to_owned(), "a".to_owned()];
        let join = |texts: &[&str]| {
            by_draw(&write(folder.path(), texts), &to, &options, 0).map(|()| fs::read_to_string(&to).unwrap())
        };
        let odd = "option,draw,text\nb,1,x\nb,1,\"y, z\"\na,3,w\n";
        let found = join(&[odd, "option,draw,text\nb,0,v\na,2,u\n", "option,draw,text\n"]).unwrap();
        assert_eq!(found, "option,draw,text\nb,0,v\nb,1,x\nb,1,\"y, z\"\na,2,u\na,3,w\n");
        for (wrong, line) in [
            ("option,draw,text\nb,1,v\n", "each draw in one part"),
            ("option,draw,text\na,2,u\nb,0,v\n", "1.csv:3"),
            ("option,draw,text\nc,2,u\n", "an option of the run"),
            ("option,text\nb,v\n", "columns option and draw"),
        ] {
            let error = format!("{:#}", join(&[odd, wrong]).unwrap_err());
            assert!(error.contains(line), "{error}");
        }
    }

    #[test]
    fn counts_are_added_up_in_the_order_of_the_whole_run() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("all");
        let parts =
            write(folder.path(), &["option,stage,n\nb,y,2\na,x,1\n", "option,stage,n\nb,w,1\nb,y,3\n"]);
        counts(&parts, &to, &["b".to_owned(), "a".to_owned()]).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "option,stage,n\nb,w,1\nb,y,5\na,x,1\n");
    }
}
