//! Separation as a linear programme, for up to two effects.
//!
//! Directions `z` that vanish wherever `y > 0` are few: combinations of regressors that the effects explain
//! on the positive rows, and, with two effects, a constant moved between the effects of one component of
//! the graph of positive rows. Over these, with `z_i` the values of the directions in row `i`,
//!
//! ```text
//! max sum_i s_i,   s_i <= z_i' gamma,   0 <= s_i <= 1,   i: y_i = 0
//! ```
//!
//! has `s_i = 1` for exactly the separated rows. Its dual is solved, which has one constraint per direction:
//! `min - sum a_i,  sum_i (a_i + b_i) z_i = 0,  0 <= a_i <= 1,  b_i >= 0`; the multipliers are `-gamma`.
//!
//! Hand-written: a few constraints and up to millions of variables, whose columns are the rows of the panel and are
//! never copied; solvers at hand store the matrix anew, or wrap C++.

use nalgebra::{DMatrix, DVector};

use super::super::design::Design;
use super::certificate::Known;
use super::{directions, local};
use tradepath_base::stop;

/// Entries of a direction, scaled to a largest of 1, below this are zero.
const ZERO: f64 = 1e-8;
/// Reduced costs below this are zero.
const OPTIMAL: f64 = 1e-9;
/// Pivots by steepest reduced cost before the rule that cannot cycle takes over.
const MAX_DANTZIG: usize = 2_000;
/// Pivots before the programme is left to the rectifier, and multiplications of all of them.
const MAX_PIVOTS: usize = 50_000;
const MAX_WORK: usize = 20_000_000_000;

/// One flag per row, or `None` if the rule does not apply (three effects, too many directions).
#[must_use]
pub fn find(design: &Design, known: &Known) -> Option<Vec<bool>> {
    let directions = directions::find(design, known)?;
    let zero_rows: Vec<usize> = (0..design.n()).filter(|&row| design.y[row] <= 0.0).collect();
    let directions: Vec<Vec<f64>> = directions.into_iter().filter_map(|z| scaled(&z, &zero_rows)).collect();
    let mut flags = vec![false; design.n()];
    if directions.is_empty() {
        return Some(flags);
    }
    if directions.len() > local::MAX_DIRECTIONS {
        return None;
    }
    let touched: Vec<usize> =
        (0..zero_rows.len()).filter(|&at| directions.iter().any(|z| z[at] != 0.0)).collect();
    let vectors: Vec<DVector<f64>> = touched
        .iter()
        .map(|&at| DVector::from_iterator(directions.len(), directions.iter().map(|z| z[at])))
        .collect();
    let gamma = Programme::new(&vectors, directions.len()).solve()?;
    for (&at, z) in touched.iter().zip(&vectors) {
        flags[zero_rows[at]] = gamma.dot(z) > 0.5;
    }
    Some(flags)
}

/// A direction on the given rows, largest entry 1; `None` if it vanishes there.
fn scaled(z: &[f64], rows: &[usize]) -> Option<Vec<f64>> {
    let largest = rows.iter().fold(0.0_f64, |largest, &row| largest.max(z[row].abs()));
    let whole = z.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest <= ZERO * whole.max(1.0) {
        return None;
    }
    let entry = |&row: &usize| if z[row].abs() <= ZERO * largest { 0.0 } else { z[row] / largest };
    Some(rows.iter().map(entry).collect())
}

/// State of a variable of the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Lower,
    Upper,
    Basic,
}

/// The dual programme; variables `0..n` are `a`, `n..2n` are `b`, `2n..2n+p` hold the basis at the start
/// and are fixed at zero.
struct Programme<'a> {
    z: &'a [DVector<f64>],
    p: usize,
    state: Vec<State>,
    basis: Vec<usize>,
    value: DVector<f64>,
    inverse: DMatrix<f64>,
}

