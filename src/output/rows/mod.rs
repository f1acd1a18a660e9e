//! Rows of result tables: each table is one struct, declared once.
//!
//! The declaration gives the file, the columns with their types, units and meanings (the doc comments, which also
//! become the entry in `datapackage.json`), the writer and the reader. What it writes it reads back:
//!
//! ```text
//! table! {                                        Projection { option: "hybrid".into(), year: 2030, .. }
//!     /// Deviation from the baseline.                |  write: OutputDir::write_rows, table
//!     pub struct Projection<'a>                       v
//!     in "projections.csv" by (option, year) {    projections.csv
//!         /// Option                                  |  read: rows::read, with a fault for each cell
//!         option: Text<'a>,                           v
//!         /// Mean                                Projection { option: "hybrid".into(), year: 2030, .. }
//!         mean: f64 ["pct"],
//!     }
//! }
//! ```
//!
//! `serde` could read such rows too, but it stops at the first fault of a row; here every cell that cannot be read
//! is reported.

use std::borrow::Cow;

use crate::data::Row;
use crate::error::Faults;

mod cells;
mod read;
mod write;

pub use crate::csv_text::{ALL_DIGITS, DEFAULT_DIGITS, Line, digits, number, set_digits};
pub use cells::{Precise, Rounded, Verbatim};
pub use read::{open, open_only, read};
pub use write::text;
pub(super) use write::{NextRow, RowWriter, lines};

/// Text of a cell: borrowed where a result or a file holds it already.
pub type Text<'a> = Cow<'a, str>;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in the header.
    pub name: &'static str,
    /// `string`, `number`, `integer` or `date`.
    pub kind: &'static str,
    /// Unit; empty = none.
    pub unit: &'static str,
    /// What a cell says.
    pub meaning: String,
}

impl Column {
    /// A column whose kind its cells will say.
    #[must_use]
    pub fn new(name: &'static str, unit: &'static str, lines: &[&str]) -> Self {
        Self { name, kind: "", unit, meaning: sentence(lines) }
    }
}

/// What a table is: the declaration of its rows as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// File name, such as `projections.csv`.
    pub file: &'static str,
    /// What one row is.
    pub description: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Columns that tell rows apart.
    pub key: &'static [&'static str],
}

impl Schema {
    /// Column names in order.
    pub fn header(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().map(|column| column.name)
    }
}

/// A part of a row: one cell, or a group of columns that several tables share.
pub trait Part<'a>: Sized {
    /// Adds its columns: a cell adds `column`, a group adds its own.
    fn columns(column: Column, all: &mut Vec<Column>);

    /// Adds its cells.
    fn write(&self, line: &mut Line);

    /// Reads it from a row; `name` is the column of a cell. Every cell that cannot be read becomes a fault.
    ///
    /// Generic, so that readers are compiled for the tables alone that are read: a tenth of them.
    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self>;
}

/// A row of a table of its own, declared with `table!`.
pub trait TableRow<'a>: Part<'a> {
    /// The same row with texts of another lifetime.
    type With<'b>: TableRow<'b>;
    /// File name.
    const FILE: &'static str;
    /// What one row is, as lines of text.
    const LINES: &'static [&'static str];
    /// Columns that tell rows apart.
    const KEY: &'static [&'static str];

    /// The declaration as data.
    #[must_use]
    fn schema() -> Schema {
        let mut columns = Vec::new();
        Self::columns(Column::new("", "", &[]), &mut columns);
        Schema { file: Self::FILE, description: sentence(Self::LINES), columns, key: Self::KEY }
    }
}

