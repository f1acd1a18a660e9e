//! Looks up the schedule of each agreement and pair, and tabulates the shares that it leaves.

use std::borrow::Cow;
use std::collections::HashMap;

use ndarray::{Array2, Array3};

use super::Reader;
use crate::data::Table;
use crate::error::Fault;
use crate::policy::book::{Agreement, ResolvedSchedules, SCHEDULE_YEARS, ScheduleTable, lacking};
use crate::policy::state::PolicyTimeline;
use crate::schedules::{Schedule, ScheduleBook};

/// Preferences that tariff lines give, by agreement, importer and exporter (`None` = all others).
type Preferences = HashMap<(usize, usize, Option<usize>), Vec<Preference>>;
const PREFERENCES: &str = "tables/preferences.csv";
const MEMBERSHIPS: &str = "tables/memberships.csv";

/// What the lines of a group leave of the most-favoured-nation duties.
struct Preference {
    group: String,
    left_share: f64,
    free_share: f64,
}

impl Reader<'_> {
    /// `preferences.csv`; empty where the data set has none.
    fn preferences(&mut self, agreements: &[Agreement], groups: &[String]) -> Preferences {
        let mut preferences = Preferences::new();
        let columns =
            ["agreement", "importer", "exporter", "product_group", "left_share", "lines", "free_lines"];
        let Some(table) = self.optional(PREFERENCES, &columns) else { return preferences };
        let ids = agreements.iter().enumerate().map(|(at, agreement)| (agreement.id.clone(), at)).collect();
        for row in table.rows() {
            let agreement = row.index("agreement", &ids, "row of agreements.csv", &mut self.faults);
            let importer = self.country(&row, "importer");
            let exporter = match row.text("exporter") {
                "*" => Some(None),
                _ => self.country(&row, "exporter").map(Some),
            };
            if !groups.iter().any(|group| group == row.text("product_group")) {
                self.faults.push(row.fault("product_group", "a product group", "Correct the name."));
            }
            let left = self.share(&row, "left_share");
            let lines = row.number("lines", "lines, 1 or more", |v| v >= 1.0, &mut self.faults);
            let is_part = |v: f64| v >= 0.0 && lines.is_none_or(|lines| v <= lines);
            let free =
                row.number("free_lines", "lines, at most those of the group", is_part, &mut self.faults);
            if let (Some(a), Some(n), Some(i), Some(left_share), Some(lines), Some(free)) =
                (agreement, importer, exporter, left, lines, free)
            {
                let group = row.text("product_group").to_owned();
                let preference = Preference { group, left_share, free_share: free / lines };
                preferences.entry((a, n, i)).or_default().push(preference);
            }
        }
        preferences
    }

    /// Tables of all pairs; a member without a schedule is a fault at the line of its membership.
    pub(super) fn resolve(
        &mut self,
        book: &ScheduleBook,
        agreements: &[Agreement],
        groups: &[String],
        (initial, lines): (&PolicyTimeline, &[u64]),
    ) -> ResolvedSchedules {
        let codes: Vec<&str> = self.axes.countries.iter().map(|country| country.iso3.as_str()).collect();
        let preferences = self.preferences(agreements, groups);
        let n = codes.len();
        let of_pair = Array3::from_elem((agreements.len(), n, n), usize::MAX);
        let mut resolved = ResolvedSchedules { tables: Vec::new(), of_pair };
        for (a, agreement) in agreements.iter().enumerate() {
            let Some(id) = &agreement.schedule else { continue };
            let unknown = book.letters_of(id).iter().filter_map(|letter| letter.unknown_country(&codes));
            unknown.for_each(|fault| self.faults.push(fault));
            let mut known: HashMap<(usize, Option<Option<usize>>), usize> = HashMap::new();
            for importer in 0..n {
                for exporter in (0..n).filter(|&exporter| exporter != importer) {
                    let Some(found) = book.with_letters(id, codes[importer], codes[exporter]) else {
                        continue;
                    };
                    let own = [Some(exporter), None]
                        .into_iter()
                        .find(|i| preferences.contains_key(&(a, importer, *i)));
                    let from_lines = own.and_then(|i| preferences.get(&(a, importer, i)));
                    // Pairs that share a schedule and its preferences share a table; a side letter needs its own.
                    let key = match &found {
                        Cow::Borrowed(schedule) => Some((std::ptr::from_ref(*schedule) as usize, own)),
                        Cow::Owned(_) => None,
                    };
                    let at = key.and_then(|key| known.get(&key).copied()).unwrap_or_else(|| {
                        let place = (id.as_str(), codes[importer]);
                        let table =
                            self.tabulate(&found, place, groups, from_lines.map_or(&[], Vec::as_slice));
                        resolved.tables.push(table);
                        resolved.tables.len() - 1
                    });
                    _ = key.map(|key| known.insert(key, at));
                    resolved.of_pair[[a, importer, exporter]] = at;
                }
            }
        }
        self.check_members(&resolved, agreements, initial, lines);
        resolved
    }

    fn tabulate(
        &mut self,
        schedule: &Schedule,
        (id, importer): (&str, &str),
        groups: &[String],
        preferences: &[Preference],
    ) -> ScheduleTable {
        let shape = (SCHEDULE_YEARS as usize, groups.len());
        let tabulated = |share: &dyn Fn(&str, u32) -> Option<f64>| {
            Array2::from_shape_fn(shape, |(year, g)| share(&groups[g], year as u32 + 1).unwrap_or(f64::NAN))
        };
        let mut left_share = tabulated(&|group, year| schedule.remaining_share(group, year));
        let mut free_share = tabulated(&|group, year| schedule.free_share(group, year));
        for (g, group) in groups.iter().enumerate() {
            if let Some(preference) = preferences.iter().find(|preference| preference.group == *group) {
                left_share.column_mut(g).fill(preference.left_share);
                free_share.column_mut(g).fill(preference.free_share);
            }
            if left_share[[0, g]].is_nan() {
                self.faults.push(Fault {
                    file: format!("schedules/{id}"),
                    line: None,
                    field: format!("{group} of {importer}"),
                    found: "no row".into(),
                    expected: "a row for the group, or one for `other`".into(),
                    remedy: "Add `other,all,1,,MFN,...` to exclude what is not named.".into(),
                });
            }
        }
        ScheduleTable { left_share, free_share }
    }

    fn check_members(
        &mut self,
        resolved: &ResolvedSchedules,
        agreements: &[Agreement],
        initial: &PolicyTimeline,
        lines: &[u64],
    ) {
        for (membership, line) in initial.memberships.iter().zip(lines) {
            let found = lacking(agreements, resolved, self.axes, initial, membership);
            let Some((a, _, exporter)) = found else { continue };
            let id = agreements[a].schedule.as_deref().unwrap_or_default();
            let partner = &self.axes.countries[exporter].iso3;
            self.faults.push(Fault {
                file: self.files.display(MEMBERSHIPS),
                line: Some(*line),
                field: "party".into(),
                found: membership.party.clone(),
                expected: format!(
                    "a member of {agreement} with a schedule towards {partner}: {party}.csv, {party}.{partner}.csv or default.csv in schedules/{id}",
                    agreement = membership.agreement,
                    party = membership.party
                ),
                remedy: "Add the schedule, or delete the membership.".into(),
            });
        }
    }

    fn optional_text(&mut self, name: &str) -> Option<String> {
        self.files.read_optional(name).map_err(|fault| self.faults.push(fault)).ok().flatten()
    }

    /// A table that a data set need not have.
    pub(super) fn optional(&mut self, name: &str, columns: &[&str]) -> Option<Table> {
        self.optional_text(name)?;
        self.table(name, columns)
    }
}
