//! Writes the baseline directory with provenance, adjustments and the reached targets.

use std::path::Path;

use ndarray::Array3;

use super::{Apac, YEAR};
use crate::calibration::PROVENANCE_COLUMNS;
use crate::data::{Dataset, Files, SectorKind};
use crate::economy::Economy;
use crate::output::dir::{Existing, OutputDir, number};

/// Decimals of a flow in million USD: a thousand dollars.
const FLOW_DECIMALS: usize = 3;
/// Decimals of a share.
const SHARE_DECIMALS: usize = 7;

/// Names and attributions of the sources.
const SOURCE: &str = "own calculation from WIOD 2013 release (year 2011, Timmer et al.), CEPII BACI HS92 by chapter \
     2019, goods trade by partner 2016 (Breinlich et al., UN Comtrade), World Bank WDI services exports 2019, \
     CEPII population and GDP 2019; tariffs: see provenance.csv";
const LICENCE: &str = "figures aggregated, balanced and rounded by tradepath; BACI: Etalab open licence 2.0; WDI: CC BY 4.0; \
     WIOD: open with citation (all three from general knowledge, not stated in the files used)";

impl Apac {
    /// Writes the directory `out`, whole or not at all.
    ///
    /// # Errors
    /// Where the folder is in use or cannot be written.
    pub fn write(&self, out: &Path, existing: Existing) -> anyhow::Result<()> {
        let dir = OutputDir::create(out, existing)?;
        dir.write_text("meta.toml", &meta())?;
        dir.write_csv("countries.csv", &["iso3", "name", "region"], &self.country_rows())?;
        dir.write_csv("sectors.csv", &["sector", "name", "kind", "theta", "theta_se"], &self.sector_rows())?;
        let columns = ["sector", "theta", "theta_se", "source", "mark"];
        dir.write_csv("elasticities.csv", &columns, &self.elasticity_rows())?;
        dir.write_csv("trade.csv", &["exporter", "importer", "sector", "value_musd"], &self.trade_rows())?;
        dir.write_csv("tariffs.csv", &["exporter", "importer", "sector", "tariff_pct"], &self.tariff_rows())?;
        let (inputs, value_added) = self.production_rows();
        dir.write_csv("io.csv", &["country", "input_sector", "output_sector", "share"], &inputs)?;
        dir.write_csv("value_added.csv", &["country", "sector", "share"], &value_added)?;
        dir.write_csv("provenance.csv", &PROVENANCE_COLUMNS, &self.provenance_rows())?;
        let columns = ["table", "country", "sector", "partner", "before_musd", "after_musd", "step"];
        dir.write_csv("adjustments.csv", &columns, &self.adjustment_rows())?;
        let columns = ["country", "measure", "target_musd", "reached_musd", "difference_pct"];
        dir.write_csv("targets.csv", &columns, &self.target_rows())?;
        let growth: Vec<Vec<String>> = self.raw.growth.iter().map(|row| row.to_vec()).collect();
        let columns = ["iso3", "year_from", "year_to", "growth_pct", "source", "mark"];
        dir.write_csv("growth.csv", &columns, &growth)?;
        // Read back before it takes its name.
        Economy::from_dataset(&Dataset::read(&Files::directory(dir.path()))?)?;
        dir.finish()?;
        Ok(())
    }

    fn code(&self, n: usize) -> String {
        self.concordance.axes.countries[n].iso3.clone()
    }

    fn sector(&self, j: usize) -> String {
        self.concordance.axes.sectors[j].id.clone()
    }

    fn country_rows(&self) -> Vec<Vec<String>> {
        let countries = &self.concordance.axes.countries;
        countries.iter().map(|c| vec![c.iso3.clone(), c.name.clone(), c.region.clone()]).collect()
    }

    fn sector_rows(&self) -> Vec<Vec<String>> {
        let sectors = &self.concordance.axes.sectors;
        let text = |value: Option<f64>| value.map_or_else(String::new, number);
        sectors
            .iter()
            .map(|s| {
                let kind = if s.kind == SectorKind::Goods { "goods" } else { "services" };
                vec![s.id.clone(), s.name.clone(), kind.into(), text(s.theta), text(s.theta_se)]
            })
            .collect()
    }

    fn elasticity_rows(&self) -> Vec<Vec<String>> {
        let sources = &self.concordance.theta_source;
        let mut rows = self.sector_rows();
        for (row, (source, mark)) in rows.iter_mut().zip(sources) {
            *row = vec![row[0].clone(), row[3].clone(), row[4].clone(), source.clone(), mark.clone()];
        }
        rows
    }

    fn cell_rows(&self, cells: &Array3<f64>, decimals: usize, with_home: bool) -> Vec<Vec<String>> {
        let (s, n, _) = cells.dim();
        let mut rows = Vec::with_capacity(cells.len());
        for i in 0..n {
            for m in (0..n).filter(|&m| with_home || m != i) {
                for j in 0..s {
                    let value = format!("{:.decimals$}", cells[[j, m, i]]);
                    rows.push(vec![self.code(i), self.code(m), self.sector(j), trimmed(&value)]);
                }
            }
        }
        rows
    }

