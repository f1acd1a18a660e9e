//! Tables beside `schedule.csv`: duties collected, what agreements free, and the provisions that are on.

use jiff::civil::Date;

use super::TableSpec;
use super::dir::number;
use super::events::Rows;
use crate::data::{Dataset, SectorKind};
use crate::policy::depth::SwitchedProvision;
use crate::policy::liberalisation::{Liberalisation, TEST_YEAR};
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// `duties.csv`.
pub const DUTIES: TableSpec = TableSpec {
    file: "duties.csv",
    description: "Duties by importer, partner and year; imports are those of the base year, moved by the sectors' elasticities as tariffs change and everything else stays (the equilibrium's own revenue is a result of `run`).",
    columns: &[
        ("importer", "string", "", "Country"),
        ("exporter", "string", "", "Country"),
        ("year", "integer", "", "Year"),
        ("imports_base_musd", "number", "musd", "Imports of goods in the base year"),
        ("imports_musd", "number", "musd", "The same after the reaction to tariffs"),
        (
            "statutory_pct",
            "number",
            "pct",
            "Mean of the lowest rates that the goods qualify for; weights: base year",
        ),
        ("effective_pct", "number", "pct", "Mean rate with the use of preferences; weights: base year"),
        ("paid_pct", "number", "pct", "Duties in percent of imports after the reaction"),
        ("revenue_musd", "number", "musd", "Duties on imports after the reaction"),
    ],
};

/// `liberalisation.csv`.
pub const LIBERALISATION: TableSpec = TableSpec {
    file: "liberalisation.csv",
    description: "Test of `substantially all the trade`: what each agreement in force at the end of the last year frees for the importer's purchases from the exporter, on entry and after ten years.",
    columns: &[
        ("agreement", "string", "", "Agreement"),
        ("importer", "string", "", "Country"),
        ("exporter", "string", "", "Country"),
        ("entry_trade_share", "number", "share", "Share of trade in goods that is free in the first year"),
        ("entry_line_share", "number", "share", "Share of lines that is free in the first year"),
        ("trade_share", "number", "share", "Share of trade in goods that is free after ten years"),
        ("line_share", "number", "share", "Share of lines that is free after ten years"),
        ("substantially_all", "string", "", "yes where both reach nine tenths"),
    ],
};

/// `provisions.csv`.
pub const PROVISIONS: TableSpec = TableSpec {
    file: "provisions.csv",
    description: "Single provisions, which depth class has them, and their largest effect on a sector's barriers.",
    columns: &[
        ("depth_class", "string", "", "Depth class"),
        ("provision", "string", "", "Provision"),
        ("kind", "string", "", "suspended, deletion or addition"),
        ("state", "string", "", "on or off"),
        (
            "largest_change_share",
            "number",
            "share",
            "Change of the share of a barrier removed, in the sector most affected; 0 = explicitly none",
        ),
    ],
};

/// The duties of one pair in one year; `None` where the pair trades no goods.
#[must_use]
pub fn duty_row(
    book: &PolicyBook,
    data: &Dataset,
    regimes: &Regimes,
    pair: (usize, usize),
    year: i16,
) -> Option<Vec<String>> {
    let rates_of = |year| book.pair_tariffs(regimes, pair, year, PolicyParameters::default());
    let (before, rates) = (rates_of(data.meta.year), rates_of(year));
    let (mut base, mut moved, mut statutory, mut effective, mut duties) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (j, sector) in data.axes.sectors.iter().enumerate().filter(|(_, one)| one.kind == SectorKind::Goods) {
        let value = data.trade_musd[[j, pair.0, pair.1]];
        let ratio = (100.0 + rates.effective_pct[j]) / (100.0 + before.effective_pct[j]);
        let reacted = value * ratio.powf(-sector.theta.unwrap_or(0.0));
        base += value;
        moved += reacted;
        statutory += value * rates.statutory_pct[j];
        effective += value * rates.effective_pct[j];
        duties += reacted * rates.collected_pct[j] / 100.0;
    }
    let code = |n: usize| book.axes.countries[n].iso3.clone();
    let values = [base, moved, statutory / base, effective / base, 100.0 * duties / moved, duties];
    let names = [code(pair.0), code(pair.1), year.to_string()];
    (base > 0.0).then(|| [names.as_slice(), &values.map(number)].concat())
}

/// What each agreement between the two parties frees, one row an agreement in force on `date`.
#[must_use]
pub fn liberalisation_rows(
    book: &PolicyBook,
    data: &Dataset,
    regimes: &Regimes,
    pair: (usize, usize),
    date: Date,
) -> Rows {
    let trade_musd: Vec<f64> = (0..data.s()).map(|j| data.trade_musd[[j, pair.0, pair.1]]).collect();
    let code = |n: usize| book.axes.countries[n].iso3.clone();
    let row = |agreement: usize| {
        let entry = Liberalisation::between(book, agreement, pair, 1, &trade_musd)?;
        let later = Liberalisation::between(book, agreement, pair, TEST_YEAR, &trade_musd)?;
        let shares = [entry.trade_share, entry.line_share, later.trade_share, later.line_share];
        let names = [book.agreements[agreement].id.clone(), code(pair.0), code(pair.1)];
        let passes = if later.is_substantially_all() { "yes" } else { "no" };
        Some([names.as_slice(), &shares.map(number), &[passes.to_owned()]].concat())
    };
    let bindings = regimes.bindings(book, pair, date).filter(|binding| binding.is_mutual);
    bindings.filter_map(|binding| row(binding.agreement)).collect()
}

/// Provisions by depth class, for the classes that have any.
#[must_use]
pub fn provision_rows(book: &PolicyBook) -> Rows {
    let mut rows = Rows::new();
    for (at, class) in book.depths.classes.iter().enumerate() {
        for SwitchedProvision { provision, states } in &book.depths.provisions {
            let Some(is_on) = states[at] else { continue };
            let largest = provision.change_share.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
            let state = if is_on { "on" } else { "off" };
            let names = [class.name.as_str(), &provision.id, &provision.kind, state].map(str::to_owned);
            rows.push([names.as_slice(), &[number(largest.unwrap_or(0.0))]].concat());
        }
    }
    rows
}
