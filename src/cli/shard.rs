//! Which part of the draws a command computes: named, or told by the scheduler that started it.

use std::str::FromStr;

use super::arguments;
use crate::ensemble::Shard;
use crate::error::{Faults, InputErrors};

/// Variables in which schedulers say which task of an array this is, each with the number of its first task.
const SCHEDULERS: [(&str, u64); 2] = [("SLURM_ARRAY_TASK_ID", 1), ("JOB_COMPLETION_INDEX", 0)];

/// What `--shard` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardChoice {
    /// The part that the scheduler says.
    Auto,
    /// This part.
    Part(Shard),
}

impl FromStr for ShardChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text.parse().map(Self::Part).map_err(|error: String| format!("{error}; or `auto`")),
        }
    }
}

/// The part that the command line asks for; `variable` reads a variable of the environment.
///
/// # Errors
/// The faults of `--shards`, `--shard-index` and of what the scheduler says.
pub fn choose(
    choice: Option<ShardChoice>,
    (shards, index): (Option<u64>, Option<u64>),
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Shard, InputErrors> {
    let mut faults = Faults::new();
    let mut fault = |flag: &str, found: &str, expected: &str| {
        faults.extend(arguments::wrong(flag, found, expected).into());
    };
    if choice != Some(ShardChoice::Auto) {
        for (flag, _) in [("--shards", shards), ("--shard-index", index)].iter().filter(|(_, n)| n.is_some())
        {
            fault(flag, "without --shard auto", "--shard auto, or the part as --shard k/K");
        }
        let part = if let Some(ShardChoice::Part(part)) = choice { part } else { Shard::WHOLE };
        return faults.into_result(part);
    }
    if shards.is_none() {
        fault("--shards", "missing", "the number of parts, which --shard auto needs: --shards K");
    }
    let of = shards.unwrap_or(u64::MAX);
    let mut told: Vec<(&str, u64)> = index.map(|number| ("--shard-index", number)).into_iter().collect();
    if told.is_empty() {
        for (name, first) in SCHEDULERS {
            let Some(text) = variable(name) else { continue };
            match text.parse::<u64>().ok().and_then(|task| task.checked_add(1)?.checked_sub(first)) {
                Some(number) if (1..=of).contains(&number) => told.push((name, number)),
                _ => fault(name, &text, &format!("a whole number from {first} to {}", of - 1 + first)),
            }
        }
    }
    match told[..] {
        [(flag, number), ..] if !(1..=of).contains(&number) => {
            fault(flag, &number.to_string(), &format!("a whole number from 1 to {of}"));
        }
        [(_, a), (name, b)] if a != b => {
            fault(
                name,
                &format!("part {b}"),
                &format!("part {a}, as SLURM_ARRAY_TASK_ID says; or --shard-index"),
            );
        }
        [] if faults.is_empty() => {
            let names = SCHEDULERS.map(|(name, _)| name).join(" or ");
            let expected = format!("the number of the part: {names} of a scheduler, or --shard-index 1 to K");
            faults.extend(arguments::wrong("--shard", "auto, and nobody says which part", &expected).into());
        }
        _ => {}
    }
    let number = told.first().map_or(1, |(_, number)| *number);
    faults.into_result(Shard { number, of })
}

#[cfg(test)]
mod tests {
    use super::{ShardChoice, choose};
    use crate::ensemble::Shard;

    fn found(shards: Option<u64>, index: Option<u64>, told: &[(&str, &str)]) -> Result<(u64, u64), String> {
        let variable = |name: &str| {
            let found = told.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let part = choose(Some(ShardChoice::Auto), (shards, index), &variable);
        part.map(|Shard { number, of }| (number, of)).map_err(|error| error.to_string())
    }

    #[test]
    fn schedulers_say_which_part_and_all_count_from_their_own_first() {
        assert_eq!(found(Some(20), None, &[("SLURM_ARRAY_TASK_ID", "20")]), Ok((20, 20)));
        assert_eq!(found(Some(20), None, &[("JOB_COMPLETION_INDEX", "0")]), Ok((1, 20)));
        assert_eq!(found(Some(20), Some(7), &[("SLURM_ARRAY_TASK_ID", "3")]), Ok((7, 20)));
        let both = [("SLURM_ARRAY_TASK_ID", "3"), ("JOB_COMPLETION_INDEX", "2")];
        assert_eq!(found(Some(20), None, &both), Ok((3, 20)));
    }

    #[test]
    fn what_does_not_name_one_part_is_refused() {
        let says = |shards, index, told: &[(&str, &str)], message: &str| {
            let error = found(shards, index, told).unwrap_err();
            assert!(error.contains(message), "{error}");
        };
        says(
            Some(20),
            None,
            &[("SLURM_ARRAY_TASK_ID", "0")],
            "`SLURM_ARRAY_TASK_ID` = 0: expected a whole number from 1 to 20",
        );
        says(Some(20), None, &[("JOB_COMPLETION_INDEX", "20")], "from 0 to 19");
        says(Some(20), None, &[("JOB_COMPLETION_INDEX", "x")], "from 0 to 19");
        says(
            Some(20),
            None,
            &[("SLURM_ARRAY_TASK_ID", "3"), ("JOB_COMPLETION_INDEX", "3")],
            "part 4: expected part 3",
        );
        says(Some(20), Some(21), &[], "from 1 to 20");
        says(Some(20), None, &[], "nobody says which part");
        says(None, None, &[("SLURM_ARRAY_TASK_ID", "3")], "--shards K");
        let loose = choose(None, (Some(2), Some(1)), &|_| None).unwrap_err();
        assert_eq!(loose.0.len(), 2);
    }
}
