//! The baseline path of the default set.

use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::Shock;
use tradepath::policy::PolicyBook;
use tradepath::projection::{BaselinePath, Growth, Outcome};

#[test]
fn the_path_reproduces_the_growth_table_and_options_start_flat() {
    let files = Files::embedded().folder("apac");
    let data = Dataset::read(&files).unwrap();
    let growth = Growth::read(&files, &data.axes, 2020, 2035).unwrap();
    let book = PolicyBook::read(&Files::embedded(), &data.axes).unwrap();
    let economy = Economy::from_dataset(&data).unwrap();
    let path = BaselinePath::solve(economy, 2019..=2035, &growth, &book).unwrap();
    for pair in path.years.windows(2) {
        let real = |at: usize| {
            let year = &pair[at];
            &year.prepared.economy().va_musd / &year.ln_price_level.mapv(f64::exp)
        };
        for (found, target) in (real(1) / real(0)).iter().zip(growth.ratios(pair[1].year)) {
            assert!((found / target - 1.0).abs() < 1e-9, "{}: {found} against {target}", pair[1].year);
        }
    }
    let last = path.year(2035).unwrap();
    let flat = last.outcome(&Shock::default()).unwrap();
    assert!(flat.countries.iter().all(|change| change.abs() < 1e-3), "musd and percent");
    let mut tau = last.prepared.economy().tau.clone();
    tau.fill(1.0);
    let free = last.outcome(&Shock { tau: Some(tau), ..Shock::default() }).unwrap();
    let world_gain: f64 = free.countries.row(1).sum();
    assert!(world_gain > 0.0, "free trade everywhere gains {world_gain} musd");
    let reallocated = Outcome::MEASURES.iter().position(|(name, _)| *name == "labour_reallocated").unwrap();
    // Workers change sector; their number in a country stays.
    let base = last.prepared.economy();
    for n in 0..base.n() {
        let workers = |j: usize| {
            let sold = |m: usize| base.pi[[j, m, n]] * base.x_musd[[m, j]] / base.tau[[j, m, n]];
            base.gamma_va[[n, j]] * (0..base.n()).map(sold).sum::<f64>()
        };
        let all: f64 = (0..base.s()).map(workers).sum();
        let moved: f64 = (0..base.s()).map(|j| workers(j) / all * free.employment_pct[[n, j]]).sum();
        let halves: f64 =
            (0..base.s()).map(|j| 0.5 * workers(j) / all * free.employment_pct[[n, j]].abs()).sum();
        assert!(moved.abs() < 1e-8, "{moved}");
        assert!((halves - free.countries[[reallocated, n]]).abs() < 1e-8, "half of what moves");
    }
}
