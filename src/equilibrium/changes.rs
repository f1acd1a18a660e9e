//! The cells of trade that a shock changes, and what their weights become.

use std::borrow::Cow;

use ndarray::{ArrayBase, Data, Ix3};

use super::dispatch::Reweighing;
use super::frame::Shape;
use super::solve::Shock;
use crate::economy::Economy;
use crate::numerics::vectorised::vectorised;

/// Cells whose trade cost or technology changes, in the order `[j][n][i]`. Kept between shocks.
pub(super) struct Changes {
    /// As `(j N + n) N + i`.
    cells: Vec<u32>,
    /// Where the cells of a sector begin, and their number last, `[j]`.
    begins: Vec<usize>,
    /// Baseline share times the change of technology, then `pi A_hat kappa_hat^-theta`.
    weight: Vec<f64>,
    /// 1 + tariff, then the weight over it.
    net: Vec<f64>,
    /// Scratch of one sector.
    old_tau: Vec<f64>,
    iceberg: Vec<f64>,
}

/// Costs and technology before and after, all `[j][n][i]` but for technology.
struct Sides<'s> {
    shares: Cow<'s, [f64]>,
    old_tau: Cow<'s, [f64]>,
    new_tau: Cow<'s, [f64]>,
    iceberg: Option<Cow<'s, [f64]>>,
    /// `[j][i]`.
    technology: Option<Vec<f64>>,
}

impl<'s> Sides<'s> {
    fn new(economy: &'s Economy, shock: &'s Shock) -> Self {
        let old_tau = flat(&economy.tau);
        let new_tau = shock.tau.as_ref().map_or_else(|| old_tau.clone(), flat);
        let iceberg = shock.iceberg_hat.as_ref().map(flat);
        let technology = shock.technology_hat.as_ref().map(|hat| hat.t().iter().copied().collect());
        Self { shares: flat(&economy.pi), old_tau, new_tau, iceberg, technology }
    }

    /// Whether barriers of cell `at` or the technology of its sector and exporter change.
    fn changes_other(&self, at: usize, exporter: usize) -> bool {
        self.iceberg.as_ref().is_some_and(|hat| hat[at] != 1.0)
            || self.technology.as_ref().is_some_and(|hat| hat[exporter] != 1.0)
    }

    #[inline(always)]
    fn has_only_tariffs(&self) -> bool {
        self.iceberg.is_none() && self.technology.is_none()
    }
}

impl Changes {
    /// No changes, and room for all, so that a cell can be written before it is known whether it stays.
    pub fn new(Shape { n, s, .. }: Shape) -> Self {
        let column = |len: usize| vec![0.0; len];
        Self {
            cells: vec![0; n * n * s],
            begins: vec![0; s + 1],
            weight: column(n * n * s),
            net: column(n * n * s),
            old_tau: column(n * n),
            iceberg: column(n * n),
        }
    }

    /// Takes in the changes that a shock makes; `taxed` becomes true for sectors where a changed cell pays a tariff.
    pub fn find(&mut self, economy: &Economy, shock: &Shock, taxed: &mut [bool]) {
        self.begins.clear();
        self.begins.push(0);
        self.iceberg.fill(1.0);
        if shock.tau.is_none() && shock.iceberg_hat.is_none() && shock.technology_hat.is_none() {
            self.begins.resize(economy.s() + 1, 0);
            return;
        }
        let (n, sides) = (economy.n(), Sides::new(economy, shock));
        for (j, taxed) in taxed.iter_mut().enumerate() {
            let (first, mut len) = (self.begins[j], self.begins[j]);
            vectorised(
                #[inline(always)]
                || {
                    len = self.find_in_sector(n, &sides, j);
                    self.gather(n, &sides, first, len);
                },
            );
            let (weight, net) = (&mut self.weight[first..len], &mut self.net[first..len]);
            *taxed |= net.iter().any(|tau| *tau != 1.0);
            let (old_tau, iceberg) = (&self.old_tau[..len - first], &self.iceberg[..len - first]);
            Reweighing { theta: shock.theta(economy)[j], old_tau, iceberg, weight, net }.run();
            self.begins.push(len);
        }
    }

    /// Lists the changed cells of a sector; their number with those of the sectors before.
    #[inline(always)]
    fn find_in_sector(&mut self, n: usize, sides: &Sides<'_>, j: usize) -> usize {
        let mut len = self.begins[j];
        for m in 0..n {
            let row = (j * n + m) * n..(j * n + m + 1) * n;
            if !sides.has_only_tariffs() || !are_same(&sides.old_tau[row.clone()], &sides.new_tau[row]) {
                len = self.find_in_row(n, sides, (j, m), len);
            }
        }
        len
    }

