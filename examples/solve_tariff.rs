//! Solves one counterfactual: a country drops its tariff on the goods of another.
//!
//! ```sh
//! cargo run --release --example solve_tariff
//! ```
//!
//! The steps are those of any counterfactual:
//!
//! 1. Read a baseline directory (`docs/contract.md`) and make an [`Economy`] of it: shares, tariffs, expenditure.
//! 2. Prepare the baseline once. If the data are not an equilibrium, they are solved first.
//! 3. Say what changes in a [`Shock`]; every field left out means no change.
//! 4. Solve. A search that ends without an equilibrium is an error, never a result.
//!
//! Arrays are indexed `[sector, importer, exporter]`.

use std::path::Path;

use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock, decompose};

/// Points of the policy path at which the exact decomposition is evaluated, less one.
const DEGREE: usize = 10;

/// Removes the tariff of AAA on goods from BBB and shows what each country gains, and from what.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    let economy = Economy::from_dataset(&Dataset::read(&Files::directory(&folder))?)?;
    let axes = economy.axes.clone();
    let cell = [axes.sector_idx["goods"], axes.country_idx["AAA"], axes.country_idx["BBB"]];
    println!("tariff of AAA on goods from BBB: {:.0} %", 100.0 * (economy.tau[cell] - 1.0));

    let mut tau = economy.tau.clone();
    tau[cell] = 1.0;
    let shock = Shock { tau: Some(tau), ..Shock::default() };
    let baseline = PreparedBaseline::new(economy, Closure::Fixed)?;
    let solved = baseline.solve(&shock)?;

    let ln_welfare = solved.ln_welfare(baseline.economy());
    let parts = decompose::exact(&baseline, &shock, DEGREE)?;
    println!("country  real income %  of which terms of trade  volume of trade");
    for (n, country) in axes.countries.iter().enumerate() {
        let pct = 100.0 * ln_welfare[n].exp_m1();
        let (terms, volume) = (100.0 * parts.terms_of_trade[n], 100.0 * parts.volume_of_trade[n]);
        println!("{:<8} {pct:>13.3} {terms:>24.3} {volume:>16.3}", country.iso3);
    }

    // AAA gives up some of its terms of trade, BBB gains them, CCC loses some of its sales to AAA.
    let [aaa, bbb, ccc] = ["AAA", "BBB", "CCC"].map(|code| axes.country_idx[code]);
    assert!(parts.terms_of_trade[aaa] < 0.0 && parts.volume_of_trade[aaa] > 0.0);
    assert!(ln_welfare[bbb] > 0.0 && ln_welfare[ccc] < 0.0);
    // The exact parts sum to the change of real income.
    assert!((&parts.sum() - &ln_welfare).iter().all(|gap| gap.abs() < 1e-8));
    Ok(())
}
