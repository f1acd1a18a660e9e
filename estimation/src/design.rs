//! From a panel and a formula to the arrays of a regression.

use std::collections::HashSet;

use super::absorb::Layout;
use super::columns::Columns;
use super::error::EstimationError;
use super::formula::{EffectTerm, Factor, FormulaError, Name, Span};
use super::levels::Levels;
use super::names::{LONGEST_NAME, listed};
use super::panel::{Panel, PanelFile, Use};
pub use super::specification::{INTERCEPT, Specification};
use tradepath_base::data::did_you_mean;
use tradepath_base::data::memory::usable_bytes;
use tradepath_base::error::{Faults, shortened};
use tradepath_base::numerics::parallel;

/// Most regressors, each dummy counted.
const MAX_REGRESSORS: usize = 4_000;
/// Bytes of memory for each entry of a regressor: the fit holds copies.
const BYTES_AN_ENTRY: u64 = 32;

/// A row that is not used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedRow {
    /// Row of the panel, 1 = first data row.
    pub row: u32,
    /// Why.
    pub reason: String,
}

/// The arrays of a regression; all have one entry per row, columns are contiguous.
#[derive(Debug, Clone, Default)]
pub struct Design {
    /// Row of the panel, 0 = first data row.
    pub rows: Vec<u32>,
    /// Outcome.
    pub y: Vec<f64>,
    /// Regressors, one vector each.
    pub x: Vec<Vec<f64>>,
    /// Their labels.
    pub terms: Vec<String>,
    /// Weights; all above 0.
    pub weights: Option<Vec<f64>>,
    /// Part of the index with coefficient 1.
    pub offset: Option<Vec<f64>>,
    /// Absorbed effects.
    pub effects: Vec<Levels>,
    /// Clusters.
    pub clusters: Vec<Levels>,
    /// What a user should know about the choice of rows and terms.
    pub notes: Vec<String>,
}

impl Design {
    /// Number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.y.len()
    }

    /// Weight of a row; 1 without weights.
    #[must_use]
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// Weights of all rows; 1 without weights.
    #[must_use]
    pub(crate) fn weights_or_ones(&self) -> Vec<f64> {
        self.weights.clone().unwrap_or_else(|| vec![1.0; self.n()])
    }

    /// Part of the index of a row with coefficient 1; 0 without an offset.
    #[must_use]
    pub(crate) fn offset(&self, row: usize) -> f64 {
        self.offset.as_ref().map_or(0.0, |offset| offset[row])
    }

    /// Keeps the marked rows.
    pub fn retain(&mut self, keep: &[bool]) {
        let mut pick = |values: &mut Vec<f64>| {
            let mut at = keep.iter();
            values.retain(|_| *at.next().expect("a mark for every row"));
        };
        pick(&mut self.y);
        self.x.iter_mut().for_each(&mut pick);
        self.weights.iter_mut().for_each(&mut pick);
        self.offset.iter_mut().for_each(&mut pick);
        let mut at = keep.iter();
        self.rows.retain(|_| *at.next().expect("a mark for every row"));
        self.effects.iter_mut().chain(&mut self.clusters).for_each(|levels| levels.retain(keep));
    }

    /// The same rows in the order of a layout, which stands for the effects.
    #[must_use]
    pub fn arranged(&self, layout: &Layout) -> Self {
        let pick = |values: &Vec<f64>| layout.arrange(values);
        let levels = |levels: &Levels| levels.with_codes(layout.arrange(&levels.codes));
        let ((y, rows), (x, clusters)) = parallel::both(
            || (pick(&self.y), layout.arrange(&self.rows)),
            || {
                let x = parallel::map_each(&self.x, pick);
                (x, parallel::map_each(&self.clusters, levels))
            },
        );
        Self {
            rows,
            y,
            x,
            terms: self.terms.clone(),
            weights: self.weights.as_ref().map(pick),
            offset: self.offset.as_ref().map(pick),
            effects: Vec::new(),
            clusters,
            notes: Vec::new(),
        }
    }

    /// Takes out effects whose levels are those of an earlier one, which they cannot be told from, and notes it.
    pub fn drop_repeated_effects(&mut self) {
        let mut at = 1;
        while at < self.effects.len() {
            let (earlier, later) = (&self.effects[..at], &self.effects[at]);
            let same = |other: &&Levels| other.n() == later.n() && later.is_nested_in(other);
            match earlier.iter().find(same) {
                Some(other) => {
                    let why = match other.label == later.label {
                        true => "it is named twice",
                        false => "their levels are the same",
                    };
                    let note =
                        format!("the effect `{}` is used once, as `{}`: {why}", later.label, other.label);
                    self.notes.push(note);
                    self.effects.remove(at);
                }
                None => at += 1,
            }
        }
    }

    /// Takes out effects that a finer one contains, which adds nothing to a fit but makes it singular; notes it.
    pub fn drop_contained_effects(&mut self) {
        let mut at = 0;
        while at < self.effects.len() {
            let levels = &self.effects[at];
            let is_finer = |other: &&Levels| other.n() > levels.n() && other.is_nested_in(levels);
            match self.effects.iter().find(is_finer) {
                Some(finer) => {
                    let note = format!(
                        "the effect `{}` is part of `{}`, whose levels tell its levels: they hold both",
                        levels.label, finer.label
                    );
                    self.notes.push(note);
                    self.effects.remove(at);
                }
                None => at += 1,
            }
        }
    }
}

