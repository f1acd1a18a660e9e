//! Tariff-rate quotas and volume safeguards as a schedule states them: a volume by year, a rate inside and one outside.
//!
//! A safeguard is a quota whose rate inside is the schedule's own: imports up to the trigger pay that rate, imports
//! beyond it pay the listed one.

use crate::data::Row;
use crate::error::Faults;

/// Unit of a volume, with the figure that converts it to money.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum QuotaUnit {
    /// Tonnes (or tonnes of milk equivalent).
    Tonnes {
        /// Value of a tonne at the border, US dollars.
        unit_value_usd: f64,
    },
    /// Percent of the importer's production of the product.
    ProductionPct {
        /// Share of the product in the output of the sector.
        production_share: f64,
    },
}

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
    /// Unit of the volume.
    pub unit: QuotaUnit,
    /// Rate inside the quota, percent; `None` = the rate of the part's category (a safeguard).
    pub in_quota_pct: Option<f64>,
    /// Rate outside the quota by agreement year, percent, each held until the next.
    out_of_quota_pct: Vec<(u32, f64)>,
    /// Volume by agreement year, linear between, constant before and after.
    volume_by_year: Vec<(u32, f64)>,
    /// True if the quota comes on top of today's imports.
    pub today_kept: bool,
    /// Share of the rent that exporters keep.
    pub exporter_rent_share: f64,
    /// Line of `quotas.csv`.
    pub line: u64,
}

impl Quota {
    /// Volume in year `year` of the agreement (1 = from entry into force).
    #[must_use]
    pub fn volume(&self, year: u32) -> f64 {
        let points = &self.volume_by_year;
        let after = points.iter().position(|(at, _)| *at >= year);
        match after {
            None => points.last().expect("a path has at least one point").1,
            Some(0) => points[0].1,
            Some(at) => {
                let ((from, low), (to, high)) = (points[at - 1], points[at]);
                low + (high - low) * f64::from(year - from) / f64::from(to - from)
            }
        }
    }

    /// Listed rate outside the quota in year `year` of the agreement, percent.
    #[must_use]
    pub fn out_of_quota_pct(&self, year: u32) -> f64 {
        let points = &self.out_of_quota_pct;
        let held = points.iter().rev().find(|(from, _)| *from <= year);
        held.or(points.first()).expect("a path has at least one point").1
    }

    /// Listed rate outside the quota before the first cut, percent.
    #[must_use]
    pub fn base_pct(&self) -> f64 {
        self.out_of_quota_pct(1)
    }

    /// The terms of year `year` in words: `70000 t at 0.0 %, 280.0 % outside`.
    #[must_use]
    pub fn terms(&self, year: u32) -> String {
        let unit = match self.unit {
            QuotaUnit::Tonnes { .. } => "t",
            QuotaUnit::ProductionPct { .. } => "percent of production",
        };
        let (volume, outside) = (self.volume(year), self.out_of_quota_pct(year));
        let volume = if volume < 100.0 { format!("{volume:.2}") } else { format!("{volume:.0}") };
        match self.in_quota_pct {
            Some(inside) => {
                format!("quota on {}: {volume} {unit} at {inside:.1} %, {outside:.1} % outside", self.part)
            }
            None => format!("safeguard on {}: above {volume} {unit} the rate is {outside:.1} %", self.part),
        }
    }

    /// Reads a row of `quotas.csv` whose cells have been checked. A quota without a rate outside is a fault.
    pub(super) fn read(row: &Row<'_>, faults: &mut Faults) -> Option<Self> {
        let outside = outside(row, faults);
        let inside = row.value("in_quota_pct");
        let most = outside.iter().flatten().map(|(_, pct)| *pct).fold(f64::INFINITY, f64::min);
        if inside.is_some_and(|pct| pct > most) {
            let expected = format!("schedule, or percent, 0 to {most}, the rate outside the quota");
            faults.push(row.fault("in_quota_pct", &expected, "Correct one of the two rates."));
        }
        let volumes = path(row.text("volume_by_year"));
        if volumes.is_none() {
            let expected =
                "year:volume pairs such as 1:50000;13:70000 with rising years and volumes of 0 or more";
            faults.push(row.fault("volume_by_year", expected, "Correct the path."));
        }
        if row.text("importer") == row.text("exporter") {
            faults.push(row.fault("exporter", "another country than the importer, or *", "Correct one."));
        }
        let text = |column: &str| row.text(column).to_owned();
        Some(Self {
            unit: unit(row, faults)?,
            importer: text("importer"),
            exporter: Some(text("exporter")).filter(|code| code != "*"),
            group: text("product_group"),
            part: text("part"),
            in_quota_pct: inside,
            out_of_quota_pct: outside?,
            volume_by_year: volumes?,
            today_kept: row.text("today_kept") == "yes",
            exporter_rent_share: row.value("exporter_rent_share")?,
            line: row.line,
        })
    }
}

