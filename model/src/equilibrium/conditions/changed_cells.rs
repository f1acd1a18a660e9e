//! The cells of trade that a shock changes, and what their weights become:
//!
//! ```text
//! kappa_hat[n,i,j] = (tau'[n,i,j] / tau[n,i,j]) d_hat[n,i,j]
//! gross weight     = pi[n,i,j] A_hat[i,j] kappa_hat[n,i,j]^(-theta[j])
//! net weight       = gross weight / tau'[n,i,j]
//! ```
//!
//! A shock changes few cells as a rule; powers are taken of those alone.
//!
//! Source: `docs/model.md` section 2.

use std::borrow::Cow;
use std::ops::Range;

use ndarray::{ArrayBase, Data, Ix3};

use super::layout::Shape;
use crate::economy::Economy;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::vectors::vectorised;

/// Cells whose trade cost or technology changes, in the order `[j][n][i]`, with their weights. Kept between shocks.
pub struct ChangedCells {
    /// As `(j N + n) N + i`.
    cells: Vec<u32>,
    /// Where the cells of a sector begin, and their number last, `[j]`.
    begins: Vec<usize>,
    /// `pi A_hat kappa_hat^-theta` of each cell.
    gross: Vec<f64>,
    /// The same over tau'.
    net: Vec<f64>,
    /// Costs of the cells of the sector at hand.
    costs: Costs,
}

/// Costs of the changed cells of one sector.
struct Costs {
    /// 1 + tariff before and after.
    old_tau: Vec<f64>,
    new_tau: Vec<f64>,
    /// d'/d.
    iceberg_hat: Vec<f64>,
}

/// Costs and technology of the baseline and of the shock, all `[j][n][i]` but for technology.
struct Sides<'s> {
    shares: Cow<'s, [f64]>,
    old_tau: Cow<'s, [f64]>,
    new_tau: Cow<'s, [f64]>,
    iceberg_hat: Option<Cow<'s, [f64]>>,
    /// `[j][i]`.
    technology_hat: Option<Vec<f64>>,
}

impl<'s> Sides<'s> {
    fn new(economy: &'s Economy, shock: &'s Shock) -> Self {
        let old_tau = flat(&economy.tau);
        let new_tau = shock.tau.as_ref().map_or_else(|| old_tau.clone(), flat);
        let iceberg_hat = shock.iceberg_hat.as_ref().map(flat);
        let technology_hat = shock.technology_hat.as_ref().map(|hat| hat.t().iter().copied().collect());
        Self { shares: flat(&economy.pi), old_tau, new_tau, iceberg_hat, technology_hat }
    }

    /// Whether barriers of cell `at` or the technology of its sector and exporter change.
    fn changes_other(&self, at: usize, exporter: usize) -> bool {
        self.iceberg_hat.as_ref().is_some_and(|hat| hat[at] != 1.0)
            || self.technology_hat.as_ref().is_some_and(|hat| hat[exporter] != 1.0)
    }

    /// False where nothing changes in a row of exporters: so it is in most.
    #[inline(always)]
    fn changes_row(&self, row: Range<usize>) -> bool {
        let has_barriers = || {
            let hats = self.iceberg_hat.as_ref().map(|hat| &hat[row.clone()]);
            // Of all of them, without an end before: that goes side by side.
            hats.is_some_and(|hats| hats.iter().fold(false, |changes, hat| changes | (*hat != 1.0)))
        };
        self.technology_hat.is_some()
            || !are_same(&self.old_tau[row.clone()], &self.new_tau[row.clone()])
            || has_barriers()
    }

    #[inline(always)]
    fn has_only_tariffs(&self) -> bool {
        self.iceberg_hat.is_none() && self.technology_hat.is_none()
    }
}

impl ChangedCells {
    /// No changes, and room for all, so that a cell can be written before it is known whether it stays.
    pub fn new(Shape { n, s, .. }: Shape) -> Self {
        let column = |len: usize| vec![0.0; len];
        Self {
            cells: vec![0; n * n * s],
            begins: vec![0; s + 1],
            gross: column(n * n * s),
            net: column(n * n * s),
            costs: Costs { old_tau: column(n * n), new_tau: column(n * n), iceberg_hat: column(n * n) },
        }
    }