/// Reads the columns that `spec` needs from a panel file.
///
/// # Errors
/// [`EstimationError::Formula`] that points at an unknown column, [`EstimationError::Formulas`] for several, or the
/// faults of the file.
pub fn read_panel(file: &PanelFile, spec: &Specification) -> Result<Panel, EstimationError> {
    let formula = &spec.formula;
    let mut wanted: Vec<(String, Use)> = Vec::new();
    let mut wrong: Vec<FormulaError> = Vec::new();
    let mut add = |name: &Name, usage: Use, text: &str| match file.header.contains(&name.text) {
        true => wanted.push((name.text.clone(), usage)),
        false => wrong.push(unknown_column(name, text, &file.header)),
    };
    for factor in std::iter::once(&formula.response).chain(formula.terms.iter().flat_map(|t| &t.factors)) {
        match factor {
            Factor::Value(expression) => {
                expression.columns(&mut |name| add(name, Use::Number, &formula.text));
            }
            Factor::Dummies(name, _) => add(name, Use::Category, &formula.text),
            Factor::Same(a, b) | Factor::Differs(a, b) => {
                add(a, Use::Category, &formula.text);
                add(b, Use::Category, &formula.text);
            }
        }
    }
    for name in formula.effects.iter().flat_map(EffectTerm::columns) {
        add(name, Use::Category, &formula.text);
    }
    for cluster in &spec.clusters {
        cluster.columns().for_each(|name| add(name, Use::Category, &cluster.label));
    }
    for column in [&spec.weights, &spec.offset].into_iter().flatten() {
        let span = Span { start: 0, end: column.chars().count() };
        add(&Name { text: column.clone(), span }, Use::Number, column);
    }
    for filter in &spec.filters {
        match filter.columns(&file.header) {
            Ok(columns) => wanted.extend(columns),
            Err(error) => wrong.push(error),
        }
    }
    match (wrong.pop(), wrong.is_empty()) {
        (None, _) => Ok(file.read(&wanted)?),
        (Some(one), true) => Err(one.into()),
        (Some(last), false) => {
            wrong.push(last);
            Err(EstimationError::Formulas(wrong))
        }
    }
}

fn unknown_column(name: &Name, text: &str, header: &[String]) -> FormulaError {
    let hint = did_you_mean(&name.text, header.iter().map(String::as_str), "");
    FormulaError {
        text: text.to_owned(),
        span: name.span,
        message: format!(
            "no column `{}`: the panel has {}. {hint}",
            shortened(&name.text, LONGEST_NAME),
            listed(header)
        )
        .trim_end()
        .to_owned(),
    }
}

