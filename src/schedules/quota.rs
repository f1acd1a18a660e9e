//! Tariff-rate quotas as written in a schedule: volumes that grow, a rate inside and a rate outside.

use crate::data::Row;
use crate::error::Faults;

/// A tariff-rate quota of one importer for one part of a product group.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// Importer.
    pub importer: String,
    /// Exporter that the quota is reserved for; `None` = all members.
    pub exporter: Option<String>,
    /// Product group.
    pub group: String,
    /// Part of the group.
    pub part: String,
    /// Unit of the volume, `t`.
    pub unit: String,
    /// Rate inside the quota, percent.
    pub in_quota_pct: f64,
    /// Rate outside the quota, percent.
    pub out_of_quota_pct: f64,
    /// Volume by agreement year, linear between, constant before and after.
    pub volume_by_year: Vec<(u32, f64)>,
    /// Share of the rent that exporters keep.
    pub exporter_rent_share: f64,
    /// Line of `quotas.csv`.
    pub line: u64,
}

/// Columns of `quotas.csv`.
pub(super) const COLUMNS: [&str; 12] = [
    "importer",
    "exporter",
    "product_group",
    "part",
    "unit",
    "in_quota_pct",
    "out_of_quota_pct",
    "volume_by_year",
    "exporter_rent_share",
    "note",
    "source",
    "mark",
];

impl Quota {
    /// Volume in year `year` of the agreement (1 = from entry into force).
    #[must_use]
    pub fn volume(&self, year: u32) -> f64 {
        let points = &self.volume_by_year;
        let after = points.iter().position(|(at, _)| *at >= year);
        match after {
            None => points.last().map_or(0.0, |(_, volume)| *volume),
            Some(0) => points[0].1,
            Some(at) => {
                let ((from, low), (to, high)) = (points[at - 1], points[at]);
                low + (high - low) * f64::from(year - from) / f64::from(to - from)
            }
        }
    }

    /// Reads a row of `quotas.csv`; a quota without a rate outside it is a fault.
    pub(super) fn read(row: &Row<'_>, faults: &mut Faults) -> Option<Self> {
        let expected = "percent, 0 or more: the rate that the first unit outside the quota pays";
        let outside = row.number("out_of_quota_pct", expected, |v| v >= 0.0, faults);
        let expected = match outside {
            Some(pct) => format!("percent, 0 to {pct}, the rate outside the quota"),
            None => "percent, 0 or more".to_owned(),
        };
        let is_inside = |v: f64| v >= 0.0 && outside.is_none_or(|pct| v <= pct);
        let inside = row.number("in_quota_pct", &expected, is_inside, faults);
        let is_share = |v: f64| (0.0..=1.0).contains(&v);
        let rent = row.number("exporter_rent_share", "a share, 0 to 1", is_share, faults);
        let path = path(row.text("volume_by_year"));
        if path.is_none() {
            let expected =
                "year:volume pairs such as 1:50000;13:70000 with rising years and volumes of 0 or more";
            faults.push(row.fault("volume_by_year", expected, "Correct the path."));
        }
        let text = |column: &str| row.text(column).to_owned();
        Some(Self {
            importer: text("importer"),
            exporter: Some(text("exporter")).filter(|code| code != "*"),
            group: text("product_group"),
            part: text("part"),
            unit: text("unit"),
            in_quota_pct: inside?,
            out_of_quota_pct: outside?,
            volume_by_year: path?,
            exporter_rent_share: rent?,
            line: row.line,
        })
    }
}

fn path(text: &str) -> Option<Vec<(u32, f64)>> {
    let point = |point: &str| {
        let (year, volume) = point.split_once(':')?;
        Some((year.trim().parse().ok()?, volume.trim().parse().ok()?))
    };
    let points: Vec<(u32, f64)> = text.split(';').map(point).collect::<Option<_>>()?;
    let rises = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let is_volume = points.iter().all(|(year, volume)| *year >= 1 && volume.is_finite() && *volume >= 0.0);
    (rises && is_volume).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::{Quota, path};

    #[test]
    fn rice_for_the_united_states_grows_from_50_to_70_thousand_tonnes_in_year_13() {
        let quota = Quota {
            importer: "JPN".into(),
            exporter: Some("USA".into()),
            group: "cereals".into(),
            part: "rice".into(),
            unit: "t".into(),
            in_quota_pct: 0.0,
            out_of_quota_pct: 280.0,
            volume_by_year: path("1:50000;3:50000;13:70000").unwrap(),
            exporter_rent_share: 0.0,
            line: 2,
        };
        assert_eq!([1, 3, 8, 13, 20].map(|year| quota.volume(year)), [5e4, 5e4, 6e4, 7e4, 7e4]);
        assert_eq!(path("3:1;2:1"), None);
    }
}
