//! What the program says: answers on standard output, notices on standard error.
//!
//! A reader that has gone (`tradepath check DIR | head -0`) ends the answer quietly; any other failure to write it is
//! kept and fails the command at its end.
//!
//! A program that calls commands in its own process hears both in place of the terminal ([`listen`]).

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// What a command said to the program that called it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The answer.
    pub answer: String,
    /// Notices and warnings, one after another.
    pub notices: Vec<String>,
}

/// What is said to the program that listens.
static HEARD: Mutex<Option<Heard>> = Mutex::new(None);

fn heard() -> MutexGuard<'static, Option<Heard>> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on nothing goes to the terminal, until [`take_heard`].
pub fn listen() {
    *heard() = Some(Heard::default());
}

/// What was said since [`listen`]; the terminal has the word again.
#[must_use]
pub fn take_heard() -> Heard {
    heard().take().unwrap_or_default()
}

/// True while a program listens in place of the terminal.
#[must_use]
pub fn is_heard() -> bool {
    heard().is_some()
}

/// Writes a part of the answer to standard output.
pub fn answer(text: &str) {
    if let Some(heard) = &mut *heard() {
        return heard.answer.push_str(text);
    }
    let mut state = ANSWERING.lock().unwrap_or_else(PoisonError::into_inner);
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

/// Exit code of a process that a fault of the program itself ends.
const PANICKED: u8 = 101;

/// Every notice is a line of JSON from now on (`--log json`), a fault of the program itself as well.
pub fn log_json() {
    JSON.store(true, Ordering::Relaxed);
    std::panic::set_hook(Box::new(|info| {
        event(json!({ "event": "error", "message": info.to_string(), "exit_code": PANICKED }));
    }));
}

/// True if notices are lines of JSON.
#[must_use]
pub fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Writes a notice to standard error; nobody can be told where that fails.
pub fn notice(text: &str) {
    if let Some(heard) = &mut *heard() {
        return heard.notices.push(text.trim().to_owned());
    }
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
    let message = message(error);
    match is_json() {
        true => event(json!({ "event": "error", "message": message, "exit_code": exit_code })),
        false => notice(&format!("error: {message}\n")),
    }
}

/// An error and its causes; a cause that the text before it tells already is not told again.
#[must_use]
pub fn message(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(|cause| cause.to_string()) {
        let cause = cause.trim();
        if !text.contains(cause) {
            let colon = if text.is_empty() { "" } else { ": " };
            text = format!("{text}{colon}{cause}");
        }
    }
    text
}

/// Whether the whole answer could be written, or its reader went.
///
/// # Errors
/// What the system said to a write, such as a full disk.
pub fn outcome() -> anyhow::Result<()> {
    let mut state = ANSWERING.lock().unwrap_or_else(PoisonError::into_inner);
    match std::mem::replace(&mut *state, Answering::Closed) {
        Answering::Failed(error) => Err(anyhow::anyhow!("standard output: {error}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::message;

    #[derive(Debug, thiserror::Error)]
    #[error("table.csv: {source}. Free space.")]
    struct Told {
        source: io::Error,
    }

    #[test]
    fn a_cause_is_told_once() {
        let full = || io::Error::other("no space left");
        let told = anyhow::Error::from(Told { source: full() });
        assert_eq!(message(&told), "table.csv: no space left. Free space.");
        assert_eq!(message(&told.context("the report")), "the report: table.csv: no space left. Free space.");
        assert_eq!(message(&anyhow::Error::from(full()).context("x.csv")), "x.csv: no space left");
    }
}
