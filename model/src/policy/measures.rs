//! The factors of measures under a timeline, and the changes of barriers that they turn on.

use jiff::civil::{Date, date};

use super::measure::MeasureKind;
use super::members::Members;
use super::state::PolicyTimeline;
use crate::sorted::sort_by_key;

/// The changes of one measure by day, rising.
#[derive(Debug, Clone)]
struct History {
    kind: MeasureKind,
    name: String,
    steps: Vec<(Date, f64)>,
}

/// The measures of a timeline.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    histories: Vec<History>,
}

impl Measures {
    /// Sorts the changes of a timeline by measure and day.
    pub(super) fn new(timeline: &PolicyTimeline) -> Self {
        let mut histories: Vec<History> = Vec::new();
        for change in &timeline.measures {
            let step = (change.from, f64::from(change.permille) / 1000.0);
            let known = |one: &&mut History| one.kind == change.kind && one.name == change.name;
            match histories.iter_mut().find(known) {
                Some(history) => history.steps.push(step),
                None => histories.push(History {
                    kind: change.kind,
                    name: change.name.clone(),
                    steps: vec![step],
                }),
            }
        }
        for history in &mut histories {
            sort_by_key(&mut history.steps, |step| step.0);
        }
        Self { histories }
    }

    /// True if an event has spoken of a measure of this kind.
    pub(super) fn has(&self, kind: MeasureKind) -> bool {
        self.histories.iter().any(|one| one.kind == kind)
    }

    fn steps(&self, kind: MeasureKind, name: &str) -> &[(Date, f64)] {
        let history = self.histories.iter().find(|one| one.kind == kind && one.name == name);
        history.map_or(&[], |one| one.steps.as_slice())
    }

    /// Factor of a measure on a day; `start` is that of its table.
    pub(super) fn factor(&self, kind: MeasureKind, name: &str, start: f64, day: Date) -> f64 {
        let steps = self.steps(kind, name);
        let after = steps.partition_point(|(from, _)| *from <= day);
        after.checked_sub(1).map_or(start, |at| steps[at].1)
    }

    /// Sum over the days of a trend up to the middle of `year` of its factor, in years.
    pub(super) fn years_of(&self, name: &str, year: i16) -> f64 {
        const DAYS_OF_YEAR: f64 = 365.25;
        let until = date(year, 7, 2);
        let steps = self.steps(MeasureKind::Trend, name);
        let ends = steps.iter().skip(1).map(|step| step.0).chain([until]);
        let days =
            |from: Date, end: Date| f64::from(from.until(end.min(until)).map_or(0, |s| s.get_days()).max(0));
        steps.iter().zip(ends).map(|((from, factor), end)| factor * days(*from, end) / DAYS_OF_YEAR).sum()
    }

    /// Adds the days of `year` on which a factor of a duty or a level of barriers changes.
    pub(super) fn days_in(&self, year: i16, days: &mut Vec<Date>) {
        let levels = self.histories.iter().filter(|one| one.kind != MeasureKind::Trend);
        days.extend(levels.flat_map(|one| &one.steps).map(|step| step.0).filter(|day| day.year() == year));
    }
}

/// A change of barriers of `barrier_changes.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct BarrierChange {
    /// Name.
    pub change: String,
    /// [`MeasureKind::Barrier`] or [`MeasureKind::Trend`].
    pub kind: MeasureKind,
    /// Importer; `None` = all.
    pub importer: Option<usize>,
    /// Exporter; `None` = all.
    pub exporter: Option<usize>,
    /// Sectors.
    pub sectors: Vec<usize>,
    /// Agreements whose members do not raise a level against each other.
    pub exempt_agreements: Vec<usize>,
    /// Chance that events turn a level on in a year, where the table states it.
    pub chance_a_year: Option<f64>,
    /// A level: ad-valorem equivalent that is added, percent. A trend: change of the trade cost, percent a year.
    pub amount_pct: f64,
}

/// A level that spares the trade among members of an agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Insured<'a> {
    /// Its name.
    pub change: &'a str,
    /// Sectors whose trade it restricts.
    pub sectors: Vec<usize>,
    /// Chance of a year with it, where the table states it.
    pub chance_a_year: Option<f64>,
}

