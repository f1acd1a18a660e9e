//! Mutations of TOML (and JSON) by lines: values, keys, tables, nesting.

use super::csv::short;
use super::{Mutant, hostile};
use crate::dice::Dice;

/// Values of any type.
const VALUES: [&str; 24] = [
    "nan",
    "-inf",
    "inf",
    "-1",
    "0",
    "1e308",
    "-0.0",
    "4294967295",
    "9223372036854775807",
    "-9223372036854775808",
    "32767",
    "\"\"",
    "\"x\"",
    "\"../../canary\"",
    "\"/dev/zero\"",
    "\"=1+1\"",
    "true",
    "[]",
    "[[]]",
    "{}",
    "2020-02-30",
    "1979-05-27",
    "\"\\u0000\"",
    "[\"x\", 1]",
];

pub fn mutate(dice: &mut Dice, text: &str) -> Mutant {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match dice.below(10) {
        0..5 => value(dice, lines),
        5..8 => line(dice, lines),
        _ => structure(dice, lines),
    }
}

fn joined(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// Places of the values of a line: numbers, quoted texts, and what stands behind `=`.
fn tokens(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let (mut found, mut at) = (Vec::new(), line.find(['=', ':']).map_or(0, |k| k + 1));
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = match bytes[at] {
            b'"' => rest[1..].iter().position(|b| *b == b'"').map_or(bytes.len(), |k| at + k + 2),
            b if b.is_ascii_digit() || b == b'-' => {
                let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"+-._:".contains(b);
                rest.iter().position(|b| !is_part(b)).map_or(bytes.len(), |k| at + k)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        found.push((at, end));
        at = end;
    }
    found
}

fn value(dice: &mut Dice, mut lines: Vec<String>) -> Mutant {
    let has: Vec<usize> = (0..lines.len()).filter(|k| !tokens(&lines[*k]).is_empty()).collect();
    if has.is_empty() {
        return structure(dice, lines);
    }
    let at = *dice.pick(&has);
    let places = tokens(&lines[at]);
    let (start, end) = *dice.pick(&places);
    let was = lines[at][start..end].to_owned();
    let bare = was.trim_matches('"').to_owned();
    let now = match dice.below(6) {
        0 | 1 => (*dice.pick(&VALUES)).to_owned(),
        2 => {
            let (other, from) = (dice.pick(&has), dice.below(usize::MAX));
            let of_other = tokens(&lines[*other]);
            let (start, end) = of_other[from % of_other.len()];
            lines[*other][start..end].to_owned()
        }
        3 if was.starts_with('"') => bare,
        3 => format!("\"{was}\""),
        _ if was.starts_with('"') => {
            format!("\"{}\"", hostile::text(dice, &bare).replace('\\', "").replace('"', "\\\""))
        }
        _ => hostile::value(dice, &was),
    };
    let what = format!("line {}: `{was}` becomes `{}`", at + 1, short(&now));
    lines[at].replace_range(start..end, &now);
    Mutant::line(joined(&lines), what)
}

fn line(dice: &mut Dice, mut lines: Vec<String>) -> Mutant {
    let (at, to) = (dice.below(lines.len()), dice.below(lines.len()));
    let what = match dice.below(6) {
        0 => {
            lines.remove(at);
            return Mutant::file(joined(&lines).into_bytes(), format!("line {} removed", at + 1));
        }
        1 => {
            let copy = lines[at].clone();
            lines.insert(to, copy);
            format!("line {} again at {}", at + 1, to + 1)
        }
        2 => {
            lines.swap(at, to);
            format!("lines {} and {} swapped", at + 1, to + 1)
        }
        3 => {
            lines[at].insert(0, 'x');
            format!("line {} begins with x", at + 1)
        }
        4 => {
            lines.insert(to, "unknown_key = 1".into());
            format!("unknown key at {}", to + 1)
        }
        _ => {
            let half = lines[at].char_indices().nth(lines[at].chars().count() / 2).map_or(0, |(k, _)| k);
            lines[at].truncate(half);
            format!("line {} cut", at + 1)
        }
    };
    Mutant::file(joined(&lines).into_bytes(), what)
}

fn structure(dice: &mut Dice, mut lines: Vec<String>) -> Mutant {
    let heads: Vec<usize> = (0..lines.len()).filter(|k| lines[*k].starts_with('[')).collect();
    let at = if heads.is_empty() { 0 } else { *dice.pick(&heads) };
    let end = heads.iter().copied().find(|k| *k > at).unwrap_or(lines.len());
    let what = match dice.below(7) {
        0 => {
            lines.drain(at..end);
            format!("table at line {} removed", at + 1)
        }
        1 => {
            let copy = lines[at..end].to_vec();
            lines.extend(copy);
            format!("table at line {} again at the end", at + 1)
        }
        2 => {
            let moved: Vec<String> = lines.drain(at..end).collect();
            lines.splice(0..0, moved);
            format!("table at line {} first", at + 1)
        }
        3 => {
            lines[at] = lines[at].replace(['[', ']'], "");
            format!("line {} without brackets", at + 1)
        }
        4 => {
            let deep = 50 + dice.below(400);
            lines.push(format!("deep = {}1{}", "[".repeat(deep), "]".repeat(deep)));
            format!("{deep} brackets at the end")
        }
        5 => {
            let copy = lines[at..end].to_vec();
            let times = if dice.chance(20) { 3000 } else { 60 };
            // With names of their own, so that they are not refused as doubled at once.
            let name =
                |k: usize| copy.iter().map(move |line| line.replacen("id = \"", &format!("id = \"n{k}"), 1));
            (0..times).for_each(|k| lines.extend(name(k)));
            format!("table at line {} {times} times more", at + 1)
        }
        _ => {
            lines.insert(at, "[unknown]".into());
            format!("table [unknown] before line {}", at + 1)
        }
    };
    Mutant::file(joined(&lines).into_bytes(), what)
}
