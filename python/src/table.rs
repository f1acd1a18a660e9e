//! A table of a result as Arrow data, with the types, units and meanings that `datapackage.json` gives its columns.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch, RecordBatchIterator};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::{ByteRecord, Reader};
use jiff::civil::{Date, date};
use pyo3::exceptions::{PyKeyError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

/// Rows of one batch.
const BATCH: usize = 1 << 16;
/// Day zero of Arrow's dates.
const DAY_ZERO: Date = date(1970, 1, 1);

/// A column as `datapackage.json` declares it: name, type, unit, meaning.
type Declared = (String, String, String, String);

/// A table of a result: columns with types, units and meanings.
#[pyclass(frozen, module = "tradepath._native")]
pub struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Table {
    /// Reads the file of a result. A cell that is no value of the type of its column is an error.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, columns: Vec<Declared>) -> PyResult<Self> {
        py.detach(|| read(&path, &columns))
    }

    /// Number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Name, Arrow type, unit and meaning of every column.
    #[getter]
    fn columns(&self) -> Vec<Declared> {
        let text = |field: &Field, key: &str| field.metadata().get(key).cloned().unwrap_or_default();
        let one = |field: &Arc<Field>| {
            let kind = field.data_type().to_string();
            (field.name().clone(), kind, text(field, "unit"), text(field, "description"))
        };
        self.schema.fields().iter().map(one).collect()
    }

    /// The values of a column; None where one is missing, days since 1970-01-01 for dates.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let at = self.schema.index_of(name).map_err(|_| PyKeyError::new_err(name.to_owned()))?;
        let all = PyList::empty(py);
        for batch in &self.batches {
            let values = batch.column(at);
            match values.data_type() {
                DataType::Float64 => {
                    values.as_primitive::<Float64Type>().iter().try_for_each(|v| all.append(v))?
                }
                DataType::Int64 => {
                    values.as_primitive::<Int64Type>().iter().try_for_each(|v| all.append(v))?
                }
                DataType::Date32 => {
                    values.as_primitive::<Date32Type>().iter().try_for_each(|v| all.append(v))?
                }
                _ => values.as_string::<i32>().iter().try_for_each(|v| all.append(v))?,
            }
        }
        Ok(all)
    }

    /// The schema for any library that takes Arrow data (PyCapsule interface).
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(refused)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The data for any library that takes Arrow data (PyCapsule interface); another schema is not made.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches: Vec<_> = self.batches.iter().cloned().map(Ok).collect();
        let reader = RecordBatchIterator::new(batches, self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}

fn refused(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn read(path: &PathBuf, columns: &[Declared]) -> PyResult<Table> {
    let file =
        File::open(path).map_err(|error| PyOSError::new_err(format!("{}: {error}", path.display())))?;
    let mut reader = Reader::from_reader(file);
    let header = reader.byte_headers().map_err(refused)?;
    if header.iter().ne(columns.iter().map(|(name, ..)| name.as_bytes())) {
        return Err(refused(format!("{}: its columns are not those of datapackage.json", path.display())));
    }
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let mut batches = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        let mut cells: Vec<Cells> =
            schema.fields().iter().map(|field| Cells::of(field.data_type())).collect();
        let mut rows = 0;
        while rows < BATCH && reader.read_byte_record(&mut record).map_err(refused)? {
            for ((cells, (name, kind, ..)), text) in cells.iter_mut().zip(columns).zip(&record) {
                let is_added = std::str::from_utf8(text).is_ok_and(|text| cells.add(text));
                if !is_added {
                    let line = record.position().map_or(0, csv::Position::line);
                    let found = String::from_utf8_lossy(text);
                    return Err(refused(format!(
                        "{}:{line} `{name}` = {found}: expected {kind}",
                        path.display()
                    )));
                }
            }
            rows += 1;
        }
        if rows == 0 {
            return Ok(Table { schema, batches });
        }
        let arrays = cells.iter_mut().map(Cells::finish).collect();
        batches.push(RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(refused)?);
    }
}

fn field((name, kind, unit, meaning): &Declared) -> Field {
    let kind = match kind.as_str() {
        "number" => DataType::Float64,
        "integer" | "year" => DataType::Int64,
        "date" => DataType::Date32,
        _ => DataType::Utf8,
    };
    let texts = [("unit", unit), ("description", meaning)].into_iter().filter(|(_, text)| !text.is_empty());
    let texts: HashMap<String, String> = texts.map(|(key, text)| (key.to_owned(), text.clone())).collect();
    Field::new(name, kind, true).with_metadata(texts)
}

/// The cells of a column of one batch.
enum Cells {
    Number(Float64Builder),
    Integer(Int64Builder),
    Date(Date32Builder),
    Text(StringBuilder),
}

impl Cells {
    fn of(kind: &DataType) -> Self {
        match kind {
            DataType::Float64 => Self::Number(Float64Builder::new()),
            DataType::Int64 => Self::Integer(Int64Builder::new()),
            DataType::Date32 => Self::Date(Date32Builder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Adds a cell, an empty one as missing; false where it is no value of the column.
    fn add(&mut self, text: &str) -> bool {
        if text.is_empty() {
            match self {
                Self::Number(cells) => cells.append_null(),
                Self::Integer(cells) => cells.append_null(),
                Self::Date(cells) => cells.append_null(),
                Self::Text(cells) => cells.append_null(),
            }
            return true;
        }
        match self {
            Self::Number(cells) => text.parse().map(|value| cells.append_value(value)).is_ok(),
            Self::Integer(cells) => text.parse().map(|value| cells.append_value(value)).is_ok(),
            Self::Date(cells) => days(text).map(|days| cells.append_value(days)).is_some(),
            Self::Text(cells) => {
                cells.append_value(text);
                true
            }
        }
    }

    fn finish(&mut self) -> Arc<dyn Array> {
        match self {
            Self::Number(cells) => ArrayBuilder::finish(cells),
            Self::Integer(cells) => ArrayBuilder::finish(cells),
            Self::Date(cells) => ArrayBuilder::finish(cells),
            Self::Text(cells) => ArrayBuilder::finish(cells),
        }
    }
}

/// Days from 1970-01-01 to a date.
fn days(text: &str) -> Option<i32> {
    let day: Date = text.parse().ok()?;
    Some(day.since((jiff::Unit::Day, DAY_ZERO)).ok()?.get_days())
}
