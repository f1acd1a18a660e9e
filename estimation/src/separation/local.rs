//! Directions of the effects on the levels where they may differ from zero ([`super::anchors`]): each positive
//! row is a constraint with at most one entry per effect. Gaussian elimination gives a basis of the solutions.

use std::collections::HashSet;

use super::super::design::Design;
use super::super::levels::Levels;

/// More directions than this are left to the rectifier; each takes a number for every row.
pub const MAX_DIRECTIONS: usize = 400;
/// More levels than this are left to the rectifier; elimination with 1,500 takes some seconds.
const MAX_LEVELS: usize = 1_500;
/// Entries of eliminated rows below this are zero; they are small whole numbers or ratios of such.
const ENTRY: f64 = 1e-9;

/// A basis of the directions, over all rows, or `None` if it would touch too many levels or be too large. Regressors must
/// be linearly independent of the effects on the positive rows.
pub fn find(design: &Design, is_free: &[Vec<bool>]) -> Option<Vec<Vec<f64>>> {
    let chosen = Chosen::new(is_free);
    if chosen.n > MAX_LEVELS {
        return None;
    }
    let touched: Vec<usize> =
        (0..design.n()).filter(|&row| chosen.places(design, row).next().is_some()).collect();
    let evaluate = |u: &Vec<f64>| {
        let mut direction = vec![0.0; design.n()];
        for &row in &touched {
            direction[row] = chosen.places(design, row).map(|at| u[at]).sum();
        }
        direction
    };
    let basis = chosen.null_space(design, &touched);
    (basis.len() <= MAX_DIRECTIONS).then(|| basis.iter().map(evaluate).collect())
}

/// Levels that may differ from zero, numbered across effects.
struct Chosen {
    place: Vec<Vec<u32>>,
    n: usize,
}

impl Chosen {
    fn new(is_free: &[Vec<bool>]) -> Self {
        let mut n = 0;
        let mut number = |&is_free: &bool| {
            n += u32::from(is_free);
            if is_free { n - 1 } else { u32::MAX }
        };
        let place = is_free.iter().map(|levels| levels.iter().map(&mut number).collect()).collect();
        Self { place, n: n as usize }
    }

    /// Numbers of the chosen levels of a row.
    fn places<'a>(&'a self, design: &'a Design, row: usize) -> impl Iterator<Item = usize> + 'a {
        let number = move |(place, levels): (&Vec<u32>, &Levels)| place[levels.codes[row] as usize];
        self.place.iter().zip(&design.effects).map(number).filter(|&at| at != u32::MAX).map(|at| at as usize)
    }

    /// A basis of the coefficients that vanish on every positive row.
    fn null_space(&self, design: &Design, touched: &[usize]) -> Vec<Vec<f64>> {
        let mut seen: HashSet<Vec<usize>> = HashSet::new();
        let mut reduced = Eliminated { n: self.n, pivots: Vec::new() };
        for &row in touched.iter().filter(|&&row| design.y[row] > 0.0) {
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
