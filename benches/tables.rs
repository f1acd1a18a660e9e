//! Writing tables: rows of projections as text, on one core.
//!
//! `cargo bench --bench tables` prints the rows a second and fails below the million of the specification.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use tradepath::output::rows;
use tradepath::output::run::{Projection, Quantiles};

const N_ROWS: usize = 1_000_000;
const REPEATS: usize = 5;
/// Least rows a second and core.
const LIMIT: f64 = 1e6;

/// A row with numbers of many digits, as results have them.
fn row(at: usize) -> Projection<'static> {
    let value = |k: f64| Some((at as f64 * 0.618_033_988_75 + k).sin() * 10_f64.powi((at % 7) as i32 - 3));
    Projection {
        option: "cptpp_accession".into(),
        year: 2021 + (at % 15) as i16,
        iso3: "USA".into(),
        measure: "real_income_present_value".into(),
        against: "reference".into(),
        unit: "musd2019".into(),
        value: Quantiles {
            mean: value(0.0),
            mc_se: value(1.0),
            p05: value(2.0),
            p25: value(3.0),
            p50: value(4.0),
            p75: value(5.0),
            p95: value(6.0),
        },
        draws: 200,
    }
}

fn main() {
    let all: Vec<Projection<'_>> = (0..N_ROWS).map(row).collect();
    let mut best = Duration::MAX;
    let mut bytes = 0;
    for _ in 0..REPEATS {
        let rows = all.clone();
        let start = ThreadTime::now();
        bytes = black_box(rows::text(rows)).len();
        best = best.min(start.elapsed());
    }
    let per_second = N_ROWS as f64 / best.as_secs_f64();
    println!(
        "projections.csv: {:.2} million rows a second on one core ({:.0} MB/s, 8 numbers a row)",
        per_second / 1e6,
        bytes as f64 / 1e6 / best.as_secs_f64()
    );
    assert!(per_second > LIMIT, "below {LIMIT} rows a second");
}
