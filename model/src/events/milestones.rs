//! When milestones are reached over many draws: the distribution of their dates.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use jiff::civil::Date;
use rayon::prelude::*;

use super::engine::Workspace;
use super::program::{CompactDraw, Program, date_of};
use super::shared_numbers::{DRAWS, SharedNumbers, place_streams};
use super::timeline::{DrawnTimeline, Horizon};
use crate::data::nearest;
use crate::sorted::{SortedMap, SortedSet, sort_by};

/// Milestone of every option: its deal is in force.
pub const IN_FORCE: &str = "in_force";

/// Milestone of the start of an option's talks: chances are also given for the draws that reach it.
pub const LAUNCH: &str = "launch";

/// Milestone of an option with two steps: its interim deal is in force. Charts show it beside [`IN_FORCE`].
pub const SECTORAL_IN_FORCE: &str = "sectoral_in_force";

/// The milestone with a meaning that a name was probably meant to be; none where it is one of these. All other names are free.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let near = |word: &str, to: &'static str| !word.contains(to) && nearest(word, [to]).is_some();
    let of_step = name.strip_prefix("sectoral_").is_some_and(|rest| near(rest, IN_FORCE));
    let of_first_word = name.strip_suffix("_in_force").is_some_and(|word| near(word, "sectoral"));
    match of_step || of_first_word {
        true => Some(SECTORAL_IN_FORCE),
        false => [IN_FORCE, LAUNCH].into_iter().find(|known| near(name, known)),
    }
}

/// Distribution of the first date of a milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// Name.
    pub name: String,
    /// Dates on which draws reach it, rising, with the number of draws that have reached it by then.
    pub reached: Vec<(Date, u64)>,
    /// Number of draws in all.
    pub n_draws: usize,
    /// Draws with a launch that reach it, and draws with a launch; `None` where the option has no launch.
    pub if_launched: Option<[u64; 2]>,
}

impl Milestone {
    fn new(name: String, counts: impl Iterator<Item = (Date, u64)>, n_draws: usize) -> Self {
        let (mut sum, if_launched) = (0, None);
        let cumulative = counts.map(|(date, count)| {
            sum += count;
            (date, sum)
        });
        Self { name, reached: cumulative.collect(), n_draws, if_launched }
    }

    /// Share of the draws that reach it on or before `date`.
    #[must_use]
    pub fn probability_by(&self, date: Date) -> f64 {
        let at = self.reached.partition_point(|(reached, _)| *reached <= date);
        at.checked_sub(1).map_or(0.0, |at| self.reached[at].1 as f64 / self.n_draws as f64)
    }

    /// Share of the draws whose talks were launched by the end that reach it; `None` where there are none.
    #[must_use]
    pub fn probability_if_launched(&self) -> Option<f64> {
        self.if_launched
            .filter(|[_, launched]| *launched > 0)
            .map(|[both, launched]| both as f64 / launched as f64)
    }

    /// Date at the quantile `p` of the draws that reach it: the nearest order statistic.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<Date> {
        let last = self.reached.last()?.1 - 1;
        let rank = (p * last as f64).round() as u64;
        let at = self.reached.partition_point(|(_, count)| *count <= rank);
        self.reached.get(at).map(|(date, _)| *date)
    }
}

impl DrawnTimeline {
    /// First date of each milestone within the horizon.
    #[must_use]
    pub fn first_dates(&self, horizon: Horizon) -> SortedMap<String, Date> {
        let mut first = SortedMap::new();
        for event in self.log.iter().filter(|event| event.date <= horizon.end) {
            if let Some(name) = &event.milestone {
                first.entry(name.clone()).or_insert(event.date);
            }
        }
        first
    }
}

/// All milestones of `n_draws` draws by name, from the first dates of each draw.
pub fn distribution(first_dates: impl Iterator<Item = (String, Date)>, n_draws: usize) -> Vec<Milestone> {
    let mut dates: SortedMap<String, SortedMap<Date, u64>> = SortedMap::new();
    for (name, date) in first_dates {
        *dates.entry(name).or_default().entry(date).or_default() += 1;
    }
    dates.into_iter().map(|(name, counts)| Milestone::new(name, counts.into_iter(), n_draws)).collect()
}

/// Number of events of timelines by process, stage and kind, sorted.
#[must_use]
pub fn event_counts<'a>(draws: impl Iterator<Item = &'a DrawnTimeline>) -> SortedMap<[&'a str; 3], u64> {
    let mut counts: SortedMap<[&str; 3], u64> = SortedMap::new();
    for event in draws.flat_map(|drawn| &drawn.log) {
        *counts.entry([&event.process, &event.stage, event.event]).or_default() += 1;
    }
    counts
}