impl<'a> Programme<'a> {
    fn new(z: &'a [DVector<f64>], p: usize) -> Self {
        let n = z.len();
        let mut state = vec![State::Lower; 2 * n + p];
        state[2 * n..].fill(State::Basic);
        Self {
            z,
            p,
            state,
            basis: (2 * n..2 * n + p).collect(),
            value: DVector::zeros(p),
            inverse: DMatrix::identity(p, p),
        }
    }

    fn upper(&self, variable: usize) -> f64 {
        match variable / self.z.len() {
            0 => 1.0,
            1 => f64::INFINITY,
            _ => 0.0,
        }
    }

    fn cost(&self, variable: usize) -> f64 {
        if variable < self.z.len() { -1.0 } else { 0.0 }
    }

    /// `gamma`, or `None` if the pivots run out.
    fn solve(mut self) -> Option<DVector<f64>> {
        let one = self.p * (2 * self.z.len() + self.p);
        for pivot in 0..MAX_PIVOTS.min(MAX_WORK / one.max(1)) {
            stop::check();
            let costs = DVector::from_iterator(self.p, self.basis.iter().map(|&v| self.cost(v)));
            let multiplier = self.inverse.tr_mul(&costs);
            let Some(entering) = self.entering(&multiplier, pivot < MAX_DANTZIG) else {
                return Some(-multiplier);
            };
            self.pivot(entering);
        }
        None
    }

    /// The variable to move: of steepest reduced cost, or (Bland) the first with a useful one.
    fn entering(&self, multiplier: &DVector<f64>, is_steepest: bool) -> Option<usize> {
        let n = self.z.len();
        let mut best = (OPTIMAL, None);
        for at in 0..n {
            let price = multiplier.dot(&self.z[at]);
            for variable in [at, n + at] {
                let reduced = self.cost(variable) - price;
                let gain = match self.state[variable] {
                    State::Lower => -reduced,
                    State::Upper => reduced,
                    State::Basic => continue,
                };
                if gain > best.0 {
                    if !is_steepest {
                        return Some(variable);
                    }
                    best = (gain, Some(variable));
                }
            }
        }
        best.1
    }

    fn pivot(&mut self, entering: usize) {
        let column = &self.inverse * &self.z[entering % self.z.len()];
        let sign = if self.state[entering] == State::Upper { -1.0 } else { 1.0 };
        let (mut step, mut leaving) = (self.upper(entering), None);
        for row in 0..self.p {
            let change = -sign * column[row];
            if change.abs() <= 1e-11 {
                continue;
            }
            let room =
                if change < 0.0 { self.value[row] } else { self.upper(self.basis[row]) - self.value[row] };
            let limit = (room.max(0.0)) / change.abs();
            // The variables of the start leave first, then the lowest number (Bland).
            let rank = |row: usize| (self.basis[row] < 2 * self.z.len(), self.basis[row]);
            let is_first = |other: Option<usize>| other.is_none_or(|other| rank(row) < rank(other));
            if limit < step - 1e-12 || (limit <= step + 1e-12 && is_first(leaving)) {
                (step, leaving) = (limit.min(step), Some(row));
            }
        }
        self.value -= sign * step * &column;
        let Some(row) = leaving else {
            self.state[entering] = if sign > 0.0 { State::Upper } else { State::Lower };
            return;
        };
        let out = self.basis[row];
        let is_at_upper = -sign * column[row] > 0.0 && self.upper(out) > 0.0;
        self.state[out] = if is_at_upper { State::Upper } else { State::Lower };
        let start = if sign > 0.0 { 0.0 } else { self.upper(entering) };
        self.value[row] = start + sign * step;
        self.state[entering] = State::Basic;
        self.basis[row] = entering;
        let pivot_row = self.inverse.row(row) / column[row];
        for other in (0..self.p).filter(|&other| other != row) {
            let factor = column[other];
            let change = &pivot_row * factor;
            let mut target = self.inverse.row_mut(other);
            target -= change;
        }
        self.inverse.set_row(row, &pivot_row);
    }
}
