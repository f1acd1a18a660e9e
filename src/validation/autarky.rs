//! What countries would lose without any trade: closed forms beside those that were published.
//!
//! With home shares `lambda` of spending, final-demand shares `alpha` and input shares `gamma`, the log of the real wage
//! falls by `sum_j alpha[j] (I - gamma)^-1 [j,k] b[k]`, where
//!
//! ```text
//! one sector     b = -ln lambda / theta, all sectors as one, theta their mean weighted by trade
//! many sectors   b[j] = -ln lambda[j] / theta[j], no inputs (gamma = 0, alpha the shares in all spending)
//! inputs         the same b with inputs
//! scale          b[j] = -ln lambda[j] / theta[j] - psi[j] ln (Y'[j] / Y[j]), Y' the output of autarky at the same wage
//! ```
//!
//! These hold without an equilibrium being solved, so that what differs from a published figure is data.
//!
//! Source: Costinot & Rodriguez-Clare (2014), table 4.1; Arkolakis, Costinot & Rodriguez-Clare (2012).

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::studies::FOLDER;
use crate::data::{Dataset, Files, Holds, MARK, Names, SOURCE, TableRule, column};
use crate::economy::Economy;
use crate::error::{Faults, InputErrors};
use crate::output::rows::{Text, table};
use crate::sorted::SortedMap;

/// Forms in the order of the table.
pub const FORMS: [&str; 4] = ["one_sector", "many_sectors", "inputs", "scale"];
/// Changes of prices below this end the propagation through inputs.
const STILL: f64 = 1e-15;
const ROUNDS: usize = 10_000;

const PUBLISHED: TableRule = TableRule {
    file: "autarky.csv",
    columns: &[
        column("iso3", Holds::Id),
        column("form", Holds::Word).or(&FORMS),
        column("value_pct", Holds::Number(-100.0, 100.0, "percent")),
        SOURCE,
        MARK,
    ],
    key: &["iso3", "form"],
};

table! {
    /// What a country would lose without any trade, percent of its real wage: closed forms, beside published ones.
    pub struct AutarkyRow<'a> in "autarky.csv" by (iso3, form) {
        /// Country
        iso3: Text<'a>,
        /// one_sector, many_sectors, inputs or scale
        form: Text<'a>,
        /// On this data set; empty where it has no economies of scale
        ours_pct: Option<f64> ["pct"],
        /// Published
        published_pct: Option<f64> ["pct"],
        /// Where the published figure comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

/// A published figure with its source and mark.
type Known = (f64, String, String);

/// Losses of every country of a data set; `psi_theta` `[j]` where it has economies of scale.
///
/// # Errors
/// [`InputErrors`] of the data and of the published figures.
pub fn autarky(
    files: &Files,
    data: &Dataset,
    psi_theta: Option<&Array1<f64>>,
) -> Result<Vec<AutarkyRow<'static>>, InputErrors> {
    let known = published(&files.folder(FOLDER))?;
    let economy = Economy::from_dataset(data)?;
    let mut rows = Vec::new();
    for (n, country) in data.axes.countries.iter().enumerate() {
        let losses = losses_pct(&economy, n, psi_theta);
        for (form, ours_pct) in FORMS.iter().zip(losses) {
            let found = known.get(&(country.iso3.clone(), (*form).to_owned()));
            let (source, mark) = found.map_or(("", ""), |(_, source, mark)| (source, mark));
            rows.push(AutarkyRow {
                iso3: country.iso3.clone().into(),
                form: (*form).into(),
                ours_pct,
                published_pct: found.map(|(value, ..)| *value),
                source: source.to_owned().into(),
                mark: mark.to_owned().into(),
            });
        }
    }
    Ok(rows)
}

/// Checks the published figures of the folder of the studies.
///
/// # Errors
/// [`InputErrors`] with every fault of their table.
pub fn check(files: &Files) -> Result<(), InputErrors> {
    published(files).map(|_| ())
}

fn published(files: &Files) -> Result<SortedMap<(String, String), Known>, InputErrors> {
    let text = files.read(PUBLISHED.file).map_err(InputErrors::from)?;
    let mut faults = Faults::new();
    let table = PUBLISHED.parse(&files.display(PUBLISHED.file), &text, &mut faults);
    let rows = table.iter().flat_map(|table| PUBLISHED.check(table, &Names::default(), &mut faults));
    let of = |row: crate::data::Row<'_>| {
        let text = |column: &str| row.text(column).to_owned();
        Some(((text("iso3"), text("form")), (row.value("value_pct")?, text("source"), text("mark"))))
    };
    let found = rows.collect::<Vec<_>>().into_iter().filter_map(of).collect();
    faults.into_result(found)
}

