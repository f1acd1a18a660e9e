//! Where the time of a run went, by layer.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::terminal;
use crate::ensemble::{Layer, RunCounts};

/// Seconds of wall time by part of a run.
pub struct Timings {
    since: Instant,
    parts: Vec<(String, f64)>,
    /// Seconds that all threads together solved.
    solving: f64,
    threads: f64,
}

impl Timings {
    /// Nothing is done yet.
    pub fn start() -> Self {
        let threads = rayon::current_num_threads() as f64;
        Self { since: Instant::now(), parts: Vec::new(), solving: 0.0, threads }
    }

    /// The part that began when the one before ended is over.
    pub fn end(&mut self, part: &str) {
        let took = self.lap().as_secs_f64();
        self.parts.push((part.to_owned(), took));
    }

    /// The draws and reference paths are over. What the threads did in each layer is told as the wall time that this
    /// takes where all of them work; the rest is what they did besides, and what they waited for.
    pub fn end_of_draws(&mut self, counts: &RunCounts) {
        let mut rest = self.lap().as_secs_f64();
        for layer in Layer::ALL {
            let seconds = counts.seconds(layer) / self.threads;
            rest -= seconds;
            self.parts.push((layer.name().to_owned(), seconds));
        }
        self.solving = counts.seconds(Layer::Solve);
        self.parts.push(("decompositions, tables of draws, waiting".into(), rest.max(0.0)));
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        let took = now - self.since;
        self.since = now;
        took
    }

    /// Says them on standard error: a table, or one event where lines of JSON are asked for.
    pub fn say(&self) {
        if !terminal::is_json() || terminal::is_heard() {
            return terminal::notice(&self.text());
        }
        let seconds: Map<String, Value> =
            self.parts.iter().map(|(part, seconds)| (part.clone(), json!(seconds))).collect();
        terminal::event(json!({ "event": "timings", "seconds": seconds }));
    }

    /// A table of the parts, and how much the run took beside its solves.
    pub fn text(&self) -> String {
        let total: f64 = self.parts.iter().map(|(_, seconds)| seconds).sum();
        let mut text = String::from("where the time went                        seconds  share\n");
        for (part, seconds) in &self.parts {
            let _ = writeln!(text, "{part:<41} {seconds:>8.2} {:>5.1}%", 100.0 * seconds / total);
        }
        if self.solving > 0.0 {
            let ratio = total * self.threads / self.solving;
            let _ = writeln!(text, "the run took {ratio:.1} times the thread time of its solves");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn parts_add_up_and_the_run_is_compared_with_its_solves() {
        let counts = RunCounts::default();
        counts.nanoseconds[Layer::Solve as usize].store(2_000_000_000, Ordering::Relaxed);
        let mut timings = Timings { threads: 2.0, ..Timings::start() };
        timings.since = Instant::now() - Duration::from_secs(4);
        timings.end_of_draws(&counts);
        let text = timings.text();
        assert!(text.contains("solve                                         1.00  25.0%"), "{text}");
        assert!(text.contains("the run took 4.0 times"), "{text}");
    }
}