/// Lines of a doc comment as one text.
fn sentence(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// Declares columns that several tables share.
macro_rules! columns {
    ($(#[doc = $text:literal])+ pub struct $Row:ident $(<$a:lifetime>)? {
        $($(#[doc = $line:literal])+ $field:ident: $type:ty $([$unit:literal])?,)+
    }) => {
        $(#[doc = $text])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $Row $(<$a>)? {
            $($(#[doc = $line])+ pub $field: $type,)+
        }

        $crate::output::rows::columns!(@part [$($a)?] $Row { $($field: $type, [$($unit)?], [$($line),+];)+ });
    };
    (@part [] $Row:ident $fields:tt) => {
        $crate::output::rows::columns!(@impl ['a] [$Row] $fields);
    };
    (@part [$a:lifetime] $Row:ident $fields:tt) => {
        $crate::output::rows::columns!(@impl [$a] [$Row<$a>] $fields);
    };
    (@impl [$a:lifetime] [$Row:ty] { $($field:ident: $type:ty, [$($unit:literal)?], [$($line:literal),+];)+ }) => {
        impl<$a> $crate::output::rows::Part<$a> for $Row {
            fn columns(_: $crate::output::rows::Column, all: &mut Vec<$crate::output::rows::Column>) {
                $(
                    let column = $crate::output::rows::Column::new(
                        stringify!($field), concat!($($unit)?), &[$($line),+],
                    );
                    <$type as $crate::output::rows::Part<$a>>::columns(column, all);
                )+
            }

            fn write(&self, line: &mut $crate::output::rows::Line) {
                $($crate::output::rows::Part::write(&self.$field, line);)+
            }

            fn read<F: AsMut<$crate::error::Faults>>(
                _: &str,
                row: &$crate::data::Row<$a>,
                faults: &mut F,
            ) -> Option<Self> {
                // All cells are read before one that failed ends the row.
                $(let $field = $crate::output::rows::Part::read(stringify!($field), row, faults);)+
                Some(Self { $($field: $field?),+ })
            }
        }
    };
}

/// Declares the rows of a table: what a row is, file, the columns that tell rows apart, and all columns.
macro_rules! table {
    ($(#[doc = $text:literal])+ pub struct $Row:ident<$a:lifetime>
        in $file:literal by ($($key:ident),* $(,)?) { $($fields:tt)+ }) => {
        $crate::output::rows::columns! { $(#[doc = $text])+ pub struct $Row<$a> { $($fields)+ } }

        impl<$a> $crate::output::rows::TableRow<$a> for $Row<$a> {
            type With<'b> = $Row<'b>;

            const FILE: &'static str = $file;
            const LINES: &'static [&'static str] = &[$($text),+];
            const KEY: &'static [&'static str] = &[$(stringify!($key)),*];
        }
    };
}

/// The name of a column of a row, checked by the compiler: `column!(Projection<'_>, year)`.
macro_rules! column {
    ($Row:ty, $field:ident) => {{
        let _ = |row: &$Row| {
            let _ = &row.$field;
        };
        stringify!($field)
    }};
}

pub(crate) use {column, columns, table};

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Part, Precise, Rounded, Text, Verbatim, read, text};
    use crate::data::Table;
    use crate::error::Faults;

    columns! {
        /// Two numbers.
        pub struct Pair {
            /// First
            mean: Option<f64> ["pct"],
            /// Second, over
            /// two lines
            exact: Precise,
        }
    }

    table! {
        /// One row
        /// a test.
        pub struct Everything<'a> in "everything.csv" by (name, year) {
            /// Name
            name: Text<'a>,
            /// Year
            year: i16,
            /// Count
            n: Option<u64>,
            /// Day
            day: Date,
            /// Both
            pair: Pair,
            /// Decimals
            money: Rounded ["musd"],
            /// As it was
            source: Verbatim<'a>,
            /// Yes or no
            is_so: bool,
        }
    }

    const HEADER: &str = "name,year,n,day,mean,exact,money,source,is_so";

    fn row(name: &'static str, mean: Option<f64>) -> Everything<'static> {
        Everything {
            name: name.into(),
            year: 2030,
            n: mean.map(|_| 7),
            day: date(2031, 2, 3),
            pair: Pair { mean, exact: Precise(1.0 / 3.0) },
            money: Rounded::Decimals(2.5, 3),
            source: Verbatim("0.50".into()),
            is_so: mean.is_some(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = text([row("a, \"b\"", Some(0.25)), row("c", None)]);
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines[0], HEADER);
        assert_eq!(lines[1], "\"a, \"\"b\"\"\",2030,7,2031-02-03,0.25,0.333333333333,2.5,0.50,yes");
        assert_eq!(lines[2], "c,2030,,2031-02-03,,0.333333333333,2.5,0.50,no");
        let (header, mut faults): (Vec<&str>, _) = (HEADER.split(',').collect(), Faults::new());
        let table = Table::parse("everything.csv", &written, &header, &[], &mut faults).unwrap();
        let found: Vec<Everything<'_>> = read(&table, &mut faults).into_iter().map(|(_, row)| row).collect();
        assert!(faults.is_empty());
        assert_eq!((&*found[0].name, found[0].pair.mean, found[0].n), ("a, \"b\"", Some(0.25), Some(7)));
        assert_eq!((found[1].pair.mean, found[1].n, found[1].is_so), (None, None, false));
        assert_eq!(text(found), written);
    }

    #[test]
    fn every_cell_that_cannot_be_read_is_a_fault() {
        let header: Vec<&str> = HEADER.split(',').collect();
        let (cells, mut faults) = ("x,MMXX,-1,2031-02-30,inf,,2,0.5x,maybe", Faults::new());
        let table =
            Table::parse("t.csv", &format!("{HEADER}\n{cells}\n"), &header, &[], &mut faults).unwrap();
        assert!(read::<Everything<'_>>(&table, &mut faults).is_empty());
        let fields: Vec<&str> = faults.as_slice().iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["year", "n", "day", "mean", "exact", "source", "is_so"]);
        assert!(faults.as_slice().iter().all(|fault| fault.line == Some(2)));
    }

    #[test]
    fn the_declaration_says_what_the_columns_are() {
        use super::TableRow;
        let schema = Everything::schema();
        assert_eq!(schema.description, "One row a test.");
        assert_eq!(schema.key, ["name", "year"]);
        assert!(schema.header().eq(HEADER.split(',')));
        let kinds: Vec<&str> = schema.columns.iter().map(|column| column.kind).collect();
        let expected =
            ["string", "integer", "integer", "date", "number", "number", "number", "number", "string"];
        assert_eq!(kinds, expected);
        assert_eq!((schema.columns[4].unit, schema.columns[3].unit), ("pct", ""));
        assert_eq!(schema.columns[5].meaning, "Second, over two lines");
        let mut all = Vec::new();
        Pair::columns(super::Column::new("pair", "", &[]), &mut all);
        assert_eq!(all.len(), 2, "a group has columns of its own, whatever its field is called");
    }
}
