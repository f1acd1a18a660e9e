//! Mutated inputs of every format, judged by how the program ends.
//!
//! `cargo test --release --test fuzz` tries a fixed number of cases of each format. Long, with a table of what was
//! seen: `TRADEPATH_FUZZ=20000 cargo test --release --test fuzz -- --nocapture`. Also read: `TRADEPATH_FUZZ_SEED` (default 1),
//! `TRADEPATH_FUZZ_FORMAT` (one format), `TRADEPATH_FUZZ_CASE` (one case of it: a replay), `TRADEPATH_FUZZ_SECONDS`
//! (processor time of a call). A failure names all that its replay needs, and the folder that keeps the input.
#![cfg(target_os = "linux")]

mod child;
mod dice;
mod formats;
mod judge;
mod mutate;
mod sandbox;
mod seeds;
mod tally;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dice::Dice;
use formats::{FORMATS, Format};
use sandbox::Sandbox;
use tally::{Failure, Tally};

/// Calls side by side.
const WORKERS: usize = 2;
/// Cases that a worker takes at a time.
const SLICE: u64 = 10;

/// What the environment asks for.
struct Wish {
    total: Option<u64>,
    seed: u64,
    format: Option<String>,
    case: Option<u64>,
}

impl Wish {
    fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let number = |name: &str| {
            text(name)
                .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}: expected a whole number")))
        };
        Self {
            total: number("TRADEPATH_FUZZ"),
            seed: number("TRADEPATH_FUZZ_SEED").unwrap_or(1),
            format: text("TRADEPATH_FUZZ_FORMAT"),
            case: number("TRADEPATH_FUZZ_CASE"),
        }
    }

    /// Formats with the numbers of their cases.
    fn cases(&self) -> Vec<(usize, std::ops::Range<u64>)> {
        let wanted = |format: &Format| self.format.as_ref().is_none_or(|name| format.name == name);
        let sum: u64 = FORMATS.iter().filter(|format| wanted(format)).map(|format| format.short).sum();
        assert!(sum > 0, "no format of this name; there are {:?}", FORMATS.map_names());
        let mut found = Vec::new();
        for (k, format) in FORMATS.iter().enumerate().filter(|(_, format)| wanted(format)) {
            let n = self.total.map_or(format.short, |total| (total * format.short).div_ceil(sum));
            let all = self.case.map_or(0..n, |case| case..case + 1);
            let starts = (all.start..all.end).step_by(usize::try_from(SLICE).unwrap_or(1));
            found.extend(starts.map(|start| (k, start..(start + SLICE).min(all.end))));
        }
        found
    }
}

/// Names, for a message.
trait Names {
    fn map_names(&self) -> Vec<&'static str>;
}

impl Names for [Format] {
    fn map_names(&self) -> Vec<&'static str> {
        self.iter().map(|format| format.name).collect()
    }
}

#[test]
fn mutated_inputs_end_as_they_should() {
    let wish = Wish::read();
    let ground = tempfile::tempdir().expect("a folder for the cases");
    let slices = wish.cases();
    let pristine: Vec<Option<PathBuf>> = FORMATS
        .iter()
        .enumerate()
        .map(|(k, format)| {
            slices.iter().any(|(at, _)| *at == k).then(|| seeded(ground.path(), format)).flatten()
        })
        .collect();
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (next, tally, slices, pristine, wish) = (&next, &tally, &slices, &pristine, &wish);
            let home = ground.path().join(format!("worker{worker}"));
            scope.spawn(move || {
                let mut open: Option<(usize, Sandbox)> = None;
                while let Some((k, cases)) = slices.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(pristine) = &pristine[*k] else { continue };
                    let format = &FORMATS[*k];
                    if open.as_ref().is_none_or(|(at, _)| at != k) {
                        let sandbox = Sandbox::new(&home.join(format.name), pristine, format);
                        open = Some((*k, sandbox.expect("a sandbox")));
                    }
                    let Some((_, sandbox)) = &mut open else { continue };
                    for case in cases.clone() {
                        try_case(sandbox, format, (wish.seed, case), &home, tally);
                    }
                }
            });
        }
    });
    let tally = tally.into_inner().expect("no worker panicked");
    println!("{tally}");
    assert!(
        tally.failures.is_empty(),
        "{} cases ended as they should not; each is above",
        tally.failures.len()
    );
}

/// The sound input of a format, which the program must accept; `None` where its data are not at hand.
fn seeded(ground: &Path, format: &Format) -> Option<PathBuf> {
    let folder = ground.join("pristine").join(format.name);
    fs::create_dir_all(&folder).expect("a folder for the input");
    if let Err(reason) = (format.seed)(&folder) {
        assert!(reason.contains("../shared"), "{}: {reason}", format.name);
        println!("{} is left out: {reason}", format.name);
        return None;
    }
    Some(folder)
}

