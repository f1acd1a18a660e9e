//! A command that runs in a thread beside Python's.

use std::ffi::OsString;
use std::time::Duration;

use pyo3::prelude::*;
use tradepath::cli::call;
use tradepath::error;

/// One fault of the input, with its place and the way out.
#[pyclass(frozen, get_all, eq, module = "tradepath")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File as the user knows it.
    file: String,
    /// Line of the file, 1 = first line; None if the fault is of the file as a whole.
    line: Option<u64>,
    /// Column, key or quantity that is wrong.
    field: String,
    /// What stands there.
    found: String,
    /// What was expected instead.
    expected: String,
    /// What the user can do about it.
    remedy: String,
}

#[pymethods]
impl Fault {
    fn __repr__(&self) -> String {
        let Self { file, line, field, found, expected, remedy } = self;
        let line = line.map_or_else(|| "None".to_owned(), |line| line.to_string());
        format!(
            "Fault(file={file:?}, line={line}, field={field:?}, found={found:?}, expected={expected:?}, remedy={remedy:?})"
        )
    }
}

impl From<error::Fault> for Fault {
    fn from(fault: error::Fault) -> Self {
        let error::Fault { file, line, field, found, expected, remedy } = fault;
        Self { file, line, field, found, expected, remedy }
    }
}

/// How a command ended.
#[pyclass(frozen, get_all, module = "tradepath._native")]
pub struct Outcome {
    /// 0 success, 1 failed, 2 wrong usage or bad input.
    exit_code: u8,
    /// True where `Call.stop` ended it.
    is_stopped: bool,
    /// What the program would print.
    answer: String,
    /// Notices and warnings.
    notices: Vec<String>,
    /// Why it failed, or what is kept.
    message: String,
    /// The faults of the input.
    faults: Vec<Fault>,
}

/// A command that runs, or waits for the one before it.
#[pyclass(frozen, module = "tradepath._native")]
pub struct Call(call::Call);

#[pymethods]
impl Call {
    /// Starts a command: arguments as on the command line.
    #[new]
    fn new(arguments: Vec<OsString>) -> PyResult<Self> {
        Ok(Self(call::Call::start(arguments)?))
    }

    /// How it ended, or None if it has not after so many seconds. Python goes on meanwhile.
    fn wait(&self, py: Python<'_>, seconds: f64) -> PyResult<Option<Outcome>> {
        let at_most = Duration::try_from_secs_f64(seconds)
            .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
        let outcome = py.detach(|| self.0.wait(at_most));
        Ok(outcome.map(|outcome| {
            let call::Outcome { exit_code, is_stopped, answer, notices, message, faults } = outcome;
            let faults = faults.into_iter().map(Fault::from).collect();
            Outcome { exit_code, is_stopped, answer, notices, message, faults }
        }))
    }

    /// How far a run is, as JSON; None for commands without progress.
    fn progress(&self) -> Option<String> {
        self.0.progress().map(|state| state.to_string())
    }

    /// Asks it to end.
    fn stop(&self) {
        self.0.stop();
    }
}