    /// Takes in the changes that a shock makes; `is_taxed` becomes true for sectors where a changed cell pays a
    /// tariff.
    pub fn find(&mut self, economy: &Economy, shock: &Shock, is_taxed: &mut [bool]) {
        self.begins.clear();
        self.begins.push(0);
        self.costs.iceberg_hat.fill(1.0);
        if shock.tau.is_none() && shock.iceberg_hat.is_none() && shock.technology_hat.is_none() {
            self.begins.resize(economy.s() + 1, 0);
            return;
        }
        let (n, sides) = (economy.n(), Sides::new(economy, shock));
        for (j, is_taxed) in is_taxed.iter_mut().enumerate() {
            let theta = shock.theta(economy)[j];
            let first = self.begins[j];
            let mut end = first;
            vectorised(
                #[inline(always)]
                || {
                    end = self.find_in_sector(n, &sides, j);
                    self.gather(n, &sides, first, end);
                    let Costs { old_tau, new_tau, iceberg_hat } = &self.costs;
                    let (gross, net) = (&mut self.gross[first..end], &mut self.net[first..end]);
                    weigh(theta, old_tau, new_tau, iceberg_hat, gross, net);
                },
            );
            *is_taxed |= self.costs.new_tau[..end - first].iter().any(|tau| *tau != 1.0);
            self.begins.push(end);
        }
    }

    /// Lists the changed cells of a sector; their number with those of the sectors before.
    #[inline(always)]
    fn find_in_sector(&mut self, n: usize, sides: &Sides<'_>, j: usize) -> usize {
        let mut end = self.begins[j];
        for m in 0..n {
            let row = (j * n + m) * n..(j * n + m + 1) * n;
            if sides.changes_row(row) {
                end = self.find_in_row(n, sides, [j, m], end);
            }
        }
        end
    }

    /// The same for one importer.
    #[inline(always)]
    fn find_in_row(&mut self, n: usize, sides: &Sides<'_>, [j, m]: [usize; 2], end: usize) -> usize {
        let row = (j * n + m) * n..(j * n + m + 1) * n;
        let (old, new) = (&sides.old_tau[row.clone()], &sides.new_tau[row.clone()]);
        // A cell is written in any case and stays where something changes, as in most rows with a change.
        let (cells, mut found) = (&mut self.cells[end..end + n], 0);
        if sides.has_only_tariffs() {
            for ((old, new), cell) in old.iter().zip(new).zip(row.start as u32..) {
                cells[found] = cell;
                found += usize::from(old.to_bits() != new.to_bits());
            }
            return end + found;
        }
        for (i, (old, new)) in old.iter().zip(new).enumerate() {
            cells[found] = (row.start + i) as u32;
            found += usize::from(old != new || sides.changes_other(row.start + i, j * n + i));
        }
        end + found
    }

    /// Gathers shares times changes of technology, and the costs, of the cells of a sector.
    #[inline(always)]
    fn gather(&mut self, n: usize, sides: &Sides<'_>, first: usize, end: usize) {
        let Costs { old_tau, new_tau, iceberg_hat } = &mut self.costs;
        let cells = &self.cells[first..end];
        let to = self.gross[first..end].iter_mut().zip(old_tau).zip(new_tau);
        for (((weight, old), new), &cell) in to.zip(cells) {
            let at = cell as usize;
            (*weight, *old, *new) = (sides.shares[at], sides.old_tau[at], sides.new_tau[at]);
        }
        if sides.has_only_tariffs() {
            return;
        }
        for ((weight, iceberg), &cell) in self.gross[first..end].iter_mut().zip(iceberg_hat).zip(cells) {
            let at = cell as usize;
            *iceberg = sides.iceberg_hat.as_ref().map_or(1.0, |hat| hat[at]);
            *weight *= sides.technology_hat.as_ref().map_or(1.0, |hat| hat[at / (n * n) * n + at % n]);
        }
    }

