//! Commands inside the process of another program, such as the package for Python.
//!
//! ```text
//! Call::start(arguments)      the command line, in a thread of its own, with the threads that it asks for
//!   |  progress()             how far a run is
//!   |  stop()                 the command unwinds at its next step; files appear whole or not at all as ever
//!   v  wait(at most)
//! Outcome                     exit code, answer, notices, message, faults
//! ```
//!
//! One command runs at a time: digits, protected inputs and memory are of the process. A second call waits for the first.

use std::any::Any;
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ArgMatches;
use clap::{Command, CommandFactory, FromArgMatches};
use serde_json::Value;

use super::{Cli, execute, exit, inputs, progress, signals, terminal};
use crate::data::memory;
use crate::error::{Fault, InputErrors};
use crate::estimation::EstimationError;
use crate::estimation::formula::FormulaError;
use crate::output;
use crate::stop::{self, Stopped};

/// Stack of the threads of a command: as much as the main thread of a process has.
const STACK_BYTES: usize = 8 << 20;

/// Held while a command runs.
static ONE: Mutex<()> = Mutex::new(());

/// How a command ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// As of the program: 0 success, 1 failed, 2 wrong usage or bad input.
    pub exit_code: u8,
    /// True where [`Call::stop`] ended it; then `message` says what is kept.
    pub is_stopped: bool,
    /// What the program would print to standard output.
    pub answer: String,
    /// What it would say on standard error besides progress.
    pub notices: Vec<String>,
    /// Why it failed.
    pub message: String,
    /// The faults of the input, where those are the cause.
    pub faults: Vec<Fault>,
}

/// A command that runs, or waits for the one before it.
#[derive(Debug)]
pub struct Call {
    state: Arc<Mutex<State>>,
    ended: Mutex<Receiver<Outcome>>,
}

#[derive(Debug, Default)]
struct State {
    is_running: bool,
    is_to_end: bool,
    /// How far the run was when it ended.
    last: Option<Value>,
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Call {
    /// Starts a command; `arguments` as on the command line, without the name of the program.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn start(arguments: Vec<OsString>) -> std::io::Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let (of_thread, (send, ended)) = (Arc::clone(&state), channel());
        thread::Builder::new()
            .name("tradepath".into())
            .spawn(move || take_turn(&arguments, &of_thread, &send))?;
        Ok(Self { state, ended: Mutex::new(ended) })
    }

    /// How it ended, or `None` if it has not after `at_most`.
    #[must_use]
    pub fn wait(&self, at_most: Duration) -> Option<Outcome> {
        locked(&self.ended).recv_timeout(at_most).ok()
    }

    /// How far a run is, in the fields of `--log json`; `None` for commands without progress.
    #[must_use]
    pub fn progress(&self) -> Option<Value> {
        let state = locked(&self.state);
        if state.is_running { progress::current() } else { state.last.clone() }
    }

    /// Asks it to end; [`Call::wait`] says when it has.
    pub fn stop(&self) {
        let mut state = locked(&self.state);
        state.is_to_end = true;
        if state.is_running {
            stop::ask(true);
        }
    }
}

/// Waits until no other command runs, then runs this one.
fn take_turn(arguments: &[OsString], state: &Mutex<State>, ended: &Sender<Outcome>) {
    let one = locked(&ONE);
    {
        let mut state = locked(state);
        state.is_running = true;
        stop::ask(state.is_to_end);
    }
    let outcome = run(arguments);
    {
        let mut state = locked(state);
        (state.is_running, state.last) = (false, progress::current());
        progress::forget();
    }
    stop::ask(false);
    drop(one);
    // Nobody waits any more where the caller has gone.
    let _ = ended.send(outcome);
}

fn run(arguments: &[OsString]) -> Outcome {
    let line = std::iter::once(OsString::from("tradepath")).chain(arguments.iter().cloned());
    let mut program = Cli::command();
    let matches = program.try_get_matches_from_mut(line);
    let parsed = matches.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return of_usage(&error),
    };
    terminal::listen();
    let done = catch_unwind(AssertUnwindSafe(|| in_pool(&cli, &matches, &program)));
    let heard = terminal::take_heard();
    let hint = signals::take_hint();
    let outcome = match done {
        Ok(Ok(code)) => Outcome { exit_code: u8::from(code != ExitCode::SUCCESS), ..Outcome::default() },
        Ok(Err(error)) => of_error(&error),
        Err(payload) => of_panic(&*payload, hint),
    };
    Outcome { answer: heard.answer, notices: heard.notices, ..outcome }
}

