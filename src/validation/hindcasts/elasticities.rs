//! Trade elasticities of products: means over their sectors, in the long run, at the age of the change, and drawn.

use std::collections::HashMap;

use super::case::Case;
use super::set::Set;
use super::tables::Tables;
use crate::data::Axes;
use crate::ensemble::drawn_theta;
use crate::projection::{Adjustment, SectorAge};

/// Which elasticity answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    /// That of the long run.
    LongRun,
    /// That of the age which the change has in the target year (`docs/model.md` section 6).
    Adjusted,
}

impl Term {
    pub const ALL: [Self; 2] = [Self::LongRun, Self::Adjusted];

    pub fn name(self) -> &'static str {
        match self {
            Self::LongRun => "long_run",
            Self::Adjusted => "adjusted",
        }
    }
}

/// Elasticities of the products of a case.
pub(super) struct Elasticities<'a> {
    axes: &'a Axes,
    adjustment: &'a Adjustment,
    /// Position and share of the sectors of each product.
    sectors: HashMap<&'a str, Vec<(usize, f64)>>,
    /// Age of the change in the target year by product.
    ages: HashMap<&'a str, SectorAge>,
}

impl<'a> Elasticities<'a> {
    /// `None` with the name of the first sector that the data set has not, or that is not traded there.
    pub fn new(
        case: &'a Case,
        set: &'a Set,
        tables: &Tables,
        axes: &'a Axes,
        adjustment: &'a Adjustment,
    ) -> Result<Self, String> {
        let (mut sectors, mut ages) = (HashMap::new(), HashMap::new());
        for (product, parts) in &set.products {
            let mut found = Vec::new();
            for (sector, share) in parts {
                let at = axes.sector_idx.get(sector).copied();
                let at = at.filter(|&j| axes.sectors[j].theta.is_some()).ok_or_else(|| sector.clone())?;
                found.push((at, *share));
            }
            sectors.insert(product.as_str(), found);
            let sizes = tables.sizes.get(&(case.id.clone(), product.clone()));
            let of_case = |(year, _): &&(i16, f64)| *year > case.base_year && *year <= case.target_year;
            let sizes = sizes.into_iter().flatten().filter(of_case);
            let age = sizes.fold(SectorAge::default(), |age, (_, size)| age.next(*size));
            ages.insert(product.as_str(), age);
        }
        Ok(Self { axes, adjustment, sectors, ages })
    }

    /// Sectors of a product with their shares.
    pub fn sectors(&self, product: &str) -> &[(usize, f64)] {
        self.sectors.get(product).map_or(&[], Vec::as_slice)
    }

    /// Age of the change of a product.
    pub fn age(&self, product: &str) -> SectorAge {
        self.ages.get(product).copied().unwrap_or_default()
    }

    /// Elasticity of a sector at an age.
    pub fn of_sector(&self, j: usize, term: Term, age_years: f64) -> f64 {
        self.at(self.axes.sectors[j].theta.unwrap_or(1.0), term, age_years)
    }

    fn at(&self, long_run: f64, term: Term, age_years: f64) -> f64 {
        match term {
            Term::LongRun => long_run,
            Term::Adjusted => self.adjustment.theta(long_run, age_years),
        }
    }

    /// Elasticity of a product; of draw `draw` where one is given.
    pub fn of(&self, product: &str, term: Term, draw: Option<(u64, u64)>) -> f64 {
        let age = self.age(product).years;
        let theta = |j: usize| {
            let sector = &self.axes.sectors[j];
            let mean = sector.theta.unwrap_or(1.0);
            draw.map_or(mean, |(seed, draw)| drawn_theta(sector, mean, 1.0, (seed, draw)))
        };
        self.sectors(product).iter().map(|&(j, share)| share * self.at(theta(j), term, age)).sum()
    }
}
