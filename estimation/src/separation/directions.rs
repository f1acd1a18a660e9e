//! Directions in regressors and effects that vanish wherever the outcome is positive.
//!
//! One or two effects: combinations of regressors that the effects explain on the positive rows, and, with
//! two effects, a constant moved between the effects of one component of the graph of positive rows.
//! Three effects and more: [`local`].

use std::collections::BTreeSet;

use nalgebra::DMatrix;

use super::super::absorb::blocks::Forest;
use super::super::absorb::{Absorber, Layout, Tolerance};
use super::super::design::Design;
use super::super::symmetric;
use super::certificate::Known;
use super::local;

/// Eigenvalues of the scaled Gram matrix below this belong to directions that vanish: the projection is
/// accurate to 1e-11, squared.
const NULL: f64 = 1e-13;

/// A basis of the directions, over all rows; `None` if they are not found with reasonable effort.
#[must_use]
pub fn find(design: &Design, known: &Known) -> Option<Vec<Vec<f64>>> {
    let is_positive: Vec<bool> = design.y.iter().map(|&y| y > 0.0).collect();
    let combinations = if known.is_identified { Vec::new() } else { null_combinations(design, &is_positive) };
    if design.effects.len() <= 2 {
        return by_components(design, combinations);
    }
    if combinations.is_empty() { local::find(design, &known.is_free) } else { None }
}

/// Directions that vanish on every positive row, over all rows; `None` if there are too many.
fn by_components(design: &Design, combinations: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let tree = Tree::new(design);
    let crossed = tree.crossed(design);
    if combinations.len() + crossed.len() > local::MAX_DIRECTIONS {
        return None;
    }
    let mut directions: Vec<Vec<f64>> = combinations
        .into_iter()
        .map(|z| {
            let alpha = tree.explain(design, &z);
            (0..design.n()).map(|row| z[row] - alpha(row)).collect()
        })
        .collect();
    for component in crossed {
        let moved = |row: usize| {
            let side =
                |effect: usize| f64::from(u8::from(tree.component_of(design, effect, row) == component));
            side(0) - side(1)
        };
        directions.push((0..design.n()).map(moved).collect());
    }
    Some(directions)
}

/// Combinations of regressors that the effects explain on the positive rows, over all rows.
fn null_combinations(design: &Design, keep: &[bool]) -> Vec<Vec<f64>> {
    let largest = |x: &Vec<f64>| x.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let used: Vec<&Vec<f64>> = design.x.iter().filter(|x| largest(x) > 0.0).collect();
    let k = used.len();
    if k == 0 {
        return Vec::new();
    }
    let scaled = |x: &&Vec<f64>| {
        let scale = 1.0 / largest(x);
        x.iter().map(|value| value * scale).collect()
    };
    let x: Vec<Vec<f64>> = used.iter().map(scaled).collect();
    let mut effects = design.effects.clone();
    effects.iter_mut().for_each(|levels| levels.retain(keep));
    let rows: Vec<usize> = (0..keep.len()).filter(|&row| keep[row]).collect();
    let layout = Layout::new(rows.len(), &effects);
    let sorted = |x: &Vec<f64>| layout.arrange(&rows.iter().map(|&row| x[row]).collect::<Vec<f64>>());
    let mut within: Vec<Vec<f64>> = x.iter().map(sorted).collect();
    let w = vec![1.0; layout.n()];
    let tolerance = Tolerance { of_column: 1e-11, of_start: 0.0, absolute: 1e-12 };
    let mut columns: Vec<&mut [f64]> = within.iter_mut().map(Vec::as_mut_slice).collect();
    Absorber::new(layout, &effects).demean(&w, &mut columns, &vec![tolerance; k]);
    let gram = DMatrix::from_fn(k, k, |a, b| {
        within[a].iter().zip(&within[b]).map(|(a, b)| a * b).sum::<f64>() / w.len() as f64
    });
    // Without eigenvalues none is found here, and the fit says that it does not settle.
    let Some(eigen) = symmetric::eigen(gram) else { return Vec::new() };
    let null = (0..k).filter(|&at| eigen.eigenvalues[at] <= NULL);
    null.map(|at| {
        let gamma = eigen.eigenvectors.column(at);
        (0..design.n()).map(|row| (0..k).map(|a| gamma[a] * x[a][row]).sum()).collect()
    })
    .collect()
}

