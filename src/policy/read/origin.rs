//! `utilisation.csv`, `utilisation_age.csv`, `origin_rules.csv` and `supply.csv`: who claims, and who may.

use std::collections::HashMap;

use ndarray::Array2;

use super::provisions::Text;
use super::{Places, Reader};
use crate::data::{Row, Table};
use crate::policy::book::{Agreement, Group};
use crate::policy::origin::{OriginRule, OriginRules};
use crate::policy::utilisation::Utilisation;
use crate::schedules::percent;

/// Stands for all agreements or groups without a row of their own.
const ALL: &str = "*";
const RULES: &str = "origin_rules.csv";

impl Reader<'_> {
    pub(super) fn utilisation(&mut self) -> Utilisation {
        let table = self.table("utilisation.csv", &["margin_below_pp", "utilisation_share"]);
        let mut by_margin = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let pair = (self.pct(&row, "margin_below_pp"), self.share(&row, "utilisation_share"));
            if let (Some(margin), Some(share)) = pair {
                by_margin.push((margin, share));
            }
        }
        let table = self.table("utilisation_age.csv", &["agreement_year", "ratio"]);
        let mut by_age = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            if let (Some(year), Some(ratio)) = (self.pct(&row, "agreement_year"), self.pct(&row, "ratio")) {
                by_age.push((year as u32, ratio));
            }
        }
        Utilisation { by_margin, by_age }
    }

    /// Rules of every agreement and group; the most special row counts: agreement and group, group, agreement, all.
    pub(super) fn origin_rules(
        &mut self,
        agreements: &[Agreement],
        groups: &[Group],
        places: &Places,
        text: &Text,
    ) -> OriginRules {
        let columns = [
            "agreement",
            "product_group",
            "rule",
            "cost_pct",
            "strictness_share",
            "cumulation_share",
            "provision",
        ];
        let table = self.table(RULES, &columns);
        if let Some(table) = &table {
            percent::ask(table, &self.text_of(RULES), "cost_pct", &mut self.faults);
        }
        let mut rules: HashMap<(String, String), OriginRule> = HashMap::new();
        for row in table.iter().flat_map(Table::rows) {
            let agreement = agreements.iter().find(|agreement| agreement.id == row.text("agreement"));
            if agreement.is_none() && row.text("agreement") != ALL {
                self.faults.push(row.fault("agreement", "* or a row of agreements.csv", "Correct the name."));
            }
            if row.text("product_group") != ALL {
                self.places(&row, places);
            }
            let is_on = self.provision_is_on(&row, agreement, text);
            if let (Some(rule), true) = (self.origin_rule(&row), is_on) {
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

    /// A row that depends on a provision counts where the agreement's class has it.
    fn provision_is_on(&mut self, row: &Row<'_>, agreement: Option<&Agreement>, text: &Text) -> bool {
        let name = row.text("provision");
        if name.is_empty() {
            return true;
        }
        let Some(provision) = text.provisions.iter().find(|provision| provision.id == name) else {
            self.faults.push(row.fault(
                "provision",
                "empty, or a row of provisions.csv",
                "Correct the name.",
            ));
            return false;
        };
        agreement.is_some_and(|agreement| text.is_on(&self.classes[agreement.depth], provision))
    }

    fn origin_rule(&mut self, row: &Row<'_>) -> Option<OriginRule> {
        let (cost_pct, strictness_share) = (self.pct(row, "cost_pct"), self.share(row, "strictness_share"));
        let cumulation_share = self.share(row, "cumulation_share");
        Some(OriginRule {
            cost_pct: cost_pct?,
            strictness_share: strictness_share?,
            cumulation_share: cumulation_share?,
        })
    }

    /// Share of each country in world exports of a sector, `[n,j]`; 0 in sectors without a row.
    pub(super) fn supply(&mut self) -> Array2<f64> {
        const FILE: &str = "tables/supply.csv";
        let mut supply = Array2::zeros((self.axes.n_countries(), self.axes.n_sectors()));
        let table = self.table(FILE, &["country", "sector", "supply_share"]);
        for row in table.iter().flat_map(Table::rows) {
            let n = self.country(&row, "country");
            let j = row.index("sector", &self.axes.sector_idx, "sector", &mut self.faults);
            if let (Some(n), Some(j), Some(share)) = (n, j, self.share(&row, "supply_share")) {
                supply[[n, j]] = share;
            }
        }
        supply
    }
}
