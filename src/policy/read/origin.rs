//! `utilisation.csv`, `utilisation_age.csv`, `origin_rules.csv` and `supply.csv`: use of preferences and rules of origin.

use std::collections::HashMap;

use ndarray::Array2;

use super::Reader;
use super::provisions::Text;
use crate::data::Row;
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
        let mut rules: HashMap<(String, String), OriginRule> = HashMap::new();
        for row in table.rows() {
            let agreement = agreements.iter().find(|agreement| agreement.id == row.text("agreement"));
            if let (Some(rule), true) = (origin_rule(&row), self.provision_is_on(&row, agreement, text)) {
                let key = ["agreement", "product_group"].map(|column| row.text(column).to_owned());
                rules.insert(key.into(), rule);
            }
        }
        let find = |agreement: &str, group: &str| {
            let keys = [(agreement, group), (ALL, group), (agreement, ALL), (ALL, ALL)];
            keys.iter().find_map(|(a, g)| rules.get(&((*a).to_owned(), (*g).to_owned())).copied())
        };
        let Some(standard) = find(ALL, ALL) else {
            self.fault(RULES, "agreement".into(), "no row `*,*`", "a row for all others", "Add the row.");
            return OriginRules::default();
        };
        let rule = |(a, g): (usize, usize)| find(&agreements[a].id, &groups[g].id).unwrap_or(standard);
        let by_agreement = Array2::from_shape_fn((agreements.len(), groups.len()), rule);
        OriginRules { by_agreement, standard_cost_pct: standard.cost_pct }
    }

    /// True if the row does not depend on a provision, or the class of the agreement has the provision.
    fn provision_is_on(&self, row: &Row<'_>, agreement: Option<&Agreement>, text: &Text) -> bool {
        let name = row.text("provision");
        if name.is_empty() {
            return true;
        }
        let provision = text.provisions.iter().find(|provision| provision.id == name);
        let class = agreement.and_then(|agreement| self.classes.get(agreement.depth));
        provision.zip(class).is_some_and(|(provision, class)| text.is_on(class, provision))
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
