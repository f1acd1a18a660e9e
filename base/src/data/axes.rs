//! The countries and sectors of a data set and their positions.

use super::Row;
use crate::error::Faults;
use std::collections::HashMap;

/// Goods or services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectorKind {
    /// Crosses a border and may pay a tariff.
    Goods,
    /// Pays no tariff; barriers are ad-valorem equivalents.
    Services,
}

impl SectorKind {
    /// The kind in the column `kind`; a fault and goods where it is neither.
    pub fn of_row(row: &Row<'_>, faults: &mut Faults) -> Self {
        match row.text("kind") {
            "goods" => Self::Goods,
            "services" => Self::Services,
            _ => {
                faults.push(row.fault("kind", "goods or services", "Correct the cell."));
                Self::Goods
            }
        }
    }
}

/// A country or group of countries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166 code or the name of a group.
    pub iso3: String,
    /// English name.
    pub name: String,
    /// Region, for grouping in charts.
    pub region: String,
}

impl Country {
    /// The name for people: the code where the data set has none.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.iso3 } else { &self.name }
    }
}

/// A sector of production and trade.
#[derive(Debug, Clone, PartialEq)]
pub struct Sector {
    /// Identifier used in files.
    pub id: String,
    /// English name.
    pub name: String,
    /// Goods or services.
    pub kind: SectorKind,
    /// Trade elasticity with respect to trade cost (> 0); `None` = not traded.
    pub theta: Option<f64>,
    /// Standard error of `theta`.
    pub theta_se: Option<f64>,
}

/// Countries and sectors with their positions in every array.
#[derive(Debug, Clone)]
pub struct Axes {
    /// Countries in file order.
    pub countries: Vec<Country>,
    /// Sectors in file order.
    pub sectors: Vec<Sector>,
    /// Position by ISO code.
    pub country_idx: HashMap<String, usize>,
    /// Position by sector id.
    pub sector_idx: HashMap<String, usize>,
}

impl Axes {
    /// Axes over these countries and sectors, whose ids are unique.
    #[must_use]
    pub fn new(countries: Vec<Country>, sectors: Vec<Sector>) -> Self {
        let country_idx =
            countries.iter().enumerate().map(|(at, country)| (country.iso3.clone(), at)).collect();
        let sector_idx = sectors.iter().enumerate().map(|(at, sector)| (sector.id.clone(), at)).collect();
        Self { countries, sectors, country_idx, sector_idx }
    }

    /// Number of countries, N.
    #[must_use]
    pub fn n_countries(&self) -> usize {
        self.countries.len()
    }

    /// Number of sectors, S.
    #[must_use]
    pub fn n_sectors(&self) -> usize {
        self.sectors.len()
    }
}
