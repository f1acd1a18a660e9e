//! Estimates a gravity equation by PPML with absorbed fixed effects, on a panel whose truth is known.
//!
//! ```sh
//! cargo run --release --example estimate_gravity
//! ```
//!
//! 1. Open a panel: a CSV file with a header (here made in memory).
//! 2. Write the regression as a formula: outcome, regressors, `|`, absorbed effects.
//! 3. Read the columns that the formula names, and estimate.
//!
//! Trade is `exp(a[exporter,year] + b[importer,year] - 1.2 ln(dist) + 0.5 rta)` without noise, so that the estimates are
//! the coefficients themselves. A few rows without any trade of one exporter show what separation is: their effect
//! would have to be minus infinity. They are found, named and left out.

use tradepath::estimation::design::{Specification, read_panel};
use tradepath::estimation::formula::{EffectTerm, Formula};
use tradepath::estimation::panel::PanelFile;
use tradepath::estimation::{Options, estimate};

const COUNTRIES: [&str; 8] = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"];
const YEARS: [u32; 3] = [2000, 2005, 2010];
const LN_DIST: f64 = -1.2;
const RTA: f64 = 0.5;

/// The panel as a CSV file.
fn panel() -> String {
    let mut text = "exporter,importer,year,trade,dist,rta\n".to_owned();
    for (t, year) in YEARS.iter().enumerate() {
        for (i, exporter) in COUNTRIES.iter().enumerate() {
            for (n, importer) in COUNTRIES.iter().enumerate().filter(|(n, _)| *n != i) {
                let dist = 1.0 + (i as f64 - n as f64).abs() + 0.1 * (i * n % 7) as f64;
                let has_rta = t > 0 && (i + n) % (4 - t) == 0;
                let sizes = 0.3 * i as f64 + 0.2 * n as f64 + 0.1 * (t * (i + 2 * n)) as f64;
                let rta = f64::from(u8::from(has_rta));
                let has_no_trade = *exporter == "HHH" && *year == 2000;
                let trade = if has_no_trade { 0.0 } else { (sizes + LN_DIST * dist.ln() + RTA * rta).exp() };
                text += &format!("{exporter},{importer},{year},{trade},{dist},{rta}\n");
            }
        }
    }
    text
}

/// Estimates the two coefficients and compares them with the truth.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = PanelFile::from_bytes("panel.csv", panel().into_bytes())?;
    let formula = Formula::parse("trade ~ ln(dist) + rta | exporter^year + importer^year")?;
    let clusters = vec![EffectTerm::parse("pair(exporter,importer)")?];
    let specification = Specification { clusters, ..Specification::new(formula) };
    let panel = read_panel(&file, &specification)?;
    let found = estimate(&panel, &specification, &Options::default())?;

    for (term, beta) in found.terms.iter().zip(&found.beta) {
        println!("{term:<10} {beta:>10.6}");
    }
    println!("{} rows used, {} separated", found.rows.len(), found.separation.rows.len());

    assert_eq!(found.terms, ["ln(dist)", "rta"]);
    assert!((found.beta[0] - LN_DIST).abs() < 1e-6 && (found.beta[1] - RTA).abs() < 1e-6);
    // The seven rows of HHH in 2000.
    assert_eq!(found.separation.rows.len(), COUNTRIES.len() - 1);
    Ok(())
}
