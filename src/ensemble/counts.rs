//! How much a run computed, and how it fails.

use std::sync::atomic::{AtomicU64, Ordering};

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
}

impl RunCounts {
    pub(super) fn note(&self, solved: &Equilibrium) {
        self.solves.fetch_add(1, Ordering::Relaxed);
        self.evaluations.fetch_add(solved.stats.evaluations as u64, Ordering::Relaxed);
        self.residual_e18.fetch_max((solved.stats.residual * 1e18) as u64, Ordering::Relaxed);
    }
}
