//! `depth.csv`: the text of each class of agreements, stated or computed from chapters and provisions; `product_lists.csv`:
//! the parts of sectors on which texts act; `full_text.csv`: what the full text is and does; `text_overlap.csv`.

use std::collections::{BTreeMap, HashMap};

use super::provisions::{TEXT_FILES, Text};
use super::rules::{FULL_TEXT, OVERLAP, PRODUCT_LISTS};
use super::texts::Texts;
use super::{CHECKED, Reader, SHARE_TOLERANCE};
use crate::data::{Row, SectorKind};
use crate::policy::Overlaps;
use crate::policy::barriers::FullText;
use crate::policy::depth::{Depth, SectorPart};
use crate::sorted::{SortedMap, sort_by_key};

/// Word in `strength_share` and `spillover_share` that asks for the share to be computed from chapters and provisions.
const COMPUTED: &str = "chapters";
/// Smallest part of a sector.
const LEAST_PART: f64 = 1e-9;

/// The rows of `depth.csv` for one class, by part of a sector.
struct Stated {
    strength: Vec<f64>,
    spillover_share: Vec<f64>,
    phase_years: Vec<u32>,
    is_computed: Vec<bool>,
}

impl Reader<'_> {
    /// Parts of the sectors: the products of each list, and the rest.
    pub(super) fn sector_parts(&mut self) -> Vec<SectorPart> {
        let mut listed: SortedMap<usize, Vec<(String, f64)>> = SortedMap::new();
        let table = self.sound(PRODUCT_LISTS);
        for row in table.iter().flat_map(|table| table.rows()) {
            if let (Some(j), Some(share)) = (self.sector(&row), row.value("coverage_share")) {
                let lists = listed.entry(j).or_default();
                lists.push((row.text("list").to_owned(), share));
                let sum: f64 = lists.iter().map(|(_, share)| share).sum();
                if sum > 1.0 + SHARE_TOLERANCE {
                    let expected = format!("lists of {} that sum to at most 1", row.text("sector"));
                    self.faults.push(row.fault("coverage_share", &expected, "Lists may not share products."));
                }
            }
        }
        let mut parts = Vec::new();
        for sector in 0..self.axes.n_sectors() {
            let mut rest = 1.0;
            for (list, weight_share) in listed.remove(&sector).unwrap_or_default() {
                rest -= weight_share;
                parts.push(SectorPart { sector, list: Some(list), weight_share });
            }
            if rest > LEAST_PART {
                parts.push(SectorPart { sector, list: None, weight_share: rest });
            }
        }
        parts
    }

    /// What the full text does to the barriers of each sector, and what it weighs; empty if the table has a fault.
    pub(super) fn full_text(&mut self) -> Option<Vec<(FullText, f64)>> {
        let table = self.sound(FULL_TEXT)?;
        let mut found = vec![None; self.axes.n_sectors()];
        for row in general_first(table.rows()) {
            let cut_share = row.value("cut_share");
            for j in self.scope(&row) {
                if cut_share.is_none() && self.axes.sectors[j].kind == SectorKind::Services {
                    let expected = "a share: the estimate is of trade in goods";
                    self.faults.push(row.fault("cut_share", expected, "State the share of a barrier."));
                    return None;
                }
                let text = FullText {
                    actionable_share: row.value("actionable_share").expect(CHECKED),
                    cut_share,
                    measured_on: row.day("measured_on").expect(CHECKED),
                };
                found[j] = Some((text, row.value("text_weight").expect(CHECKED)));
            }
        }
        for (j, _) in found.iter().enumerate().filter(|(_, text)| text.is_none()) {
            let (field, found) = (self.axes.sectors[j].id.clone(), "no row");
            self.fault(FULL_TEXT, field, found, "a row for goods and one for services", "Add the row.");
        }
        found.into_iter().collect()
    }

    /// Overlap of the texts of every two classes.
    pub(super) fn overlaps(&mut self, idx: &HashMap<String, usize>) -> Overlaps {
        // A tree: a table of many rows may come in any order.
        let mut pairs: BTreeMap<(usize, usize), (u64, f64)> = BTreeMap::new();
        for row in self.sound(OVERLAP).iter().flat_map(|table| table.rows()) {
            let texts = (row.position("text", idx), row.position("other_text", idx));
            let (Some(a), Some(b)) = texts else { continue };
            if a == b {
                let expected = "another text: a text overlaps itself in full";
                self.faults.push(row.fault("other_text", expected, "Delete the row."));
            }
            let share = row.value("overlap_share").expect(CHECKED);
            if let Some((line, _)) = pairs.insert((a.min(b), a.max(b)), (row.line, share)) {
                let expected = format!("each two texts once: line {line} has them");
                self.faults.push(row.fault("other_text", &expected, "Delete one of the rows."));
            }
        }
        Overlaps::new(idx.len(), pairs.into_iter().map(|((a, b), (_, share))| (a, b, share)))
    }

    /// Depth classes by part of a sector; `text_weights` is what the full text weighs, `[j]`.
    pub(super) fn depths(
        &mut self,
        text: &Text,
        parts: Vec<SectorPart>,
        text_weights: Vec<f64>,
    ) -> (Texts, HashMap<String, usize>) {
        let table = self.sound("depth.csv");
        let (mut stated, mut idx) = (Vec::<Stated>::new(), HashMap::new());
        for row in general_first(table.iter().flat_map(|table| table.rows())) {
            let at = *idx.entry(row.text("depth_class").to_owned()).or_insert_with(|| {
                let empty = || vec![f64::NAN; parts.len()];
                let (phase_years, is_computed) = (vec![1; parts.len()], vec![false; parts.len()]);
                stated.push(Stated { strength: empty(), spillover_share: empty(), phase_years, is_computed });
                stated.len() - 1
            });
            self.depth_row(&row, text, (&parts, &text_weights), &mut stated[at]);
        }
        for (class, &at) in &idx {
            if stated[at].strength.iter().any(|strength| strength.is_nan()) {
                let expected = "a row for goods and one for services";
                self.fault("depth.csv", class.clone(), "a sector without a row", expected, "Add the row.");
            }
        }
        let is_computed = stated.iter().map(|stated| stated.is_computed.clone()).collect();
        let depth = |stated: Stated| Depth::new(stated.strength, stated.spillover_share, stated.phase_years);
        let depths = stated.into_iter().map(depth).collect();
        (Texts { depths, is_computed, parts, text_weights }, idx)
    }

    fn depth_row(
        &mut self,
        row: &Row<'_>,
        text: &Text,
        (parts, text_weights): (&[SectorPart], &[f64]),
        stated: &mut Stated,
    ) {
        let (sectors, list) = (self.scope(row), row.text("list"));
        let class = row.text("depth_class");
        let is_known = TEXT_FILES.iter().all(|file| !self.unsound.contains(file));
        let years = row.value("phase_years").expect(CHECKED) as u32;
        let is_meant = |part: &SectorPart| {
            sectors.contains(&part.sector) && (list.is_empty() || part.list.as_deref() == Some(list))
        };
        let mut is_met = false;
        for (p, part) in parts.iter().enumerate().filter(|(_, part)| is_meant(part)) {
            let j = part.sector;
            let computed = || text.weight(class, j) / text_weights[j];
            is_met = true;
            // The cell holds a word where the share is computed.
            stated.is_computed[p] = row.text("strength_share") == COMPUTED;
            stated.strength[p] = row.value("strength_share").unwrap_or_else(computed);
            stated.spillover_share[p] =
                row.value("spillover_share").unwrap_or_else(|| text.spillover_share(class, j));
            stated.phase_years[p] = years;
            if is_known && !(0.0..=2.0).contains(&stated.strength[p]) {
                let expected = format!(
                    "chapters and provisions that add up to 0..2 of the full text in {}; they add up to {}",
                    self.axes.sectors[j].id, stated.strength[p]
                );
                let remedy = "Correct chapters.csv or provisions.csv.";
                self.faults.push(row.fault("strength_share", &expected, remedy));
                stated.strength[p] = 0.0;
            }
        }
        if !is_met && !list.is_empty() && !self.unsound.contains(PRODUCT_LISTS) {
            let expected = "a list that has products of the scope";
            self.faults.push(row.fault("list", expected, "Correct the list, or add the sector to it."));
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

/// Rows for goods or services come before those of single sectors, and these before those of lists, which replace them.
fn general_first<'t>(rows: impl Iterator<Item = Row<'t>>) -> Vec<Row<'t>> {
    let mut sorted: Vec<Row<'_>> = rows.collect();
    let rank =
        |row: &Row<'_>| (!row.text("list").is_empty(), !matches!(row.text("scope"), "goods" | "services"));
    sort_by_key(&mut sorted, rank);
    sorted
}