/// The rows that meet every condition.
fn rows_in_use(
    panel: &Panel,
    spec: &Specification,
    notes: &mut Vec<String>,
) -> Result<Vec<u32>, EstimationError> {
    let mut keep = vec![true; panel.n_rows()];
    for filter in &spec.filters {
        notes.extend(filter.apply(panel, &mut keep)?);
    }
    Ok((0..panel.n_rows() as u32).filter(|&row| keep[row as usize]).collect())
}

/// The regressors with their labels; one that is named before is left out with a note.
fn regressors(
    columns: &mut Columns<'_>,
    spec: &Specification,
    n: usize,
    notes: &mut Vec<String>,
) -> Result<(Vec<Vec<f64>>, Vec<String>), EstimationError> {
    let (mut x, mut terms) = (Vec::new(), Vec::new());
    if spec.formula.intercept {
        x.push(vec![1.0; n]);
        terms.push(INTERCEPT.to_owned());
    }
    let mut known = HashSet::new();
    let mut repeated: Vec<String> = Vec::new();
    for term in &spec.formula.terms {
        let name = term.label();
        if !known.insert(name.clone()) {
            if !repeated.contains(&name) {
                repeated.push(name);
            }
            continue;
        }
        let width = x.len().saturating_add(columns.width(&term.factors));
        let needed = BYTES_AN_ENTRY.saturating_mul(width.saturating_mul(n) as u64);
        if width > MAX_REGRESSORS || needed > usable_bytes() {
            let message = format!(
                "{width} regressors of {n} rows take {needed} bytes of memory; expected at most \
                 {MAX_REGRESSORS} regressors and what --max-memory allows. Absorb sets of dummies as effects."
            );
            return Err(FormulaError { text: spec.formula.text.clone(), span: term.span, message }.into());
        }
        for (label, column) in columns.term(&term.factors) {
            x.push(column);
            terms.push(label);
        }
    }
    notes.extend(repeated.iter().map(|name| format!("`{name}` is named more than once and used once")));
    Ok((x, terms))
}

/// Builds the arrays; rows with a missing value are dropped and listed.
///
/// # Errors
/// Every outcome that is missing or negative, every weight that is not above 0, every logarithm of a
/// number that is not: each with its line. Also a reference level that no row has, and a condition that
/// compares numbers with text.
pub fn build(panel: &Panel, spec: &Specification) -> Result<(Design, Vec<DroppedRow>), EstimationError> {
    let mut faults = Faults::new();
    let mut notes = panel.notes.clone();
    let rows = rows_in_use(panel, spec, &mut notes)?;
    let mut columns = Columns::new(panel, &rows, &spec.formula.text, &mut faults);
    let y = columns.outcome(spec);
    let (x, terms) = regressors(&mut columns, spec, rows.len(), &mut notes)?;
    let weights = spec.weights.as_ref().map(|name| columns.weights(name));
    let offset = spec.offset.as_ref().map(|name| columns.offset(name));
    spec.formula.effects.iter().chain(&spec.clusters).flat_map(EffectTerm::columns).for_each(|name| {
        columns.note_categories(&name.text);
    });
    let left = columns.finish();
    if let Some(wrong) = left.wrong {
        return Err(wrong.into());
    }
    let missing = left.missing;
    let dropped: Vec<DroppedRow> = missing
        .iter()
        .map(|(&at, name)| DroppedRow { row: rows[at] + 1, reason: format!("missing {name}") })
        .collect();
    let (effects, clusters) = (Vec::new(), Vec::new());
    let mut design = Design { rows, y, x, terms, weights, offset, effects, clusters, notes };
    if !missing.is_empty() {
        let keep: Vec<bool> = (0..design.n()).map(|at| !missing.contains_key(&at)).collect();
        design.retain(&keep);
    }
    let levels = |term: &EffectTerm| Levels::from_panel(panel, term, &design.rows);
    let formula = &spec.formula;
    let effects = parallel::map_each(&formula.effects, levels);
    let clusters = parallel::map(spec.clusters.len(), |at| {
        let term = &spec.clusters[at];
        let same = spec.formula.effects.iter().position(|effect| effect.label == term.label);
        same.map_or_else(|| levels(term), |at| effects[at].clone())
    });
    design.effects = effects;
    design.clusters = clusters;
    Ok(faults.into_result((design, dropped))?)
}
