//! The same options some years later: what waiting costs.

use super::experiment::Experiment;

impl Experiment {
    /// Moves what every option does itself on its reference path so many years on; the rest of the world stays.
    pub fn delay(&mut self, years: i16) {
        let initial = &self.book.initial;
        for option in &mut self.options {
            option.reference = option.reference.delayed(initial, years);
        }
    }
}
