//! `depth.csv`: how far each class of agreements lowers barriers, stated or computed from chapters and provisions.

use std::collections::HashMap;

use super::Reader;
use super::provisions::Text;
use crate::data::{Row, SectorKind, Table};
use crate::policy::DepthEffect;
use crate::policy::book::Depth;

/// Word in `cut_share` and `spillover_share` that has the share computed from chapters and provisions.
const COMPUTED: &str = "chapters";
/// Longest phase-in that a row may state, years.
const LONGEST_PHASE_YEARS: f64 = 30.0;

/// What `depth.csv` says of one class, by sector.
struct Stated {
    cut_share: Vec<f64>,
    spillover_share: Vec<f64>,
    phase_years: Vec<u32>,
}

impl Reader<'_> {
    /// Depth classes; `effect` turns the shares that goods rows state into strengths.
    pub(super) fn depths(
        &mut self,
        text: &Text,
        effect: Option<&DepthEffect>,
    ) -> (Vec<Depth>, HashMap<String, usize>) {
        let columns = ["depth_class", "scope", "cut_share", "spillover_share", "phase_years"];
        let table = self.table("depth.csv", &columns);
        let s = self.axes.n_sectors();
        let (mut stated, mut idx) = (Vec::<Stated>::new(), HashMap::new());
        // Rows for goods or services come before those of single sectors, which replace them.
        let is_special = |row: &Row<'_>| !matches!(row.text("scope"), "goods" | "services");
        let mut sorted: Vec<Row<'_>> = table.iter().flat_map(Table::rows).collect();
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
        self.check_classes(text, &idx);
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
        let sectors = self.scope(row, "scope");
        let is_computed = row.text("cut_share") == COMPUTED;
        let spills_as_computed = row.text("spillover_share") == COMPUTED;
        let cut = if is_computed { Some(f64::NAN) } else { self.share(row, "cut_share") };
        let spill = if spills_as_computed { Some(f64::NAN) } else { self.share(row, "spillover_share") };
        let is_years = |v: f64| v >= 1.0 && v.fract() == 0.0 && v <= LONGEST_PHASE_YEARS;
        let years = row.number("phase_years", "whole years, 1 to 30", is_years, &mut self.faults);
        let (Some(cut), Some(spill), Some(years)) = (cut, spill, years) else { return };
        for j in sectors {
            let class = row.text("depth_class");
            stated.cut_share[j] = if is_computed { text.cut_share(class, j) } else { cut };
            stated.spillover_share[j] =
                if spills_as_computed { text.spillover_share(class, j) } else { spill };
            stated.phase_years[j] = years as u32;
            if !(0.0..=1.0).contains(&stated.cut_share[j]) {
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

    /// Sectors of a cell: `goods`, `services`, a sector.
    pub(super) fn scope(&mut self, row: &Row<'_>, column: &str) -> Vec<usize> {
        let of_kind = |kind| {
            let sectors = self.axes.sectors.iter().enumerate();
            sectors.filter(|(_, sector)| sector.kind == kind).map(|(j, _)| j).collect()
        };
        match row.text(column) {
            "goods" => of_kind(SectorKind::Goods),
            "services" => of_kind(SectorKind::Services),
            _ => {
                let what = "sector, or `goods`, or `services`";
                row.index(column, &self.axes.sector_idx, what, &mut self.faults).into_iter().collect()
            }
        }
    }
}
