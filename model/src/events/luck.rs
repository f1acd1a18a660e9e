//! Where a draw has its numbers from.

/// Source of the random numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Luck {
    /// A stream for each process and stage; the errors of fitted parameters are those of draw `fits`.
    Drawn { seed: u64, draw: u64, fits: u64 },
    /// Medians, and success of the option's own processes.
    Median,
}
