//! What a timeline carries from year to year: capital, the present value so far, size and age of cost changes, jobs.

use std::sync::Arc;

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::block::YearBlock;
use crate::projection::SectorAge;

/// Timelines of an option in a draw: its own, and the same with the rest of the world of the reference option.
pub const TRACKS: usize = 2;

/// Which numbers a timeline carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedShape {
    pub n: usize,
    pub s: usize,
    /// True where jobs by sector follow their long-run numbers slowly.
    pub has_jobs: bool,
}

impl CarriedShape {
    /// Numbers of one timeline: log capital `[n]`, present value `[n]`, gains added up `[n]`, size and age of cost changes `[j]` each, jobs
    /// `[n,j]`.
    pub fn len(self) -> usize {
        3 * self.n + 2 * self.s + if self.has_jobs { self.n * self.s } else { 0 }
    }

    /// The numbers as what they are.
    pub fn read(self, values: &[f64]) -> Past<'_> {
        let (capital, rest) = values.split_at(self.n);
        let (present_value, rest) = rest.split_at(self.n);
        let (cumulative, rest) = rest.split_at(self.n);
        let (sizes, rest) = rest.split_at(self.s);
        let (ages, jobs) = rest.split_at(self.s);
        Past {
            ln_capital: ArrayView1::from(capital),
            present_value: ArrayView1::from(present_value),
            cumulative: ArrayView1::from(cumulative),
            ages: sizes.iter().zip(ages).map(|(&size, &years)| SectorAge { size, years }).collect(),
            jobs: self.has_jobs.then(|| {
                ArrayView2::from_shape((self.n, self.s), jobs)
                    .expect("jobs have a number a country and sector")
            }),
        }
    }

    /// The numbers of a year in the order in which [`CarriedShape::read`] takes them apart.
    pub fn write(self, next: &Next) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.len());
        values.extend(&next.ln_capital);
        values.extend(&next.present_value);
        values.extend(&next.cumulative);
        values.extend(next.ages.iter().map(|age| age.size));
        values.extend(next.ages.iter().map(|age| age.years));
        values.extend(next.jobs.iter().flatten());
        values
    }
}

/// What earlier years bring into one.
pub struct Past<'a> {
    /// Log capital against the baseline, `[n]`.
    pub ln_capital: ArrayView1<'a, f64>,
    /// Present value of the gains so far, `[n]`, million USD.
    pub present_value: ArrayView1<'a, f64>,
    /// The same without a discount, `[n]`, million USD.
    pub cumulative: ArrayView1<'a, f64>,
    /// Cost changes by sector, `[j]`.
    pub ages: Vec<SectorAge>,
    /// Jobs against the baseline, `[n,j]`, as a ratio less 1.
    pub jobs: Option<ArrayView2<'a, f64>>,
}

/// What a year leaves to the next.
pub struct Next {
    pub ln_capital: Vec<f64>,
    pub present_value: Vec<f64>,
    pub cumulative: Vec<f64>,
    pub ages: Vec<SectorAge>,
    pub jobs: Option<Array2<f64>>,
}

/// What all draws carry out of a year. A year takes it apart by draw, so that the memory of a draw is free when it is done.
#[derive(Debug, Clone)]
pub struct Carried(pub(super) Vec<DrawCarried>);

/// What a draw carries out of a year: the numbers of each option, those of one timeline behind those of the other.
#[derive(Debug, Clone)]
pub struct DrawCarried(Vec<Arc<[f64]>>);

impl Carried {
    /// At the start of a run: nothing differs from the baseline.
    pub(super) fn start(n_draws: usize, n_options: usize, shape: CarriedShape) -> Self {
        let nothing: Arc<[f64]> = vec![0.0; TRACKS * shape.len()].into();
        Self(vec![DrawCarried(vec![nothing; n_options]); n_draws])
    }

    /// Out of the year of a block.
    #[must_use]
    pub fn of(block: &YearBlock) -> Self {
        let of_draw =
            |rows: &[u32]| rows.iter().map(|&row| Arc::clone(&block.carried[row as usize])).collect();
        Self(block.rows.chunks(block.layout.n_options).map(|rows| DrawCarried(of_draw(rows))).collect())
    }

    /// The reference paths, which are a draw.
    pub(super) fn reference(&self) -> &DrawCarried {
        &self.0[0]
    }
}

impl DrawCarried {
    /// One timeline of an option.
    pub fn track(&self, option: usize, track: usize) -> &[f64] {
        let numbers = &self.0[option];
        let len = numbers.len() / TRACKS;
        &numbers[track * len..(track + 1) * len]
    }
}
