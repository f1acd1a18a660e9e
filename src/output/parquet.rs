//! Tables of a finished result as Parquet files: the columns and types of `datapackage.json`.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use csv::StringRecord;
use jiff::civil::{Date, date};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde_json::Value;

use crate::error::{Fault, InputErrors};

/// Rows that are in memory at once, and so in one group of the file.
const GROUP: usize = 1 << 17;
/// Key under which a file holds its entry of `datapackage.json`: meanings, units and keys.
const RESOURCE: &str = "frictionless";
/// Days of a date column are counted from here.
const EPOCH: Date = date(1970, 1, 1);

/// A table could not be written as Parquet.
#[derive(Debug, thiserror::Error)]
pub enum ParquetFault {
    /// A cell is not of the type of its column.
    #[error(transparent)]
    Input(#[from] InputErrors),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The Parquet library failed.
    #[error("{0}")]
    Parquet(#[from] ParquetError),
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Integer,
    Date,
}

impl Kind {
    fn of(field: &Value) -> Self {
        match field["type"].as_str() {
            Some("number") => Self::Number,
            Some("integer") => Self::Integer,
            Some("date") => Self::Date,
            _ => Self::Text,
        }
    }

    fn column(self, name: &str) -> Result<Type, ParquetError> {
        let (physical, logical) = match self {
            Self::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Number => (Physical::DOUBLE, None),
            Self::Integer => (Physical::INT64, None),
            Self::Date => (Physical::INT32, Some(LogicalType::Date)),
        };
        let column = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        column.with_repetition(Repetition::OPTIONAL).build()
    }
}

/// Writes the CSV file `from`, which `resource` of `datapackage.json` describes, to the Parquet file `to`; empty cells are
/// null. Answers the number of rows.
///
/// # Errors
/// [`ParquetFault`], for a cell with its line and column.
pub fn write(from: &Path, resource: &Value, to: &Path) -> Result<u64, ParquetFault> {
    let fields = resource["schema"]["fields"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap_or_default()).collect();
    let kinds: Vec<Kind> = fields.iter().map(Kind::of).collect();
    let columns = kinds.iter().zip(&names).map(|(kind, name)| kind.column(name).map(Arc::new));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("table").with_fields(columns).build()?;
    let about = KeyValue::new(RESOURCE.to_owned(), resource.to_string());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("tradepath ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![about]));
    let mut out =
        SerializedFileWriter::new(File::create(to)?, Arc::new(schema), Arc::new(properties.build()))?;
    let file = from.display().to_string();
    let mut reader = csv::Reader::from_path(from).map_err(io::Error::from)?;
    if !reader.headers().map_err(io::Error::from)?.iter().eq(names.iter().copied()) {
        let wrong = fault(&file, 1, "header", "other columns", "those of datapackage.json");
        return Err(InputErrors::from(wrong).into());
    }
    let (mut rows, mut n) = (Vec::with_capacity(GROUP), 0);
    let mut records = reader.records();
    loop {
        let next = records.next().transpose().map_err(io::Error::from)?;
        let is_last = next.is_none();
        rows.extend(next);
        if rows.len() == GROUP || (is_last && !rows.is_empty()) {
            let mut group = out.next_row_group()?;
            write_group(&mut group, &rows, (&names, &kinds), &file)?;
            group.close()?;
            n += rows.len() as u64;
            rows.clear();
        }
        if is_last {
            break;
        }
    }
    out.close()?;
    Ok(n)
}

fn write_group(
    group: &mut SerializedRowGroupWriter<'_, File>,
    rows: &[StringRecord],
    (names, kinds): (&[&str], &[Kind]),
    file: &str,
) -> Result<(), ParquetFault> {
    for (at, kind) in kinds.iter().enumerate() {
        let Some(mut column) = group.next_column()? else { break };
        let levels: Vec<i16> = rows.iter().map(|row| i16::from(!row[at].is_empty())).collect();
        let cells = rows.iter().filter(|row| !row[at].is_empty());
        let wrong = |row: &StringRecord, expected: &str| {
            let line = row.position().map_or(0, csv::Position::line);
            InputErrors::from(fault(file, line, names[at], &row[at], expected))
        };
        match kind {
            Kind::Text => {
                let values: Vec<ByteArray> = cells.map(|row| ByteArray::from(&row[at])).collect();
                column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
            }
            Kind::Number => {
                let number = |row: &StringRecord| row[at].parse().map_err(|_| wrong(row, "a number"));
                let values = cells.map(number).collect::<Result<Vec<f64>, _>>()?;
                column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
            }
            Kind::Integer => {
                let number = |row: &StringRecord| row[at].parse().map_err(|_| wrong(row, "a whole number"));
                let values = cells.map(number).collect::<Result<Vec<i64>, _>>()?;
                column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
            }
            Kind::Date => {
                let day = |row: &StringRecord| days(&row[at]).ok_or_else(|| wrong(row, "a date"));
                let values = cells.map(day).collect::<Result<Vec<i32>, _>>()?;
                column.typed::<Int32Type>().write_batch(&values, Some(&levels), None)?;
            }
        }
        column.close()?;
    }
    Ok(())
}

/// Days since the epoch.
fn days(text: &str) -> Option<i32> {
    let day: Date = text.parse().ok()?;
    day.since(EPOCH).ok().map(|span| span.get_days())
}

fn fault(file: &str, line: u64, field: &str, found: &str, expected: &str) -> Fault {
    let remedy = "Put the table back as the command wrote it.";
    Fault { line: Some(line), ..Fault::of_file(file, field, found, expected, remedy) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    use serde_json::{Value, json};

    use super::{days, write};

    fn resource() -> Value {
        let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
        let fields = [field("a", "string"), field("b", "number"), field("c", "integer"), field("d", "date")];
        json!({ "path": "t.csv", "schema": { "fields": fields } })
    }

    #[test]
    fn every_type_is_read_back_and_an_empty_cell_is_null() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["t.csv", "t.parquet"].map(|name| folder.path().join(name));
        fs::write(&from, "a,b,c,d\nx,0.0,7,1970-01-02\n,0.5,,\n").unwrap();
        assert_eq!(write(&from, &resource(), &to).unwrap(), 2);
        let reader = SerializedFileReader::new(fs::File::open(&to).unwrap()).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!((rows[0].get_string(0).unwrap().as_str(), rows[0].get_double(1).unwrap()), ("x", 0.0));
        assert_eq!((rows[0].get_long(2).unwrap(), rows[0].to_string().contains("1970-01-02")), (7, true));
        assert!(rows[1].get_string(0).is_err() && rows[1].get_long(2).is_err());
        let held = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert!(held.iter().any(|pair| pair.value.as_ref().is_some_and(|text| text.contains("t.csv"))));
    }

    #[test]
    fn a_cell_of_another_type_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["t.csv", "t.parquet"].map(|name| folder.path().join(name));
        fs::write(&from, "a,b,c,d\nx,0.0,7,1970-01-02\nx,none,7,1970-01-02\n").unwrap();
        let told = write(&from, &resource(), &to).unwrap_err().to_string();
        assert!(told.contains("t.csv:3 `b` = none"), "{told}");
        fs::write(&from, "a,b\nx,0.0\n").unwrap();
        assert!(write(&from, &resource(), &to).is_err());
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(
            (days("1970-01-01"), days("2026-09-01"), days("1969-12-31")),
            (Some(0), Some(20697), Some(-1))
        );
    }
}
