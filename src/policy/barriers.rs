//! Barriers other than tariffs as icebergs: what agreements remove, and what of it reaches everybody.

use jiff::civil::Date;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::Regimes;

impl PolicyBook {
    /// Share of the barriers of `importer` against `exporter` that agreements have removed on `date`, `[j]`.
    ///
    /// The deepest agreement of the pair counts; without one, the spill-over of the importer's deepest.
    pub(super) fn cut_shares(
        &self,
        regimes: &Regimes,
        (importer, exporter): (usize, usize),
        date: Date,
        parameters: PolicyParameters,
        cuts: &mut [f64],
    ) {
        cuts.fill(0.0);
        let mut deepen = |depth: usize, years: u32, is_spillover: bool| {
            let depth = &self.depths[depth];
            for (j, cut) in cuts.iter_mut().enumerate() {
                let phase = f64::from(years.min(depth.phase_years[j])) / f64::from(depth.phase_years[j]);
                let reach = if is_spillover { depth.spillover_share[j] } else { 1.0 };
                *cut = cut.max(depth.cut_share[j] * phase * reach);
            }
        };
        for (agreement, years) in regimes.own_bindings(self, importer, date) {
            deepen(self.agreements[agreement].depth, years, true);
        }
        for binding in regimes.bindings(self, (importer, exporter), date) {
            deepen(self.agreements[binding.agreement].depth, binding.age_years, false);
        }
        for cut in cuts {
            *cut = (*cut * parameters.barrier_cut_ratio).clamp(0.0, 1.0);
        }
    }
}
