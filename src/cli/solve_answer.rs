//! What `tradepath solve` says: what every country gains, and where it comes from.

use serde_json::json;

use super::answer::{Answer, Cell, Column};
use super::format::signed;
use crate::economy::Economy;
use crate::equilibrium::Equilibrium;
use crate::equilibrium::decompose::Exact;
use crate::output::solve::{self, CountryChange, PathYear};
use crate::sorted::sort_by;

/// Countries shown to people.
const SHOWN: usize = 20;
const COLUMNS: [Column; 9] = [
    ("iso3", "country"),
    ("welfare_pct", "gain %"),
    ("terms_of_trade_exact_pct", "terms"),
    ("volume_of_trade_exact_pct", "volume"),
    ("barriers_exact_pct", "barr."),
    ("technology_exact_pct", "techn."),
    ("exports_pct", "exp. %"),
    ("imports_pct", "imp. %"),
    ("ev_musd", "EV musd"),
];

/// The countries, the largest change of real income first; the world as a whole, the tariff revenue, the solution.
#[must_use]
pub fn answer(base: &Economy, solved: &Equilibrium, exact: &Exact, path: Option<&[PathYear]>) -> Answer {
    let mut changes = solve::countries(base, solved, exact);
    let world_musd: f64 = changes.iter().map(|change| change.ev_musd).sum();
    let gain = changes.iter().filter(|change| change.welfare_pct > 0.0).count();
    sort_by(&mut changes, |a, b| {
        b.welfare_pct.abs().total_cmp(&a.welfare_pct.abs()).then(a.iso3.cmp(&b.iso3))
    });
    let stats = &solved.stats;
    let mut notes = vec![
        format!(
            "{gain} of {} countries gain; all together {} million USD (equivalent variation).",
            changes.len(),
            signed(world_musd, 1)
        ),
        "Terms of trade, volume of trade, barriers and technology are parts of real income (path integral, 100 ln); with \
         transfers they sum to it."
            .into(),
        format!(
            "Solved by {} in {} evaluations, largest residual {:.0e}.",
            stats.method, stats.evaluations, stats.residual
        ),
    ];
    notes.extend(path.and_then(<[PathYear]>::last).map(|last| {
        format!("With capital, {} years after the change; --out writes the way there as path.csv.", last.year)
    }));
    Answer {
        title: "Real income by country (gain %), where it comes from, and trade".into(),
        columns: COLUMNS.to_vec(),
        rows: changes.iter().map(row).collect(),
        most: SHOWN,
        facts: vec![
            ("command", json!("solve")),
            ("countries_that_gain", json!(gain)),
            ("world_ev_musd", json!(world_musd)),
            ("residual", json!(stats.residual)),
        ],
        notes,
        ..Answer::default()
    }
}

fn row(change: &CountryChange<'_>) -> Vec<Cell> {
    let parts = [
        change.welfare_pct,
        change.terms_of_trade_exact_pct,
        change.volume_of_trade_exact_pct,
        change.barriers_exact_pct,
        change.technology_exact_pct,
    ];
    let flows = [change.exports_pct, change.imports_pct];
    let mut row = vec![Cell::text(&*change.iso3)];
    row.extend(parts.map(|value| Cell::number(value, 3)));
    row.extend(flows.map(|value| Cell::number(value, 2)));
    row.push(Cell::number(change.ev_musd, 1));
    row
}
