//! What the columns of a table may hold, declared once and checked in every cell, whether or not the row uses it.
//!
//! A reader declares its file as a [`TableRule`] and gathers the [`Names`] that tables define; [`TableRule::check`]
//! then refuses every name that points nowhere, every number out of its range and every row that is there twice.
//! What a reader adds are conditions between cells, rows and tables.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::csv_table::{Row, Table};

use super::ids::{IDENTIFIER, LABEL, PRINTABLE, is_identifier, is_label, is_printable};
use super::meant::did_you_mean;
use crate::error::{Fault, Faults, shortened};

/// Characters of an item of a list that a message repeats.
const LONGEST_ITEM: usize = 80;
/// Where a figure comes from: the report, a public source that was read, general knowledge, our judgement.
pub const MARKS: [&str; 4] = ["seed", "public", "recalled", "assumption"];
/// Highest rate in percent that is read: ten times the highest that any country has charged.
const HIGHEST_PCT: f64 = 100_000.0;

/// What a cell may hold.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// Text for people.
    Text,
    /// A name of several words.
    Label,
    /// A name that other cells and files use.
    Id,
    /// A name that one of these sets of [`Names`] has.
    Known(&'static [&'static str]),
    /// One of the words that the column lists with [`Column::or`].
    Word,
    /// A number within limits, both included; expected so.
    Number(f64, f64, &'static str),
    /// A whole number within limits, both included; expected so.
    Whole(f64, f64, &'static str),
    /// A day such as 2021-07-01.
    Day,
    /// What passes; expected so.
    Format(fn(&str) -> bool, &'static str),
}

impl Holds {
    /// Percent, 0 or more.
    pub const PCT: Self = Self::Number(0.0, HIGHEST_PCT, "percent, 0 or more (5 means 5 %), at most 100000");
    /// A share.
    pub const SHARE: Self = Self::Number(0.0, 1.0, "a share, 0 to 1");
    /// A calendar year.
    pub const YEAR: Self = Self::Whole(1900.0, 2199.0, "a year, 1900 to 2199");
}

/// A column and what its cells may hold.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    name: &'static str,
    holds: Holds,
    words: &'static [&'static str],
    is_list: bool,
    may_be_empty: bool,
    may_be_missing: bool,
}

/// A column that every row fills.
#[must_use]
pub const fn column(name: &'static str, holds: Holds) -> Column {
    Column { name, holds, words: &[], is_list: false, may_be_empty: false, may_be_missing: false }
}

/// The column `mark`: where a figure comes from.
pub const MARK: Column = column("mark", Holds::Word).or(&MARKS);
/// The column `source`.
pub const SOURCE: Column = column("source", Holds::Text);
/// The column `note`.
pub const NOTE: Column = column("note", Holds::Text);

impl Column {
    /// These words too.
    #[must_use]
    pub const fn or(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }

    /// Or nothing.
    #[must_use]
    pub const fn or_empty(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    /// Several, with `;` between them.
    #[must_use]
    pub const fn list(mut self) -> Self {
        self.is_list = true;
        self
    }

    /// The file need not have the column.
    #[must_use]
    pub const fn may_be_missing(mut self) -> Self {
        self.may_be_missing = true;
        self.may_be_empty = true;
        self
    }

    fn check(&self, row: &Row<'_>, names: &Names, faults: &mut Faults) {
        let text = row.text(self.name);
        if text.is_empty() {
            if !self.may_be_empty && !matches!(self.holds, Holds::Text) {
                faults.push(row.fault(self.name, &self.expected(names), "Fill the cell."));
            }
            return;
        }
        let items: Vec<&str> =
            if self.is_list { text.split(';').map(str::trim).collect() } else { vec![text] };
        let mut seen = HashSet::new();
        for item in items {
            let remedy = if !self.passes(item, names) {
                self.remedy(item, names)
            } else if !seen.insert(item) {
                "It stands there twice: delete one.".to_owned()
            } else {
                continue;
            };
            let fault = row.fault(self.name, &self.expected(names), &remedy);
            faults.push(if self.is_list {
                Fault { found: shortened(item, LONGEST_ITEM), ..fault }
            } else {
                fault
            });
        }
    }

    /// Names the known name that was probably meant.
    fn remedy(&self, text: &str, names: &Names) -> String {
        let sets = if let Holds::Known(sets) = self.holds { sets } else { &[] };
        let known = sets.iter().flat_map(|set| names.of(set)).chain(self.words.iter().copied());
        did_you_mean(text, known, "Correct the cell, or add what it names.")
    }

    fn passes(&self, text: &str, names: &Names) -> bool {
        let number = || text.parse::<f64>().ok().filter(|value| value.is_finite());
        self.words.contains(&text)
            || match self.holds {
                Holds::Text => is_printable(text),
                Holds::Label => is_label(text),
                Holds::Id => is_identifier(text),
                Holds::Word => false,
                Holds::Known(sets) => sets.iter().any(|set| names.has(set, text)),
                Holds::Number(low, high, _) => number().is_some_and(|v| (low..=high).contains(&v)),
                Holds::Whole(low, high, _) => {
                    number().is_some_and(|v| v.fract() == 0.0 && (low..=high).contains(&v))
                }
                Holds::Day => text.parse::<Date>().is_ok_and(|day| (1900..2200).contains(&day.year())),
                Holds::Format(passes, _) => passes(text),
            }
    }

    /// What the cell should hold, in words.
    fn expected(&self, names: &Names) -> String {
        let what = match self.holds {
            Holds::Text => PRINTABLE.to_owned(),
            Holds::Label => LABEL.to_owned(),
            Holds::Id => IDENTIFIER.to_owned(),
            Holds::Word => String::new(),
            Holds::Known(sets) => {
                let of = |set: &&str| format!("a {set}{}", names.sample(set));
                sets.iter().map(of).collect::<Vec<_>>().join(", or ")
            }
            Holds::Number(_, _, expected) | Holds::Whole(_, _, expected) | Holds::Format(_, expected) => {
                expected.to_owned()
            }
            Holds::Day => "a date such as 2021-07-01".to_owned(),
        };
        let words = match self.words {
            [] => String::new(),
            [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
            words => words.join(", "),
        };
        let all = [words, what].into_iter().filter(|text| !text.is_empty());
        let all = all.collect::<Vec<_>>().join(", or ");
        match (self.is_list, self.may_be_empty) {
            (true, _) => format!("{all}; several with `;` between them, each once"),
            (false, true) => format!("empty, or {all}"),
            (false, false) => all,
        }
    }
}

/// A file: its columns, and those that no two rows have in common.
#[derive(Debug, Clone, Copy)]
pub struct TableRule {
    /// Name of the file.
    pub file: &'static str,
    /// Columns.
    pub columns: &'static [Column],
    /// Columns that tell rows apart; empty = rows may be equal.
    pub key: &'static [&'static str],
}

impl TableRule {
    /// Parses the text of `file`; the header must have these columns and no other.
    pub fn parse(&self, file: &str, text: &str, faults: &mut Faults) -> Option<Table> {
        let names = |missing: bool| {
            let columns = self.columns.iter().filter(move |column| column.may_be_missing == missing);
            columns.map(|column| column.name).collect::<Vec<_>>()
        };
        Table::parse(file, text, &names(false), &names(true), faults)
    }

