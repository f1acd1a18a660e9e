//! What `tradepath optimal` and `tradepath nash` say: the tariffs chosen, what they bring the players and cost others.

use serde_json::json;

use super::answer::{Answer, Cell, Column};
use super::format::{decimal, signed};
use super::optimal_tables::country_rows;
use crate::data::SectorKind;
use crate::economy::{Economy, Tariffs};
use crate::equilibrium::optimal::{FIRST_ORDER_TOLERANCE, TariffChoice};
use crate::sorted::{SortedMap, sort_by};

/// Countries that are no players, in the words below the table.
const OTHERS: usize = 3;
const COLUMNS: [Column; 7] = [
    ("iso3", "player"),
    ("sector", "sector"),
    ("base_mean_tariff_pct", "old tariff %"),
    ("mean_tariff_pct", "new tariff %"),
    ("lowest_tariff_pct", "lowest"),
    ("highest_tariff_pct", "highest"),
    ("imports_base_musd", "imports musd"),
];

/// A line for every player and sector that it imports: mean tariffs by imports of the baseline.
#[must_use]
pub fn answer(command: &'static str, base: &Economy, players: &[usize], choice: &TariffChoice) -> Answer {
    let codes: Vec<&str> = base.axes.countries.iter().map(|country| country.iso3.as_str()).collect();
    let names: Vec<&str> = players.iter().map(|&player| codes[player]).collect();
    let outcomes = country_rows(base, choice);
    let mut notes: Vec<String> = players
        .iter()
        .map(|&player| {
            let found = &outcomes[player];
            format!(
                "{}: real income {} %, tariff revenue {} -> {} million USD.",
                codes[player],
                signed(found.welfare_pct, 3),
                decimal(found.tariff_revenue_base_musd, 0),
                decimal(found.tariff_revenue_musd, 0)
            )
        })
        .collect();
    let mut others: Vec<usize> = (0..base.n()).filter(|n| !players.contains(n)).collect();
    sort_by(&mut others, |&a, &b| outcomes[a].welfare_pct.total_cmp(&outcomes[b].welfare_pct));
    let worst: Vec<String> = others
        .iter()
        .take(OTHERS)
        .map(|&n| format!("{} {} %", codes[n], signed(outcomes[n].welfare_pct, 3)))
        .collect();
    if !worst.is_empty() {
        notes.push(format!("Others, the worst first: {}.", worst.join(", ")));
    }
    if command == "nash" && players.len() == 1 {
        notes.push("One player has nobody to answer: these are its optimal tariffs.".into());
    }
    notes.push(format!(
        "largest first-order condition {:.1e} per unit of import share (tolerance {FIRST_ORDER_TOLERANCE:.0e}), {} \
         equilibria, {} rounds",
        choice.largest_first_order, choice.evaluations, choice.rounds
    ));
    let welfare: SortedMap<&str, f64> =
        outcomes.iter().map(|found| (&*found.iso3, found.welfare_pct)).collect();
    Answer {
        title: format!("{command} tariffs of {}: import-weighted means by sector", names.join(", ")),
        columns: COLUMNS.to_vec(),
        rows: rows(base, players, choice),
        facts: vec![
            ("command", json!(command)),
            ("players", json!(names)),
            ("real_income_pct", welfare.into_iter().collect()),
            ("largest_first_order", json!(choice.largest_first_order)),
        ],
        notes,
        ..Answer::default()
    }
}

fn rows(base: &Economy, players: &[usize], choice: &TariffChoice) -> Vec<Vec<Cell>> {
    let mut found: SortedMap<(usize, usize), Mean> = SortedMap::new();
    for &n in players {
        let goods = base.axes.sectors.iter().enumerate().filter(|(_, one)| one.kind == SectorKind::Goods);
        for (j, _) in goods {
            for i in (0..base.n()).filter(|&i| i != n && base.pi[[j, n, i]] > 0.0) {
                let at = [j, n, i];
                let pct = |tau: &Tariffs| 100.0 * (tau[at] - 1.0);
                let musd = base.pi[at] * base.x_musd[[n, j]] / base.tau[at];
                found.entry((n, j)).or_default().add(musd, pct(&base.tau), pct(&choice.tau));
            }
        }
    }
    found
        .into_iter()
        .map(|((n, j), mean)| {
            vec![
                Cell::text(base.axes.countries[n].iso3.as_str()),
                Cell::text(base.axes.sectors[j].id.as_str()),
                Cell::number(mean.old / mean.musd, 2),
                Cell::number(mean.new / mean.musd, 2),
                Cell::number(mean.lowest, 2),
                Cell::number(mean.highest, 2),
                Cell::number(mean.musd, 0),
            ]
        })
        .collect()
}

/// A mean of tariffs by imports, and the ends of those chosen.
struct Mean {
    musd: f64,
    old: f64,
    new: f64,
    lowest: f64,
    highest: f64,
}

impl Default for Mean {
    fn default() -> Self {
        Self { musd: 0.0, old: 0.0, new: 0.0, lowest: f64::INFINITY, highest: f64::NEG_INFINITY }
    }
}

impl Mean {
    fn add(&mut self, musd: f64, old_pct: f64, new_pct: f64) {
        self.musd += musd;
        self.old += musd * old_pct;
        self.new += musd * new_pct;
        self.lowest = self.lowest.min(new_pct);
        self.highest = self.highest.max(new_pct);
    }
}
