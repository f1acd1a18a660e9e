//! Tables of events and of milestone dates, as `timeline` and `run` write them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::TableSpec;
use super::dir::number;
use crate::events::milestones::Milestone;
use crate::events::{DrawnTimeline, Horizon, LoggedEvent};

/// `dates.csv`.
pub const DATES: TableSpec = TableSpec {
    file: "dates.csv",
    description: "Distribution of the first date of each milestone; dates given that it happens within the horizon.",
    columns: &[
        ("option", "string", "", "Option"),
        ("milestone", "string", "", "Milestone"),
        ("probability", "number", "share", "Share of the draws in which it happens by the end"),
        ("p05_date", "date", "", "5 % quantile"),
        ("p50_date", "date", "", "Median"),
        ("p95_date", "date", "", "95 % quantile"),
    ],
};

/// `by_year.csv`.
pub const BY_YEAR: TableSpec = TableSpec {
    file: "by_year.csv",
    description: "Probability that a milestone is reached by the end of a year.",
    columns: &[
        ("option", "string", "", "Option"),
        ("milestone", "string", "", "Milestone"),
        ("year", "integer", "", "Year"),
        ("probability", "number", "share", "Share of the draws that have reached it by 31 December"),
    ],
};

const EVENT_KINDS: &str =
    "reached, diverted (another outcome), failed, waiting, cancelled, happened, began or ended";

/// `events.csv`.
pub const EVENTS: TableSpec = TableSpec {
    file: "events.csv",
    description: "Every event of every draw, with the event that led to it.",
    columns: &[
        ("option", "string", "", "Option"),
        ("draw", "integer", "", "Draw, 0 = first"),
        ("date", "date", "", "Day"),
        ("event", "string", "", EVENT_KINDS),
        ("party", "string", "", "Party; empty for dated facts"),
        ("process", "string", "", "Process, recurring event or dated fact"),
        ("stage", "string", "", "Stage; empty for recurring events and dated facts"),
        ("parent_seq", "integer", "", "seq of the event that led to it; empty where it began by itself"),
        ("seq", "integer", "", "Position in the log of the draw"),
    ],
};

/// `events_summary.csv`.
pub const EVENTS_SUMMARY: TableSpec = TableSpec {
    file: "events_summary.csv",
    description: "How often each stage ended how.",
    columns: &[
        ("option", "string", "", "Option"),
        ("process", "string", "", "Process, recurring event or dated fact"),
        ("stage", "string", "", "Stage; empty for recurring events and dated facts"),
        ("event", "string", "", EVENT_KINDS),
        ("events", "integer", "count", "Over all draws"),
    ],
};

/// `states.csv`.
pub const STATES: TableSpec = TableSpec {
    file: "states.csv",
    description: "When a pair shares an agreement that events touch, both directions.",
    columns: &[
        ("option", "string", "", "Option"),
        ("draw", "integer", "", "Draw, 0 = first"),
        ("valid_from", "date", "", "First day"),
        ("valid_until", "date", "", "First day no longer in force; empty = no end in sight"),
        ("exporter", "string", "", "Country"),
        ("importer", "string", "", "Country"),
        ("regime", "string", "", "Agreement"),
    ],
};

/// `swim_lanes.csv`.
pub const SWIM_LANES: TableSpec = TableSpec {
    file: "swim_lanes.csv",
    description: "The reference path of an option: the numbers behind swim_lanes.svg.",
    columns: &[
        ("option", "string", "", "Option"),
        ("date", "date", "", "Day"),
        ("event", "string", "", EVENT_KINDS),
        ("party", "string", "", "Party; empty for dated facts"),
        ("process", "string", "", "Process, recurring event or dated fact"),
        ("stage", "string", "", "Stage; empty for recurring events and dated facts"),
        ("milestone", "string", "", "Milestone reached"),
    ],
};

/// Rows of `swim_lanes.csv`.
#[must_use]
pub fn lane_rows(option: &str, path: &DrawnTimeline) -> Rows {
    let row = |event: &LoggedEvent| {
        let mut row = vec![option.to_owned(), event.date.to_string(), event.event.to_owned()];
        row.extend([&event.party, &event.process, &event.stage].map(String::clone));
        row.push(event.milestone.clone().unwrap_or_default());
        row
    };
    path.log.iter().map(row).collect()
}

/// `fit.csv`.
pub const FIT: TableSpec = TableSpec {
    file: "fit.csv",
    description: "Distributions fitted to how long steps took, rows after the cut-off left out.",
    columns: &[
        ("step", "string", "", "From which event to which"),
        ("n", "integer", "count", "Events"),
        ("observed_p10_days", "number", "days", "10 % quantile of the sample"),
        ("observed_p50_days", "number", "days", "Median of the sample"),
        ("observed_p90_days", "number", "days", "90 % quantile of the sample"),
        ("distribution", "string", "", "log_normal, weibull or triangular; the closest first"),
        ("parameters", "string", "", "As in option files"),
        ("fitted_p10_days", "number", "days", "10 % quantile of the distribution"),
        ("fitted_p50_days", "number", "days", "Median of the distribution"),
        ("fitted_p90_days", "number", "days", "90 % quantile of the distribution"),
        (
            "ks_distance",
            "number",
            "",
            "Largest distance of the distribution functions (Kolmogorov and Smirnov)",
        ),
    ],
};

