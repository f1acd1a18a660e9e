//! One pair of countries in one year: the rates of its product groups, and the duties that it pays.

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::Regimes;
use crate::data::{Dataset, Pair, SectorKind};
use crate::sorted::SortedMap;

/// Rates of a product group over a year, weighted by days, percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupYear {
    /// Agreement that is claimed on most days; `None` = the most-favoured-nation rate.
    pub agreement: Option<usize>,
    /// Most-favoured-nation rate.
    pub mfn_pct: f64,
    /// Lowest rate that the goods qualify for, with additional duties.
    pub statutory_pct: f64,
    /// Rate paid on average, with additional duties.
    pub effective_pct: f64,
    /// Share of trade that claims the preference.
    pub utilisation_share: f64,
}

impl GroupYear {
    /// Rates of every product group of a pair (importer, exporter) over a year, with central parameters, `[g]`.
    #[must_use]
    pub fn of_pair(book: &PolicyBook, regimes: &Regimes, pair: Pair, year: i16) -> Vec<Self> {
        let stretches = book.stretches(regimes, pair, year);
        let situations: Vec<_> =
            stretches.iter().map(|(from, _)| book.situation(regimes, pair, *from)).collect();
        let of_group = |g: usize| {
            let mut year = Self {
                agreement: None,
                mfn_pct: 0.0,
                statutory_pct: 0.0,
                effective_pct: 0.0,
                utilisation_share: 0.0,
            };
            let mut days: SortedMap<&str, (Option<usize>, f64)> = SortedMap::new();
            for ((_, share), situation) in stretches.iter().zip(&situations) {
                let rate = book.group_rate(situation, g, PolicyParameters::default());
                let name = rate.agreement.map_or("mfn", |at| book.agreements[at].id.as_str());
                days.entry(name).or_insert((rate.agreement, 0.0)).1 += share;
                year.mfn_pct += share * rate.mfn_pct;
                year.statutory_pct += share * rate.statutory_pct;
                year.effective_pct += share * rate.effective_pct;
                year.utilisation_share += share * rate.utilisation_share;
            }
            let most = days.values().max_by(|a, b| a.1.total_cmp(&b.1));
            year.agreement = most.and_then(|(agreement, _)| *agreement);
            year
        };
        (0..book.groups.len()).map(of_group).collect()
    }
}

/// Duties of a pair in a year: what the tariffs of the year collect of the imports of the base year once these have
/// reacted to the change of tariffs. A partial reaction: incomes and prices at the border stay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairDuties {
    /// Imports of goods in the base year, million USD.
    pub imports_base_musd: f64,
    /// The same after the reaction, `X ((1 + t') / (1 + t))^-theta` by sector, million USD.
    pub imports_musd: f64,
    /// Mean of the lowest rates that the goods qualify for, percent; weights: base year.
    pub statutory_pct: f64,
    /// Mean rate with the use of preferences, percent; weights: base year.
    pub effective_pct: f64,
    /// Duties on imports after the reaction, million USD.
    pub revenue_musd: f64,
}

impl PairDuties {
    /// The duties of a pair (importer, exporter) in a year, with central parameters; `None` if the pair trades no
    /// goods.
    #[must_use]
    pub fn of(book: &PolicyBook, data: &Dataset, regimes: &Regimes, pair: Pair, year: i16) -> Option<Self> {
        let rates_of = |year| book.pair_tariffs(regimes, pair, year, PolicyParameters::default());
        let (before, rates) = (rates_of(data.meta.year), rates_of(year));
        let (mut base, mut moved, mut statutory, mut effective, mut duties) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let goods = |sector: &&crate::data::Sector| sector.kind == SectorKind::Goods;
        for (j, sector) in data.axes.sectors.iter().enumerate().filter(|(_, one)| goods(one)) {
            let value = data.trade_musd[[j, pair.importer, pair.exporter]];
            let ratio = (100.0 + rates.effective_pct[j]) / (100.0 + before.effective_pct[j]);
            // A sector without an elasticity does not react.
            let reacted = value * ratio.powf(-sector.theta.unwrap_or(0.0));
            base += value;
            moved += reacted;
            statutory += value * rates.statutory_pct[j];
            effective += value * rates.effective_pct[j];
            duties += reacted * rates.collected_pct[j] / 100.0;
        }
        (base > 0.0).then_some(Self {
            imports_base_musd: base,
            imports_musd: moved,
            statutory_pct: statutory / base,
            effective_pct: effective / base,
            revenue_musd: duties,
        })
    }

    /// Duties in percent of imports after the reaction.
    #[must_use]
    pub fn paid_pct(&self) -> f64 {
        100.0 * self.revenue_musd / self.imports_musd
    }
}
