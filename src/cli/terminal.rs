//! What the program says: answers on standard output, notices on standard error.
//!
//! A reader that has gone (`tradepath check DIR | head -0`) ends the answer quietly; any other failure to write it is
//! kept and fails the command at its end.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

#[derive(Debug)]
enum Answering {
    Open,
    Closed,
    Failed(io::Error),
}

/// Notices are lines of JSON.
static JSON: AtomicBool = AtomicBool::new(false);

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

/// Every notice is a line of JSON from now on (`--log json`).
pub fn log_json() {
    JSON.store(true, Ordering::Relaxed);
}

/// True if notices are lines of JSON.
#[must_use]
pub fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Writes a notice to standard error; nobody can be told where that fails.
pub fn notice(text: &str) {
    if is_json() {
        return event(json!({ "event": "notice", "message": text.trim() }));
    }
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes an event with its time as a line of JSON to standard error.
pub fn event(mut what: Value) {
    what["time"] = jiff::Timestamp::now().to_string().into();
    let _ = io::stderr().lock().write_all(format!("{what}\n").as_bytes());
}

/// Says why the command failed, and how it ends.
pub fn failure(error: &anyhow::Error, exit_code: u8) {
    match is_json() {
        true => {
            event(json!({ "event": "error", "message": format!("{error:#}").trim(), "exit_code": exit_code }))
        }
        false => notice(&format!("error: {error:#}\n")),
    }
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
