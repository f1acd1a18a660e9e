//! Tables of events and of milestone dates, as `timeline` and `run` write them.

use jiff::civil::{Date, date};

use super::rows::{Text, table};
use crate::events::milestones::Milestone;
use crate::events::{DrawnTimeline, Horizon, LoggedEvent};
use crate::sorted::SortedSet;

table! {
    /// Distribution of the first date of each milestone; dates given that it happens within the horizon.
    pub struct MilestoneDates<'a> in "dates.csv" by (option, milestone) {
        /// Option
        option: Text<'a>,
        /// Milestone
        milestone: Text<'a>,
        /// Share of the draws in which it happens by the end
        probability: f64 ["share"],
        /// 5 % quantile
        p05_date: Option<Date>,
        /// Median
        p50_date: Option<Date>,
        /// 95 % quantile
        p95_date: Option<Date>,
        /// Share of the draws whose talks are launched by the end in which it happens; empty where the option has no launch
        probability_if_launched: Option<f64> ["share"],
    }
}

table! {
    /// Probability that a milestone is reached by the end of a year.
    pub struct MilestoneYear<'a> in "by_year.csv" by (option, milestone, year) {
        /// Option
        option: Text<'a>,
        /// Milestone
        milestone: Text<'a>,
        /// Year
        year: i16,
        /// Share of the draws that have reached it by 31 December
        probability: f64 ["share"],
    }
}

table! {
    /// Every event of every draw, with the event that led to it.
    pub struct EventRow<'a> in "events.csv" by (option, draw, seq) {
        /// Option
        option: Text<'a>,
        /// Draw, 0 = first
        draw: u64,
        /// Day
        date: Date,
        /// reached, diverted (another outcome), failed, waiting, cancelled, happened, began or ended
        event: Text<'a>,
        /// Party; empty for dated facts
        party: Text<'a>,
        /// Process, recurring event or dated fact
        process: Text<'a>,
        /// Stage; empty for recurring events and dated facts
        stage: Text<'a>,
        /// seq of the event that led to it; empty where it began by itself
        parent_seq: Option<u64>,
        /// Position in the log of the draw
        seq: u64,
    }
}

table! {
    /// How often each stage ended how.
    pub struct EventCount<'a> in "events_summary.csv" by (option, process, stage, event) {
        /// Option
        option: Text<'a>,
        /// Process, recurring event or dated fact
        process: Text<'a>,
        /// Stage; empty for recurring events and dated facts
        stage: Text<'a>,
        /// reached, diverted (another outcome), failed, waiting, cancelled, happened, began or ended
        event: Text<'a>,
        /// Over all draws
        events: u64 ["count"],
    }
}

table! {
    /// When a pair shares an agreement that events touch, both directions.
    pub struct PairState<'a> in "states.csv" by (option, draw, valid_from, exporter, importer, regime) {
        /// Option
        option: Text<'a>,
        /// Draw, 0 = first
        draw: u64,
        /// First day
        valid_from: Date,
        /// First day no longer in force; empty = no end in sight
        valid_until: Option<Date>,
        /// Country
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Agreement
        regime: Text<'a>,
    }
}

table! {
    /// The reference path of an option: the numbers behind swim_lanes.svg.
    pub struct LaneEvent<'a> in "swim_lanes.csv" by (option, date, event, party, process, stage) {
        /// Option
        option: Text<'a>,
        /// Day
        date: Date,
        /// reached, diverted (another outcome), failed, waiting, cancelled, happened, began or ended
        event: Text<'a>,
        /// Party; empty for dated facts
        party: Text<'a>,
        /// Process, recurring event or dated fact
        process: Text<'a>,
        /// Stage; empty for recurring events and dated facts
        stage: Text<'a>,
        /// Milestone reached
        milestone: Text<'a>,
    }
}

table! {
    /// First date of each milestone in each draw that reaches it.
    pub struct MilestoneReached<'a> in "milestones.csv" by (option, draw, milestone) {
        /// Option
        option: Text<'a>,
        /// Draw, 0 = first
        draw: u64,
        /// Milestone
        milestone: Text<'a>,
        /// Day
        date: Date,
    }
}

