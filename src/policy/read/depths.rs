//! `depth.csv`: the depth of each class of agreements, stated or computed from chapters and provisions.

use std::collections::HashMap;

use super::provisions::{TEXT_FILES, Text};
use super::{CHECKED, Reader};
use crate::data::{Row, SectorKind};
use crate::policy::DepthEffect;
use crate::policy::depth::Depth;

/// Word in `cut_share` and `spillover_share` that asks for the share to be computed from chapters and provisions.
const COMPUTED: &str = "chapters";

/// The rows of `depth.csv` for one class, by sector.
struct Stated {
    cut_share: Vec<f64>,
    spillover_share: Vec<f64>,
    phase_years: Vec<u32>,
}

impl Reader<'_> {
    /// Depth classes. `effect` converts the shares of goods rows to strengths.
    pub(super) fn depths(
        &mut self,
        text: &Text,
        effect: Option<&DepthEffect>,
    ) -> (Vec<Depth>, HashMap<String, usize>) {
        let table = self.sound("depth.csv");
        let s = self.axes.n_sectors();
        let (mut stated, mut idx) = (Vec::<Stated>::new(), HashMap::new());
        // Rows for goods or services come before those of single sectors, which replace them.
        let is_special = |row: &Row<'_>| !matches!(row.text("scope"), "goods" | "services");
        let mut sorted: Vec<Row<'_>> = table.iter().flat_map(|table| table.rows()).collect();
        sorted.sort_by_key(is_special);
        for row in &sorted {
            let at = *idx.entry(row.text("depth_class").to_owned()).or_insert_with(|| {
                let empty = || vec![f64::NAN; s];
                let phase_years = vec![1; s];
                stated.push(Stated { cut_share: empty(), spillover_share: empty(), phase_years });
                stated.len() - 1
            });
            self.depth_row(row, text, &mut stated[at]);
        }
        for (class, &at) in &idx {
            if stated[at].cut_share.iter().any(|cut| cut.is_nan()) {
                let expected = "a row for goods and one for services";
                self.fault("depth.csv", class.clone(), "a sector without a row", expected, "Add the row.");
            }
        }
        let depth = |stated: Stated| {
            let sectors = self.axes.sectors.iter().zip(&stated.cut_share);
            let share = sectors.map(|(sector, &cut)| match (sector.kind, effect) {
                (SectorKind::Goods, Some(effect)) => effect.strength(cut),
                _ => cut,
            });
            Depth::new(&share.collect::<Vec<f64>>(), &stated.spillover_share, &stated.phase_years)
        };
        (stated.into_iter().map(depth).collect(), idx)
    }

    fn depth_row(&mut self, row: &Row<'_>, text: &Text, stated: &mut Stated) {
        let sectors = self.scope(row);
        let is_computed = row.text("cut_share") == COMPUTED;
        let spills_as_computed = row.text("spillover_share") == COMPUTED;
        // The cell holds a word where the share is computed.
        let share = |column: &str| row.value(column).unwrap_or(f64::NAN);
        let (cut, spill) = (share("cut_share"), share("spillover_share"));
        let years = row.value("phase_years").expect(CHECKED);
        let is_known = TEXT_FILES.iter().all(|file| !self.unsound.contains(file));
        for j in sectors {
            let class = row.text("depth_class");
            stated.cut_share[j] = if is_computed { text.cut_share(class, j) } else { cut };
            stated.spillover_share[j] =
                if spills_as_computed { text.spillover_share(class, j) } else { spill };
            stated.phase_years[j] = years as u32;
            if is_known && !(0.0..=1.0).contains(&stated.cut_share[j]) {
                let expected = format!(
                    "chapters and provisions that sum to 0..1 in {}; they sum to {}",
                    self.axes.sectors[j].id, stated.cut_share[j]
                );
                self.faults.push(row.fault(
                    "cut_share",
                    &expected,
                    "Correct chapters.csv or provisions.csv.",
                ));
                stated.cut_share[j] = 0.0;
            }
        }
    }

    /// Sectors of the column `scope`: `goods`, `services`, a sector; none of `none`.
    pub(super) fn scope(&self, row: &Row<'_>) -> Vec<usize> {
        let of_kind = |kind| {
            let sectors = self.axes.sectors.iter().enumerate();
            sectors.filter(|(_, sector)| sector.kind == kind).map(|(j, _)| j).collect()
        };
        match row.text("scope") {
            "goods" => of_kind(SectorKind::Goods),
            "services" => of_kind(SectorKind::Services),
            _ => row.position("scope", &self.axes.sector_idx).into_iter().collect(),
        }
    }
}
