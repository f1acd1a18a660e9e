//! Progress on standard error: a bar on a terminal, elsewhere a line every half minute, for schedulers as JSON.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::terminal;
use crate::ensemble::Watch;

/// Time between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(30);
/// Time between two moves of the bar.
const TICK: Duration = Duration::from_millis(120);

/// The run of the program that listens in place of the terminal.
static CURRENT: Mutex<Option<Arc<Counts>>> = Mutex::new(None);

/// How far the run is that this process calls, in the fields of `--log json`.
#[must_use]
pub fn current() -> Option<Value> {
    locked(&CURRENT).as_ref().map(|counts| counts.state().json())
}

/// No run is under way.
pub fn forget() {
    *locked(&CURRENT) = None;
}

/// How far a run is; of a command without draws what it is doing.
pub struct Progress {
    counts: Arc<Counts>,
    form: Form,
}

enum Form {
    Hidden,
    Bar(ProgressBar),
    /// A thread writes lines until the sender goes.
    Lines(Mutex<Option<Sender<()>>>),
}

impl Progress {
    /// Nothing is done yet; hidden with `quiet`.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let counts = Arc::new(Counts::default());
        *locked(&counts.begun) = Some(Instant::now());
        if terminal::is_heard() {
            *locked(&CURRENT) = Some(Arc::clone(&counts));
        }
        let form = match quiet || terminal::is_heard() {
            true => Form::Hidden,
            false if stderr().is_terminal() && !terminal::is_json() => Form::Bar(bar()),
            false => {
                let (end, ended) = channel();
                let of_thread = Arc::clone(&counts);
                std::thread::spawn(move || write_lines(&of_thread, &ended));
                Form::Lines(Mutex::new(Some(end)))
            }
        };
        Self { counts, form }
    }

    /// Takes the bar away; schedulers get a last line.
    pub fn finish(&self) {
        match &self.form {
            Form::Hidden => {}
            Form::Bar(bar) => bar.finish_and_clear(),
            Form::Lines(end) => {
                let _ = locked(end).take();
                if terminal::is_json() {
                    terminal::event(self.counts.state().json());
                }
            }
        }
    }
}

/// A command that fails takes its bar away as well.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress {
    fn begin(&self, length: u64) {
        self.counts.draws.store(length, Relaxed);
        // A pilot may have gone before.
        for count in [&self.counts.done, &self.counts.skipped, &self.counts.solves] {
            count.store(0, Relaxed);
        }
        *locked(&self.counts.begun) = Some(Instant::now());
        if let Form::Bar(bar) = &self.form {
            bar.reset();
            bar.set_length(length);
            let template =
                "{msg:>8} [{bar:40}] {pos}/{len} draw-years, {prefix} solves/s, {elapsed} gone, {eta} to go";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
        }
    }

    fn stage(&self, text: &str) {
        text.clone_into(&mut locked(&self.counts.stage));
        match &self.form {
            Form::Bar(bar) => bar.set_message(text.to_owned()),
            Form::Lines(_) if terminal::is_json() => terminal::event(self.counts.state().json()),
            _ => {}
        }
    }

    fn advance(&self, by: u64) {
        self.counts.done.fetch_add(by, Relaxed);
        if let Form::Bar(bar) = &self.form {
            bar.inc(by);
        }
    }

    fn skip(&self, draws: u64) {
        self.counts.skipped.fetch_add(draws, Relaxed);
        self.advance(draws);
    }

    fn solved(&self, equilibria: u64) {
        self.counts.solves.fetch_max(equilibria, Relaxed);
        if let Form::Bar(bar) = &self.form {
            let now = self.counts.seconds() / TICK.as_secs_f64();
            if self.counts.shown.swap(now as u64, Relaxed) != now as u64 {
                bar.set_prefix(format!("{:.0}", self.counts.state().solves_per_second()));
            }
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed} gone") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}

fn write_lines(counts: &Counts, ended: &Receiver<()>) {
    while ended.recv_timeout(BETWEEN_LINES) == Err(RecvTimeoutError::Timeout) {
        match terminal::is_json() {
            true => terminal::event(counts.state().json()),
            false => terminal::notice(&format!("{}\n", counts.state().text())),
        }
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Counts {
    stage: Mutex<String>,
    /// When the first draw was begun; before, when the command was.
    begun: Mutex<Option<Instant>>,
    draws: AtomicU64,
    done: AtomicU64,
    /// Of those done: taken from an earlier command.
    skipped: AtomicU64,
    solves: AtomicU64,
    /// Tick at which the rate was shown last.
    shown: AtomicU64,
}

impl Counts {
    fn seconds(&self) -> f64 {
        locked(&self.begun).map_or(0.0, |begun| begun.elapsed().as_secs_f64())
    }

    fn state(&self) -> State {
        State {
            stage: locked(&self.stage).clone(),
            draws: self.draws.load(Relaxed),
            done: self.done.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            solves: self.solves.load(Relaxed),
            seconds: self.seconds(),
        }
    }
}

/// How far a run is at one moment; draws of all years.
struct State {
    stage: String,
    draws: u64,
    done: u64,
    skipped: u64,
    solves: u64,
    seconds: f64,
}

impl State {
    fn solves_per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.solves as f64 / self.seconds } else { 0.0 }
    }

    /// `None` before the first draw is solved.
    fn seconds_left(&self) -> Option<f64> {
        let solved = self.done.saturating_sub(self.skipped);
        let left = self.draws.saturating_sub(self.done) as f64;
        (solved > 0).then(|| self.seconds / solved as f64 * left)
    }

    fn text(&self) -> String {
        let Self { stage, draws, done, solves, .. } = self;
        if *draws == 0 {
            return format!("{stage}, {} gone", clock(self.seconds));
        }
        let left = self.seconds_left().map_or_else(String::new, |left| format!(", {} left", clock(left)));
        format!(
            "{stage}: {done} of {draws} draw-years, {solves} solves ({:.0}/s), {} gone{left}",
            self.solves_per_second(),
            clock(self.seconds)
        )
    }

    fn json(&self) -> Value {
        json!({
            "event": "progress", "stage": self.stage, "draws_done": self.done, "draws": self.draws,
            "solves": self.solves, "solves_per_second": self.solves_per_second(),
            "seconds": self.seconds, "seconds_left": self.seconds_left(),
        })
    }
}

/// Seconds as `h:mm:ss`.
fn clock(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn what_was_taken_over_does_not_count_as_speed() {
        let state = State {
            stage: "2030".into(),
            draws: 3000,
            done: 1200,
            skipped: 1000,
            solves: 5000,
            seconds: 100.0,
        };
        assert_eq!(
            state.text(),
            "2030: 1200 of 3000 draw-years, 5000 solves (50/s), 0:01:40 gone, 0:15:00 left"
        );
        assert_eq!(state.json()["seconds_left"], 900.0);
        let begun = State { done: 1000, solves: 0, seconds: 0.0, ..state };
        assert_eq!(begun.text(), "2030: 1000 of 3000 draw-years, 0 solves (0/s), 0:00:00 gone");
        let stage = "preparing 160 countries x 65 sectors".into();
        let without_draws = State { stage, draws: 0, done: 0, skipped: 0, solves: 0, seconds: 31.0 };
        assert_eq!(without_draws.text(), "preparing 160 countries x 65 sectors, 0:00:31 gone");
    }
}
