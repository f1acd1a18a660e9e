//! Tables beside `schedule.csv`: duties collected, what agreements free, and the provisions that are on.

use jiff::civil::Date;

use super::rows::{Text, table};
use crate::data::{Dataset, Pair};
use crate::policy::depth::SwitchedProvision;
use crate::policy::liberalisation::{Liberalisation, TEST_YEAR};
use crate::policy::{PairDuties, PolicyBook, Regimes};

table! {
    /// Duties by importer, partner and year; imports are those of the base year, moved by the sectors' elasticities as
    /// tariffs change and everything else stays (the equilibrium's own revenue is a result of `run`).
    pub struct DutiesRow<'a> in "duties.csv" by (importer, exporter, year) {
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Year
        year: i16,
        /// Imports of goods in the base year
        imports_base_musd: f64 ["musd"],
        /// The same after the reaction to tariffs
        imports_musd: f64 ["musd"],
        /// Mean of the lowest rates that the goods qualify for; weights: base year
        statutory_pct: f64 ["pct"],
        /// Mean rate with the use of preferences; weights: base year
        effective_pct: f64 ["pct"],
        /// Duties in percent of imports after the reaction
        paid_pct: f64 ["pct"],
        /// Duties on imports after the reaction
        revenue_musd: f64 ["musd"],
    }
}

table! {
    /// Test of `substantially all the trade`: what each agreement in force at the end of the last year frees for the
    /// importer's purchases from the exporter, on entry and after ten years.
    pub struct LiberalisationRow<'a> in "liberalisation.csv" by (agreement, importer, exporter) {
        /// Agreement
        agreement: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Share of trade in goods that is free in the first year
        entry_trade_share: f64 ["share"],
        /// Share of lines that is free in the first year
        entry_line_share: f64 ["share"],
        /// Share of trade in goods that is free after ten years
        trade_share: f64 ["share"],
        /// Share of lines that is free after ten years
        line_share: f64 ["share"],
        /// yes where both reach nine tenths
        substantially_all: bool,
        /// Share of trade in services on which the text has rules after ten years
        services_share: Option<f64> ["share"],
        /// yes where the agreement prefers its members without freeing substantially all the trade: outsiders may complain
        legal_risk: bool,
    }
}

table! {
    /// Single provisions, which depth class has them, and their largest effect on a sector's barriers.
    pub struct ProvisionRow<'a> in "provisions.csv" by (depth_class, provision) {
        /// Depth class
        depth_class: Text<'a>,
        /// Provision
        provision: Text<'a>,
        /// suspended, deletion or addition
        kind: Text<'a>,
        /// on or off
        state: Text<'a>,
        /// Change of the weight of the text, in the sector most affected; 0 = explicitly none
        largest_weight_change: f64 ["weight"],
    }
}

/// The row of `duties.csv` of a pair (importer, exporter) in a year; `None` if the pair trades no goods.
#[must_use]
pub fn duties<'a>(
    book: &'a PolicyBook,
    data: &Dataset,
    regimes: &Regimes,
    pair: Pair,
    year: i16,
) -> Option<DutiesRow<'a>> {
    let found = PairDuties::of(book, data, regimes, pair, year)?;
    Some(DutiesRow {
        importer: book.axes.countries[pair.importer].iso3.as_str().into(),
        exporter: book.axes.countries[pair.exporter].iso3.as_str().into(),
        year,
        imports_base_musd: found.imports_base_musd,
        imports_musd: found.imports_musd,
        statutory_pct: found.statutory_pct,
        effective_pct: found.effective_pct,
        paid_pct: found.paid_pct(),
        revenue_musd: found.revenue_musd,
    })
}

/// What each agreement between the two parties frees, one row an agreement in force on `date`.
#[must_use]
pub fn liberalisation<'a>(
    book: &'a PolicyBook,
    data: &Dataset,
    regimes: &Regimes,
    pair: Pair,
    date: Date,
) -> Vec<LiberalisationRow<'a>> {
    let trade_musd: Vec<f64> =
        (0..data.s()).map(|j| data.trade_musd[[j, pair.importer, pair.exporter]]).collect();
    let row = |agreement: usize| {
        let entry = Liberalisation::between(book, agreement, pair, 1, &trade_musd)?;
        let later = Liberalisation::between(book, agreement, pair, TEST_YEAR, &trade_musd)?;
        Some(LiberalisationRow {
            agreement: book.agreements[agreement].id.as_str().into(),
            importer: book.axes.countries[pair.importer].iso3.as_str().into(),
            exporter: book.axes.countries[pair.exporter].iso3.as_str().into(),
            entry_trade_share: entry.trade_share,
            entry_line_share: entry.line_share,
            trade_share: later.trade_share,
            line_share: later.line_share,
            substantially_all: later.is_substantially_all(),
            services_share: later.services_share,
            legal_risk: later.is_legal_risk(book, agreement),
        })
    };
    let bindings = regimes.bindings(book, pair, date).filter(|binding| binding.is_mutual);
    bindings.filter_map(|binding| row(binding.agreement)).collect()
}

/// Provisions by depth class, for the classes that have any.
#[must_use]
pub fn provisions(book: &PolicyBook) -> Vec<ProvisionRow<'_>> {
    let mut rows = Vec::new();
    for (at, class) in book.depths.classes.iter().enumerate() {
        for SwitchedProvision { provision, states } in &book.depths.provisions {
            let Some(is_on) = states[at] else { continue };
            let changes = provision.weight_change.iter().copied();
            rows.push(ProvisionRow {
                depth_class: class.name.as_str().into(),
                provision: provision.id.as_str().into(),
                kind: provision.kind.as_str().into(),
                state: if is_on { "on" } else { "off" }.into(),
                largest_weight_change: changes.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0),
            });
        }
    }
    rows
}
