//! `chapters.csv`, `class_chapters.csv`, `provisions.csv` and `switches.csv`: the text of an agreement, chapter by
//! chapter, and the single provisions that an option turns on or off.
//!
//! ```text
//! weight of a class in a sector = sum over chapters of strength x weight of the chapter
//!                               + sum over provisions that are on of their change
//! strength                      = weight / weight of the full text
//! spill-over share              = mean over chapters of theirs, weighted by what each weighs
//! ```

use std::collections::HashMap;

use super::rules::NO_SCOPE;
use super::texts::Texts;
use super::{CHECKED, Reader};
use crate::data::{Row, Table};
use crate::policy::Overlaps;
use crate::policy::depth::{DepthClass, DepthClasses, PartyProvision, SectorPart, SwitchedProvision};
use crate::policy::provision::Provision;
use crate::sorted::SortedMap;

/// Chapters, strengths, provisions and switches.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    /// Weight of each chapter as written in full, and its product with the share that spills over, `[j]`.
    chapters: SortedMap<String, Vec<(f64, f64)>>,
    /// Strength by class and chapter; chapter `*` = all others.
    strengths: HashMap<(String, String), f64>,
    /// Provisions in file order.
    pub provisions: Vec<Provision>,
    /// State by class and provision or kind; the provision's own row counts before that of its kind.
    switches: HashMap<(String, String), bool>,
    /// Class, provision or kind, party and state, where a party differs from its class, in file order.
    party_switches: Vec<(String, String, usize, bool)>,
}

impl Text {
    /// Weight of the text of `class` in sector `j`; NaN if a strength is missing.
    pub fn weight(&self, class: &str, j: usize) -> f64 {
        let (chapters, _) = self.chapters_of(class, j);
        let on = self.provisions.iter().filter(|provision| self.is_on(class, provision));
        decimal(chapters + on.map(|provision| provision.weight_change[j]).sum::<f64>())
    }

    /// Share of the text that reaches everybody: the mean over the chapters; single provisions follow it.
    pub fn spillover_share(&self, class: &str, j: usize) -> f64 {
        match self.chapters_of(class, j) {
            (0.0, _) => 0.0,
            (weight, spill) => decimal(spill / weight),
        }
    }

    /// Sums over the chapters of a class: weight, and weight that spills over.
    fn chapters_of(&self, class: &str, j: usize) -> (f64, f64) {
        let strength = |chapter: &str| self.strengths.get(&(class.to_owned(), chapter.to_owned())).copied();
        self.chapters.iter().fold((0.0, 0.0), |sum, (chapter, cuts)| {
            let strength = strength(chapter).or_else(|| strength("*")).unwrap_or(f64::NAN);
            (sum.0 + strength * cuts[j].0, sum.1 + strength * cuts[j].1)
        })
    }

    /// The depth classes of `texts` with their names, and the provisions with their state in each.
    pub fn classes(&self, names: Vec<String>, texts: Texts, overlaps: Overlaps) -> DepthClasses {
        let by_party = self.by_party(&names, &texts);
        let change = |provision: &Provision| {
            let of_part =
                |part: &SectorPart| provision.weight_change[part.sector] / texts.text_weights[part.sector];
            texts.parts.iter().map(of_part).collect()
        };
        let changes = self.provisions.iter().map(change).collect();
        let Texts { depths, parts, is_computed, .. } = texts;
        let is_switched = |class: &String| self.switches.keys().any(|(known, _)| known == class);
        let state =
            |class: &String, provision: &Provision| is_switched(class).then(|| self.is_on(class, provision));
        let switched = |provision: &Provision| SwitchedProvision {
            provision: provision.clone(),
            states: names.iter().map(|class| state(class, provision)).collect(),
        };
        let provisions = self.provisions.iter().map(switched).collect();
        let classes = names.into_iter().zip(depths).map(|(name, depth)| DepthClass { name, depth });
        DepthClasses {
            classes: classes.collect(),
            provisions,
            by_party,
            parts,
            overlaps,
            changes,
            is_computed,
        }
    }

    /// Provisions whose state for the pairs of a party differs from that of the class.
    fn by_party(&self, names: &[String], texts: &Texts) -> Vec<PartyProvision> {
        let mut found = Vec::new();
        for (class, name, party, is_on) in &self.party_switches {
            let Some(at) = names.iter().position(|known| known == class) else { continue };
            let is_meant = |one: &&Provision| one.id == *name || one.kind == *name;
            for (p, provision) in self.provisions.iter().enumerate().filter(|(_, one)| is_meant(one)) {
                if self.is_on(class, provision) == *is_on {
                    continue;
                }
                let sign = if *is_on { 1.0 } else { -1.0 };
                // Only a text that is computed has provisions.
                let change = |(part, computed): (&SectorPart, &bool)| {
                    let weight = provision.weight_change[part.sector] / texts.text_weights[part.sector];
                    if *computed { sign * weight } else { 0.0 }
                };
                let change = texts.parts.iter().zip(&texts.is_computed[at]).map(change).collect();
                found.push(PartyProvision { class: at, provision: p, party: *party, is_on: *is_on, change });
            }
        }
        found
    }