    /// Cells of sector `j` with their gross and net weights.
    pub fn weights_of_sector(&self, j: usize) -> impl Iterator<Item = (u32, [f64; 2])> + '_ {
        let range = self.begins[j]..self.begins[j + 1];
        let weights = self.gross[range.clone()].iter().zip(&self.net[range.clone()]);
        self.cells[range].iter().zip(weights).map(|(cell, (weight, net))| (*cell, [*weight, *net]))
    }

    /// Cells of sector `j`.
    pub fn cells_of_sector(&self, j: usize) -> &[u32] {
        &self.cells[self.begins[j]..self.begins[j + 1]]
    }

    /// All cells: place in `[j,n,i]`, indices and gross weight.
    pub fn iter(&self, n: usize) -> impl Iterator<Item = (usize, [usize; 3], f64)> + '_ {
        (0..self.begins.len() - 1).flat_map(move |j| {
            let mut row = Row::first(j, n);
            self.weights_of_sector(j)
                .map(move |(cell, [weight, _])| (cell as usize, row.cell(cell, n), weight))
        })
    }

    /// Place of a cell on the list, or where it would stand.
    fn place(&self, [j, m, i]: [usize; 3], Shape { n, .. }: Shape) -> Result<usize, usize> {
        self.cells[..self.begins[self.begins.len() - 1]].binary_search(&(((j * n + m) * n + i) as u32))
    }

    /// Puts a cell on the list with these weights, gross and net, where it is not yet.
    pub fn include(&mut self, at @ [j, m, i]: [usize; 3], shape: Shape, [gross, net]: [f64; 2]) {
        let Err(place) = self.place(at, shape) else { return };
        let end = self.begins[self.begins.len() - 1];
        self.cells.copy_within(place..end, place + 1);
        self.gross.copy_within(place..end, place + 1);
        self.net.copy_within(place..end, place + 1);
        self.cells[place] = ((j * shape.n + m) * shape.n + i) as u32;
        (self.gross[place], self.net[place]) = (gross, net);
        self.begins[j + 1..].iter_mut().for_each(|begin| *begin += 1);
    }

    /// Overwrites the weights of a cell on the list.
    pub fn set(&mut self, at: [usize; 3], shape: Shape, [gross, net]: [f64; 2]) {
        let place = self.place(at, shape).expect("a cell is put on the list before its weights move");
        (self.gross[place], self.net[place]) = (gross, net);
    }
}

/// Turns shares times changes of technology into weights, gross and net of tariff, by the costs of the same cells.
/// Powers are within 4 units in the last place times `1 + |theta ln kappa_hat|`.
#[inline(always)]
fn weigh(
    theta: f64,
    old_tau: &[f64],
    new_tau: &[f64],
    iceberg_hat: &[f64],
    gross: &mut [f64],
    net: &mut [f64],
) {
    let costs = old_tau.iter().zip(new_tau).zip(iceberg_hat);
    for ((gross, net), ((&old_tau, &new_tau), &iceberg_hat)) in gross.iter_mut().zip(net).zip(costs) {
        let kappa_hat = new_tau / old_tau * iceberg_hat;
        *gross *= exp(-theta * ln(kappa_hat));
        *net = *gross / new_tau;
    }
}

/// Follows ascending cells of a sector from importer to importer, without divisions.
pub struct Row {
    j: usize,
    m: usize,
    /// The first cell of the importer.
    first: usize,
}

impl Row {
    pub fn first(j: usize, n: usize) -> Self {
        Self { j, m: 0, first: j * n * n }
    }

    /// Sector, importer and exporter.
    #[inline(always)]
    pub fn cell(&mut self, cell: u32, n: usize) -> [usize; 3] {
        while cell as usize >= self.first + n {
            (self.first, self.m) = (self.first + n, self.m + 1);
        }
        [self.j, self.m, cell as usize - self.first]
    }
}

/// Sector, importer and exporter of a cell.
pub fn unflat(cell: u32, n: usize) -> [usize; 3] {
    let cell = cell as usize;
    [cell / (n * n), cell / n % n, cell % n]
}

/// The entries in the order `[j][n][i]`.
fn flat<S: Data<Elem = f64>>(cube: &ArrayBase<S, Ix3>) -> Cow<'_, [f64]> {
    match cube.as_slice() {
        Some(entries) => Cow::Borrowed(entries),
        None => Cow::Owned(cube.iter().copied().collect()),
    }
}

/// Compares bit by bit and without branches: most rows are the same.
#[inline(always)]
fn are_same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a.to_bits() ^ b.to_bits())) == 0
}
