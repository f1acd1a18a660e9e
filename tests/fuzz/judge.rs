//! What a call must not do, whatever its input.

use std::fs;
use std::path::{Path, PathBuf};

use crate::child::Outcome;
use crate::sandbox::{Case, Listing, Sandbox};

/// Resident memory that no case of these small inputs may reach, in KiB.
const MOST_RESIDENT_KIB: u64 = 1 << 20;
/// Longest line of a message: a cell is quoted in part, not whole.
const LONGEST_LINE: usize = 4000;
/// Longest message: every fault of an input of 20,000 rows.
const LONGEST_MESSAGE: usize = 64 << 20;
/// What a failed run says, as opposed to bad input.
const RUN_FAILED: [&str; 8] = [
    "converge",
    "no equilibrium",
    "no optimum",
    "memory",
    "differ",
    "no best answers",
    "nothing to estimate",
    "overflows",
];

/// Faults of rows together, which have no line of their own.
const OF_ROWS: [&str; 9] = [
    "= sum ",
    "no row",
    "missing",
    "a gap of",
    "changed since it was written",
    "no list of files",
    "without a row",
    "lost or changed",
    "not recognised",
];
/// What no reader may take for a number.
const NO_NUMBERS: [&str; 14] = [
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "1e400",
    "-1e400",
    "1.5.2",
    "0x10",
    "1e",
    "--1",
    "1_000",
    "..",
    "\u{661}\u{662}",
];

/// What is wrong with how a call ended; empty = nothing.
pub fn problems(
    case: &Case,
    outcome: &Outcome,
    before: &Listing,
    after: &Listing,
    work: &Path,
) -> Vec<String> {
    let mut found = Vec::new();
    let words = &outcome.stderr;
    if outcome.hangs {
        found.push("hangs".to_owned());
    } else if let Some(signal) = outcome.signal {
        found.push(format!("ended by signal {signal}"));
    }
    if words.contains("panicked at") {
        let place = words.lines().find(|line| line.contains("panicked at")).unwrap_or_default();
        found.push(format!("panic: {}", place.rsplit("panicked at ").next().unwrap_or_default()));
    } else if !outcome.hangs && !matches!(outcome.code, Some(0..=2) | None) {
        found.push(format!("exit code {:?}", outcome.code));
    }
    if outcome.peak_kib > MOST_RESIDENT_KIB {
        found.push(format!("{} MiB of memory", outcome.peak_kib >> 10));
    }
    // A word of the command line is the user's to shorten; the parser of the command line repeats it whole.
    let is_long = words.len() > LONGEST_MESSAGE || words.lines().any(|line| line.len() > LONGEST_LINE);
    if is_long && !case.only_words {
        found.push("a message without end".to_owned());
    }
    match outcome.code {
        Some(0) => {
            found.extend(meaningless_numbers(case, &work.join("out")));
            found.extend(taken_for_number(case));
        }
        Some(1) if words.trim().is_empty() && outcome.stdout.trim().is_empty() => {
            found.push("exit code 1 without a word".to_owned());
        }
        Some(1) if !RUN_FAILED.iter().any(|word| (words.clone() + &outcome.stdout).contains(word)) => {
            found.push("exit code 1 for what is no failed run".to_owned());
        }
        Some(2) => found.extend(place(case, outcome, before)),
        _ => {}
    }
    // Exit code 1 of a comparison is an answer.
    let is_answer = outcome.code == Some(1) && case.arguments.first().is_some_and(|word| word == "compare");
    let kept = outcome.code == Some(0) || is_answer;
    let may_stand = |path: &Path| kept && path.starts_with("work/out");
    if let Some(path) = left(before, after).iter().find(|path| !may_stand(path)) {
        found.push(format!("left behind: {}", path.display()));
    }
    if let Some((path, _)) = before.iter().find(|(path, stamp)| after.get(*path) != Some(*stamp)) {
        found.push(format!("changed: {}", path.display()));
    }
    found
}

/// Entries that were not there before.
pub fn left(before: &Listing, after: &Listing) -> Vec<PathBuf> {
    after.keys().filter(|path| !before.contains_key(*path)).cloned().collect()
}

