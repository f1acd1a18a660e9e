//! `carbon.csv` and `emissions.csv`: carbon tariffs as duty lists, price times embodied emissions.

use std::collections::HashMap;

use ndarray::Array2;

use super::duties::Coverage;
use super::{Places, Reader};
use crate::data::{Row, Table};
use crate::policy::carbon::CarbonList;

impl Reader<'_> {
    pub(super) fn carbon(
        &mut self,
        coverage: &Coverage,
        agreements: &HashMap<String, usize>,
        places: &Places,
    ) -> Vec<CarbonList> {
        let columns = ["duty_list", "agreement", "price_usd_per_t"];
        let Some(table) = self.optional("carbon.csv", &columns) else { return Vec::new() };
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
        let agreement = row.index("agreement", agreements, "row of agreements.csv", &mut self.faults);
        let expected = "US dollars a tonne, 0 or more";
        let price = row.number("price_usd_per_t", expected, |v| v >= 0.0, &mut self.faults)?;
        let list = row.text("duty_list").to_owned();
        let Some(coverage) = coverage.get(&list) else {
            self.faults.push(row.fault("duty_list", "a list of duty_coverage.csv", "Add its coverage."));
            return None;
        };
        for ((n, g), _) in emissions.indexed_iter().filter(|((_, g), t)| coverage[*g] > 0.0 && t.is_nan()) {
            let code = &self.axes.countries[n].iso3;
            let expected = format!("emissions of every covered group; {code} lacks one (position {g})");
            self.faults.push(row.fault(
                "duty_list",
                &expected,
                "Complete tables/emissions.csv; missing is not zero.",
            ));
        }
        Some(CarbonList::new(list, agreement?, price, emissions, coverage))
    }

    /// Tonnes of CO2 in 1,000 US dollars of exports, `[n,g]`; not a number where no row is given.
    fn emissions(&mut self, places: &Places) -> Array2<f64> {
        let n_groups = places.values().map(Vec::len).sum();
        let mut emissions = Array2::from_elem((self.axes.n_countries(), n_groups), f64::NAN);
        let table = self.table("tables/emissions.csv", &["exporter", "product_group", "t_co2_per_1000_usd"]);
        for row in table.iter().flat_map(Table::rows) {
            let exporter = self.country(&row, "exporter");
            let expected = "tonnes per 1,000 US dollars, 0 or more";
            let tonnes = row.number("t_co2_per_1000_usd", expected, |v| v >= 0.0, &mut self.faults);
            if let (Some(i), Some(tonnes)) = (exporter, tonnes) {
                self.places(&row, places).iter().for_each(|&g| emissions[[i, g]] = tonnes);
            }
        }
        emissions
    }
}
