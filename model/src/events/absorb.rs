//! What an option takes over from an included file, and where its tables stand.

use std::sync::Arc;

use toml::de::DeTable;

use super::place::{Lines, Place, tables};
use super::spec::OptionSpec;
use crate::sorted::SortedSet;

impl OptionSpec {
    /// Takes over what an included file holds. Parameters, calendars and facts of the same name stay as they are.
    pub(super) fn absorb(&mut self, part: Self) {
        let taken: SortedSet<String> = self.parameters.iter().map(|one| one.name.clone()).collect();
        self.parameters.extend(part.parameters.into_iter().filter(|one| !taken.contains(&one.name)));
        let taken: SortedSet<String> = self.calendars.iter().map(|one| one.name.clone()).collect();
        self.calendars.extend(part.calendars.into_iter().filter(|one| !taken.contains(&one.name)));
        let taken: SortedSet<String> = self.facts.iter().map(|one| one.name.clone()).collect();
        self.facts.extend(part.facts.into_iter().filter(|one| !taken.contains(&one.name)));
        let taken: SortedSet<String> = self.states.iter().map(|one| one.name.clone()).collect();
        self.states.extend(part.states.into_iter().filter(|one| !taken.contains(&one.name)));
        let taken: SortedSet<String> = self.voices.iter().map(|one| one.name.clone()).collect();
        self.voices.extend(part.voices.into_iter().filter(|one| !taken.contains(&one.name)));
        self.topic_tables = self.topic_tables.take().or(part.topic_tables);
        self.bodies.extend(part.bodies);
        self.processes.extend(part.processes);
        self.recurring.extend(part.recurring);
    }

    pub(super) fn note_places(&mut self, file: &Arc<str>, lines: &Lines, root: &DeTable<'_>) {
        let of = |table: &DeTable<'_>| Place::of_table(file, lines, table, "stage");
        for (one, table) in self.parameters.iter_mut().zip(tables(root, "parameter")) {
            one.place = of(table);
        }
        for (one, table) in self.calendars.iter_mut().zip(tables(root, "calendar")) {
            one.place = of(table);
        }
        for (one, table) in self.facts.iter_mut().zip(tables(root, "fact")) {
            one.place = of(table);
        }
        for (one, table) in self.states.iter_mut().zip(tables(root, "state")) {
            one.place = of(table);
        }
        for (one, table) in self.voices.iter_mut().zip(tables(root, "voice")) {
            one.place = of(table);
        }
        for (one, table) in self.recurring.iter_mut().zip(tables(root, "recurring")) {
            one.place = of(table);
        }
        for (process, table) in self.processes.iter_mut().zip(tables(root, "process")) {
            process.place = of(table);
            for (stage, table) in process.stages.iter_mut().zip(tables(table, "stage")) {
                stage.place = of(table);
            }
        }
    }
}
