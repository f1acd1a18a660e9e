//! Directions with three and more effects: a random probe shows where they live, elimination finds them.
//!
//! 1. Project a random vector on the effects, positive rows weighing so much that the fit
//!    vanishes there ([`Projection`]). Zero rows where the fit vanishes, too, are determined; in a connected
//!    panel hardly any is not.
//! 2. On the levels of the rows that are left, other levels held at zero, each positive row is a constraint
//!    of at most one entry an effect; Gaussian elimination gives a basis of what meets them all.
//! 3. If the probe lies in its span the basis is complete (a random element lies in a proper subspace with
//!    probability zero). If not, the levels that share a positive row with those of step 2 join, and again.

use std::collections::HashSet;

use super::super::absorb::{Absorber, Layout};
use super::super::design::Design;
use super::rectifier::Projection;
use crate::rng::Stream;

/// Fits below this vanish; what is random is of order 1.
const ZERO: f64 = 1e-6;
/// More levels than this are left to the rectifier; elimination with 1,500 takes some seconds.
const MAX_LEVELS: usize = 1_500;
/// Part of the probe that may lie outside the span.
const OUTSIDE: f64 = 1e-4;
/// Entries of eliminated rows below this are zero; they are small whole numbers or ratios of such.
const ENTRY: f64 = 1e-9;

/// A basis of the directions, or `None` where it would touch too many levels. Regressors must be
/// linearly independent of the effects on the positive rows.
pub fn find(design: &Design) -> Option<Vec<Vec<f64>>> {
    let probe = probe(design);
    let rows: Vec<usize> = (0..design.n()).filter(|&row| probe[row].abs() > ZERO).collect();
    if rows.is_empty() {
        return Some(Vec::new());
    }
    let mut chosen = Chosen::new(design);
    rows.iter().for_each(|&row| chosen.add(design, row));
    loop {
        if chosen.n > MAX_LEVELS {
            return None;
        }
        let basis = chosen.null_space(design);
        let directions: Vec<Vec<f64>> = basis.iter().map(|u| chosen.evaluate(design, u)).collect();
        if spans(&directions, &probe, &rows) {
            return Some(directions);
        }
        let before = chosen.n;
        let touching: Vec<usize> = (0..design.n())
            .filter(|&row| design.y[row] > 0.0 && chosen.places(design, row).next().is_some())
            .collect();
        touching.into_iter().for_each(|row| chosen.add(design, row));
        if chosen.n == before {
            return None;
        }
    }
}

/// The projection of a random vector on the zero rows; positive rows are set to zero.
fn probe(design: &Design) -> Vec<f64> {
    let layout = Layout::new(design.n(), &design.effects);
    let order = layout.order.clone();
    let outcomes =
        Design { y: order.iter().map(|&row| design.y[row as usize]).collect(), ..Design::default() };
    let mut stream = Stream::new(0, 0, "separation probe");
    // Drawn in the order of the panel, so that it does not depend on the layout.
    let random: Vec<f64> = (0..design.n()).map(|_| 2.0 * stream.uniform() - 1.0).collect();
    let u: Vec<f64> = order
        .iter()
        .map(|&row| if design.y[row as usize] > 0.0 { 0.0 } else { random[row as usize] })
        .collect();
    let fitted = Projection::new(&outcomes, Absorber::new(layout)).apply(&u);
    let mut probe = vec![0.0; design.n()];
    for (value, &row) in fitted.iter().zip(&order) {
        if design.y[row as usize] <= 0.0 {
            probe[row as usize] = *value;
        }
    }
    probe
}

/// Levels that may differ from zero, numbered across effects.
struct Chosen {
    place: Vec<Vec<u32>>,
    n: usize,
}

impl Chosen {
    fn new(design: &Design) -> Self {
        Self { place: design.effects.iter().map(|levels| vec![u32::MAX; levels.n()]).collect(), n: 0 }
    }

    /// Takes in the levels of a row.
    fn add(&mut self, design: &Design, row: usize) {
        for (place, levels) in self.place.iter_mut().zip(&design.effects) {
            let slot = &mut place[levels.codes[row] as usize];
            if *slot == u32::MAX {
                *slot = self.n as u32;
                self.n += 1;
            }
        }
    }

