//! `chapters.csv`, `class_chapters.csv`, `provisions.csv` and `switches.csv`: the text of an agreement, chapter by
//! chapter, and the single provisions that an option turns on or off.
//!
//! ```text
//! cut share of a class in a sector = sum over chapters of strength x cut share of the chapter
//!                                  + sum over provisions that are on of their change
//! spill-over share                 = mean over chapters of theirs, weighted by what each cuts
//! ```

use std::collections::{BTreeMap, HashMap};

use super::Reader;
use crate::data::Table;

/// A provision that a class of agreements has or has not.
#[derive(Debug, Clone, PartialEq)]
pub struct Provision {
    /// Id, as in `switches.csv`.
    pub id: String,
    /// Kind, such as `suspended`: a switch may turn all of a kind.
    pub kind: String,
    /// Change of the cut share where it is on, `[j]`; all zero = explicitly no effect.
    pub change_share: Vec<f64>,
}

/// Chapters, strengths, provisions and switches.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    /// Cut share of each chapter as written in full, and its product with the share that spills over, `[j]`.
    chapters: BTreeMap<String, Vec<(f64, f64)>>,
    /// Strength by class and chapter; chapter `*` = all others.
    strengths: HashMap<(String, String), f64>,
    /// Provisions in file order.
    pub provisions: Vec<Provision>,
    /// State by class and provision or kind; the provision's own row counts before that of its kind.
    switches: HashMap<(String, String), bool>,
    /// Classes named by strengths and switches: file, line, class.
    named: Vec<(&'static str, u64, String)>,
}

impl Text {
    /// Share of a barrier of sector `j` that `class` removes; not a number where a strength is missing.
    pub fn cut_share(&self, class: &str, j: usize) -> f64 {
        let (chapters, _) = self.chapters_of(class, j);
        let on = self.provisions.iter().filter(|provision| self.is_on(class, provision));
        decimal(chapters + on.map(|provision| provision.change_share[j]).sum::<f64>())
    }

    /// Share of the cut that reaches everybody: the mean over the chapters; single provisions follow it.
    pub fn spillover_share(&self, class: &str, j: usize) -> f64 {
        match self.chapters_of(class, j) {
            (0.0, _) => 0.0,
            (cut, spill) => decimal(spill / cut),
        }
    }

    /// Sums over the chapters of a class: cut, and cut that spills over.
    fn chapters_of(&self, class: &str, j: usize) -> (f64, f64) {
        let strength = |chapter: &str| self.strengths.get(&(class.to_owned(), chapter.to_owned())).copied();
        self.chapters.iter().fold((0.0, 0.0), |sum, (chapter, cuts)| {
            let strength = strength(chapter).or_else(|| strength("*")).unwrap_or(f64::NAN);
            (sum.0 + strength * cuts[j].0, sum.1 + strength * cuts[j].1)
        })
    }

    /// Provisions with their state by class; `None` = the class has no switches.
    pub fn states(&self, classes: &[String]) -> Vec<(Provision, Vec<Option<bool>>)> {
        let is_switched = |class: &String| self.switches.keys().any(|(known, _)| known == class);
        let state =
            |class: &String, provision: &Provision| is_switched(class).then(|| self.is_on(class, provision));
        let states = |provision: &Provision| classes.iter().map(|class| state(class, provision)).collect();
        self.provisions.iter().map(|provision| (provision.clone(), states(provision))).collect()
    }

    /// True where `class` has the provision.
    pub fn is_on(&self, class: &str, provision: &Provision) -> bool {
        let state = |name: &str| self.switches.get(&(class.to_owned(), name.to_owned())).copied();
        state(&provision.id).or_else(|| state(&provision.kind)).unwrap_or(false)
    }
}

/// Decimal figures add up to decimal figures: 0.375 is not 0.37499999.
fn decimal(sum: f64) -> f64 {
    (sum * 1e9).round() / 1e9
}

const CHAPTERS: &str = "chapters.csv";
const STRENGTHS: &str = "class_chapters.csv";
const PROVISIONS: &str = "provisions.csv";
const SWITCHES: &str = "switches.csv";

