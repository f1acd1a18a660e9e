//! Ends a computation without ending the process.
//!
//! The program ends with its process. One that calls commands inside its own, such as the package for Python, cannot:
//! it [`ask`]s, and the loops that take long see it at their next step ([`check`]): one evaluation of the equilibrium, one
//! draw of events, one step of an estimation. The command then unwinds as if it had failed: what it had begun to write
//! goes, what it had finished stays.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Commands are asked to end.
static ASKED: AtomicBool = AtomicBool::new(false);

/// What a computation unwinds with that was asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Asks the computation of this process to end (`true`), or lets the next one begin (`false`).
pub fn ask(end: bool) {
    ASKED.store(end, Relaxed);
}

/// Unwinds with [`Stopped`] where the end was asked for; the hook of panics does not hear of it.
#[inline]
pub fn check() {
    if ASKED.load(Relaxed) {
        resume_unwind(Box::new(Stopped));
    }
}
