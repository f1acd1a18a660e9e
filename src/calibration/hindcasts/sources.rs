//! What the sets are read from.

use std::path::Path;

use crate::calibration::Reading;
use crate::calibration::apac::concordance::Concordance;
use crate::data::Files;

/// What every reader of a layout is given.
pub(super) struct Sources<'a> {
    pub data: &'a Path,
    pub own: &'a Files,
    pub by: &'a Concordance,
    pub reading: Reading,
}