/// Draws that one task runs after one another.
const BLOCK: u64 = 512;

/// A hash of two small numbers that the program makes itself: a draw asks for one at each milestone.
#[derive(Default)]
struct OfTwoNumbers(u64);

impl Hasher for OfTwoNumbers {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, number: u32) {
        // The multiplier of Fibonacci hashing.
        self.0 = (self.0.rotate_left(32) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// What many draws come to: counts alone, so that memory does not depend on the number of draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    n_draws: u64,
    /// Draws that reach a milestone first on a day, by (milestone, day since the start of the horizon).
    first: HashMap<(u32, u32), u64, BuildHasherDefault<OfTwoNumbers>>,
    /// Number of the milestone [`LAUNCH`], and draws with a launch that reach each milestone.
    launched: Option<(usize, Vec<u64>)>,
    /// Number of the milestone [`IN_FORCE`], and draws in which what it brought still holds at the end.
    in_force: Option<(usize, u64)>,
    /// Events of each kind, see [`Program::summary_slots`].
    events: Vec<u64>,
    /// Agreements whose membership some event of some draw changes.
    touched: SortedSet<u16>,
    /// First day of the milestone [`IN_FORCE`] in each draw in which it holds at the end, where they are asked for.
    days_in_force: Option<Vec<Option<u32>>>,
}

impl Tally {
    fn new(program: &Program) -> Self {
        Self {
            n_draws: 0,
            first: HashMap::default(),
            launched: program
                .milestone_number(LAUNCH)
                .map(|number| (number, vec![0; program.milestones.len()])),
            in_force: program.milestone_number(IN_FORCE).map(|number| (number, 0)),
            events: vec![0; program.summary_slots().len()],
            touched: SortedSet::new(),
            days_in_force: None,
        }
    }

    /// Counts over draws `0..n_draws` under `seed`, on all threads; the sum does not depend on how many.
    #[must_use]
    pub fn count(program: &Program, seed: u64, n_draws: u64) -> Self {
        Self::counted(&Self::new, (std::slice::from_ref(program), 0), (seed, n_draws)).remove(0)
    }

    /// The same, and on which day the milestone [`IN_FORCE`] comes in each draw: 8 bytes a draw.
    #[must_use]
    pub fn count_with_days(program: &Program, seed: u64, n_draws: u64) -> Self {
        Self::counted(&Self::with_days, (std::slice::from_ref(program), 0), (seed, n_draws)).remove(0)
    }

    /// [`Tally::count`] of every program, or with days [`Tally::count_with_days`]: what the programs draw alike is drawn once.
    #[must_use]
    pub fn count_all(programs: &mut [Program], has_days: bool, (seed, n_draws): (u64, u64)) -> Vec<Self> {
        let n_places = place_streams(programs);
        let new = if has_days { Self::with_days } else { Self::new };
        Self::counted(&new, (programs, n_places), (seed, n_draws))
    }

    fn with_days(program: &Program) -> Self {
        Self { days_in_force: Some(Vec::new()), ..Self::new(program) }
    }

    fn counted(
        new: &(dyn Fn(&Program) -> Self + Sync),
        (programs, n_places): (&[Program], usize),
        (seed, n_draws): (u64, u64),
    ) -> Vec<Self> {
        let block = |first: u64| {
            let end = n_draws.min(first + BLOCK);
            let mut tallies: Vec<Self> = programs.iter().map(new).collect();
            let mut workspaces: Vec<Workspace<'_>> = programs.iter().map(Workspace::new).collect();
            let mut seen: Vec<Vec<u64>> =
                programs.iter().map(|program| vec![0; program.milestones.len()]).collect();
            let mut shared = SharedNumbers::new(n_places);
            for few in (first..end).step_by(DRAWS as usize) {
                shared.begin(few);
                for (k, program) in programs.iter().enumerate() {
                    workspaces[k].shared = shared;
                    for number in few..end.min(few + DRAWS) {
                        let drawn = workspaces[k].draw(seed, number);
                        tallies[k].add(program, drawn, (number + 1, &mut seen[k]));
                    }
                    shared = std::mem::take(&mut workspaces[k].shared);
                }
            }
            tallies
        };
        let n_blocks = n_draws.div_ceil(BLOCK);
        // Where one thread is asked to end, none begins another block.
        let blocks = (0..n_blocks).into_par_iter().panic_fuse().map(|at| block(at * BLOCK));
        // Neighbours are joined, so that days stay in the order of the draws.
        let join = |left: Vec<Self>, right: Vec<Self>| {
            left.into_iter().zip(right).map(|(left, right)| left.joined(right)).collect()
        };
        blocks.reduce(|| programs.iter().map(new).collect(), join)
    }