/// Losses of one country, percent, in the order of [`FORMS`].
fn losses_pct(economy: &Economy, n: usize, psi_theta: Option<&Array1<f64>>) -> [Option<f64>; 4] {
    let pct = |ln_loss: f64| -100.0 * (-ln_loss).exp_m1();
    let spent = economy.x_musd.row(n);
    let home: Array1<f64> = (0..economy.s()).map(|j| economy.pi[[j, n, n]]).collect();
    let traded: Vec<bool> = economy.axes.sectors.iter().map(|sector| sector.theta.is_some()).collect();
    let b: Array1<f64> =
        (0..economy.s()).map(|j| if traded[j] { -home[j].ln() / economy.theta[j] } else { 0.0 }).collect();
    let (gamma, alpha) = (economy.gamma_io.index_axis(ndarray::Axis(0), n), economy.alpha.row(n));
    let one = one_sector(economy, n, &home, &traded);
    let many = (&spent / spent.sum()).dot(&b);
    let inputs = alpha.dot(&through_inputs(&gamma, &b));
    let scale = psi_theta.map(|psi_theta| {
        let grown = autarky_output(&gamma, &alpha, economy.va_musd[n]) / economy.output_musd().row(n);
        let gain = |j: usize| match traded[j] && psi_theta[j] > 0.0 {
            true => psi_theta[j] / economy.theta[j] * grown[j].ln(),
            false => 0.0,
        };
        let b: Array1<f64> = (0..economy.s()).map(|j| b[j] - gain(j)).collect();
        alpha.dot(&through_inputs(&gamma, &b))
    });
    [Some(pct(one)), Some(pct(many)), Some(pct(inputs)), scale.map(pct)]
}

/// Log loss with all sectors as one.
fn one_sector(economy: &Economy, n: usize, home: &Array1<f64>, traded: &[bool]) -> f64 {
    let spent = economy.x_musd.row(n);
    let share = spent.dot(home) / spent.sum();
    let (mut trade, mut weighted) = (0.0, 0.0);
    for j in (0..economy.s()).filter(|&j| traded[j]) {
        let imports = spent[j] * (1.0 - home[j]);
        trade += imports;
        weighted += imports * economy.theta[j];
    }
    if trade > 0.0 { -share.ln() * trade / weighted } else { 0.0 }
}

/// `(I - gamma)^-1 b`: prices when those of all inputs move as well; `gamma[j,k]` is the share of k in the output of j.
fn through_inputs(gamma: &ArrayView2<'_, f64>, b: &Array1<f64>) -> Array1<f64> {
    let mut prices = b.clone();
    for _ in 0..ROUNDS {
        let next = b + &gamma.dot(&prices);
        let moved = (&next - &prices).fold(0.0_f64, |most, change| most.max(change.abs()));
        prices = next;
        if moved < STILL {
            break;
        }
    }
    prices
}

/// Output of a closed economy with the same value added: `Y = alpha VA + gamma' Y`.
fn autarky_output(gamma: &ArrayView2<'_, f64>, alpha: &ArrayView1<'_, f64>, va_musd: f64) -> Array1<f64> {
    let final_demand = alpha.mapv(|share| share * va_musd);
    let to_inputs: Array2<f64> = gamma.t().to_owned();
    through_inputs(&to_inputs.view(), &final_demand)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::{autarky_output, through_inputs};

    #[test]
    fn prices_and_output_pass_through_inputs() {
        // Each sector takes a quarter of its output from each: (I - gamma)^-1 = [[1.5, 0.5], [0.5, 1.5]].
        let gamma = array![[0.25, 0.25], [0.25, 0.25]];
        let prices = through_inputs(&gamma.view(), &array![0.1, 0.2]);
        assert!((prices[0] - 0.25).abs() < 1e-14 && (prices[1] - 0.35).abs() < 1e-14);
        let alpha: Array1<f64> = array![0.5, 0.5];
        let output = autarky_output(&gamma.view(), &alpha.view(), 100.0);
        assert!((output.sum() - 200.0).abs() < 1e-9);
    }
}
