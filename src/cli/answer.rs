//! The answer of a command: a table with words around it, in the form asked for.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::format::{Format, WIDTH, wrapped};
use crate::output::rows::{self, TableRow};

/// Spaces between two columns.
const GAP: usize = 2;
/// Fewest characters of a text that had to be shortened.
const SHORTEST: usize = 8;

/// A column: its name in CSV and JSON, and its head in the table for people; one without a head is not in that table.
pub type Column = (&'static str, &'static str);

/// A cell of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number and its decimals in the table for people; `None` = there is none.
    Number(Option<f64>, usize),
    /// A count.
    Count(u64),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number that is there.
    pub fn number(value: f64, decimals: usize) -> Self {
        Self::Number(Some(value), decimals)
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value, decimals) => fixed(*value, *decimals),
            Self::Count(count) => count.to_string(),
        }
    }

    fn csv(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value, _) => {
                value.filter(|value| value.is_finite()).map_or_else(String::new, rows::number)
            }
            Self::Count(count) => count.to_string(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(value, _) => json!(value),
            Self::Count(count) => json!(count),
        }
    }
}

/// What a command found.
#[derive(Debug, Default)]
pub struct Answer {
    /// What the table says, above it.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, the most important first.
    pub rows: Vec<Vec<Cell>>,
    /// Most rows for people; the other forms have all. 0 = all.
    pub most: usize,
    /// Single figures, for JSON.
    pub facts: Vec<(&'static str, Value)>,
    /// Sentences below the table.
    pub notes: Vec<String>,
    /// Folder with the files, where they were written.
    pub folder: Option<PathBuf>,
    /// What to open or to do next, below everything.
    pub next: Vec<String>,
}

impl Answer {
    /// Rows of a table of results; for people only the columns `shown`, with their heads and decimals.
    pub fn of_rows<'a, R: TableRow<'a>>(
        rows: impl IntoIterator<Item = R>,
        shown: &[(&str, &'static str, usize)],
    ) -> Self {
        let schema = R::schema();
        let (text, of_column) = (rows::text(rows), |name: &str| shown.iter().find(|one| one.0 == name));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let cells = |record: csv::StringRecord| {
            let cell = |(column, text): (&rows::Column, &str)| match column.kind {
                "integer" => text.parse().map_or_else(|_| Cell::text(text), Cell::Count),
                "number" => {
                    let decimals = of_column(column.name).map_or(0, |one| one.2);
                    Cell::Number(text.parse().ok(), decimals)
                }
                _ => Cell::text(text),
            };
            schema.columns.iter().zip(&record).map(cell).collect()
        };
        let rows =
            reader.records().map(|record| cells(record.expect("a row that was just written"))).collect();
        let column = |name| (name, of_column(name).map_or("", |one| one.1));
        Self { columns: schema.header().map(column).collect(), rows, ..Self::default() }
    }

    /// Prints it in the form asked for.
    pub fn print(&self, format: Format) {
        print!("{}", self.text(format));
    }

    /// The answer in the form asked for.
    #[must_use]
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Csv => self.csv(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    fn table(&self) -> String {
        let mut text = paragraph(&self.title);
        let most = if self.most == 0 { self.rows.len() } else { self.most };
        let shown = &self.rows[..most.min(self.rows.len())];
        if !shown.is_empty() {
            if !self.title.is_empty() {
                text.push('\n');
            }
            text += &grid(&self.columns, shown);
        }
        match self.rows.len() - shown.len() {
            0 => {}
            more => text += &format!("... and {more} more (--format csv has all)\n"),
        }
        let ends_here = self.notes.is_empty() && self.folder.is_none() && self.next.is_empty();
        if !shown.is_empty() && !ends_here {
            text.push('\n');
        }
        self.notes.iter().for_each(|note| text += &paragraph(note));
        if let Some(folder) = &self.folder {
            text += &format!("results: {}\n", folder.display());
        }
        self.next.iter().for_each(|line| text += &paragraph(line));
        text
    }

    fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let cells = |row: &Vec<Cell>| row.iter().map(Cell::csv).collect();
        let records: Vec<Vec<String>> = std::iter::once(header).chain(self.rows.iter().map(cells)).collect();
        let written = records.iter().try_for_each(|record| writer.write_record(record));
        written.expect("memory takes every record");
        String::from_utf8(writer.into_inner().expect("memory takes every record")).expect("cells are text")
    }

    /// The answer as one object.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object: Map<String, Value> =
            self.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let row = |row: &Vec<Cell>| -> Value {
            let cells = self.columns.iter().zip(row);
            Value::Object(cells.map(|((name, _), cell)| ((*name).to_owned(), cell.json())).collect())
        };
        object.insert("title".into(), json!(self.title));
        object.insert("rows".into(), self.rows.iter().map(row).collect());
        let notes: Vec<&String> = self.notes.iter().filter(|note| !note.is_empty()).collect();
        object.insert("notes".into(), json!(notes));
        object.insert("folder".into(), json!(self.folder));
        Value::Object(object)
    }
}

/// Words as lines that fit the terminal.
fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { wrapped("", text.split_whitespace()) }
}

/// Heads and rows in columns: words to the left, numbers to the right; words are shortened until all fits.
fn grid(columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let shown: Vec<usize> = (0..columns.len()).filter(|&at| !columns[at].1.is_empty()).collect();
    let columns: Vec<Column> = shown.iter().map(|&at| columns[at]).collect();
    let is_text = |at: usize| rows.iter().all(|row| matches!(row[shown[at]], Cell::Text(_)));
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| shown.iter().map(|&at| row[at].shown()).collect()).collect();
    let length = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, head))| cells.iter().map(|row| length(&row[at])).max().unwrap_or(0).max(length(head)))
        .collect();
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    while let Some(over) = total(&widths).checked_sub(WIDTH).filter(|over| *over > 0) {
        let texts = (0..columns.len()).filter(|&at| is_text(at) && widths[at] > SHORTEST);
        let Some(widest) = texts.max_by_key(|&at| widths[at]) else { break };
        widths[widest] = widths[widest].saturating_sub(over).max(SHORTEST);
    }
    let heads: Vec<String> = columns.iter().map(|(_, head)| (*head).to_owned()).collect();
    let line = |row: &[String]| {
        let parts = row.iter().enumerate().map(|(at, cell)| {
            let (cell, width) = (cut(cell, widths[at]), widths[at]);
            if is_text(at) { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let line = parts.collect::<Vec<_>>().join(&" ".repeat(GAP));
        line.trim_end().to_owned() + "\n"
    };
    std::iter::once(&heads).chain(&cells).map(|row| line(row)).collect()
}

/// At most so many characters; a longer text ends in a sign that says so.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    match text.chars().count() > width {
        true => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// A number with decimals, no minus on a zero; one that would be shown as zero keeps two digits; a dash where there is
/// none.
#[must_use]
pub fn fixed(value: Option<f64>, decimals: usize) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "-".into() };
    let text = format!("{value:.decimals$}");
    match text.parse::<f64>() {
        Ok(0.0) if value.abs() > SOLVER_NOISE => format!("{value:.0e}"),
        Ok(0.0) => format!("{:.decimals$}", 0.0),
        _ => text,
    }
}