/// Runs the command with threads of its own, which end with it.
fn in_pool(cli: &Cli, matches: &ArgMatches, program: &Command) -> anyhow::Result<ExitCode> {
    memory::allow(None);
    output::rows::set_digits(cli.digits);
    if let Some((_, arguments)) = matches.subcommand() {
        output::dir::protect(inputs(arguments));
    }
    let threads = rayon::ThreadPoolBuilder::new().num_threads(cli.threads.into()).stack_size(STACK_BYTES);
    threads.build()?.install(|| {
        stop::check();
        execute(cli, matches, program)
    })
}

fn of_error(error: &anyhow::Error) -> Outcome {
    Outcome {
        exit_code: exit::code(error),
        message: terminal::message(error),
        faults: error.chain().find_map(faults).unwrap_or_default(),
        ..Outcome::default()
    }
}

/// The faults that an error holds.
fn faults(error: &(dyn std::error::Error + 'static)) -> Option<Vec<Fault>> {
    if let Some(InputErrors(faults)) = error.downcast_ref() {
        return Some(faults.iter().map(Fault::for_display).collect());
    }
    match error.downcast_ref()? {
        EstimationError::Input(InputErrors(faults)) => Some(faults.iter().map(Fault::for_display).collect()),
        EstimationError::Formula(wrong) => Some(vec![of_formula(wrong)]),
        EstimationError::NothingToEstimate(why) => {
            let remedy = "Widen the filters, or look at the outcome and its missing cells.";
            Some(vec![Fault::of_file("panel", "rows", "none in use", why, remedy).for_display()])
        }
        EstimationError::Formulas(all) => Some(all.iter().map(of_formula).collect()),
        _ => None,
    }
}

/// The fault of a place in a formula, a condition or a name of a column.
fn of_formula(wrong: &FormulaError) -> Fault {
    let found: String =
        wrong.text.chars().skip(wrong.span.start).take(wrong.span.end - wrong.span.start).collect();
    let remedy = format!("Correct it at character {}.", wrong.span.start + 1);
    Fault::of_file("command line", "formula", &found, &wrong.message, &remedy).for_display()
}

/// Arguments that cannot be read, or a text that was asked for, such as help.
fn of_usage(error: &clap::Error) -> Outcome {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Outcome { answer: text, ..Outcome::default() };
    }
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let valid = context(ContextKind::ValidValue);
    let fault = Fault::of_file(
        "command line",
        context(ContextKind::InvalidArg).split(' ').next().unwrap_or_default(),
        &context(ContextKind::InvalidValue),
        &if valid.is_empty() { first.to_owned() } else { format!("one of {valid}") },
        "Correct it.",
    );
    let message = text.trim().trim_start_matches("error: ").to_owned();
    Outcome { exit_code: 2, message, faults: vec![fault.for_display()], ..Outcome::default() }
}

fn of_panic(payload: &(dyn Any + Send), hint: String) -> Outcome {
    if payload.is::<Stopped>() {
        return Outcome { exit_code: 1, is_stopped: true, message: hint, ..Outcome::default() };
    }
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Outcome { exit_code: 1, message: format!("internal error: {text}"), ..Outcome::default() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Call, Outcome};

    const LONG: Duration = Duration::from_secs(300);

    fn call(line: &str) -> Outcome {
        Call::start(line.split(' ').map(Into::into).collect()).unwrap().wait(LONG).unwrap()
    }

    // One test: another would take the turns of this one's calls.
    #[test]
    fn a_command_answers_fails_and_ends_when_asked_to() {
        let version = call("--version");
        assert_eq!((version.exit_code, version.message.as_str()), (0, ""));
        assert!(version.answer.starts_with("tradepath "), "{version:?}");

        let usage = call("timeline x --draws many");
        assert_eq!(usage.exit_code, 2);
        let fault = &usage.faults[0];
        assert_eq!((fault.field.as_str(), fault.found.as_str()), ("--draws", "many"), "{usage:?}");

        let wrong = call("timeline no_such_option --draws 1 --data tests/goldens/example");
        assert_eq!((wrong.exit_code, wrong.is_stopped), (2, false));
        assert!(!wrong.faults.is_empty() && !wrong.faults[0].remedy.is_empty(), "{wrong:?}");

        let long = Call::start(
            "timeline join --draws 1000000000 --data tests/goldens/example"
                .split(' ')
                .map(Into::into)
                .collect(),
        )
        .unwrap();
        assert_eq!(long.wait(Duration::from_millis(200)), None);
        let behind = Call::start(vec!["--version".into()]).unwrap();
        assert_eq!(behind.wait(Duration::from_millis(1)), None, "one at a time");
        long.stop();
        let stopped = long.wait(LONG).unwrap();
        assert!(stopped.is_stopped && stopped.exit_code == 1, "{stopped:?}");
        assert_eq!(behind.wait(LONG).unwrap().exit_code, 0);
    }
}