fn try_case(
    sandbox: &mut Sandbox,
    format: &Format,
    (seed, number): (u64, u64),
    home: &Path,
    tally: &Mutex<Tally>,
) {
    let mut dice = Dice::new(seed, format.name, number);
    let case = sandbox.prepare(&mut dice, format);
    let before = sandbox.listing();
    let outcome = child::call(&sandbox.work(), home, &case.arguments).expect("the program can be called");
    let after = sandbox.listing();
    let mut problems = judge::problems(&case, &outcome, &before, &after, &sandbox.work());
    if let (Some(line), Some(0), true) = (format.then, outcome.code, problems.is_empty()) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let then = child::call(&sandbox.work(), home, &words).expect("the program can be called");
        if then.code != Some(0) {
            problems.push(format!("`{line}` of what was written: {:?} {}", then.code, then.stderr));
        }
    }
    let failure = (!problems.is_empty()).then(|| {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz/{}-{seed}-{number}", format.name));
        let replay = format!(
            "TRADEPATH_FUZZ_FORMAT={} TRADEPATH_FUZZ_SEED={seed} TRADEPATH_FUZZ_CASE={number}",
            format.name
        );
        let failure = Failure { problem: problems.join("; "), done: case.done.join("; "), replay, folder };
        judge::keep(sandbox, &case, &outcome, &failure.folder, &failure.to_string())
            .expect("the case can be kept");
        println!("{failure}\n  {}", tally::start_of(&outcome.stderr));
        failure
    });
    tally.lock().expect("no worker panicked").add(format.name, &outcome, failure);
    let left = judge::left(&before, &after);
    let is_whole = before.iter().all(|(path, stamp)| after.get(path) == Some(stamp));
    let restored = if is_whole { sandbox.restore(&left) } else { sandbox.rebuild() };
    restored.expect("the sandbox can be restored");
}

/// The harness finds what it is for: judged by calls whose end is known.
#[test]
fn the_judge_sees_what_is_wrong() {
    let case = |has_line| sandbox::Case {
        arguments: vec!["check".into(), "in".into()],
        done: vec!["in/trade.csv: line 2, cell 4: `1` becomes `x`".into()],
        has_line,
        is_read_whole: true,
        only_words: false,
    };
    let ended = |code: Option<i32>, stderr: &str| child::Outcome {
        code,
        signal: code.is_none().then_some(6),
        hangs: false,
        seconds: 0.0,
        peak_kib: 0,
        stdout: String::new(),
        stderr: stderr.into(),
    };
    let none = sandbox::Listing::new();
    let found = |case: &sandbox::Case, outcome: &child::Outcome| {
        judge::problems(case, outcome, &none, &none, Path::new("nowhere")).join(";")
    };
    assert_eq!(found(&case(true), &ended(Some(2), "in/trade.csv:2 `value_musd` = x: expected")), "");
    assert_eq!(found(&case(false), &ended(Some(2), "in/trade.csv `rows` = none")), "");
    assert!(found(&case(true), &ended(Some(2), "in/trade.csv `rows` = none")).contains("names no line"));
    assert!(found(&case(true), &ended(Some(2), "bad input")).contains("names no file"));
    assert!(
        found(&case(true), &ended(Some(101), "thread main panicked at src/x.rs:1:2:")).contains("src/x.rs:1")
    );
    assert!(found(&case(true), &ended(Some(3), "")).contains("exit code"));
    assert!(found(&case(true), &ended(None, "")).contains("signal 6"));
    assert!(found(&case(true), &ended(Some(1), "invalid float literal")).contains("no failed run"));
    assert!(found(&case(true), &ended(Some(1), "")).contains("without a word"));
    let mut nan = case(true);
    nan.done = vec!["in/trade.csv: line 2, cell 4: `1` becomes `nan`".into()];
    assert!(found(&nan, &ended(Some(0), "")).contains("taken for a number"));
    assert_eq!(found(&case(true), &ended(Some(1), "did not converge")), "");
}

/// The same seed gives the same case, whatever ran before.
#[test]
fn a_case_can_be_made_again() {
    let make = |number| {
        let mut dice = Dice::new(7, "baseline", number);
        let mutant = mutate::mutate(&mut dice, "x.csv", b"a,b\n1,2\n3,4\n");
        (mutant.bytes, mutant.what)
    };
    let first: Vec<_> = (0..50).map(make).collect();
    assert_eq!(first, (0..50).rev().map(make).rev().collect::<Vec<_>>());
    assert!(first.iter().any(|one| *one != first[0]));
}