    /// True if `class` has the provision: a class without a switch for it has it not.
    pub fn is_on(&self, class: &str, provision: &Provision) -> bool {
        let state = |name: &str| self.switches.get(&(class.to_owned(), name.to_owned())).copied();
        state(&provision.id).or_else(|| state(&provision.kind)).unwrap_or(false)
    }
}

/// Rounds a sum of decimal figures, so that 0.375 does not become 0.37499999.
fn decimal(sum: f64) -> f64 {
    (sum * 1e9).round() / 1e9
}

const CHAPTERS: &str = "chapters.csv";
const STRENGTHS: &str = "class_chapters.csv";
const PROVISIONS: &str = "provisions.csv";
const SWITCHES: &str = "switches.csv";
/// Files that the text of agreements is computed from.
pub(super) const TEXT_FILES: [&str; 4] = [CHAPTERS, STRENGTHS, PROVISIONS, SWITCHES];

impl Reader<'_> {
    /// The text of agreements; empty if the data set has no such files.
    pub(super) fn text(&mut self) -> Text {
        let mut text = Text::default();
        if let Some(table) = self.sound(CHAPTERS) {
            self.chapters(&table, &mut text);
        }
        if let Some(table) = self.sound(PROVISIONS) {
            self.provisions(&table, &mut text);
        }
        for row in self.sound(STRENGTHS).iter().flat_map(|table| table.rows()) {
            let key = ["depth_class", "chapter"].map(|column| row.text(column).to_owned());
            text.strengths.insert(key.into(), row.value("strength_share").expect(CHECKED));
        }
        for row in self.sound(SWITCHES).iter().flat_map(|table| table.rows()) {
            let key = ["depth_class", "provision"].map(|column| row.text(column).to_owned());
            let is_on = row.text("state") == "on";
            match self.country(&row, "party") {
                Some(party) => {
                    let [class, provision] = key;
                    text.party_switches.push((class, provision, party, is_on));
                }
                None => {
                    text.switches.insert(key.into(), is_on);
                }
            }
        }
        self.check_switched(&text);
        text
    }

    /// Adds a fault for each provision that no class turns on or off.
    fn check_switched(&mut self, text: &Text) {
        let (Some(provisions), Some(_)) = (self.sound(PROVISIONS), self.sound(SWITCHES)) else { return };
        for row in provisions.rows() {
            let is_named =
                |(_, name): &(String, String)| name == row.text("provision") || name == row.text("kind");
            let of_party = text
                .party_switches
                .iter()
                .any(|(_, name, ..)| name == row.text("provision") || name == row.text("kind"));
            if !of_party && !text.switches.keys().any(is_named) {
                let expected = "a provision that switches.csv turns on or off, by its name or its kind";
                self.faults.push(row.fault("provision", expected, "Correct the name, or add the switch."));
            }
        }
    }

    fn chapters(&mut self, table: &Table, text: &mut Text) {
        let s = self.axes.n_sectors();
        for row in table.rows() {
            self.require_zero_without_scope(&row, "weight");
            let (weight, spill) = (row.value("weight"), row.value("spillover_share"));
            let (Some(weight), Some(spill)) = (weight, spill) else { continue };
            let chapter = text.chapters.entry(row.text("chapter").to_owned());
            let chapter = chapter.or_insert_with(|| vec![(0.0, 0.0); s]);
            for j in self.scope(&row) {
                chapter[j] = (chapter[j].0 + weight, chapter[j].1 + weight * spill);
            }
        }
    }

    fn provisions(&mut self, table: &Table, text: &mut Text) {
        let s = self.axes.n_sectors();
        let mut first: HashMap<&str, Row<'_>> = HashMap::new();
        for row in table.rows() {
            let id = row.text("provision");
            self.require_zero_without_scope(&row, "weight_change");
            let known = text.provisions.iter().position(|provision| provision.id == id);
            let at = known.unwrap_or_else(|| {
                first.insert(id, row);
                let kind = row.text("kind").to_owned();
                text.provisions.push(Provision { id: id.to_owned(), kind, weight_change: vec![0.0; s] });
                text.provisions.len() - 1
            });
            for column in ["kind", "chapter"] {
                if let Some(other) = first.get(id).filter(|other| other.text(column) != row.text(column)) {
                    let expected =
                        format!("{}, as in line {}: one provision", other.text(column), other.line);
                    self.faults.push(row.fault(column, &expected, "Make the rows of the provision agree."));
                }
            }
            let change = row.value("weight_change").expect(CHECKED);
            self.scope(&row).into_iter().for_each(|j| text.provisions[at].weight_change[j] += change);
        }
    }

    /// Adds a fault if a row without a sector states an effect.
    fn require_zero_without_scope(&mut self, row: &Row<'_>, column: &str) {
        if row.text("scope") == NO_SCOPE && row.value(column) != Some(0.0) {
            let expected = "0, as the scope is none";
            self.faults.push(row.fault(column, expected, "Write 0, or name the scope."));
        }
    }
}
