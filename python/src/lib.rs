//! The native part of the Python package `tradepath`: commands that run inside the process of Python, and the tables that
//! they wrote as Arrow data. What users see is in `python/tradepath`.

use pyo3::prelude::*;

mod call;
mod table;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("VERSION", tradepath::VERSION)?;
    module.add_class::<call::Call>()?;
    module.add_class::<call::Fault>()?;
    module.add_class::<call::Outcome>()?;
    module.add_class::<table::Table>()
}
