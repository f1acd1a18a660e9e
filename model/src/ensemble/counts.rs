//! How much a run computed, and how it fails.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::block::BlockError;
use crate::equilibrium::decompose::DecompositionError;
use crate::equilibrium::{Equilibrium, NoEquilibrium};

/// The run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A state has no equilibrium.
    #[error("{option}, draw {draw}, {year}: {source}")]
    NoEquilibrium {
        /// Option.
        option: String,
        /// Draw, or `reference`.
        draw: String,
        /// Year.
        year: i16,
        /// The solver's report.
        source: Box<NoEquilibrium>,
    },
    /// The gain of an option could not be taken apart.
    #[error("{option}, reference path, {year}: {source}")]
    Decomposition {
        /// Option.
        option: String,
        /// Year.
        year: i16,
        /// What failed.
        source: DecompositionError,
    },
    /// The results of a year could not be kept or read back.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// Who was given the block of a year failed.
    #[error(transparent)]
    Taken(anyhow::Error),
}

/// How much was computed.
#[derive(Debug, Default)]
pub struct RunCounts {
    /// Option-years asked for.
    pub states: AtomicU64,
    /// Equilibria solved: the others were equal to one of the same draw, or to the baseline.
    pub solves: AtomicU64,
    /// Evaluations of the excess demand.
    pub evaluations: AtomicU64,
    /// Largest residual of excess demand, in units of 1e-18 of world value added.
    pub residual_e18: AtomicU64,
    /// Nanoseconds of all threads together in each layer of a draw, in the order of [`Layer::ALL`].
    pub nanoseconds: [AtomicU64; Layer::ALL.len()],
}

/// A layer of the work on one draw in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// From memberships to trade costs and quotas.
    Policy,
    /// From trade costs to an equilibrium.
    Solve,
    /// From an equilibrium to what is kept of it, and to capital and jobs of the next year.
    Projection,
}

impl Layer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Policy, Self::Solve, Self::Projection];

    /// Name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Solve => "solve",
            Self::Projection => "projection",
        }
    }
}

impl RunCounts {
    /// Does some work, and notes the time that it takes.
    pub(super) fn timed<T>(&self, layer: Layer, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        let took = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds[layer as usize].fetch_add(took, Ordering::Relaxed);
        done
    }

    /// Seconds of all threads together in a layer.
    #[must_use]
    pub fn seconds(&self, layer: Layer) -> f64 {
        self.nanoseconds[layer as usize].load(Ordering::Relaxed) as f64 * 1e-9
    }

    pub(super) fn note(&self, solved: &Equilibrium) {
        self.solves.fetch_add(1, Ordering::Relaxed);
        self.evaluations.fetch_add(solved.stats.evaluations as u64, Ordering::Relaxed);
        self.residual_e18.fetch_max((solved.stats.residual * 1e18) as u64, Ordering::Relaxed);
    }
}
