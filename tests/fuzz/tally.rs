//! What was seen, by format.

use std::fmt;
use std::path::PathBuf;

use crate::child::Outcome;
use crate::formats::FORMATS;

/// A case that ended as it should not.
pub struct Failure {
    pub problem: String,
    pub done: String,
    pub replay: String,
    pub folder: PathBuf,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "FAILED {}", self.problem)?;
        writeln!(f, "  {}", self.done)?;
        write!(f, "  {} cargo test --test fuzz\n  kept in {}", self.replay, self.folder.display())
    }
}

/// First lines of a message, cut.
pub fn start_of(words: &str) -> String {
    let cut = |line: &str| line.chars().take(240).collect::<String>();
    words.lines().take(3).map(cut).collect::<Vec<_>>().join("\n  ")
}

/// Counts of one format.
#[derive(Default, Clone, Copy)]
struct Line {
    cases: u64,
    ends: [u64; 3],
    failures: u64,
    longest: f64,
    peak_kib: u64,
}

/// Counts of all formats, and the failures.
#[derive(Default)]
pub struct Tally {
    lines: Vec<(&'static str, Line)>,
    pub failures: Vec<Failure>,
}

impl Tally {
    pub fn add(&mut self, format: &'static str, outcome: &Outcome, failure: Option<Failure>) {
        let at = self.lines.iter().position(|(name, _)| *name == format).unwrap_or_else(|| {
            self.lines.push((format, Line::default()));
            self.lines.len() - 1
        });
        let line = &mut self.lines[at].1;
        line.cases += 1;
        if let Some(end) = outcome.code.and_then(|code| usize::try_from(code).ok()).filter(|code| *code < 3) {
            line.ends[end] += 1;
        }
        line.failures += u64::from(failure.is_some());
        line.longest = line.longest.max(outcome.seconds);
        line.peak_kib = line.peak_kib.max(outcome.peak_kib);
        self.failures.extend(failure);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["format", "cases", "exit 0", "exit 1", "exit 2", "failed", "longest", "largest"];
        writeln!(
            f,
            "{:16} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9}",
            heads[0], heads[1], heads[2], heads[3], heads[4], heads[5], heads[6], heads[7]
        )?;
        let mut sum = Line::default();
        for format in FORMATS {
            let Some((name, line)) = self.lines.iter().find(|(name, _)| *name == format.name) else {
                continue;
            };
            row(f, name, line)?;
            sum.cases += line.cases;
            sum.failures += line.failures;
            (0..3).for_each(|end| sum.ends[end] += line.ends[end]);
            sum.longest = sum.longest.max(line.longest);
            sum.peak_kib = sum.peak_kib.max(line.peak_kib);
        }
        row(f, "all", &sum)
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, line: &Line) -> fmt::Result {
    let [zero, one, two] = line.ends;
    writeln!(
        f,
        "{name:16} {:>7} {zero:>7} {one:>7} {two:>7} {:>7} {:>7.2} s {:>5} MiB",
        line.cases,
        line.failures,
        line.longest,
        line.peak_kib >> 10
    )
}
