//! Economies of the bench: real ones where they are at hand, gravity-like ones elsewhere.

use std::path::Path;

use ndarray::{Array1, Array2, Array3, Axis};
use tradepath::data::{Axes, Country, Dataset, Files, Sector, SectorKind, Table};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};
use tradepath::error::Faults;

/// A baseline with the shock that is solved on it.
pub struct Case {
    pub name: String,
    pub prepared: PreparedBaseline,
    pub shock: Shock,
}

/// The sizes named in `TRADEPATH_BENCH_SIZES` (`25x18,160x65`), by default all but the two largest.
pub fn cases() -> Vec<Case> {
    let named = std::env::var("TRADEPATH_BENCH_SIZES").unwrap_or_else(|_| "12x1,25x18,31x40,194x1".into());
    let case = |size: &str| match size {
        "25x18" => default_set(),
        "31x40" => nafta(),
        size => {
            let (n, s) = size.split_once('x').expect("NxS");
            synthetic_case(n.parse().expect("a number"), s.parse().expect("a number"))
        }
    };
    named.split(',').map(case).collect()
}

fn case(name: &str, economy: Economy, change: impl FnOnce(&Economy) -> Shock) -> Case {
    let name = format!("n={} S={} {name}", economy.n(), economy.s());
    let prepared = PreparedBaseline::new(economy, Closure::Fixed).expect("the data have an equilibrium");
    let shock = change(prepared.economy());
    Case { name, prepared, shock }
}

fn synthetic_case(n: usize, s: usize) -> Case {
    case("synthetic", synthetic(n, s), liberalise)
}

/// The default data set; a free-trade area of its first dozen countries.
fn default_set() -> Case {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/apac");
    let data = Dataset::read(&Files::directory(&folder)).expect("the default set is sound");
    case("default set", Economy::from_dataset(&data).expect("the default set is sound"), |base| {
        let mut tau = base.tau.clone();
        for (_, tau) in tau.indexed_iter_mut().filter(|((_, n, i), _)| *n < 12 && *i < 12) {
            *tau = 1.0;
        }
        Shock { tau: Some(tau), ..Shock::default() }
    })
}

/// NAFTA in the data of Caliendo & Parro (2015) where the folder with them is at hand.
fn nafta() -> Case {
    let shared = std::env::var("TRADEPATH_SHARED").unwrap_or_else(|_| "../shared".into());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("oracles/cp2015");
    let Ok(data) = Dataset::read(&Files::directory(&folder)) else { return synthetic_case(31, 40) };
    let text = std::fs::read_to_string(folder.join("tariffs_counterfactual.csv")).expect("beside the data");
    case("NAFTA", Economy::from_dataset(&data).expect("the data are sound"), |base| {
        let mut tau = base.tau.clone();
        let columns = ["exporter", "importer", "sector", "tariff_pct"];
        let table = Table::parse("tariffs", &text, &columns, &[], &mut Faults::new()).expect("sound");
        for row in table.rows() {
            let country = |column| base.axes.country_idx[row.text(column)];
            let at = [base.axes.sector_idx[row.text("sector")], country("importer"), country("exporter")];
            tau[at] = 1.0 + row.text("tariff_pct").parse::<f64>().expect("a number") / 100.0;
        }
        Shock { tau: Some(tau), ..Shock::default() }
    })
}

/// A smooth economy of any size: gravity flows, equal input shares, tariffs of 5 %.
fn synthetic(n: usize, s: usize) -> Economy {
    let countries = (0..n)
        .map(|c| Country { iso3: format!("C{c}"), name: String::new(), region: String::new() })
        .collect();
    let theta = |j: usize| 4.0 + (j % 5) as f64;
    let sectors = (0..s)
        .map(|j| Sector {
            id: format!("s{j}"),
            name: String::new(),
            kind: SectorKind::Goods,
            theta: Some(theta(j)),
            theta_se: None,
        })
        .collect();
    let size = |c: usize| 1.0 + (c * 7 % 11) as f64;
    // Foreign shares stay near a quarter at every size.
    let flow = |j: usize, m: usize, i: usize| match m == i {
        true => 30.0 * n as f64 * size(m),
        false => size(m) * size(i) * (1.0 + ((j + m + i) % 3) as f64),
    };
    let tau = Array3::from_shape_fn((s, n, n), |(_, m, i)| if m == i { 1.0 } else { 1.05 });
    let spending = Array3::from_shape_fn((s, n, n), |(j, m, i)| flow(j, m, i) * tau[[j, m, i]]);
    let x_musd = spending.sum_axis(Axis(2)).reversed_axes().as_standard_layout().into_owned();
    let pi = Array3::from_shape_fn((s, n, n), |(j, m, i)| spending[[j, m, i]] / x_musd[[m, j]]);
    let gamma_va = Array2::from_elem((n, s), 0.5);
    let output = Array2::from_shape_fn((n, s), |(c, j)| (0..n).map(|m| flow(j, m, c)).sum::<f64>());
    Economy {
        axes: Axes::new(countries, sectors),
        pi,
        tau: tau.into(),
        theta: (0..s).map(theta).collect(),
        va_musd: (&gamma_va * &output).sum_axis(Axis(1)),
        deficit_musd: Array1::zeros(n),
        x_musd,
        gamma_va,
        gamma_io: Array3::from_elem((n, s, s), 0.5 / s as f64),
        alpha: Array2::from_elem((n, s), 1.0 / s as f64),
    }
}

/// The first country drops its tariffs.
fn liberalise(base: &Economy) -> Shock {
    let mut tau = base.tau.clone();
    tau.index_axis_mut(Axis(1), 0).fill(1.0);
    Shock { tau: Some(tau), ..Shock::default() }
}

/// 64 policies around the one of the case.
pub fn policies(case: &Case) -> Vec<Shock> {
    let base = case.prepared.economy();
    (0..64).map(|k| case.shock.part(base, 0.5 + f64::from(k) / 128.0)).collect()
}
