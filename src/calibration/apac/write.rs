//! Writes the baseline directory with provenance, adjustments and the reached targets.

use std::path::Path;

use ndarray::{Array2, Axis};

use super::production::Adjustment;
use super::{Apac, YEAR, origin};
use crate::calibration::facts::rows::ElasticityRow;
use crate::calibration::tables::{
    self, AdjustmentRow, FlowRow, InputRow, TargetRow, TariffRow, ValueAddedRow,
};
use crate::data::{Dataset, Files, SectorKind};
use crate::economy::Economy;
use crate::output::dir::{Existing, OutputDir};
use crate::output::rows::{Rounded, Text};
use crate::sorted::sort_by;

/// Decimals of a flow in million USD: a thousand dollars.
const FLOW_DECIMALS: usize = 3;
/// Decimals of a tariff in percent.
const TARIFF_DECIMALS: usize = 4;
/// Decimals of what balancing moved, million USD.
const MONEY_DECIMALS: usize = 1;
/// Decimals of a share.
const SHARE_DECIMALS: usize = 7;

impl Apac {
    /// Writes the directory `out`, whole or not at all.
    ///
    /// # Errors
    /// If the folder is in use or cannot be written.
    pub fn write(&self, out: &Path, existing: Existing) -> anyhow::Result<()> {
        let dir = OutputDir::create(out, existing)?;
        dir.write_text("meta.toml", &origin::meta())?;
        tables::write_axes(&dir, &self.concordance.axes)?;
        dir.write_rows(self.elasticities())?;
        dir.write_rows(self.flows())?;
        dir.write_rows(self.tariffs())?;
        let (inputs, value_added) = self.production_shares();
        dir.write_rows(inputs)?;
        dir.write_rows(value_added)?;
        dir.write_rows(origin::provenance(self).into_iter().chain(self.facts.provenance()))?;
        dir.write_rows(self.adjustments())?;
        dir.write_rows(self.targets())?;
        self.facts.write(&dir, &self.concordance.axes, self.value_added_musd().view())?;
        // Read back before it takes its name.
        Economy::from_dataset(&Dataset::read(&Files::directory(dir.path()))?)?;
        dir.finish()?;
        Ok(())
    }

    pub(super) fn code(&self, n: usize) -> Text<'_> {
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

    fn adjustments(&self) -> impl Iterator<Item = AdjustmentRow<'_>> {
        let raised = self.trade.raised.iter().map(|&(n, j, before_musd, after_musd)| Adjustment {
            table: "exports",
            n,
            j,
            before_musd,
            after_musd,
            step: "exports raised to what customs of the buyers saw, within the total",
        });
        let mut moved: Vec<Adjustment> = self.production.adjustments.iter().cloned().chain(raised).collect();
        let size = |a: &Adjustment| (a.after_musd - a.before_musd).abs();
        sort_by(&mut moved, |a, b| size(b).total_cmp(&size(a)));
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

    /// Targets and what was reached: GDP, totals of trade, balances.
    fn targets(&self) -> Vec<TargetRow<'_>> {
        let gdp = self.value_added_musd().sum_axis(Axis(1));
        let is_goods = |j: usize| self.concordance.axes.sectors[j].kind == SectorKind::Goods;
        let (exports, imports) = (self.trade.exports_musd(), self.trade.imports_musd());
        let sum = |of: &Array2<f64>, n: usize, goods: bool| -> f64 {
            of.row(n).iter().enumerate().filter(|&(j, _)| is_goods(j) == goods).map(|(_, musd)| musd).sum()
        };
        let accounts = &self.raw.accounts;
        let mut rows = Vec::new();
        for n in 0..gdp.len() {
            let services = [
                accounts.services_exports[n] + accounts.margin_exports[n],
                accounts.services_imports[n] + accounts.margin_imports[n],
            ];
            let balance = exports.row(n).sum() - imports.row(n).sum();
            let measures = [
                ("gdp", self.raw.gdp_musd[n], gdp[n]),
                ("goods_exports", accounts.goods_exports[n], sum(&exports, n, true)),
                ("goods_imports", accounts.goods_imports[n], sum(&imports, n, true)),
                ("services_exports", services[0], sum(&exports, n, false)),
                ("services_imports", services[1], sum(&imports, n, false)),
                ("balance_share_of_gdp", accounts.balance[n], balance),
            ];
            for (measure, target, reached) in measures {
                let base = if measure.starts_with("balance") { gdp[n] } else { target };
                rows.push(TargetRow {
                    country: self.code(n),
                    measure: format!("{measure}_{YEAR}").into(),
                    target_musd: Rounded::Decimals(target, MONEY_DECIMALS),
                    reached_musd: Rounded::Decimals(reached, MONEY_DECIMALS),
                    difference_pct: Rounded::Decimals(100.0 * (reached - target) / base, 3),
                });
            }
        }
        rows
    }
}