/// Numbers closer to zero than this are noise of the solver.
const SOLVER_NOISE: f64 = 1e-7;

#[cfg(test)]
mod tests {
    use super::{Answer, Cell, fixed};
    use crate::cli::format::{Format, WIDTH};

    fn answer(name: &str) -> Answer {
        Answer {
            title: "Words above ".repeat(9),
            columns: vec![("iso3", "country"), ("name", "name"), ("gain_pct", "gain %"), ("n", "draws")],
            rows: vec![
                vec![Cell::text("AAA"), Cell::text(name), Cell::number(-0.000_01, 2), Cell::Count(3)],
                vec![Cell::text("BBB"), Cell::text("a,b"), Cell::Number(None, 2), Cell::Count(12)],
            ],
            notes: vec!["A note.".into()],
            facts: vec![("focus", "AAA".into())],
            ..Answer::default()
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let text = answer(&"long ".repeat(40)).text(Format::Table);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains('…'));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().any(|line| line.ends_with("gain %  draws")), "{text}");
        assert!(lines.iter().any(|line| line.ends_with("-1e-5      3")), "{text}");
    }

    #[test]
    fn all_forms_hold_the_same_cells() {
        let found = answer("x");
        assert_eq!(found.text(Format::Csv), "iso3,name,gain_pct,n\nAAA,x,-0.00001,3\nBBB,\"a,b\",,12\n");
        let json: serde_json::Value = serde_json::from_str(&found.text(Format::Json)).unwrap();
        assert_eq!((&json["focus"], &json["rows"][1]["n"]), (&"AAA".into(), &12.into()));
        assert!(json["rows"][1]["gain_pct"].is_null());
    }

    #[test]
    fn rows_beyond_those_shown_are_counted() {
        let text = Answer { most: 1, ..answer("x") }.text(Format::Table);
        assert!(text.contains("... and 1 more") && !text.contains("BBB"), "{text}");
    }

    #[test]
    fn small_numbers_are_no_zeros() {
        assert_eq!(fixed(Some(-0.000_04), 3), "-4e-5");
        assert_eq!(fixed(Some(-1e-12), 3), "0.000");
        assert_eq!(fixed(Some(-0.04), 1), "-4e-2");
        assert_eq!(fixed(Some(2.5), 3), "2.500");
        assert_eq!(fixed(None, 1), "-");
    }
}