    fn trade_rows(&self) -> Vec<Vec<String>> {
        let mut cells = self.trade.flows_musd.clone();
        for ((n, j), home) in self.production.home_musd.indexed_iter() {
            cells[[j, n, n]] = *home;
        }
        self.cell_rows(&cells, FLOW_DECIMALS, true)
    }

    fn tariff_rows(&self) -> Vec<Vec<String>> {
        self.cell_rows(&self.tariff_pct, 4, false)
    }

    /// Input shares rounded, and value-added shares as what they leave.
    fn production_rows(&self) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let (n, s, _) = self.production.gamma_io.dim();
        let (mut inputs, mut value_added) = (Vec::new(), Vec::new());
        for c in 0..n {
            for j in 0..s {
                let mut left = 1.0;
                for k in 0..s {
                    let text = format!("{:.SHARE_DECIMALS$}", self.production.gamma_io[[c, k, j]]);
                    left -= text.parse::<f64>().expect("a share that was just written");
                    inputs.push(vec![self.code(c), self.sector(k), self.sector(j), trimmed(&text)]);
                }
                let share = trimmed(&format!("{left:.SHARE_DECIMALS$}"));
                value_added.push(vec![self.code(c), self.sector(j), share]);
            }
        }
        (inputs, value_added)
    }

    fn provenance_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for n in 0..self.concordance.axes.n_countries() {
            let donor = self.concordance.donor[n];
            let (structure, from) = match (donor == n, n == self.concordance.rest) {
                (true, false) => ("scaled", String::new()),
                (true, true) => ("scaled", String::new()),
                (false, _) => ("imputed", self.code(donor)),
            };
            let mut add = |block: &str, status: &str, source: &str, donor: String| {
                rows.push(vec![self.code(n), block.into(), status.into(), source.into(), donor]);
            };
            add("gdp", "observed", "CEPII population and GDP 2019", String::new());
            add(
                "goods_exports_by_sector",
                "observed",
                "BACI HS92 by chapter 2019; re-exports included where BACI has them",
                String::new(),
            );
            add(
                "goods_exports_by_partner",
                "scaled",
                "partner pattern of 2016 on exports of 2019",
                String::new(),
            );
            let services = (0..self.concordance.axes.n_sectors())
                .filter(|&j| self.concordance.services[j].is_some())
                .all(|j| self.trade.is_observed[[n, j]]);
            let (status, source) = match services {
                true => ("observed", "WDI 2019 by category; ict split 30/70 (assumption)"),
                false => ("imputed", "WIOD 2011 moved with GDP"),
            };
            add("services_exports", status, source, String::new());
            add(
                "services_exports_by_partner",
                if structure == "scaled" { "scaled" } else { "imputed" },
                "WIOD 2011 pattern, else goods partners and size",
                String::new(),
            );
            add("production", structure, "WIOD 2011 structure scaled to GDP and exports of 2019", from);
            add(
                "tariffs",
                "imputed",
                "data/policy on the days of 2019: MFN by product group (recalled), agreements in force, stylised utilisation (recalled), additional duties (coverage is an assumption)",
                String::new(),
            );
        }
        rows
    }

    fn adjustment_rows(&self) -> Vec<Vec<String>> {
        let mut moved: Vec<_> = self.production.adjustments.iter().collect();
        let size = |a: &super::production::Adjustment| (a.after_musd - a.before_musd).abs();
        moved.sort_by(|a, b| size(b).total_cmp(&size(a)));
        moved
            .into_iter()
            .map(|a| {
                let money = |musd: f64| trimmed(&format!("{musd:.1}"));
                vec![
                    a.table.into(),
                    self.code(a.n),
                    self.sector(a.j),
                    String::new(),
                    money(a.before_musd),
                    money(a.after_musd),
                    a.step.into(),
                ]
            })
            .collect()
    }

    fn target_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let shares = 1.0 - self.production.gamma_io.sum_axis(ndarray::Axis(1));
        let gdp = (&shares * &self.production.output_musd).sum_axis(ndarray::Axis(1));
        for n in 0..gdp.len() {
            let (target, reached) = (self.raw.gdp_musd[n], gdp[n]);
            let cells = [target, reached].map(|musd| trimmed(&format!("{musd:.1}")));
            let gap = trimmed(&format!("{:.3}", 100.0 * (reached / target - 1.0)));
            rows.push([vec![self.code(n), format!("gdp_{YEAR}")], cells.to_vec(), vec![gap]].concat());
        }
        rows
    }
}

fn meta() -> String {
    format!(
        "name = \"apac\"\nyear = {YEAR}\nunit = \"musd\"\nvaluation = \"border\"\nsource = \"{SOURCE}\"\nlicence = \"{LICENCE}\"\n"
    )
}

/// Decimal text without trailing zeros or a minus zero.
fn trimmed(text: &str) -> String {
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    if short == "-0" { "0".into() } else { short.into() }
}
