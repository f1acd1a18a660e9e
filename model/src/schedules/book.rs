//! All schedules in memory, and what the letters between two parties change in them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::letters::Letter;
use super::quota::Quota;
use super::schedule::{Part, Schedule};
use crate::error::Faults;

/// File stem of the schedule for importers that have no file of their own.
pub(super) const DEFAULT: &str = "default";

/// All schedules of a folder.
#[derive(Debug, Clone, Default)]
pub struct ScheduleBook {
    /// By schedule id and file stem (`default`, `AAA`, `AAA.BBB`).
    pub(super) schedules: HashMap<(String, String), Schedule>,
    pub(super) letters: HashMap<String, Vec<Letter>>,
    pub(super) quotas: HashMap<String, Vec<Quota>>,
}

impl ScheduleBook {
    /// The schedule of `importer` towards `exporter`: the file of the pair if there is one, else the importer's file,
    /// else the default.
    #[must_use]
    pub fn find(&self, id: &str, importer: &str, exporter: &str) -> Option<&Schedule> {
        [format!("{importer}.{exporter}"), importer.to_owned(), DEFAULT.to_owned()]
            .into_iter()
            .find_map(|stem| self.schedules.get(&(id.to_owned(), stem)))
    }

    /// Side letters of a schedule; most have none.
    #[must_use]
    pub(super) fn letters_of(&self, id: &str) -> &[Letter] {
        self.letters.get(id).map_or(&[], Vec::as_slice)
    }

    /// Tariff-rate quotas of a schedule; most have none.
    #[must_use]
    pub fn quotas_of(&self, id: &str) -> &[Quota] {
        self.quotas.get(id).map_or(&[], Vec::as_slice)
    }

    /// The schedule of `importer` towards `exporter`, with the side letters between the two applied.
    #[must_use]
    pub fn with_letters(&self, id: &str, importer: &str, exporter: &str) -> Option<Cow<'_, Schedule>> {
        let schedule = self.find(id, importer, exporter)?;
        let mut changed = Cow::Borrowed(schedule);
        for letter in self.letters_of(id) {
            if letter.importer == importer && letter.exporter == exporter {
                let parts = changed.parts(&letter.group);
                let mut parts = parts.expect("a letter on a cell that does not exist is a fault").to_vec();
                for part in parts.iter_mut().filter(|part| letter.is_of(part)) {
                    part.category = letter.category.clone();
                    part.base_rate_pct = letter.base_rate_pct.or(part.base_rate_pct);
                }
                changed.to_mut().set(&letter.group, parts);
            }
        }
        Some(changed)
    }

    /// Replaces the parts of a group of `importer` towards `exporter` (`*` = all); false if there is no such schedule.
    pub fn replace(
        &mut self,
        id: &str,
        importer: &str,
        exporter: &str,
        group: &str,
        parts: Vec<Part>,
    ) -> bool {
        let stem = if exporter == "*" { importer.to_owned() } else { format!("{importer}.{exporter}") };
        let key = (id.to_owned(), stem);
        if !self.schedules.contains_key(&key) {
            let Some(general) = self.find(id, importer, exporter).cloned() else { return false };
            self.schedules.insert(key.clone(), general);
        }
        let prefix = format!("{importer}.");
        for ((of, stem), schedule) in &mut self.schedules {
            if of == id && (*stem == key.1 || exporter == "*" && stem.starts_with(&prefix)) {
                schedule.set(group, parts.clone());
            }
        }
        true
    }

    /// Adds a fault for each letter about a cell that does not exist.
    pub(super) fn check_letters(&self, id: &str, faults: &mut Faults) {
        for letter in self.letters_of(id) {
            let schedule = self.find(id, &letter.importer, &letter.exporter);
            let parts = schedule.and_then(|schedule| schedule.parts(&letter.group));
            if !parts.into_iter().flatten().any(|part| letter.is_of(part)) {
                faults.push(letter.missing.clone());
            }
        }
    }
}