    /// Adds a fault for every cell that holds what it may not, and for every row that is there twice; answers the
    /// rows without a fault.
    pub fn check<'t>(&self, table: &'t Table, names: &Names, faults: &mut Faults) -> Vec<Row<'t>> {
        let mut seen: HashMap<Vec<&str>, u64> = HashMap::new();
        let mut sound = Vec::new();
        for row in table.rows() {
            let before = faults.as_slice().len();
            self.columns.iter().for_each(|column| column.check(&row, names, faults));
            let key: Vec<&str> = self.key.iter().map(|column| row.text(column)).collect();
            if !key.is_empty()
                && let Some(first) = seen.insert(key, row.line)
            {
                let columns = self.key.join(",");
                faults.push(row.twice(&columns, &columns, first));
            }
            if faults.as_slice().len() == before {
                sound.push(row);
            }
        }
        sound
    }
}

/// The names that tables define, by what they name, such as `country of the baseline`.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<&'static str, BTreeSet<String>>);

impl Names {
    /// Adds names to a set.
    pub fn add<'a>(&mut self, set: &'static str, names: impl IntoIterator<Item = &'a str>) {
        self.0.entry(set).or_default().extend(names.into_iter().map(str::to_owned));
    }

    fn of(&self, set: &str) -> impl Iterator<Item = &str> {
        self.0.get(set).into_iter().flatten().map(String::as_str)
    }

    /// True if the set has the name, or where its table could not be read: then that is the fault.
    fn has(&self, set: &str, name: &str) -> bool {
        self.0.get(set).is_none_or(|names| names.contains(name))
    }

    /// Some names of a set, in brackets.
    fn sample(&self, set: &str) -> String {
        const SHOWN: usize = 8;
        let Some(names) = self.0.get(set).filter(|names| !names.is_empty()) else { return String::new() };
        let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
        format!(" ({}{})", shown.join(", "), if names.len() > SHOWN { ", …" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::{Holds, MARK, Names, TableRule, column};
    use crate::error::Faults;

    const RULE: TableRule = TableRule {
        file: "t.csv",
        columns: &[
            column("country", Holds::Known(&["country"])).or(&["*"]),
            column("exempt", Holds::Known(&["country"])).list().or_empty(),
            column("pct", Holds::PCT),
            MARK,
        ],
        key: &["country"],
    };

    fn faults(rows: &str) -> Vec<(Option<u64>, String, String)> {
        let mut names = Names::default();
        names.add("country", ["AAA", "BBB"]);
        let mut faults = Faults::new();
        let text = format!("country,exempt,pct,mark\n{rows}");
        let table = RULE.parse("t.csv", &text, &mut faults).unwrap();
        RULE.check(&table, &names, &mut faults);
        let of = |fault: &crate::error::Fault| (fault.line, fault.field.clone(), fault.found.clone());
        faults.as_slice().iter().map(of).collect()
    }

    #[test]
    fn every_cell_is_checked_and_rows_are_there_once() {
        assert!(faults("AAA,,5,seed\n*,AAA;BBB,0,public\n").is_empty());
        let found = faults("AAA,AAA;CCC,nan,sure\nAAB,AAA;AAA,-1e308,seed\n*,,inf,seed\n*,,1,seed\n");
        let expected = [
            (2, "exempt", "CCC"),
            (2, "pct", "nan"),
            (2, "mark", "sure"),
            (3, "country", "AAB"),
            (3, "exempt", "AAA"),
            (3, "pct", "-1e308"),
            (4, "pct", "inf"),
            (5, "country", "*"),
        ];
        assert_eq!(found, expected.map(|(line, field, at)| (Some(line), field.into(), at.into())));
    }

    #[test]
    fn a_set_that_could_not_be_read_is_not_asked() {
        let mut faults = Faults::new();
        let table = RULE.parse("t.csv", "country,exempt,pct,mark\nXXX,,1,seed\n", &mut faults).unwrap();
        assert_eq!(RULE.check(&table, &Names::default(), &mut faults).len(), 1);
    }
}
