//! What the program says: answers on standard output, notices on standard error.
//!
//! A reader that has gone (`tradepath check DIR | head -0`) ends the answer quietly; any other failure to write it is
//! kept and fails the command at its end.

use std::io::{self, Write};
use std::sync::Mutex;

#[derive(Debug)]
enum Answering {
    Open,
    Closed,
    Failed(io::Error),
}

static ANSWERING: Mutex<Answering> = Mutex::new(Answering::Open);

/// Writes a part of the answer to standard output.
pub fn answer(text: &str) {
    let mut state = ANSWERING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !matches!(*state, Answering::Open) {
        return;
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => *state = Answering::Closed,
        Err(error) => *state = Answering::Failed(error),
    }
}

/// Writes a notice to standard error; nobody can be told where that fails.
pub fn notice(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether the whole answer could be written, or its reader went.
///
/// # Errors
/// What the system said to a write, such as a full disk.
pub fn outcome() -> anyhow::Result<()> {
    let mut state = ANSWERING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match std::mem::replace(&mut *state, Answering::Closed) {
        Answering::Failed(error) => Err(anyhow::anyhow!("standard output: {error}")),
        _ => Ok(()),
    }
}