/// One rate, or rates by year.
fn outside(row: &Row<'_>, faults: &mut Faults) -> Option<Vec<(u32, f64)>> {
    let text = row.text("out_of_quota_pct");
    let one = text.parse().ok();
    let found = one.map(|pct| vec![(1, pct)]).or_else(|| path(text)).filter(|points| is_rate(points));
    if found.is_none() {
        let expected =
            "percent, above 0: the rate that the first unit outside the quota pays; by year as 1:38.5;4:30";
        faults.push(row.fault("out_of_quota_pct", expected, "State the rate."));
    }
    found
}

/// Reads the unit and the figure that converts it to money.
fn unit(row: &Row<'_>, faults: &mut Faults) -> Option<QuotaUnit> {
    let is_produced = row.text("unit") == "percent of production";
    let (column, expected) = match is_produced {
        true => ("production_share", "the product's share of the output of its sector, above 0 up to 1"),
        false => ("unit_value_usd", "US dollars a tonne at the border, above 0"),
    };
    let Some(value) = row.value(column) else {
        faults.push(row.fault(column, expected, "State the figure, or correct the unit."));
        return None;
    };
    Some(match is_produced {
        true => QuotaUnit::ProductionPct { production_share: value },
        false => QuotaUnit::Tonnes { unit_value_usd: value },
    })
}

/// True if the first rate is above 0 and no rate is implausibly high.
fn is_rate(points: &[(u32, f64)]) -> bool {
    points[0].1 > 0.0 && points.iter().all(|(_, pct)| pct.is_finite() && (0.0..=100_000.0).contains(pct))
}

fn path(text: &str) -> Option<Vec<(u32, f64)>> {
    let point = |point: &str| {
        let (year, volume) = point.split_once(':')?;
        Some((year.trim().parse().ok()?, volume.trim().parse().ok()?))
    };
    let points: Vec<(u32, f64)> = text.split(';').map(point).collect::<Option<_>>()?;
    let rises = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let is_volume =
        points.iter().all(|(year, volume)| (1..=100).contains(year) && (0.0..=1e15).contains(volume));
    (rises && is_volume).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::{Quota, QuotaUnit, path};

    fn rice() -> Quota {
        Quota {
            importer: "AAA".into(),
            exporter: Some("BBB".into()),
            group: "cereals".into(),
            part: "rice".into(),
            unit: QuotaUnit::Tonnes { unit_value_usd: 850.0 },
            in_quota_pct: Some(0.0),
            out_of_quota_pct: vec![(1, 280.0)],
            volume_by_year: path("1:50000;3:50000;13:70000").unwrap(),
            today_kept: true,
            exporter_rent_share: 0.0,
            line: 2,
        }
    }

    #[test]
    fn rice_grows_from_50_to_70_thousand_tonnes_in_year_13() {
        assert_eq!([1, 3, 8, 13, 20].map(|year| rice().volume(year)), [5e4, 5e4, 6e4, 7e4, 7e4]);
        assert_eq!(rice().terms(13), "quota on rice: 70000 t at 0.0 %, 280.0 % outside");
        assert_eq!(path("3:1;2:1"), None);
    }

    #[test]
    fn the_rate_of_a_safeguard_is_held_between_its_steps() {
        let beef = Quota {
            part: "beef".into(),
            in_quota_pct: None,
            out_of_quota_pct: path("1:38.5;4:30;11:20").unwrap(),
            ..rice()
        };
        assert_eq!(
            [1, 3, 4, 10, 11, 30].map(|year| beef.out_of_quota_pct(year)),
            [38.5, 38.5, 30.0, 30.0, 20.0, 20.0]
        );
        assert_eq!(beef.terms(4), "safeguard on beef: above 52000 t the rate is 30.0 %");
    }
}
