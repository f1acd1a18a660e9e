//! What a cell can hold, and how it is written.

use jiff::civil::Date;

use super::{Column, Line, Part, Text};
use crate::csv_text::{self, Digits};
use crate::data::Row;
use crate::error::Faults;

/// Remedy of a cell that no command writes.
const AS_WRITTEN: &str = "Put the table back as the command wrote it.";

/// A number written with twelve significant digits and no smallest unit, such as a coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precise(pub f64);

/// A number kept with the text that its source has; empty = missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verbatim<'a>(pub Text<'a>);

/// A number of which the table that holds it says how it is rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rounded {
    /// To nine significant digits.
    Significant(f64),
    /// To so many decimals.
    Decimals(f64, usize),
}

impl Rounded {
    /// The number as it stands in the file.
    #[must_use]
    pub fn written(self) -> f64 {
        let text = match self {
            Self::Significant(value) => csv_text::number(value),
            Self::Decimals(value, decimals) => csv_text::decimals(value, decimals),
        };
        text.parse().expect("the text of a number is a number")
    }
}

fn one(kind: &'static str, column: Column, all: &mut Vec<Column>) {
    all.push(Column { kind, ..column });
}

impl<'a> Part<'a> for Text<'a> {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("string", column, all);
    }

    fn write(&self, line: &mut Line) {
        line.text(self);
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, _: &mut F) -> Option<Self> {
        Some(Self::Borrowed(row.text(name)))
    }
}

impl<'a> Part<'a> for Verbatim<'a> {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("number", column, all);
    }

    fn write(&self, line: &mut Line) {
        self.0.write(line);
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        let text = Text::read(name, row, faults).map(Self);
        if row.text(name).is_empty() { text } else { f64::read(name, row, faults).and(text) }
    }
}

/// `yes` or `no`.
impl<'a> Part<'a> for bool {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("string", column, all);
    }

    fn write(&self, line: &mut Line) {
        line.plain(if *self { b"yes" } else { b"no" });
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        match row.text(name) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                faults.as_mut().push(row.fault(name, "yes or no", AS_WRITTEN));
                None
            }
        }
    }
}

/// Nine significant digits; a number that is not finite is an empty cell.
impl<'a> Part<'a> for f64 {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("number", column, all);
    }

    fn write(&self, line: &mut Line) {
        if self.is_finite() {
            line.number(*self);
        } else {
            line.empty();
        }
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        row.number(name, "a finite number", |_| true, faults.as_mut())
    }
}

impl<'a> Part<'a> for Precise {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("number", column, all);
    }

    fn write(&self, line: &mut Line) {
        line.plain(csv_text::precise(self.0).as_bytes());
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        f64::read(name, row, faults).map(Self)
    }
}

impl<'a> Part<'a> for Rounded {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("number", column, all);
    }

    fn write(&self, line: &mut Line) {
        match *self {
            Self::Significant(value) => value.write(line),
            Self::Decimals(value, decimals) => line.plain(csv_text::decimals(value, decimals).as_bytes()),
        }
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        f64::read(name, row, faults).map(Self::Significant)
    }
}

macro_rules! integers {
    ($($Integer:ty)+) => {$(
        impl<'a> Part<'a> for $Integer {
            fn columns(column: Column, all: &mut Vec<Column>) {
                one("integer", column, all);
            }

            fn write(&self, line: &mut Line) {
                // Signs are rare: years of plans and counts are above zero.
                match u64::try_from(*self) {
                    Ok(value) => line.plain(Digits::default().integer(value).text()),
                    Err(_) => line.plain(self.to_string().as_bytes()),
                }
            }

            fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
                let value = row.text(name).parse().ok();
                if value.is_none() {
                    faults.as_mut().push(row.fault(name, "a whole number", AS_WRITTEN));
                }
                value
            }
        }
    )+};
}

integers! { i16 u32 u64 usize }

impl<'a> Part<'a> for Date {
    fn columns(column: Column, all: &mut Vec<Column>) {
        one("date", column, all);
    }

    fn write(&self, line: &mut Line) {
        match u64::try_from(self.year()) {
            Ok(year @ 1000..=9999) => {
                let days = (year * 100 + self.month() as u64) * 100 + self.day() as u64;
                line.plain(Digits::default().date(days).text());
            }
            _ => line.plain(self.to_string().as_bytes()),
        }
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        let day = row.text(name).parse().ok();
        if day.is_none() {
            faults.as_mut().push(row.fault(name, "a date such as 2021-01-31", AS_WRITTEN));
        }
        day
    }
}

/// `None` is an empty cell.
impl<'a, T: Part<'a>> Part<'a> for Option<T> {
    fn columns(column: Column, all: &mut Vec<Column>) {
        T::columns(column, all);
    }

    fn write(&self, line: &mut Line) {
        match self {
            Some(value) => value.write(line),
            None => line.empty(),
        }
    }

    fn read<F: AsMut<Faults>>(name: &str, row: &Row<'a>, faults: &mut F) -> Option<Self> {
        if row.text(name).is_empty() { Some(None) } else { T::read(name, row, faults).map(Some) }
    }
}
