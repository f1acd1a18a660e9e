//! The texts that measured barriers already contain.

use jiff::civil::Date;
use ndarray::Array3;

use super::book::PolicyBook;
use super::regimes::Regimes;
use super::texts::OpenTexts;
use crate::data::Pair;

impl PolicyBook {
    /// Notes the texts that were in force when barriers were measured: those of the memberships known at the start.
    pub(super) fn note_base_texts(&mut self) {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let regimes = Regimes::new(self, &self.initial);
        let mut days: Vec<Date> = self.barriers.full_text.iter().map(|text| text.measured_on).collect();
        days.sort();
        days.dedup();
        let mut base = Array3::zeros((n, n, s));
        let mut open = OpenTexts::default();
        for importer in 0..n {
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                for &day in &days {
                    let bindings: Vec<_> = regimes.bindings(self, pair, day).collect();
                    let joined = open.joined(self, &regimes, (pair, day), &bindings);
                    let texts = self.barriers.full_text.iter().zip(joined.iter()).enumerate();
                    for (j, (_, joined)) in texts.filter(|(_, (text, _))| text.measured_on == day) {
                        base[[importer, exporter, j]] = *joined;
                    }
                }
            }
        }
        self.barriers.joined_base = base;
    }
}
