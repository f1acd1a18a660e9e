//! `assumptions.csv`: every figure of the policy tables, schedules and tables of years that nobody has looked up.

use super::rows::{Text, table};
use crate::data::Files;

table! {
    /// Rows of the policy tables, schedules and tables of years that are recalled from general knowledge, or assumed.
    pub struct Assumption<'a> in "assumptions.csv" by (table, line) {
        /// File
        table: Text<'a>,
        /// Line of the file
        line: u64,
        /// The row without its source
        row: Text<'a>,
        /// recalled or assumption
        mark: Text<'a>,
        /// Where the figure comes from
        source: Text<'a>,
    }
}

/// Folders that are looked through.
const FOLDERS: [&str; 3] = ["policy/", "schedules/", "years/"];
/// Marks of figures that were not looked up.
const MARKS: [&str; 2] = ["recalled", "assumption"];

/// Rows with a mark that says so, of all tables that were read through `files`; those without a mark are passed over.
#[must_use]
pub fn rows(files: &Files) -> Vec<Assumption<'static>> {
    let is_table =
        |path: &String| FOLDERS.iter().any(|folder| path.starts_with(folder)) && path.ends_with(".csv");
    let paths = files.read_log().into_iter().map(|file| file.path).filter(is_table);
    paths.flat_map(|path| of_table(&path, &files.read(&path).unwrap_or_default())).collect()
}

fn of_table(path: &str, text: &str) -> Vec<Assumption<'static>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return Vec::new() };
    let find = |name: &str| header.iter().position(|column| column == name);
    let (Some(mark), Some(source)) = (find("mark"), find("source")) else { return Vec::new() };
    let row = |record: csv::StringRecord| {
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned().into();
        let others =
            record.iter().enumerate().filter(|(at, text)| *at != mark && *at != source && !text.is_empty());
        let shown: Vec<&str> = others.map(|(_, text)| text).collect();
        let line = record.position().map_or(0, csv::Position::line);
        let row = shown.join(" ").into();
        let found =
            Assumption { table: path.to_owned().into(), line, row, mark: cell(mark), source: cell(source) };
        MARKS.contains(&&*found.mark).then_some(found)
    };
    reader.records().filter_map(Result::ok).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::of_table;

    #[test]
    fn recalled_and_assumed_rows_are_listed_with_their_line() {
        let text = "a,pct,source,mark\nx,1,book,public\ny,2,memory,recalled\nz,,us,assumption\n";
        let rows = of_table("t.csv", text);
        let cells = |at: usize| (rows[at].line, &*rows[at].row, &*rows[at].mark, &*rows[at].source);
        assert_eq!(rows.len(), 2);
        assert_eq!(cells(0), (3, "y 2", "recalled", "memory"));
        assert_eq!(cells(1), (4, "z", "assumption", "us"));
        assert!(of_table("t.csv", "a,b\n1,2\n").is_empty());
    }
}