    /// The same for one importer.
    #[inline(always)]
    fn find_in_row(&mut self, n: usize, sides: &Sides<'_>, (j, m): (usize, usize), len: usize) -> usize {
        let row = (j * n + m) * n..(j * n + m + 1) * n;
        let (old, new) = (&sides.old_tau[row.clone()], &sides.new_tau[row.clone()]);
        // A cell is written in any case and stays where something changes, as in most rows with a change.
        let (cells, mut found) = (&mut self.cells[len..len + n], 0);
        if sides.has_only_tariffs() {
            for ((old, new), cell) in old.iter().zip(new).zip(row.start as u32..) {
                cells[found] = cell;
                found += usize::from(old.to_bits() != new.to_bits());
            }
            return len + found;
        }
        for (i, (old, new)) in old.iter().zip(new).enumerate() {
            cells[found] = (row.start + i) as u32;
            found += usize::from(old != new || sides.changes_other(row.start + i, j * n + i));
        }
        len + found
    }

    /// What the weights of the cells of a sector from `first` on come from.
    #[inline(always)]
    fn gather(&mut self, n: usize, sides: &Sides<'_>, first: usize, len: usize) {
        let cells = &self.cells[first..len];
        let to = self.weight[first..len].iter_mut().zip(&mut self.net[first..len]).zip(&mut self.old_tau);
        for (((weight, net), old), &cell) in to.zip(cells) {
            let at = cell as usize;
            (*weight, *net, *old) = (sides.shares[at], sides.new_tau[at], sides.old_tau[at]);
        }
        if sides.has_only_tariffs() {
            return;
        }
        for ((weight, iceberg), &cell) in self.weight[first..len].iter_mut().zip(&mut self.iceberg).zip(cells)
        {
            let at = cell as usize;
            *iceberg = sides.iceberg.as_ref().map_or(1.0, |hat| hat[at]);
            *weight *= sides.technology.as_ref().map_or(1.0, |hat| hat[at / (n * n) * n + at % n]);
        }
    }

    /// Cells of sector `j`, their weights, and the weights net of tariffs.
    pub fn of_sector(&self, j: usize) -> impl Iterator<Item = (u32, [f64; 2])> + '_ {
        let range = self.begins[j]..self.begins[j + 1];
        let weights = self.weight[range.clone()].iter().zip(&self.net[range.clone()]);
        self.cells[range].iter().zip(weights).map(|(cell, (weight, net))| (*cell, [*weight, *net]))
    }

    /// Cells of sector `j`.
    pub fn cells_of_sector(&self, j: usize) -> &[u32] {
        &self.cells[self.begins[j]..self.begins[j + 1]]
    }

    /// All cells with their weights.
    pub fn iter(&self, n: usize) -> impl Iterator<Item = (usize, [usize; 3], f64)> + '_ {
        (0..self.begins.len() - 1).flat_map(move |j| {
            let mut row = Row::first(j, n);
            self.of_sector(j).map(move |(cell, [weight, _])| (cell as usize, row.cell(cell, n), weight))
        })
    }

    fn place(&self, [j, m, i]: [usize; 3], Shape { n, .. }: Shape) -> Result<usize, usize> {
        self.cells[..self.begins[self.begins.len() - 1]].binary_search(&(((j * n + m) * n + i) as u32))
    }

    /// Puts a cell on the list with these weights, where it is not yet; true where it was not.
    pub fn include(&mut self, at @ [j, m, i]: [usize; 3], shape: Shape, [weight, net]: [f64; 2]) -> bool {
        let Err(place) = self.place(at, shape) else { return false };
        let end = self.begins[self.begins.len() - 1];
        self.cells.copy_within(place..end, place + 1);
        self.weight.copy_within(place..end, place + 1);
        self.net.copy_within(place..end, place + 1);
        self.cells[place] = ((j * shape.n + m) * shape.n + i) as u32;
        (self.weight[place], self.net[place]) = (weight, net);
        self.begins[j + 1..].iter_mut().for_each(|begin| *begin += 1);
        true
    }

    /// Sets the weights of a cell on the list.
    pub fn set(&mut self, at: [usize; 3], shape: Shape, [weight, net]: [f64; 2]) {
        if let Ok(place) = self.place(at, shape) {
            (self.weight[place], self.net[place]) = (weight, net);
        }
    }
}

/// Follows ascending cells of a sector from importer to importer, without divisions.
pub(super) struct Row {
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
pub(super) fn unflat(cell: u32, n: usize) -> [usize; 3] {
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

/// Bit by bit and without branches, since most rows are.
#[inline(always)]
fn are_same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a.to_bits() ^ b.to_bits())) == 0
}
