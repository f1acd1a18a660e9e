//! Memory of a run, estimated before any of it is taken.

use super::block::{Layout, SECTOR_MEASURES};
use super::carried::{CarriedShape, TRACKS};
use super::plan::{Plan, Shard};
use super::sample::Sampling;
use crate::data::Axes;
use crate::projection::Outcome;

/// Bytes that a run needs besides its draws: data, baseline path, policy tables, and in the end the tables that the page reads (5
/// draws of the default plan take 490 MB in all).
const FIXED_BYTES: u64 = 450 << 20;
/// Bytes of a value: the block of a year may still be written while most of the next one is solved.
const VALUE_BYTES: u64 = 16;
/// Bytes of the timeline of one draw and option (measured on the default plan), and of the one in the world of the reference
/// option.
const TIMELINE_BYTES: u64 = 24 << 10;
/// Bytes of the day on which an option is in force in an event draw, while they are joined.
const DAY_BYTES: u64 = 16;
/// Bytes of a cell of the data and of each year of the baseline path: flows, shares, tariffs, weights.
const CELL_BYTES: u64 = 200;

/// Estimate of the memory that a part of a plan takes.
#[must_use]
pub fn run_bytes(axes: &Axes, plan: &Plan, shard: Shard) -> u64 {
    let (n, s) = (axes.n_countries() as u64, axes.n_sectors() as u64);
    let product = |factors: &[u64]| factors.iter().fold(1_u64, |all, &factor| all.saturating_mul(factor));
    let n_measures = Outcome::MEASURES.len();
    let n_sector_measures = SECTOR_MEASURES.len();
    let layout = Layout {
        n_options: 1,
        n: 0,
        s: 0,
        n_measures,
        n_sector_measures,
        n_groups: 2,
        has_own: true,
        n_carried: 0,
    };
    let carried = TRACKS * CarriedShape { n: axes.n_countries(), s: axes.n_sectors(), has_jobs: true }.len();
    let sectors = product(&[SECTOR_MEASURES.len() as u64, n, s]);
    let values = product(&[layout.n_measures as u64, n]).saturating_add(sectors).saturating_add(product(&[
        layout.n_groups as u64,
        n,
        n,
    ]));
    let carried = product(&[carried as u64, VALUE_BYTES]);
    let draw = values.saturating_mul(VALUE_BYTES).saturating_add(carried).saturating_add(TIMELINE_BYTES);
    let draws = plan.draws.div_ceil(shard.of);
    let years = u64::from(plan.years[1].abs_diff(plan.years[0])) + 1;
    let days = match plan.sampling {
        Sampling::Plain => 0,
        Sampling::Stratified => {
            product(&[DAY_BYTES, plan.event_draws.max(plan.draws), plan.options.len() as u64 + 1])
        }
    };
    FIXED_BYTES
        .saturating_add(days)
        .saturating_add(product(&[draw, plan.options.len() as u64, draws]))
        .saturating_add(product(&[CELL_BYTES, n, n, s, years]))
}
