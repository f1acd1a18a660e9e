//! `barrier_changes.csv`: levels and trends of barriers that events turn on.

use std::collections::HashMap;

use super::Reader;
use crate::data::SectorKind;
use crate::policy::measure::MeasureKind;
use crate::policy::measures::{BarrierChange, BarrierChanges};

impl Reader<'_> {
    /// Every row; a row for goods or services concerns each of their sectors, `*` all of them.
    pub(super) fn barrier_changes(&self, agreements: &HashMap<String, usize>) -> BarrierChanges {
        let table = self.sound("barrier_changes.csv");
        let rows = table.iter().flat_map(|table| table.rows());
        let changes = rows.filter_map(|row| {
            let wanted = match row.text("sector") {
                "goods" => Some(SectorKind::Goods),
                "services" => Some(SectorKind::Services),
                _ => None,
            };
            let all = self.axes.sectors.iter().enumerate();
            let sectors = match self.sector(&row) {
                Some(one) => vec![one],
                None => all
                    .filter(|(_, sector)| wanted.is_none_or(|kind| kind == sector.kind))
                    .map(|(j, _)| j)
                    .collect(),
            };
            let exempt = row.text("exempt_agreements").split(';');
            Some(BarrierChange {
                change: row.text("change").to_owned(),
                kind: MeasureKind::of_verb(row.text("kind"))?,
                importer: self.country(&row, "importer"),
                exporter: self.country(&row, "exporter"),
                sectors,
                exempt_agreements: exempt.filter_map(|id| agreements.get(id.trim()).copied()).collect(),
                chance_a_year: row.value("chance_a_year"),
                amount_pct: row.value("amount_pct")?,
            })
        });
        BarrierChanges(changes.collect())
    }
}