impl Reader<'_> {
    /// The text of agreements; empty where the data set has no such files.
    pub(super) fn text(&mut self) -> Text {
        let mut text = Text::default();
        if let Some(table) =
            self.optional(CHAPTERS, &["chapter", "title", "scope", "cut_share", "spillover_share"])
        {
            self.chapters(&table, &mut text);
        }
        if let Some(table) =
            self.optional(PROVISIONS, &["provision", "kind", "chapter", "title", "scope", "change_share"])
        {
            self.provisions(&table, &mut text);
        }
        if let Some(table) = self.optional(STRENGTHS, &["depth_class", "chapter", "strength_share"]) {
            self.strengths(&table, &mut text);
        }
        if let Some(table) = self.optional(SWITCHES, &["depth_class", "provision", "state"]) {
            self.switches(&table, &mut text);
        }
        text
    }

    fn chapters(&mut self, table: &Table, text: &mut Text) {
        let s = self.axes.n_sectors();
        for row in table.rows() {
            let sectors = self.scope(&row, "scope");
            let (cut, spill) = (self.share(&row, "cut_share"), self.share(&row, "spillover_share"));
            let (Some(cut), Some(spill)) = (cut, spill) else { continue };
            let chapter = text.chapters.entry(row.text("chapter").to_owned());
            let chapter = chapter.or_insert_with(|| vec![(0.0, 0.0); s]);
            for j in sectors {
                chapter[j] = (chapter[j].0 + cut, chapter[j].1 + cut * spill);
            }
        }
    }

    fn provisions(&mut self, table: &Table, text: &mut Text) {
        let s = self.axes.n_sectors();
        for row in table.rows() {
            let id = row.text("provision");
            let known = text.provisions.iter().position(|provision| provision.id == id);
            let at = known.unwrap_or_else(|| {
                let kind = row.text("kind").to_owned();
                text.provisions.push(Provision { id: id.to_owned(), kind, change_share: vec![0.0; s] });
                text.provisions.len() - 1
            });
            let is_none = row.text("scope") == "none";
            let sectors = if is_none { Vec::new() } else { self.scope(&row, "scope") };
            let expected = if is_none { "0, as the scope is none" } else { "a change of a share, -1 to 1" };
            let is_valid = |v: f64| if is_none { v == 0.0 } else { (-1.0..=1.0).contains(&v) };
            if let Some(change) = row.number("change_share", expected, is_valid, &mut self.faults) {
                sectors.into_iter().for_each(|j| text.provisions[at].change_share[j] += change);
            }
        }
    }

    fn strengths(&mut self, table: &Table, text: &mut Text) {
        for row in table.rows() {
            let chapter = row.text("chapter");
            if chapter != "*" && !text.chapters.contains_key(chapter) {
                self.faults.push(row.fault(
                    "chapter",
                    "* or a chapter of chapters.csv",
                    "Correct the chapter.",
                ));
            }
            let is_valid = |v: f64| (0.0..=2.0).contains(&v);
            let expected = "0 to 2: 1 = as far as the chapter as written";
            let strength = row.number("strength_share", expected, is_valid, &mut self.faults);
            let class = row.text("depth_class").to_owned();
            text.named.push((STRENGTHS, row.line, class.clone()));
            text.strengths.insert((class, chapter.to_owned()), strength.unwrap_or(f64::NAN));
        }
    }

    fn switches(&mut self, table: &Table, text: &mut Text) {
        for row in table.rows() {
            let name = row.text("provision");
            if !text.provisions.iter().any(|provision| provision.id == name || provision.kind == name) {
                let expected = "a provision, or a kind of provisions, of provisions.csv";
                self.faults.push(row.fault("provision", expected, "Correct the name, or add the provision."));
            }
            let state = row.text("state");
            if !matches!(state, "on" | "off") {
                self.faults.push(row.fault("state", "on or off", "Correct the word."));
            }
            let class = row.text("depth_class").to_owned();
            text.named.push((SWITCHES, row.line, class.clone()));
            text.switches.insert((class, name.to_owned()), state == "on");
        }
    }

    /// Classes of the text that `depth.csv` does not know.
    pub(super) fn check_classes(&mut self, text: &Text, classes: &HashMap<String, usize>) {
        for (file, line, class) in text.named.iter().filter(|(_, _, class)| !classes.contains_key(class)) {
            self.faults.push(crate::error::Fault {
                file: self.files.display(file),
                line: Some(*line),
                field: "depth_class".into(),
                found: class.clone(),
                expected: "a class of depth.csv".into(),
                remedy: "Correct the name, or add the class.".into(),
            });
        }
    }
}
