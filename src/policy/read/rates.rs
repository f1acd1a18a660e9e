//! `product_groups.csv`, `mfn.csv` and `barriers.csv`: rates and barriers that hold for everybody.

use ndarray::Array2;

use super::rules::GROUPS;
use super::{CHECKED, Places, Reader, SHARE_TOLERANCE, places_of};
use crate::data::{Row, SectorKind};
use crate::policy::groups::Group;
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

    /// Most-favoured-nation rates, and their distance to the rates collected, `[n,g]`.
    pub(super) fn mfn(&mut self, places: &Places) -> (Array2<f64>, Array2<f64>) {
        const FILE: &str = "tables/mfn.csv";
        let shape = (self.axes.n_countries(), places.values().map(Vec::len).sum());
        let (mut mfn, mut gap) = (Array2::from_elem(shape, f64::NAN), Array2::zeros(shape));
        let Some(table) = self.sound(FILE) else { return (mfn, gap) };
        percent::ask(&table, &self.text_of(FILE), "mfn_pct", &mut self.faults);
        for row in table.rows() {
            let (Some(n), Some(pct)) = (self.country(&row, "importer"), row.value("mfn_pct")) else {
                continue;
            };
            // An empty cell: the lines have one rate, which is collected.
            let collected_pct = row.value("collected_pct").unwrap_or(pct);
            if collected_pct > pct {
                let expected = format!("empty, or percent, 0 to {pct}: duties collected where lines differ");
                self.faults.push(row.fault("collected_pct", &expected, "Correct one of the two rates."));
            }
            for &g in places_of(&row, places) {
                mfn[[n, g]] = pct;
                gap[[n, g]] = pct - collected_pct;
            }
        }
        for (id, at) in places {
            for n in (0..mfn.nrows()).filter(|&n| mfn[[n, at[0]]].is_nan()) {
                let field = format!("{},{id}", self.axes.countries[n].iso3);
                self.fault(FILE, field, "no row", "a rate for every importer and group", NOT_ZERO);
            }
        }
        (mfn, gap)
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