/// A spanning forest of the levels over the positive rows.
struct Tree {
    /// Component of each level; the levels of the second effect follow those of the first.
    component: Vec<usize>,
    n_first: usize,
    /// Positive rows in an order in which each has at most one level that is new.
    edges: Vec<usize>,
}

impl Tree {
    fn new(design: &Design) -> Self {
        let n_first = design.effects.first().map_or(0, |levels| levels.n());
        let n_second = design.effects.get(1).map_or(0, |levels| levels.n());
        let mut forest = Forest::new(n_first + n_second);
        let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); n_first + n_second];
        if design.effects.len() == 2 {
            for row in (0..design.n()).filter(|&row| design.y[row] > 0.0) {
                let (a, b) = ends(design, n_first, row);
                if forest.root(a) != forest.root(b) {
                    forest.join(a, b);
                    neighbours[a].push(row);
                    neighbours[b].push(row);
                }
            }
        }
        let component: Vec<usize> = (0..n_first + n_second).map(|node| forest.root(node)).collect();
        let mut edges = Vec::new();
        let mut is_seen = vec![false; component.len()];
        for root in (0..component.len()).filter(|&node| component[node] == node) {
            let mut queue = std::collections::VecDeque::from([root]);
            is_seen[root] = true;
            while let Some(node) = queue.pop_front() {
                for &row in &neighbours[node] {
                    let (a, b) = ends(design, n_first, row);
                    let other = if a == node { b } else { a };
                    if !is_seen[other] {
                        is_seen[other] = true;
                        edges.push(row);
                        queue.push_back(other);
                    }
                }
            }
        }
        Self { component, n_first, edges }
    }

    /// Components that some row leaves: only there does a constant moved between the effects show.
    fn crossed(&self, design: &Design) -> BTreeSet<usize> {
        let both = |row: usize| [0, 1].map(|effect| self.component_of(design, effect, row));
        let rows = if design.effects.len() == 2 { 0..design.n() } else { 0..0 };
        rows.map(both).filter(|[first, second]| first != second).flatten().collect()
    }

    fn component_of(&self, design: &Design, effect: usize, row: usize) -> usize {
        let first = if effect == 0 { 0 } else { self.n_first };
        self.component[first + design.effects[effect].codes[row] as usize]
    }

    /// The effects that equal `z` on the positive rows, as a function of the row.
    fn explain<'a>(&self, design: &'a Design, z: &[f64]) -> impl Fn(usize) -> f64 + use<'a> {
        let n_first = self.n_first;
        let mut alpha = vec![0.0; self.component.len()];
        match design.effects.len() {
            1 => {
                for row in (0..design.n()).filter(|&row| design.y[row] > 0.0) {
                    alpha[design.effects[0].codes[row] as usize] = z[row];
                }
            }
            2 => {
                let mut is_set: Vec<bool> =
                    self.component.iter().enumerate().map(|(node, &root)| node == root).collect();
                for &row in &self.edges {
                    let (a, b) = ends(design, n_first, row);
                    let (known, new) = if is_set[a] { (a, b) } else { (b, a) };
                    alpha[new] = z[row] - alpha[known];
                    is_set[new] = true;
                }
            }
            _ => {}
        }
        move |row| match design.effects.len() {
            1 => alpha[design.effects[0].codes[row] as usize],
            2 => {
                let (a, b) = ends(design, n_first, row);
                alpha[a] + alpha[b]
            }
            _ => 0.0,
        }
    }
}

/// The nodes of a row in the graph of two effects.
fn ends(design: &Design, n_first: usize, row: usize) -> (usize, usize) {
    (design.effects[0].codes[row] as usize, n_first + design.effects[1].codes[row] as usize)
}
