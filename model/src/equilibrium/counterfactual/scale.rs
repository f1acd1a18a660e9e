//! Why economies of scale are refused.

/// Economies of scale under which the equilibrium would not be the only one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScaleError {
    /// `psi theta` is out of range.
    #[error(
        "psi theta of {sector} is {psi_theta}: expected 0 or more and below 1, where the equilibrium is unique \
         (Kucheryavyy, Lyn & Rodriguez-Clare 2023)"
    )]
    OutOfRange {
        /// Sector.
        sector: String,
        /// What was given.
        psi_theta: f64,
    },
    /// The sector is not traded.
    #[error(
        "psi theta of {sector} is {psi_theta}, but the sector is not traded and has no theta: expected 0"
    )]
    NotTraded {
        /// Sector.
        sector: String,
        /// What was given.
        psi_theta: f64,
    },
    /// Sectors that grow become so productive that they grow again, without end.
    #[error(
        "the equilibrium is not unique: economies of scale feed on themselves by a factor of {factor:.2}, above all \
         through inputs in {sector} of {country}; expected a factor below 1, which is in proportion to psi theta. Lower psi theta of {sector}"
    )]
    NotUnique {
        /// Country.
        country: String,
        /// Sector.
        sector: String,
        /// Response of productivity to itself.
        factor: f64,
    },
}

impl ScaleError {
    /// The sector that it is about.
    #[must_use]
    pub fn sector(&self) -> &str {
        let (Self::OutOfRange { sector, .. }
        | Self::NotTraded { sector, .. }
        | Self::NotUnique { sector, .. }) = self;
        sector
    }
}
