//! Writes the baseline directory with provenance, adjustments and the reached targets.

use std::path::Path;

use super::production::Adjustment;
use super::{Apac, YEAR};
use crate::calibration::facts::rows::ElasticityRow;
use crate::calibration::tables::{
    self, AdjustmentRow, FlowRow, InputRow, Provenance, TargetRow, TariffRow, ValueAddedRow,
};
use crate::data::{Dataset, Files};
use crate::economy::Economy;
use crate::output::dir::{Existing, OutputDir};
use crate::output::rows::{Rounded, Text};

/// Decimals of a flow in million USD: a thousand dollars.
const FLOW_DECIMALS: usize = 3;
/// Decimals of a tariff in percent.
const TARIFF_DECIMALS: usize = 4;
/// Decimals of what balancing moved, million USD.
const MONEY_DECIMALS: usize = 1;
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
    /// If the folder is in use or cannot be written.
    pub fn write(&self, out: &Path, existing: Existing) -> anyhow::Result<()> {
        let dir = OutputDir::create(out, existing)?;
        dir.write_text("meta.toml", &meta())?;
        tables::write_axes(&dir, &self.concordance.axes)?;
        dir.write_rows(self.elasticities())?;
        dir.write_rows(self.flows())?;
        dir.write_rows(self.tariffs())?;
        let (inputs, value_added) = self.production_shares();
        dir.write_rows(inputs)?;
        dir.write_rows(value_added)?;
        dir.write_rows(self.provenance())?;
        dir.write_rows(self.adjustments())?;
        dir.write_rows(self.targets())?;
        self.facts.write(&dir, &self.concordance.axes, self.value_added_musd().view())?;
        // Read back before it takes its name.
        Economy::from_dataset(&Dataset::read(&Files::directory(dir.path()))?)?;
        dir.finish()?;
        Ok(())
    }

    fn code(&self, n: usize) -> Text<'_> {
        self.concordance.axes.countries[n].iso3.as_str().into()
    }

    fn sector(&self, j: usize) -> Text<'_> {
        self.concordance.axes.sectors[j].id.as_str().into()
    }

    /// Those of the facts; of sectors that the facts do not know those of the table of sectors.
    fn elasticities(&self) -> impl Iterator<Item = ElasticityRow<'_>> {
        let sectors = self.concordance.axes.sectors.iter().zip(&self.concordance.theta_source);
        sectors.map(|(sector, (source, mark))| match self.facts.elasticities.of(&sector.id) {
            Some(row) => row.clone(),
            None => ElasticityRow::given(&sector.id, (sector.theta, sector.theta_se), source, mark),
        })
    }

    /// All cells `[j,n,i]` in the order of files: exporter, importer, sector.
    fn cells(&self) -> impl Iterator<Item = [usize; 3]> + use<> {
        let (n, s) = (self.concordance.axes.n_countries(), self.concordance.axes.n_sectors());
        (0..n * n * s).map(move |cell| [cell % s, cell / s % n, cell / (n * s)])
    }

    fn flows(&self) -> impl Iterator<Item = FlowRow<'_>> {
        let value = |[j, n, i]: [usize; 3]| {
            if n == i { self.production.home_musd[[n, j]] } else { self.trade.flows_musd[[j, n, i]] }
        };
        self.cells().map(move |at @ [j, n, i]| FlowRow {
            exporter: self.code(i),
            importer: self.code(n),
            sector: self.sector(j),
            value_musd: Rounded::Decimals(value(at), FLOW_DECIMALS),
        })
    }

    fn tariffs(&self) -> impl Iterator<Item = TariffRow<'_>> {
        let abroad = self.cells().filter(|[_, n, i]| n != i);
        abroad.map(|at @ [j, n, i]| TariffRow {
            exporter: self.code(i),
            importer: self.code(n),
            sector: self.sector(j),
            tariff_pct: Rounded::Decimals(self.tariff_pct[at], TARIFF_DECIMALS),
        })
    }

    /// Input shares rounded, and value-added shares as what they leave.
    fn production_shares(&self) -> (Vec<InputRow<'_>>, Vec<ValueAddedRow<'_>>) {
        let (n, s, _) = self.production.gamma_io.dim();
        let (mut inputs, mut value_added) = (Vec::new(), Vec::new());
        for c in 0..n {
            for j in 0..s {
                let mut left = 1.0;
                for k in 0..s {
                    let share = Rounded::Decimals(self.production.gamma_io[[c, k, j]], SHARE_DECIMALS);
                    left -= share.written();
                    let (input_sector, output_sector) = (self.sector(k), self.sector(j));
                    inputs.push(InputRow { country: self.code(c), input_sector, output_sector, share });
                }
                let share = Rounded::Decimals(left, SHARE_DECIMALS);
                value_added.push(ValueAddedRow { country: self.code(c), sector: self.sector(j), share });
            }
        }
        (inputs, value_added)
    }

    fn provenance(&self) -> Vec<Provenance<'_>> {
        let mut rows = Vec::new();
        for n in 0..self.concordance.axes.n_countries() {
            let donor = self.concordance.donor[n];
            let (structure, from) =
                if donor == n { ("scaled", Text::default()) } else { ("imputed", self.code(donor)) };
            let mut add = |block: &'static str, status: &'static str, source: &'static str, donor| {
                let (block, status, source) = (block.into(), status.into(), source.into());
                rows.push(Provenance { country: self.code(n), block, status, source, donor });
            };
            let nobody = Text::default;
            add("gdp", "observed", "CEPII population and GDP 2019", nobody());
            add(
                "goods_exports_by_sector",
                "observed",
                "BACI HS92 by chapter 2019; re-exports included where BACI has them",
                nobody(),
            );
            add("goods_exports_by_partner", "scaled", "partner pattern of 2016 on exports of 2019", nobody());
            let services = (0..self.concordance.axes.n_sectors())
                .filter(|&j| self.concordance.services[j].is_some())
                .all(|j| self.trade.is_observed[[n, j]]);
            let (status, source) = match services {
                true => ("observed", "WDI 2019 by category; ict split 30/70 (assumption)"),
                false => ("imputed", "WIOD 2011 moved with GDP"),
            };
            add("services_exports", status, source, nobody());
            add(
                "services_exports_by_partner",
                structure,
                "WIOD 2011 pattern, else goods partners and size",
                nobody(),
            );
            add("production", structure, "WIOD 2011 structure scaled to GDP and exports of 2019", from);
            add(
                "tariffs",
                "imputed",
                "data/policy on the days of 2019: MFN by product group (recalled), agreements in force, stylised utilisation (recalled), additional duties (coverage is an assumption)",
                nobody(),
            );
        }
        rows
    }

    fn adjustments(&self) -> impl Iterator<Item = AdjustmentRow<'_>> {
        let mut moved: Vec<&Adjustment> = self.production.adjustments.iter().collect();
        let size = |a: &Adjustment| (a.after_musd - a.before_musd).abs();
        moved.sort_by(|a, b| size(b).total_cmp(&size(a)));
        moved.into_iter().map(|a| AdjustmentRow {
            table: a.table.into(),
            country: self.code(a.n),
            sector: self.sector(a.j),
            partner: "".into(),
            before_musd: Rounded::Decimals(a.before_musd, MONEY_DECIMALS),
            after_musd: Rounded::Decimals(a.after_musd, MONEY_DECIMALS),
            step: a.step.into(),
        })
    }

    /// Value added, `[n,j]`, million USD.
    fn value_added_musd(&self) -> ndarray::Array2<f64> {
        (1.0 - self.production.gamma_io.sum_axis(ndarray::Axis(1))) * &self.production.output_musd
    }

    fn targets(&self) -> impl Iterator<Item = TargetRow<'_>> {
        let gdp = self.value_added_musd().sum_axis(ndarray::Axis(1));
        gdp.into_iter().enumerate().map(|(n, reached)| {
            let target = self.raw.gdp_musd[n];
            TargetRow {
                country: self.code(n),
                measure: format!("gdp_{YEAR}").into(),
                target_musd: Rounded::Decimals(target, MONEY_DECIMALS),
                reached_musd: Rounded::Decimals(reached, MONEY_DECIMALS),
                difference_pct: Rounded::Decimals(100.0 * (reached / target - 1.0), 3),
            }
        })
    }
}

fn meta() -> String {
    format!(
        "name = \"apac\"\nyear = {YEAR}\nunit = \"musd\"\nvaluation = \"border\"\nsource = \"{SOURCE}\"\nlicence = \"{LICENCE}\"\n"
    )
}