/// All changes of barriers that events can turn on.
#[derive(Debug, Clone, Default)]
pub struct BarrierChanges(pub(super) Vec<BarrierChange>);

impl BarrierChanges {
    /// Names of the changes of one kind.
    pub fn names(&self, kind: MeasureKind) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |one| one.kind == kind).map(|one| one.change.as_str())
    }

    /// Levels that spare the trade among members of an agreement: what membership insures against.
    #[must_use]
    pub fn insured(&self) -> Vec<Insured<'_>> {
        let mut found: Vec<Insured<'_>> = Vec::new();
        let is_insured =
            |one: &&BarrierChange| one.kind == MeasureKind::Barrier && !one.exempt_agreements.is_empty();
        for row in self.0.iter().filter(is_insured) {
            let known = found.iter().position(|one| one.change == row.change).unwrap_or_else(|| {
                found.push(Insured {
                    change: &row.change,
                    sectors: Vec::new(),
                    chance_a_year: row.chance_a_year,
                });
                found.len() - 1
            });
            let new = row.sectors.iter().filter(|j| !found[known].sectors.contains(j));
            let new: Vec<usize> = new.copied().collect();
            found[known].sectors.extend(new);
        }
        found
    }

    /// Changes that concern a pair.
    pub(super) fn of_pair(&self, importer: usize, exporter: usize) -> impl Iterator<Item = &BarrierChange> {
        let is_meant = move |one: &&BarrierChange| {
            one.importer.is_none_or(|only| only == importer)
                && one.exporter.is_none_or(|only| only == exporter)
        };
        self.0.iter().filter(is_meant)
    }

    /// Adds the levels in force on `day`, times `share_of_year`, to `factors`, `[j]`.
    pub(super) fn add_levels(
        &self,
        (members, measures): (&Members, &Measures),
        (importer, exporter): (usize, usize),
        (day, share_of_year): (Date, f64),
        factors: &mut [f64],
    ) {
        if !measures.has(MeasureKind::Barrier) {
            return;
        }
        for change in self.of_pair(importer, exporter).filter(|one| one.kind == MeasureKind::Barrier) {
            let both =
                |&at: &usize| [importer, exporter].iter().all(|&party| members.is_member(at, party, day));
            if change.exempt_agreements.iter().any(both) {
                continue;
            }
            let factor = measures.factor(MeasureKind::Barrier, &change.change, 0.0, day);
            let added = factor * share_of_year * change.amount_pct / 100.0;
            change.sectors.iter().for_each(|&j| factors[j] += added);
        }
    }

    /// Multiplies `factors`, `[j]`, by what the trends have come to by the middle of `year`.
    pub(super) fn apply_trends(
        &self,
        measures: &Measures,
        (importer, exporter): (usize, usize),
        year: i16,
        factors: &mut [f64],
    ) {
        if !measures.has(MeasureKind::Trend) {
            return;
        }
        for change in self.of_pair(importer, exporter).filter(|one| one.kind == MeasureKind::Trend) {
            let years = measures.years_of(&change.change, year);
            let ratio = (1.0 + change.amount_pct / 100.0).powf(years);
            change.sectors.iter().for_each(|&j| factors[j] *= ratio);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{MeasureKind, Measures, PolicyTimeline};

    #[test]
    fn a_factor_holds_from_its_day_on_and_a_trend_adds_up_its_years() {
        let mut timeline = PolicyTimeline::default();
        timeline.set_measure(MeasureKind::Duty, "steel", 2000, date(2025, 3, 1));
        timeline.set_measure(MeasureKind::Duty, "steel", 0, date(2026, 3, 1));
        timeline.set_measure(MeasureKind::Trend, "digital", 1000, date(2021, 7, 2));
        timeline.set_measure(MeasureKind::Trend, "digital", 500, date(2025, 7, 2));
        let measures = Measures::new(&timeline);
        let factor = |day| measures.factor(MeasureKind::Duty, "steel", 1.0, day);
        assert_eq!([date(2025, 2, 28), date(2025, 3, 1), date(2026, 3, 1)].map(factor), [1.0, 2.0, 0.0]);
        assert!((measures.years_of("digital", 2029) - 6.0).abs() < 0.01);
        assert_eq!(measures.years_of("digital", 2020), 0.0);
    }
}
