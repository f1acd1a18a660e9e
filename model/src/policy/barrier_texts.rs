//! Why a barrier is what it is: every text that acts on it, its strength and overlap, and what is left.

use jiff::civil::Date;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::overlap::Item;
use super::regimes::Regimes;
use super::texts::pair_strengths;
use crate::data::Pair;

/// A text in force and what it adds to the strength that acts on one part of a sector.
#[derive(Debug, Clone, PartialEq)]
pub struct TextOnBarrier {
    /// Position of the agreement.
    pub agreement: usize,
    /// Position of the part of the sector.
    pub part: usize,
    /// True if the importer opens it to everybody, false if it binds the pair.
    pub is_open: bool,
    /// Strength, 1 = the full text; of what is open the part that spills over.
    pub strength: f64,
    /// Largest overlap with a stronger text.
    pub overlap_share: f64,
    /// What it adds to the joined strength of the sector, the share of the part included.
    pub adds: f64,
}

/// The barrier of one importer towards one exporter in a sector on a day. Barriers in percent.
#[derive(Debug, Clone, PartialEq)]
pub struct BarrierOnDay {
    /// Barrier that was measured.
    pub measured_pct: f64,
    /// Barrier if no agreement were in force.
    pub without_pct: f64,
    /// Joined strength of the texts that the measured barrier contains.
    pub joined_base: f64,
    /// Joined strength on the day.
    pub joined: f64,
    /// Joined strength of what the importer opens to everybody, as an outsider has it.
    pub joined_open: f64,
    /// Barrier that is left.
    pub left_pct: f64,
    /// The texts, by part, the strongest first.
    pub texts: Vec<TextOnBarrier>,
}

impl BarrierOnDay {
    /// Cost of the barrier relative to that of the day on which it was measured, `d' / d`.
    #[must_use]
    pub fn cost_ratio(&self) -> f64 {
        (100.0 + self.left_pct) / (100.0 + self.measured_pct)
    }
}

/// A text in force with its class and its strength by part.
struct Candidate {
    agreement: usize,
    class: usize,
    is_open: bool,
    strengths: Vec<f64>,
}

impl PolicyBook {
    /// The barrier of a pair in a sector on a day, with every text that acts on it, at central parameters.
    #[must_use]
    pub fn barrier_on(&self, regimes: &Regimes, pair: Pair, sector: usize, date: Date) -> BarrierOnDay {
        let (bound, open) = self.candidates(regimes, pair, date);
        let parts = || self.depths.parts.iter().enumerate().filter(|(_, part)| part.sector == sector);
        let texts: Vec<TextOnBarrier> =
            parts().flat_map(|(p, _)| self.texts_on(p, bound.iter().chain(&open))).collect();
        let sum = |texts: &[TextOnBarrier]| texts.iter().map(|text| text.adds).sum::<f64>();
        let outside = self.candidates_open(regimes, pair.importer, date);
        let joined_open = parts().map(|(p, _)| sum(&self.texts_on(p, outside.iter()))).sum();
        let measured = self.barriers.ave_pct(pair.importer, sector) / 100.0;
        let cut = self.barriers.cut(sector, PolicyParameters::default());
        let (joined_base, joined) = (self.barriers.joined_base(pair, sector), sum(&texts));
        BarrierOnDay {
            measured_pct: 100.0 * measured,
            without_pct: 100.0 * cut.without_agreements(measured, joined_base),
            joined_base,
            joined,
            joined_open,
            left_pct: 100.0 * cut.left(measured, joined_base, joined),
            texts,
        }
    }

    /// Texts that bind the pair, and what other texts of the importer open.
    fn candidates(&self, regimes: &Regimes, pair: Pair, date: Date) -> (Vec<Candidate>, Vec<Candidate>) {
        let mut bound = Vec::new();
        for binding in regimes.bindings(self, pair, date).filter(|binding| binding.is_mutual) {
            for (agreement, years) in regimes.with_replaced(self, &binding, pair, date) {
                let class = self.agreements[agreement].depth;
                let terms = regimes.terms().of_class(class, date);
                let strengths = pair_strengths(self, class, pair, years, terms);
                bound.push(Candidate { agreement, class, is_open: false, strengths });
            }
        }
        let mut open = self.candidates_open(regimes, pair.importer, date);
        open.retain(|one| !bound.iter().any(|known| known.agreement == one.agreement));
        (bound, open)
    }

    fn candidates_open(&self, regimes: &Regimes, importer: usize, date: Date) -> Vec<Candidate> {
        let text = |(agreement, years): (usize, u32)| {
            let class = self.agreements[agreement].depth;
            let terms = regimes.terms().of_class(class, date);
            let between = self.depths.strengths_under(class, years, terms);
            let strengths = self.depths.of(class).opened(&between).collect();
            Candidate { agreement, class, is_open: true, strengths }
        };
        regimes.own_bindings(self, importer, date).map(text).collect()
    }

    /// The texts on one part of a sector, the strongest first.
    fn texts_on<'a>(&self, p: usize, texts: impl Iterator<Item = &'a Candidate>) -> Vec<TextOnBarrier> {
        let mut texts: Vec<&Candidate> = texts.filter(|text| text.strengths[p] > 0.0).collect();
        texts.sort_by(|a, b| b.strengths[p].total_cmp(&a.strengths[p]).then(a.class.cmp(&b.class)));
        let items: Vec<Item> = texts.iter().map(|text| (text.strengths[p], text.class)).collect();
        let weight = self.depths.parts[p].weight_share;
        let row = |(text, (_, overlap_share, adds)): (&&Candidate, (usize, f64, f64))| TextOnBarrier {
            agreement: text.agreement,
            part: p,
            is_open: text.is_open,
            strength: text.strengths[p],
            overlap_share,
            adds: weight * adds,
        };
        texts.iter().zip(self.depths.overlaps.added(&items)).map(row).collect()
    }
}