/// `milestones.csv`.
pub const MILESTONES: TableSpec = TableSpec {
    file: "milestones.csv",
    description: "First date of each milestone in each draw that reaches it.",
    columns: &[
        ("option", "string", "", "Option"),
        ("draw", "integer", "", "Draw, 0 = first"),
        ("milestone", "string", "", "Milestone"),
        ("date", "date", "", "Day"),
    ],
};

/// Rows of a table.
pub type Rows = Vec<Vec<String>>;

/// Rows of `dates.csv`.
#[must_use]
pub fn date_rows(option: &str, found: &[Milestone], end: Date) -> Rows {
    let text = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    found
        .iter()
        .map(|milestone| {
            let [p05, p50, p95] = [0.05, 0.5, 0.95].map(|p| text(milestone.quantile(p)));
            let probability = number(milestone.probability_by(end));
            vec![option.to_owned(), milestone.name.clone(), probability, p05, p50, p95]
        })
        .collect()
}

/// Rows of `by_year.csv`.
#[must_use]
pub fn year_rows(option: &str, found: &[Milestone], (first, last): (i16, i16)) -> Rows {
    let mut rows = Rows::new();
    for milestone in found {
        for year in first..=last {
            let probability = number(milestone.probability_by(date(year, 12, 31)));
            rows.push(vec![option.to_owned(), milestone.name.clone(), year.to_string(), probability]);
        }
    }
    rows
}

/// Rows of `milestones.csv`; `draws` are timelines with their numbers.
pub fn milestone_rows<'a>(
    option: &str,
    draws: impl Iterator<Item = (u64, &'a DrawnTimeline)>,
    horizon: Horizon,
) -> Rows {
    let mut rows = Rows::new();
    for (draw, drawn) in draws {
        for (milestone, date) in drawn.first_dates(horizon) {
            rows.push(vec![option.to_owned(), draw.to_string(), milestone, date.to_string()]);
        }
    }
    rows
}

/// Rows of `events.csv`; `draws` are timelines with their numbers.
pub fn event_rows<'a>(option: &str, draws: impl Iterator<Item = (u64, &'a DrawnTimeline)>) -> Rows {
    let row = |draw: u64, event: &LoggedEvent| {
        let parent = event.parent_seq.map_or_else(String::new, |seq| seq.to_string());
        let mut row =
            vec![option.to_owned(), draw.to_string(), event.date.to_string(), event.event.to_owned()];
        row.extend([&event.party, &event.process, &event.stage].map(String::clone));
        row.extend([parent, event.seq.to_string()]);
        row
    };
    draws.flat_map(|(draw, drawn)| drawn.log.iter().map(move |event| row(draw, event))).collect()
}

/// Rows of `events_summary.csv` from counts that are made already.
#[must_use]
pub fn counted_rows(option: &str, counts: &[([&str; 3], u64)]) -> Rows {
    let row = |(key, count): &([&str; 3], u64)| {
        let mut row = vec![option.to_owned()];
        row.extend(key.map(str::to_owned));
        row.push(count.to_string());
        row
    };
    counts.iter().map(row).collect()
}

/// Rows of `events_summary.csv`.
pub fn event_summary_rows<'a>(option: &str, draws: impl Iterator<Item = &'a DrawnTimeline>) -> Rows {
    let mut counts: BTreeMap<[&str; 3], u64> = BTreeMap::new();
    for event in draws.flat_map(|drawn| &drawn.log) {
        *counts.entry([&event.process, &event.stage, event.event]).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(key, count)| {
            let mut row = vec![option.to_owned()];
            row.extend(key.map(str::to_owned));
            row.push(count.to_string());
            row
        })
        .collect()
}

/// Rows of `states.csv` for the agreements `touched`; `draws` are timelines with their numbers.
pub fn state_rows<'a>(
    option: &str,
    draws: impl Iterator<Item = (u64, &'a DrawnTimeline)>,
    touched: &BTreeSet<String>,
) -> Rows {
    let mut rows = Rows::new();
    for (draw, drawn) in draws {
        let memberships = || drawn.policy.memberships.iter().filter(|one| touched.contains(&one.agreement));
        for exporter in memberships() {
            for importer in memberships().filter(|other| other.agreement == exporter.agreement) {
                let from = exporter.from.max(importer.from);
                let until = exporter.until.into_iter().chain(importer.until).min();
                if exporter.party == importer.party || until.is_some_and(|until| until <= from) {
                    continue;
                }
                let until = until.map_or_else(String::new, |date| date.to_string());
                let mut row = vec![option.to_owned(), draw.to_string(), from.to_string(), until];
                row.extend([&exporter.party, &importer.party, &exporter.agreement].map(String::clone));
                rows.push(row);
            }
        }
    }
    rows
}
