//! Exit codes: 2 where only another command line or input helps, 1 where trying again can.

use crate::equilibrium::NoEquilibrium;
use crate::error::InputErrors;
use crate::estimation::EstimationError;
use crate::output::dir::OutputError;

/// Code of wrong usage and bad input.
pub const USAGE: u8 = 2;

/// The code for an error.
#[must_use]
pub fn code(error: &anyhow::Error) -> u8 {
    if error.chain().any(is_usage) { USAGE } else { 1 }
}

fn is_usage(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<OutputError>() {
        return error.is_usage();
    }
    if let Some(error) = error.downcast_ref::<EstimationError>() {
        return error.is_input();
    }
    let refused = error.downcast_ref::<Box<NoEquilibrium>>().map(AsRef::as_ref);
    let refused = refused.or_else(|| error.downcast_ref::<NoEquilibrium>());
    refused.is_some_and(NoEquilibrium::is_usage) || error.is::<InputErrors>()
}
