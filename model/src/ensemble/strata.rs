//! Event draws sorted by what happens in them, and how many of each kind are solved.

use std::borrow::Cow;

use crate::sorted::{sort_by, sort_by_key};
use serde::{Deserialize, Serialize};

/// A stratum: event draws in which the same happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// The rarest option in force at the end; `None` where none is.
    pub option: Option<String>,
    /// True in the earlier half of its entries into force, false in the later half; `None` where they are not divided.
    pub is_early: Option<bool>,
    /// Share of the event draws.
    pub share: f64,
    /// Its solved draws.
    pub draws: u64,
}

/// When an option came into force in each event draw (day since the start of the horizon), where it is still in force
/// at the end.
pub(super) struct InForceDays<'a> {
    pub option: &'a str,
    pub days: Cow<'a, [Option<u32>]>,
}

/// Event draws of each stratum in rising order; at most `most` strata. First those of options, the rarest first.
pub(super) fn grouped(
    options: &[InForceDays<'_>],
    event_draws: usize,
    most: u64,
) -> Vec<(Stratum, Vec<u64>)> {
    let count = |one: &InForceDays<'_>| one.days.iter().flatten().count();
    let mut order: Vec<(usize, &InForceDays<'_>)> =
        options.iter().map(|one| (count(one), one)).filter(|(count, _)| *count > 0).collect();
    // Of equally rare ones the first of the plan comes first.
    sort_by_key(&mut order, |(count, _)| *count);
    let is_divided = 2 * (order.len() as u64) < most;
    order.truncate(usize::try_from(most.saturating_sub(1)).unwrap_or(usize::MAX));
    let mut is_free = vec![true; event_draws];
    let mut groups = Vec::new();
    for (_, InForceDays { option, days }) in order {
        let found = days.iter().enumerate().filter(|(at, _)| is_free[*at]);
        let mut members: Vec<(u32, u64)> = found.filter_map(|(at, day)| Some(((*day)?, at as u64))).collect();
        if members.len() < 2 {
            continue;
        }
        members.iter().for_each(|(_, at)| is_free[*at as usize] = false);
        members.sort_unstable();
        let median = members[(members.len() - 1) / 2].0;
        let half = members.partition_point(|(day, _)| *day <= median);
        let halves = is_divided && half >= 2 && members.len() - half >= 2;
        let late = members.split_off(if halves { half } else { members.len() });
        for (is_early, members) in [(true, members), (false, late)] {
            let mut draws: Vec<u64> = members.into_iter().map(|(_, at)| at).collect();
            draws.sort_unstable();
            let option = Some((*option).to_owned());
            let stratum = Stratum { option, is_early: halves.then_some(is_early), share: 0.0, draws: 0 };
            groups.extend((!draws.is_empty()).then_some((stratum, draws)));
        }
    }
    let rest: Vec<u64> = (0..event_draws as u64).filter(|at| is_free[*at as usize]).collect();
    let stratum = Stratum { option: None, is_early: None, share: 0.0, draws: 0 };
    match rest.len() {
        0 => {}
        // A draw alone has no spread to tell: it goes to the last stratum.
        1 => {
            if let Some((_, last)) = groups.last_mut() {
                last.extend(rest);
                last.sort_unstable();
            }
        }
        _ => groups.push((stratum, rest)),
    }
    groups
}

/// Solved draws of strata of these sizes: half of `n` by size, half equally; at least 2 and at most all of each, in sum
/// `n`. Largest remainders round.
pub(super) fn allotted(sizes: &[u64], n: u64) -> Vec<u64> {
    let (all, of) = (sizes.iter().sum::<u64>() as f64, sizes.len() as f64);
    let wanted = |size: u64| 0.5 * n as f64 * (size as f64 / all + 1.0 / of);
    let mut found: Vec<u64> = sizes.iter().map(|&size| (wanted(size) as u64).clamp(2, size)).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    let lack = |at: usize, found: &[u64]| wanted(sizes[at]) - found[at] as f64;
    while found.iter().sum::<u64>() < n {
        // Who lacks most of those that have more to give; where all have what they want, who has most left.
        sort_by(&mut order, |&a, &b| lack(b, &found).total_cmp(&lack(a, &found)).then(a.cmp(&b)));
        let Some(&at) = order.iter().find(|&&at| found[at] < sizes[at]) else { break };
        found[at] += 1;
    }
    while found.iter().sum::<u64>() > n {
        sort_by(&mut order, |&a, &b| lack(a, &found).total_cmp(&lack(b, &found)).then(a.cmp(&b)));
        let Some(&at) = order.iter().find(|&&at| found[at] > 2) else { break };
        found[at] -= 1;
    }
    found
}
