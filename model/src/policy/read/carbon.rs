//! `carbon.csv` and `emissions.csv`: carbon tariffs as duty lists, price times embodied emissions.

use std::collections::HashMap;

use ndarray::Array2;

use super::duties::Coverage;
use super::{Places, Reader, places_of};
use crate::data::Row;
use crate::policy::carbon::CarbonList;

const EMISSIONS: &str = "tables/emissions.csv";

impl Reader<'_> {
    pub(super) fn carbon(
        &mut self,
        coverage: &Coverage,
        agreements: &HashMap<String, usize>,
        places: &Places,
    ) -> Vec<CarbonList> {
        let Some(table) = self.sound("carbon.csv") else { return Vec::new() };
        let emissions = self.emissions(places);
        table.rows().filter_map(|row| self.carbon_list(&row, coverage, agreements, &emissions)).collect()
    }

    fn carbon_list(
        &mut self,
        row: &Row<'_>,
        coverage: &Coverage,
        agreements: &HashMap<String, usize>,
        emissions: &Array2<f64>,
    ) -> Option<CarbonList> {
        let agreement = row.position("agreement", agreements)?;
        let price = row.value("price_usd_per_t")?;
        let list = row.text("duty_list").to_owned();
        let coverage = &coverage.get(&list)?.of_all;
        let is_known = self.sound(EMISSIONS).is_some();
        let lacks = |((_, g), t): &((usize, usize), &f64)| is_known && coverage[*g] > 0.0 && t.is_nan();
        for ((n, g), _) in emissions.indexed_iter().filter(lacks) {
            let code = &self.axes.countries[n].iso3;
            let expected = format!("emissions of every covered group; {code} lacks one (position {g})");
            self.faults.push(row.fault(
                "duty_list",
                &expected,
                "Complete tables/emissions.csv; missing is not zero.",
            ));
        }
        Some(CarbonList::new(list, agreement, price, emissions, coverage))
    }

    /// Tonnes of CO2 per 1,000 US dollars of exports, `[n,g]`; NaN for cells without a row.
    fn emissions(&self, places: &Places) -> Array2<f64> {
        let n_groups = places.values().map(Vec::len).sum();
        let mut emissions = Array2::from_elem((self.axes.n_countries(), n_groups), f64::NAN);
        let table = self.sound(EMISSIONS);
        for row in table.iter().flat_map(|table| table.rows()) {
            let exporter = self.country(&row, "exporter");
            if let (Some(i), Some(tonnes)) = (exporter, row.value("t_co2_per_1000_usd")) {
                places_of(&row, places).iter().for_each(|&g| emissions[[i, g]] = tonnes);
            }
        }
        emissions
    }
}
