//! Parses all tables, gathers the names that they define, and checks every cell of every table against them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Reader;
use super::depth_effect::item_names;
use super::rules::{COUNTRY, DEFINED, GROUPS, ITEM, OPTIONAL, SECTOR, TABLES};
use super::text_rules::TEXT_TABLES;
use crate::data::{Axes, Files, Names, Table, TableRule, is_identifier};
use crate::error::{Faults, InputErrors};

impl<'a> Reader<'a> {
    pub(super) fn new(files: Files, axes: &'a Axes) -> Self {
        let (tables, unsound) = (HashMap::new(), HashSet::new());
        Self { files, axes, faults: Faults::new(), classes: Vec::new(), tables, unsound }
    }

    /// Reads every table and checks its cells.
    pub(super) fn gather(&mut self) {
        for rule in TABLES.iter().chain(TEXT_TABLES) {
            let before = self.faults.as_slice().len();
            if let Some(table) = self.parsed(rule) {
                self.tables.insert(rule.file, Rc::new(table));
            }
            self.note_faults(rule.file, before);
        }
        let names = self.names();
        for rule in TABLES.iter().chain(TEXT_TABLES) {
            let Some(table) = self.tables.get(rule.file).cloned() else { continue };
            let before = self.faults.as_slice().len();
            rule.check(&table, &names, &mut self.faults);
            self.note_faults(rule.file, before);
        }
    }

    /// Ids of the product groups, read from their table alone.
    pub(super) fn group_ids(mut self) -> Result<Vec<String>, InputErrors> {
        let table = TABLES.iter().find(|rule| rule.file == GROUPS).and_then(|rule| {
            let table = self.parsed(rule)?;
            let names = self.names();
            rule.check(&table, &names, &mut self.faults);
            Some(table)
        });
        let mut ids: Vec<String> = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let id = row.text("product_group");
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
        self.faults.into_result(ids)
    }

    fn note_faults(&mut self, file: &'static str, before: usize) {
        if self.faults.as_slice().len() > before {
            self.unsound.insert(file);
        }
    }

    fn parsed(&mut self, rule: &TableRule) -> Option<Table> {
        let read = self.files.read_optional(rule.file);
        let text = match read {
            Ok(None) if OPTIONAL.contains(&rule.file) => return None,
            Ok(_) => self.files.read(rule.file),
            Err(fault) => Err(fault),
        };
        match text {
            Ok(text) => rule.parse(&self.files.display(rule.file), &text, &mut self.faults),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// Names by kind. Names of tables that could not be parsed are left out, so that they cause no further faults.
    fn names(&self) -> Names {
        let mut names = Names::default();
        names.add(COUNTRY, self.axes.countries.iter().map(|country| country.iso3.as_str()));
        names.add(SECTOR, self.axes.sectors.iter().map(|sector| sector.id.as_str()));
        names.add(ITEM, item_names());
        let unknown: Vec<&str> =
            DEFINED.iter().filter(|(_, file, _)| self.unsound.contains(file)).map(|(set, ..)| *set).collect();
        for (set, file, column) in DEFINED.iter().filter(|(set, ..)| !unknown.contains(set)) {
            let rows = self.tables.get(file).into_iter().flat_map(|table| table.rows());
            // Text that is not a valid identifier cannot be referred to by another table.
            names.add(set, rows.map(|row| row.text(column)).filter(|name| is_identifier(name)));
        }
        names
    }
}