/// Rows of `dates.csv`.
pub fn dates<'a>(
    option: &'a str,
    found: &'a [Milestone],
    end: Date,
) -> impl Iterator<Item = MilestoneDates<'a>> {
    found.iter().map(move |milestone| MilestoneDates {
        option: option.into(),
        milestone: milestone.name.as_str().into(),
        probability: milestone.probability_by(end),
        p05_date: milestone.quantile(0.05),
        p50_date: milestone.quantile(0.5),
        p95_date: milestone.quantile(0.95),
        probability_if_launched: milestone.probability_if_launched(),
    })
}

/// Rows of `by_year.csv`.
pub fn by_year<'a>(
    option: &'a str,
    found: &'a [Milestone],
    (first, last): (i16, i16),
) -> impl Iterator<Item = MilestoneYear<'a>> {
    let in_year = move |milestone: &'a Milestone, year| MilestoneYear {
        option: option.into(),
        milestone: milestone.name.as_str().into(),
        year,
        probability: milestone.probability_by(date(year, 12, 31)),
    };
    found.iter().flat_map(move |milestone| (first..=last).map(move |year| in_year(milestone, year)))
}

/// Rows of `milestones.csv`; `draws` are timelines with their numbers.
pub fn milestones<'a>(
    option: &'a str,
    draws: impl Iterator<Item = (u64, &'a DrawnTimeline)>,
    horizon: Horizon,
) -> impl Iterator<Item = MilestoneReached<'a>> {
    draws.flat_map(move |(draw, drawn)| {
        let reached = drawn.first_dates(horizon).into_iter();
        reached.map(move |(milestone, date)| MilestoneReached {
            option: option.into(),
            draw,
            milestone: milestone.into(),
            date,
        })
    })
}

/// Rows of `events.csv`; `draws` are timelines with their numbers.
pub fn events<'a>(
    option: &'a str,
    draws: impl Iterator<Item = (u64, &'a DrawnTimeline)>,
) -> impl Iterator<Item = EventRow<'a>> {
    let row = move |draw, event: &'a LoggedEvent| EventRow {
        option: option.into(),
        draw,
        date: event.date,
        event: event.event.into(),
        party: event.party.as_str().into(),
        process: event.process.as_str().into(),
        stage: event.stage.as_str().into(),
        parent_seq: event.parent_seq,
        seq: event.seq,
    };
    draws.flat_map(move |(draw, drawn)| drawn.log.iter().map(move |event| row(draw, event)))
}

/// Rows of `events_summary.csv`; counts by process, stage and kind of event.
pub fn event_counts<'a>(
    option: &'a str,
    counts: impl IntoIterator<Item = ([&'a str; 3], u64)>,
) -> impl Iterator<Item = EventCount<'a>> {
    counts.into_iter().map(move |([process, stage, event], events)| EventCount {
        option: option.into(),
        process: process.into(),
        stage: stage.into(),
        event: event.into(),
        events,
    })
}

/// Rows of `states.csv` for the agreements `touched`; `draws` are timelines with their numbers.
pub fn states<'a>(
    option: &'a str,
    draws: impl Iterator<Item = (u64, &'a DrawnTimeline)>,
    touched: &'a SortedSet<String>,
) -> impl Iterator<Item = PairState<'a>> {
    draws.flat_map(move |(draw, drawn)| {
        drawn.policy.pairs(touched).into_iter().map(move |pair| PairState {
            option: option.into(),
            draw,
            valid_from: pair.from,
            valid_until: pair.until,
            exporter: pair.exporter.into(),
            importer: pair.importer.into(),
            regime: pair.agreement.into(),
        })
    })
}

/// Rows of `swim_lanes.csv`.
pub fn lanes<'a>(option: &'a str, path: &'a DrawnTimeline) -> impl Iterator<Item = LaneEvent<'a>> {
    path.log.iter().map(move |event| LaneEvent {
        option: option.into(),
        date: event.date,
        event: event.event.into(),
        party: event.party.as_str().into(),
        process: event.process.as_str().into(),
        stage: event.stage.as_str().into(),
        milestone: event.milestone.as_deref().unwrap_or_default().into(),
    })
}