    /// Counts one draw in one pass over its log; `seen` has the mark of the draw that last reached each milestone.
    fn add(&mut self, program: &Program, draw: &CompactDraw, (mark, seen): (u64, &mut [u64])) {
        self.n_draws += 1;
        let number = self.in_force.map(|(number, _)| number);
        let (mut is_in_force, mut first_day) = (false, None);
        for entry in &draw.log {
            self.events[program.slot(entry)] += 1;
            let Some(milestone) = program.milestone(entry) else { continue };
            if seen[milestone] != mark {
                seen[milestone] = mark;
                *self.first.entry((milestone as u32, program.day_of(entry))).or_default() += 1;
                if Some(milestone) == number {
                    first_day = Some(program.day_of(entry));
                }
            }
            is_in_force = is_in_force || (Some(milestone) == number && program.still_holds(draw, entry));
        }
        if let Some((_, count)) = &mut self.in_force {
            *count += u64::from(is_in_force);
        }
        if let Some(days) = &mut self.days_in_force {
            days.push(first_day.filter(|_| is_in_force));
        }
        if let Some((launch, counts)) = &mut self.launched
            && seen[*launch] == mark
        {
            counts.iter_mut().zip(&*seen).for_each(|(count, seen)| *count += u64::from(*seen == mark));
        }
        for change in &draw.changes {
            self.touched.insert(change.agreement);
        }
    }

    fn joined(mut self, other: Self) -> Self {
        self.n_draws += other.n_draws;
        for (key, more) in other.first {
            *self.first.entry(key).or_default() += more;
        }
        if let (Some((_, sum)), Some((_, more))) = (&mut self.in_force, other.in_force) {
            *sum += more;
        }
        if let (Some((_, sums)), Some((_, more))) = (&mut self.launched, other.launched) {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        self.events.iter_mut().zip(other.events).for_each(|(sum, more)| *sum += more);
        self.touched.extend(other.touched);
        if let (Some(days), Some(more)) = (&mut self.days_in_force, other.days_in_force) {
            days.extend(more);
        }
        self
    }

    /// Day since the start of the horizon on which the milestone [`IN_FORCE`] comes first, by draw; `None` in draws
    /// that do not reach it or in which what it brought no longer holds at the end. Empty if it was not asked for.
    #[must_use]
    pub fn days_in_force(&self) -> &[Option<u32>] {
        self.days_in_force.as_deref().unwrap_or_default()
    }

    /// Draws in which what the milestone [`IN_FORCE`] brought holds at the end of the horizon; `None` if no stage has it.
    #[must_use]
    pub fn in_force(&self) -> Option<u64> {
        self.in_force.map(|(_, count)| count)
    }

    /// Number of draws.
    #[must_use]
    pub fn n_draws(&self) -> u64 {
        self.n_draws
    }

    /// Number of events of all draws.
    #[must_use]
    pub fn n_events(&self) -> u64 {
        self.events.iter().sum()
    }

    /// All milestones of the program by name, those too that no draw reaches.
    #[must_use]
    pub fn milestones(&self, program: &Program) -> Vec<Milestone> {
        let mut counts: Vec<Vec<(u32, u64)>> = vec![Vec::new(); program.milestones.len()];
        self.first
            .iter()
            .for_each(|(&(milestone, day), &count)| counts[milestone as usize].push((day, count)));
        let mut found = Vec::with_capacity(counts.len());
        for (number, (name, mut days)) in program.milestones.iter().zip(counts).enumerate() {
            days.sort_unstable();
            let date = |day: u32| date_of(program.days.0.saturating_add(day as i32));
            let dated = days.into_iter().map(|(day, count)| (date(day), count));
            let of_launched = self.launched.as_ref();
            let if_launched = of_launched.map(|(launch, counts)| [counts[number], counts[*launch]]);
            let milestone = Milestone::new(name.clone(), dated, self.n_draws as usize);
            found.push(Milestone { if_launched, ..milestone });
        }
        sort_by(&mut found, |a, b| a.name.cmp(&b.name));
        found
    }

    /// Process, stage, kind and number of events, sorted.
    #[must_use]
    pub fn events<'p>(&self, program: &'p Program) -> Vec<([&'p str; 3], u64)> {
        let mut events: SortedMap<[&str; 3], u64> = SortedMap::new();
        for (slot, count) in program.summary_slots().into_iter().zip(&self.events).filter(|(_, n)| **n > 0) {
            *events.entry(slot).or_default() += count;
        }
        events.into_iter().collect()
    }

    /// Agreements whose membership some event of some draw changes.
    #[must_use]
    pub fn touched(&self, program: &Program) -> SortedSet<String> {
        self.touched.iter().map(|&at| program.agreements[usize::from(at)].clone()).collect()
    }
}
