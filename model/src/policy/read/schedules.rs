//! Finds the schedule of each agreement and pair, and tabulates the shares of the duties that it leaves.

use std::borrow::Cow;
use std::collections::HashMap;

use ndarray::{Array2, Array3};

use super::Reader;
use super::agreements::Memberships;
use crate::error::Fault;
use crate::policy::agreements::Agreement;
use crate::policy::concessions::{SCHEDULE_YEARS, ScheduleTable, ScheduleTables, same_since};
use crate::schedules::{Schedule, ScheduleBook};

/// Preferences that tariff lines give, by agreement, importer and exporter (`None` = all others).
type Preferences = HashMap<(usize, usize, Option<usize>), Vec<Preference>>;
const PREFERENCES: &str = "tables/preferences.csv";
const MEMBERSHIPS: &str = "tables/memberships.csv";

/// Shares of the most-favoured-nation duties that the tariff lines of a group leave.
struct Preference {
    group: String,
    left_share: f64,
    free_share: f64,
    origin: String,
}

impl Reader<'_> {
    /// Reads `preferences.csv`; empty if the data set has none.
    fn preferences(&mut self, agreements: &[Agreement]) -> Preferences {
        let mut preferences = Preferences::new();
        let Some(table) = self.sound(PREFERENCES) else { return preferences };
        let ids = agreements.iter().enumerate().map(|(at, agreement)| (agreement.id.clone(), at)).collect();
        for row in table.rows() {
            let (lines, free) = (row.value("lines"), row.value("free_lines"));
            if free > lines {
                let expected = "lines, at most those of the group";
                self.faults.push(row.fault("free_lines", expected, "Correct one of the two counts."));
            }
            let place = (row.position("agreement", &ids), self.country(&row, "importer"));
            let numbers = (row.value("left_share"), lines, free);
            let ((Some(a), Some(n)), (Some(left_share), Some(lines), Some(free))) = (place, numbers) else {
                continue;
            };
            let group = row.text("product_group").to_owned();
            let origin = format!("{}, {} ({})", row.place(), row.text("source"), row.text("mark"));
            let preference = Preference { group, left_share, free_share: free / lines, origin };
            preferences.entry((a, n, self.country(&row, "exporter"))).or_default().push(preference);
        }
        preferences
    }

    /// Tables of all pairs. A member without a schedule is a fault at the line of its membership.
    pub(super) fn resolve(
        &mut self,
        book: &ScheduleBook,
        agreements: &[Agreement],
        groups: &[String],
        memberships: &Memberships,
    ) -> ScheduleTables {
        let codes: Vec<&str> = self.axes.countries.iter().map(|country| country.iso3.as_str()).collect();
        let preferences = self.preferences(agreements);
        let n = codes.len();
        let of_pair = Array3::from_elem((agreements.len(), n, n), usize::MAX);
        let mut resolved = ScheduleTables { tables: Vec::new(), of_pair };
        for (a, agreement) in agreements.iter().enumerate() {
            let Some(id) = &agreement.schedule else { continue };
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
                        // Without rates of tariff lines the stages of the schedule hold.
                        let from_lines = from_lines.map_or(&[][..], Vec::as_slice);
                        let table = self.tabulate(&found, place, groups, from_lines);
                        resolved.tables.push(table);
                        resolved.tables.len() - 1
                    });
                    _ = key.map(|key| known.insert(key, at));
                    resolved.of_pair[[a, importer, exporter]] = at;
                }
            }
        }
        self.check_members(&resolved, agreements, memberships);
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
        // A group without a row is NaN here and a fault below.
        let tabulated = |share: &dyn Fn(&str, u32) -> Option<f64>| {
            Array2::from_shape_fn(shape, |(year, g)| share(&groups[g], year as u32 + 1).unwrap_or(f64::NAN))
        };
        let mut left_share = tabulated(&|group, year| schedule.remaining_share(group, year));
        let mut free_share = tabulated(&|group, year| schedule.free_share(group, year));
        let mut from_lines = vec![None; groups.len()];
        for (g, group) in groups.iter().enumerate() {
            if let Some(preference) = preferences.iter().find(|preference| preference.group == *group) {
                left_share.column_mut(g).fill(preference.left_share);
                free_share.column_mut(g).fill(preference.free_share);
                from_lines[g] = Some(preference.origin.clone());
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
        ScheduleTable { same_since: same_since(&left_share), left_share, free_share, from_lines }
    }

    fn check_members(
        &mut self,
        resolved: &ScheduleTables,
        agreements: &[Agreement],
        Memberships { timeline: initial, lines }: &Memberships,
    ) {
        for (membership, line) in initial.memberships.iter().zip(lines) {
            let Some(missing) = resolved.missing(agreements, self.axes, initial, membership) else {
                continue;
            };
            let id = agreements[missing.agreement]
                .schedule
                .as_deref()
                .expect("only an agreement with a schedule can lack one");
            let partner = &self.axes.countries[missing.exporter].iso3;
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
}