    /// Numbers of the chosen levels of a row.
    fn places<'a>(&'a self, design: &'a Design, row: usize) -> impl Iterator<Item = usize> + 'a {
        let number = move |(place, levels): (&Vec<u32>, &super::super::levels::Levels)| {
            place[levels.codes[row] as usize]
        };
        self.place.iter().zip(&design.effects).map(number).filter(|&at| at != u32::MAX).map(|at| at as usize)
    }

    /// The direction of coefficients `u`, over all rows.
    fn evaluate(&self, design: &Design, u: &[f64]) -> Vec<f64> {
        (0..design.n()).map(|row| self.places(design, row).map(|at| u[at]).sum()).collect()
    }

    /// A basis of the coefficients that vanish on every positive row.
    fn null_space(&self, design: &Design) -> Vec<Vec<f64>> {
        let mut seen: HashSet<Vec<usize>> = HashSet::new();
        let mut reduced = Eliminated { n: self.n, pivots: Vec::new() };
        let touched = |row: &usize| design.y[*row] > 0.0 && self.places(design, *row).next().is_some();
        for row in (0..design.n()).filter(touched) {
            let places: Vec<usize> = self.places(design, row).collect();
            if seen.contains(&places) {
                continue;
            }
            let mut constraint = vec![0.0; self.n];
            places.iter().for_each(|&at| constraint[at] += 1.0);
            reduced.add(constraint);
            seen.insert(places);
        }
        reduced.null_space()
    }
}

/// Constraints in reduced echelon form.
struct Eliminated {
    n: usize,
    /// Pivot column and row; the pivot is 1 and the only entry of its column.
    pivots: Vec<(usize, Vec<f64>)>,
}

impl Eliminated {
    fn add(&mut self, mut row: Vec<f64>) {
        for (column, pivot) in &self.pivots {
            subtract(&mut row, pivot, *column);
        }
        let largest = (0..self.n).max_by(|&a, &b| row[a].abs().total_cmp(&row[b].abs()));
        let Some(column) = largest.filter(|&column| row[column].abs() > ENTRY) else { return };
        let scale = 1.0 / row[column];
        row.iter_mut().for_each(|value| *value *= scale);
        for (_, pivot) in &mut self.pivots {
            subtract(pivot, &row, column);
        }
        self.pivots.push((column, row));
    }

    fn null_space(&self) -> Vec<Vec<f64>> {
        let bound: HashSet<usize> = self.pivots.iter().map(|(column, _)| *column).collect();
        let free = (0..self.n).filter(|column| !bound.contains(column));
        free.map(|column| {
            let mut u = vec![0.0; self.n];
            u[column] = 1.0;
            self.pivots.iter().for_each(|(pivot, row)| u[*pivot] = -row[column]);
            u
        })
        .collect()
    }
}

/// Takes a multiple of `pivot` off `row`, so that its entry in `column` vanishes.
fn subtract(row: &mut [f64], pivot: &[f64], column: usize) {
    let factor = row[column];
    if factor.abs() <= ENTRY {
        row[column] = 0.0;
        return;
    }
    row.iter_mut().zip(pivot).for_each(|(value, pivot)| *value -= factor * pivot);
    row[column] = 0.0;
}

/// True where `target` is a combination of `directions` on the given rows.
fn spans(directions: &[Vec<f64>], target: &[f64], rows: &[usize]) -> bool {
    let pick = |z: &[f64]| -> Vec<f64> { rows.iter().map(|&row| z[row]).collect() };
    let product = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut rest = pick(target);
    let whole = product(&rest, &rest);
    for direction in directions {
        let mut z = pick(direction);
        let length = product(&z, &z);
        // Twice, for the sake of orthogonality.
        for other in basis.iter().chain(&basis) {
            let along = product(&z, other);
            z.iter_mut().zip(other).for_each(|(z, other)| *z -= along * other);
        }
        let left = product(&z, &z);
        if left > 1e-16 * length && left > 0.0 {
            let scale = 1.0 / left.sqrt();
            z.iter_mut().for_each(|value| *value *= scale);
            let along = product(&rest, &z);
            rest.iter_mut().zip(&z).for_each(|(rest, z)| *rest -= along * z);
            basis.push(z);
        }
    }
    product(&rest, &rest) <= OUTSIDE * OUTSIDE * whole
}
