//! `product_groups.csv`, `mfn.csv` and `barriers.csv`: rates and barriers that hold for everybody.

use std::collections::{HashMap, HashSet};

use ndarray::Array2;

use super::rules::GROUPS;
use super::{CHECKED, Places, Reader, SHARE_TOLERANCE, places_of};
use crate::data::{Row, SectorKind};
use crate::policy::groups::Group;
use crate::policy::mfn::MfnRates;
use crate::policy::preferences::Claimed;
use crate::schedules::percent;

const NOT_ZERO: &str = "Add the row; missing is not zero.";

impl Reader<'_> {
    /// The product groups; their lines are added by [`Self::add_lines`].
    pub(super) fn groups(&mut self) -> Vec<Group> {
        let Some(table) = self.sound(GROUPS) else { return Vec::new() };
        let group = |row: Row<'_>| {
            let (sector, weight) = (self.sector(&row)?, row.value("weight_share")?);
            Some(Group { id: row.text("product_group").to_owned(), sector, weight, lines: f64::NAN })
        };
        let groups: Vec<Group> = table.rows().filter_map(group).collect();
        for (j, sector) in self.axes.sectors.iter().enumerate() {
            let sum: f64 = groups.iter().filter(|g| g.sector == j).map(|g| g.weight).sum();
            let wanted = f64::from(u8::from(sector.kind == SectorKind::Goods));
            if (sum - wanted).abs() > SHARE_TOLERANCE {
                let (field, found) = (format!("weights of {}", sector.id), format!("sum {sum}"));
                let expected = "1 over the groups of a goods sector, no group in services";
                self.fault(GROUPS, field, &found, expected, "Correct the weights.");
            }
        }
        groups
    }

    /// Adds the lines of each group; every group needs a row.
    pub(super) fn add_lines(&mut self, places: &Places, groups: &mut [Group]) {
        const FILE: &str = "tables/group_lines.csv";
        let Some(table) = self.sound(FILE) else { return };
        for row in table.rows() {
            let at = places_of(&row, places);
            let n_lines = row.value("lines").expect(CHECKED);
            at.iter().for_each(|&g| groups[g].lines = n_lines / at.len() as f64);
        }
        for (id, _) in places.iter().filter(|(_, at)| groups[at[0]].lines.is_nan()) {
            self.fault(FILE, id.clone(), "no row", "a row for every product group", NOT_ZERO);
        }
    }

    /// Most-favoured-nation rates and what is collected of them. A row for `*` is needed of
    /// every importer and group; rows of one exporter take its place.
    pub(super) fn mfn(&mut self, places: &Places) -> MfnRates {
        const FILE: &str = "tables/mfn.csv";
        let n = self.axes.n_countries();
        let mut rates = MfnRates::empty(n, places.values().map(Vec::len).sum());
        let Some(table) = self.sound(FILE) else { return rates };
        percent::ask(&table, &self.text_of(FILE), "mfn_pct", &mut self.faults);
        let is_general = |row: &Row<'_>| row.text("exporter") == "*";
        let mut known: HashSet<(usize, &str)> = HashSet::new();
        for row in table.rows().filter(is_general).chain(table.rows().filter(|row| !is_general(row))) {
            let (Some(importer), Some(pct)) = (self.country(&row, "importer"), row.value("mfn_pct")) else {
                continue;
            };
            // An empty cell: the lines have one rate, which is collected.
            let collected_pct = row.value("collected_pct").unwrap_or(pct);
            if collected_pct > pct {
                let expected = format!("empty, or percent, 0 to {pct}: duties collected where lines differ");
                self.faults.push(row.fault("collected_pct", &expected, "Correct one of the two rates."));
            }
            rates.add_origin(format!("{}, {} ({})", row.place(), row.text("source"), row.text("mark")));
            let exporters = self.country(&row, "exporter").map_or(0..n, |exporter| exporter..exporter + 1);
            if is_general(&row) {
                known.insert((importer, row.text("product_group")));
            }
            for &g in places_of(&row, places) {
                exporters.clone().for_each(|i| rates.set([importer, i, g], pct, collected_pct));
            }
        }
        for id in places.keys() {
            for n in (0..n).filter(|n| !known.contains(&(*n, id))) {
                let field = format!("{},{id}", self.axes.countries[n].iso3);
                self.fault(
                    FILE,
                    field,
                    "no row",
                    "a rate for every importer and group, exporter *",
                    NOT_ZERO,
                );
            }
        }
        rates
    }

    /// Who claims preferences, as customs report it; empty if the data set has no such table.
    pub(super) fn claimed(&mut self, agreements: &HashMap<String, usize>, places: &Places) -> Claimed {
        let mut claimed = Claimed::new();
        let n_groups = places.values().map(Vec::len).sum();
        let Some(table) = self.sound("tables/claims.csv") else { return claimed };
        for row in table.rows() {
            let pair = (self.country(&row, "importer"), self.country(&row, "exporter"));
            let place = (row.position("agreement", agreements), pair, row.value("claimed_share"));
            let (Some(agreement), (Some(importer), Some(exporter)), Some(share)) = place else { continue };
            let key = (agreement, importer, exporter);
            let at = claimed.binary_search_by(|(known, _)| known.cmp(&key)).unwrap_or_else(|at| {
                claimed.insert(at, (key, vec![f64::NAN; n_groups]));
                at
            });
            places_of(&row, places).iter().for_each(|&g| claimed[at].1[g] = share);
        }
        claimed
    }

    /// Shares of imports that pay duties, `[n,g]`; all where `processing.csv` has no row.
    pub(super) fn taxed_shares(&mut self, places: &Places) -> Array2<f64> {
        let shape = (self.axes.n_countries(), places.values().map(Vec::len).sum());
        let mut taxed = Array2::ones(shape);
        let Some(table) = self.sound("processing.csv") else { return taxed };
        let is_general = |row: &Row<'_>| row.text("product_group") == "*";
        for row in table.rows().filter(is_general).chain(table.rows().filter(|row| !is_general(row))) {
            let cell = (self.country(&row, "importer"), row.value("exempt_share"));
            let (Some(n), Some(exempt)) = cell else { continue };
            if is_general(&row) {
                taxed.row_mut(n).fill(1.0 - exempt);
            } else {
                places_of(&row, places).iter().for_each(|&g| taxed[[n, g]] = 1.0 - exempt);
            }
        }
        taxed
    }

    pub(super) fn barriers(&mut self) -> Array2<f64> {
        const FILE: &str = "tables/barriers.csv";
        let shape = (self.axes.n_countries(), self.axes.n_sectors());
        let mut barriers = Array2::from_elem(shape, f64::NAN);
        let Some(table) = self.sound(FILE) else { return barriers };
        percent::ask(&table, &self.text_of(FILE), "ave_pct", &mut self.faults);
        for row in table.rows() {
            let cell = (self.country(&row, "importer"), self.sector(&row), row.value("ave_pct"));
            if let (Some(n), Some(j), Some(pct)) = cell {
                barriers[[n, j]] = pct;
            }
        }
        for ((n, j), _) in barriers.indexed_iter().filter(|(_, pct)| pct.is_nan()) {
            let field = format!("{},{}", self.axes.countries[n].iso3, self.axes.sectors[j].id);
            self.fault(FILE, field, "no row", "every importer and sector", NOT_ZERO);
        }
        barriers
    }
}
