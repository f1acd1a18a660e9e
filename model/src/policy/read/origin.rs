//! `utilisation.csv`, `utilisation_age.csv`, `origin_rules.csv` and `supply.csv`: use of preferences and rules of origin.

use std::collections::HashMap;

use ndarray::Array2;

use super::Reader;
use super::provisions::Text;
use crate::data::Row;
use crate::policy::Provision;
use crate::policy::agreements::Agreement;
use crate::policy::groups::Group;
use crate::policy::origin::{OriginRule, OriginRules};
use crate::policy::utilisation::Utilisation;
use crate::schedules::percent;

/// Stands for all agreements or groups without a row of their own.
const ALL: &str = "*";
const RULES: &str = "origin_rules.csv";

impl Reader<'_> {
    pub(super) fn utilisation(&mut self) -> Utilisation {
        let mut pairs = |file: &str, columns: [&str; 2]| -> Vec<(f64, f64)> {
            let Some(table) = self.sound(file) else { return Vec::new() };
            let pair = |row: Row<'_>| Some((row.value(columns[0])?, row.value(columns[1])?));
            let found: Vec<(f64, f64)> = table.rows().filter_map(pair).collect();
            let fall = found.windows(2).position(|pair| pair[1].0 <= pair[0].0);
            if let Some(row) = fall.and_then(|at| table.rows().nth(at + 1)) {
                let expected = "more than in the row before";
                self.faults.push(row.fault(columns[0], expected, "Sort the rows."));
            }
            found
        };
        let by_margin = pairs("utilisation.csv", ["margin_below_pp", "utilisation_share"]);
        let by_age = pairs("utilisation_age.csv", ["agreement_year", "ratio"]);
        Utilisation {
            by_margin,
            by_age: by_age.into_iter().map(|(year, ratio)| (year as u32, ratio)).collect(),
        }
    }

    /// Rule of every agreement and group. The first row found counts: agreement and group, group, agreement, all.
    pub(super) fn origin_rules(
        &mut self,
        agreements: &[Agreement],
        groups: &[Group],
        text: &Text,
    ) -> OriginRules {
        let Some(table) = self.sound(RULES) else { return OriginRules::default() };
        percent::ask(&table, &self.text_of(RULES), "cost_pct", &mut self.faults);
        let mut rows: Vec<RuleRow> = Vec::new();
        for row in table.rows() {
            let agreement = agreements.iter().position(|agreement| agreement.id == row.text("agreement"));
            let class = agreement.and_then(|at| self.classes.get(agreements[at].depth));
            let known = |one: &Provision| one.id == row.text("provision");
            let provision = match row.text("provision") {
                "" => None,
                // A row of a provision counts for an agreement that has a text alone.
                _ => match text.provisions.iter().position(known).zip(class) {
                    Some((at, class)) => Some((at, text.is_on(class, &text.provisions[at]))),
                    None => continue,
                },
            };
            let group = row.text("product_group").to_owned();
            let name = row.text("agreement").to_owned();
            rows.extend(origin_rule(&row).map(|rule| RuleRow {
                key: (name, group),
                agreement,
                provision,
                rule,
            }));
        }
        let rules = rules_of(&rows, None);
        let Some(standard) = find(&rules, ALL, ALL) else {
            self.fault(RULES, "agreement".into(), "no row `*,*`", "a row for all others", "Add the row.");
            return OriginRules::default();
        };
        let rule = |rules: &Rules, a: usize, g: usize| {
            find(rules, &agreements[a].id, &groups[g].id).unwrap_or(standard)
        };
        let shape = (agreements.len(), groups.len());
        let by_agreement = Array2::from_shape_fn(shape, |(a, g)| rule(&rules, a, g));
        let hangs = |row: &RuleRow| row.agreement.zip(row.provision.filter(|(_, is_on)| *is_on));
        let mut hang: Vec<(usize, usize)> =
            rows.iter().filter_map(hangs).map(|(a, (provision, _))| (a, provision)).collect();
        hang.sort_unstable();
        hang.dedup();
        let without = |(a, provision): (usize, usize)| {
            let rules = rules_of(&rows, Some(provision));
            (a, provision, (0..groups.len()).map(|g| rule(&rules, a, g)).collect())
        };
        let without = hang.into_iter().map(without).collect();
        OriginRules { by_agreement, without, standard_cost_pct: standard.cost_pct }
    }

    /// Share of each country in world exports of a sector, `[n,j]`; 0 in sectors without a row.
    pub(super) fn supply(&self) -> Array2<f64> {
        let mut supply = Array2::zeros((self.axes.n_countries(), self.axes.n_sectors()));
        for row in self.sound("tables/supply.csv").iter().flat_map(|table| table.rows()) {
            let cell = (self.country(&row, "country"), self.sector(&row), row.value("supply_share"));
            if let (Some(n), Some(j), Some(share)) = cell {
                supply[[n, j]] = share;
            }
        }
        supply
    }
}

fn origin_rule(row: &Row<'_>) -> Option<OriginRule> {
    Some(OriginRule {
        cost_pct: row.value("cost_pct")?,
        strictness_share: row.value("strictness_share")?,
        cumulation_share: row.value("cumulation_share")?,
    })
}

/// Rules by agreement and product group.
type Rules = HashMap<(String, String), OriginRule>;

/// A row of `origin_rules.csv`.
struct RuleRow {
    key: (String, String),
    agreement: Option<usize>,
    /// Provision that it hangs on, and whether the text of the agreement has it.
    provision: Option<(usize, bool)>,
    rule: OriginRule,
}

/// The rules that count, without those of one provision.
fn rules_of(rows: &[RuleRow], without: Option<usize>) -> Rules {
    let counts = |row: &&RuleRow| row.provision.is_none_or(|(at, is_on)| is_on && Some(at) != without);
    rows.iter().filter(counts).map(|row| (row.key.clone(), row.rule)).collect()
}

/// The first row found: of agreement and group, of the group, of the agreement, of all.
fn find(rules: &Rules, agreement: &str, group: &str) -> Option<OriginRule> {
    let keys = [(agreement, group), (ALL, group), (agreement, ALL), (ALL, ALL)];
    keys.iter().find_map(|(a, g)| rules.get(&((*a).to_owned(), (*g).to_owned())).copied())
}