/// A refusal names the file, and the line where the fault is of one; of a word, the option or the word.
fn place(case: &Case, outcome: &Outcome, before: &Listing) -> Option<String> {
    let words = &outcome.stderr;
    if words.trim().is_empty() && outcome.stdout.trim().is_empty() {
        return Some("exit code 2 without a word".to_owned());
    }
    if case.only_words {
        // `given:FILE` is named by its file; of an empty word nothing can be named.
        let is_named = |word: &String| {
            let part = word.rsplit(':').next().unwrap_or(word);
            // Long words are shown in part, control characters as codes.
            let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
            let start: String = part.chars().take(80).collect();
            let coded: String = part.chars().take(80).map(shown).collect();
            part.trim().is_empty() || words.contains(&start) || words.contains(&coded)
        };
        let names = words.contains("--")
            || words.contains("command line")
            || case.arguments.iter().skip(1).any(is_named);
        return (!names).then(|| "a refusal that names no option and no value".to_owned());
    }
    let changed: Vec<&str> = case
        .done
        .iter()
        .filter_map(|done| Path::new(done.split(':').next()?).file_name()?.to_str())
        .collect();
    let names: Vec<&str> = before
        .keys()
        .filter_map(|path| path.file_name()?.to_str())
        .chain(changed)
        .filter(|name| name.contains('.'))
        .collect();
    // A folder is named where what is wrong is that a file of it is missing, or that files contradict each other.
    let is_folder = |word: &String| {
        [" `", "/ `", " (", ": --"].iter().any(|next| words.contains(&format!(" {word}{next}")))
    };
    let names_folder = case.arguments.iter().skip(1).any(is_folder) || words.contains("options/ `option`");
    let is_of_rows = OF_ROWS.iter().any(|word| words.contains(word));
    if names_folder && (is_of_rows || !case.has_line) {
        return None;
    }
    if !names.iter().any(|name| words.contains(name)) {
        return Some("a refusal that names no file".to_owned());
    }
    let has_line = |name: &&str| {
        words.match_indices(*name).any(|(at, _)| {
            let mut rest = words[at + name.len()..].chars();
            rest.next() == Some(':') && rest.next().is_some_and(|c| c.is_ascii_digit())
        })
    };
    (case.has_line && !is_of_rows && !names.iter().any(has_line))
        .then(|| "a refusal of one line that names no line".to_owned())
}

/// Cells of written tables that are no numbers.
fn meaningless_numbers(case: &Case, out: &Path) -> Option<String> {
    for entry in fs::read_dir(out).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for (k, line) in text.lines().enumerate() {
            let is_none = |cell: &&str| ["NaN", "nan", "inf", "-inf"].contains(cell);
            if let Some(cell) = line.split(',').find(is_none)
                && !case.done.iter().any(|done| is_name(done, cell))
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Some(format!("`{cell}` in {name}:{} at exit code 0", k + 1));
            }
        }
    }
    None
}

/// A cell that held a number and now holds none, in a table that is read whole.
fn taken_for_number(case: &Case) -> Option<String> {
    if !case.is_read_whole {
        return None;
    }
    // Lists of files are read where a folder is replaced or verified only.
    let read = case.done.iter().filter(|done| !done.contains("manifest.json"));
    read.into_iter().find_map(|done| {
        let parts: Vec<&str> = done.split('`').collect();
        let [.., was, _, now, _] = parts[..] else { return None };
        let is_none = was.parse::<f64>().is_ok() && NO_NUMBERS.contains(&now);
        (is_none && done.contains("becomes"))
            .then(|| format!("`{now}` was taken for a number at exit code 0"))
    })
}

/// True where the mutation made the word the name of something, in place of another name.
fn is_name(done: &str, cell: &str) -> bool {
    let parts: Vec<&str> = done.split('`').collect();
    parts.len() > 3 && parts[3] == cell && parts[1].parse::<f64>().is_err()
}

/// Keeps what is needed to see a failure again.
pub fn keep(
    sandbox: &Sandbox,
    case: &Case,
    outcome: &Outcome,
    folder: &Path,
    note: &str,
) -> Result<(), String> {
    crate::sandbox::remove(folder);
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    // Links and pipes are part of the case: `cp -a` keeps them as they are.
    let copied = std::process::Command::new("cp").arg("-a").arg(sandbox.work()).arg(folder).status();
    copied.map_err(|error| error.to_string())?;
    let quoted: Vec<String> =
        case.arguments.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    let text = format!(
        "{note}\n\n{}\n\ncd work && tradepath {}\n\n--- standard error\n{}\n--- standard output\n{}\n",
        case.done.join("\n"),
        quoted.join(" "),
        outcome.stderr,
        outcome.stdout
    );
    fs::write(folder.join("case.txt"), text).map_err(|error| error.to_string())
}
