//! Capital and scale in the solver: other people's numbers, closed forms, derivatives, and what is refused.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use ndarray::{Array1, Array2, Array3};
use predicates::str::contains;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, Equilibrium, Method, PreparedBaseline, ScaleError, Shock};

use crate::oracles::shared;

fn prepared(folder: &Path) -> PreparedBaseline {
    let economy = Economy::from_dataset(&Dataset::read(&Files::directory(folder)).unwrap()).unwrap();
    PreparedBaseline::new(economy, Closure::Fixed).unwrap()
}

fn fixture(name: &str) -> PreparedBaseline {
    prepared(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
}

/// Two symmetric countries with `home` of every market and `inputs` of the own sector per output.
fn symmetric(folder: &Path, sectors: &[&str], home: f64, inputs: f64) {
    let meta = "name = \"symmetric\"\nyear = 2019\nunit = \"musd\"\nvaluation = \"border\"\nsource = \"made up\"\n\
                licence = \"Apache-2.0\"\ndefault_tariff_pct = 0\n";
    let row = |of: &dyn Fn(&str) -> String| sectors.iter().map(|id| of(id)).collect::<String>();
    let by_country = |of: &dyn Fn(&str, &str) -> String| row(&|j| of("AAA", j) + &of("BBB", j));
    let trade = |i: &str, n: &str, j: &str| {
        format!("{i},{n},{j},{}\n", if i == n { 100.0 * home } else { 100.0 * (1.0 - home) })
    };
    let files = [
        ("meta.toml", meta.to_owned()),
        ("countries.csv", "iso3,name,region\nAAA,Alphaland,North\nBBB,Betaland,South\n".to_owned()),
        (
            "sectors.csv",
            format!("sector,name,kind,theta,theta_se\n{}", row(&|j| format!("{j},{j},goods,4,1\n"))),
        ),
        (
            "trade.csv",
            format!(
                "exporter,importer,sector,value_musd\n{}",
                row(&|j| trade("AAA", "AAA", j)
                    + &trade("AAA", "BBB", j)
                    + &trade("BBB", "AAA", j)
                    + &trade("BBB", "BBB", j))
            ),
        ),
        (
            "value_added.csv",
            format!("country,sector,share\n{}", by_country(&|c, j| format!("{c},{j},{}\n", 1.0 - inputs))),
        ),
        (
            "io.csv",
            format!(
                "country,input_sector,output_sector,share\n{}",
                by_country(&|c, j| format!("{c},{j},{j},{inputs}\n"))
            ),
        ),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn tradepath() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Tables as rows of cells by column.
fn table(path: &Path) -> Vec<std::collections::HashMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

fn number(row: &std::collections::HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// A shock with imports of every good 10 % dearer or cheaper, differing by cell.
fn uneven(base: &Economy) -> Shock {
    let tau = Array3::from_shape_fn(base.tau.dim(), |at @ (j, n, i)| {
        if n == i { 1.0 } else { base.tau[at] * (1.0 + 0.03 * (((j + 2 * n + 3 * i) % 5) as f64 - 2.0)) }
    });
    Shock { tau: Some(tau.into()), ..Shock::default() }
}

#[test]
fn capital_follows_the_independent_path() {
    let Some(folder) = shared("oracles/dynamics") else { return };
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out");
    tradepath()
        .args(["solve", "--horizon", "80", "--baseline"])
        .arg(folder.join("baseline"))
        .arg("--tariffs")
        .arg(folder.join("tariffs.csv"))
        .arg("--capital")
        .arg(folder.join("capital.csv"))
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let found = table(&out.join("path.csv"));
    assert_eq!(found.len(), 81 * 3);
    for known in table(&folder.join("expected_path.csv")) {
        let same = |row: &&_| {
            ["years_since_change", "iso3"].iter().all(|key| {
                let row: &std::collections::HashMap<String, String> = row;
                row[*key] == known[*key]
            })
        };
        let row = found.iter().find(same).unwrap();
        for (column, tolerance) in
            [("capital_dln", 1e-9), ("real_income_pct", 1e-7), ("factor_supply_pct", 1e-7)]
        {
            let gap = number(row, column) - number(&known, column);
            assert!(gap.abs() < tolerance, "{column} {}: {gap:e}", known["years_since_change"]);
        }
    }
}

#[test]
fn scale_meets_the_independent_solution() {
    let Some(folder) = shared("oracles/dynamics") else { return };
    let work = tempfile::tempdir().unwrap();
    let known = table(&folder.join("expected_scale.csv"));
    for psi_theta in ["0.0", "0.25", "0.5", "0.8"] {
        let (file, out) = (work.path().join("scale.csv"), work.path().join(psi_theta));
        fs::write(&file, format!("sector,psi_theta\ns1,{psi_theta}\ns2,{psi_theta}\n")).unwrap();
        tradepath()
            .args(["solve", "--baseline"])
            .arg(folder.join("baseline"))
            .arg("--tariffs")
            .arg(folder.join("tariffs.csv"))
            .arg("--scale")
            .arg(&file)
            .arg("--out")
            .arg(&out)
            .assert()
            .success();
        let (countries, sectors) = (table(&out.join("countries.csv")), table(&out.join("sectors.csv")));
        for row in known.iter().filter(|row| row["psi_theta"] == psi_theta) {
            let mut gaps = vec![(
                number(countries.iter().find(|c| c["iso3"] == row["iso3"]).unwrap(), "welfare_pct"),
                number(row, "real_income_pct"),
            )];
            for sector in ["s1", "s2"] {
                let found =
                    sectors.iter().find(|c| c["iso3"] == row["iso3"] && c["sector"] == sector).unwrap();
                gaps.push((number(found, "output_pct"), number(row, &format!("output_{sector}_pct"))));
            }
            assert!(gaps.iter().all(|(a, b)| (a - b).abs() < 1e-6), "{psi_theta} {}: {gaps:?}", row["iso3"]);
        }
    }
}

/// Symmetric countries, one sector, no inputs: `k[t] = s / (1 - a) (1 - (1 - delta (1 - a))^t)`.
#[test]
fn symmetric_countries_follow_the_closed_form() {
    let work = tempfile::tempdir().unwrap();
    symmetric(work.path(), &["goods"], 0.8, 0.0);
    let (a, delta, iceberg) = (0.4_f64, 0.06_f64, 0.7_f64);
    fs::write(
        work.path().join("capital.csv"),
        format!("country,capital_share,depreciation_ratio\nAAA,{a},{delta}\nBBB,{a},{delta}\n"),
    )
    .unwrap();
    let barriers =
        format!("exporter,importer,sector,iceberg_ratio\nAAA,BBB,goods,{iceberg}\nBBB,AAA,goods,{iceberg}\n");
    fs::write(work.path().join("barriers.csv"), barriers).unwrap();
    let out = work.path().join("out");
    tradepath()
        .args(["solve", "--horizon", "400", "--baseline"])
        .arg(work.path())
        .arg("--barriers")
        .arg(work.path().join("barriers.csv"))
        .arg("--capital")
        .arg(work.path().join("capital.csv"))
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let s = (0.8 + 0.2 * iceberg.powi(-4)).ln() / 4.0;
    let path = table(&out.join("path.csv"));
    for row in &path {
        let years = number(row, "years_since_change") as i32;
        let k = s / (1.0 - a) * (1.0 - (1.0 - delta * (1.0 - a)).powi(years));
        assert!((number(row, "capital_dln") - k).abs() < 1e-9, "{years}");
        assert!(((number(row, "real_income_pct") / 100.0).ln_1p() - (s + a * k)).abs() < 1e-9, "{years}");
        assert!(((number(row, "static_pct") / 100.0).ln_1p() - s).abs() < 1e-10);
    }
    // Half of the way after ln 2 / -ln(1 - delta (1 - a)) = 18.9 years; the end is the static gain to 1 / (1 - a).
    let capital = |year: usize| number(&path[2 * year], "capital_dln") / (s / (1.0 - a));
    assert!(capital(18) < 0.5 && capital(19) > 0.5);
    let last = (number(&path[800], "real_income_pct") / 100.0).ln_1p();
    assert!((last - s / (1.0 - a)).abs() < 1e-6);
}

#[test]
fn one_sector_has_no_scale() {
    let work = tempfile::tempdir().unwrap();
    symmetric(work.path(), &["goods"], 0.7, 0.0);
    let fixed = prepared(work.path());
    let scaled = fixed.with_scale(&Array1::from_elem(1, 0.9)).unwrap();
    let mut tau = fixed.economy().tau.clone();
    tau[[0, 0, 1]] = 1.3;
    let shock = Shock { tau: Some(tau), ..Shock::default() };
    let of = |prepared: &PreparedBaseline| prepared.solve(&shock).unwrap().ln_welfare(fixed.economy());
    assert!((of(&fixed) - of(&scaled)).iter().all(|gap| gap.abs() < 1e-10));
}

fn with_scale(folder: &str, psi_theta: f64) -> (PreparedBaseline, PreparedBaseline) {
    let fixed = fixture(folder);
    let sectors = &fixed.economy().axes.sectors;
    let of = |sector: &tradepath::data::Sector| if sector.theta.is_some() { psi_theta } else { 0.0 };
    let scaled = fixed.with_scale(&sectors.iter().map(of).collect()).unwrap();
    (fixed, scaled)
}

/// The productivity that scale brings, given as a change of technology, leads to the same equilibrium.
#[test]
fn scale_is_technology_that_size_brings() {
    for (folder, psi_theta) in [("data/tiny", 0.4), ("tests/fixtures/nafta4", 0.3)] {
        let (fixed, scaled) = with_scale(folder, psi_theta);
        let base = fixed.economy();
        let shock = uneven(base);
        let found = scaled.solve(&shock).unwrap();
        println!("{folder}: {:?}", found.stats);
        let ln_scale = found.ln_scale.clone().unwrap();
        let output = base.output_musd();
        for ((n, j), ln_s) in ln_scale.indexed_iter().filter(|(at, _)| output[*at] > 0.0) {
            let theta = base.theta[j];
            let psi = if base.axes.sectors[j].theta.is_some() { psi_theta / theta } else { 0.0 };
            let known = psi * ((found.y_musd[[n, j]] / output[[n, j]]).ln() - found.ln_wage[n]);
            assert!((ln_s - known).abs() < 1e-9, "{ln_s} {known}");
        }
        let technology =
            Array2::from_shape_fn(ln_scale.dim(), |(n, j)| (base.theta[j] * ln_scale[[n, j]]).exp());
        let given = fixed.solve(&Shock { technology_hat: Some(technology), ..shock.clone() }).unwrap();
        let same = |a: &Equilibrium, b: &Equilibrium| {
            (a.ln_welfare(base) - b.ln_welfare(base)).iter().all(|gap| gap.abs() < 1e-8)
        };
        assert!(same(&found, &given));
        for method in [Method::Newton, Method::Damped] {
            assert!(same(&found, &scaled.solve_with(&shock, method).unwrap()), "{method:?}");
        }
        // It matters, and no change changes nothing.
        assert!(!same(&found, &fixed.solve(&shock).unwrap()));
        assert!(scaled.solve(&Shock::default()).unwrap().ln_welfare(base).iter().all(|w| w.abs() < 1e-11));
    }
}

#[test]
fn gradients_know_scale_and_factors() {
    let (_, scaled) = with_scale("data/tiny", 0.4);
    let base = scaled.economy().clone();
    let at = Shock {
        theta: Some(base.theta.clone()),
        factor_hat: Some(Array1::from_elem(base.n(), 1.0)),
        ..uneven(&base)
    };
    let solved = scaled.solve(&at).unwrap();
    let sensitivity = scaled.sensitivity(&at, &solved);
    for country in 0..base.n() {
        let gradient = sensitivity.welfare(country).unwrap();
        let check = |name: &str, found: f64, step: f64, change: &dyn Fn(&mut Shock, f64)| {
            let value = |sign: f64| {
                let mut moved = at.clone();
                change(&mut moved, sign * step);
                scaled.solve(&moved).unwrap().ln_welfare(&base)[country]
            };
            let near = value(1.0) - value(-1.0);
            let expected = (8.0 * near - (value(2.0) - value(-2.0))) / (12.0 * step);
            assert!(
                (found - expected).abs() < 1e-6 * found.abs() + 5e-9,
                "{name}: {found} against {expected}"
            );
        };
        for j in 0..base.s() {
            check("theta", gradient.theta[j], 3e-3, &|shock, step| shock.theta.as_mut().unwrap()[j] += step);
            check("tariff", gradient.tau[[j, 0, 1]], 1e-3, &|shock, step| {
                shock.tau.as_mut().unwrap()[[j, 0, 1]] += step;
            });
        }
        for m in 0..base.n() {
            check("factor", gradient.ln_factor[m], 1e-3, &|shock, step| {
                shock.factor_hat.as_mut().unwrap()[m] *= step.exp();
            });
        }
    }
}

#[test]
fn scale_without_one_equilibrium_is_refused() {
    let work = tempfile::tempdir().unwrap();
    symmetric(work.path(), &["s1", "s2"], 0.7, 0.8);
    let fixed = prepared(work.path());
    let of = |psi_theta: f64| fixed.with_scale(&Array1::from_elem(2, psi_theta));
    assert!(of(0.3).is_ok());
    match of(0.9).err() {
        // Output answers productivity by (1.4706 - 0.4 x 0.5882) / 0.68 theta when countries trade places.
        Some(ScaleError::NotUnique { factor, .. }) => {
            assert!((factor - 0.9 * 1.8166).abs() < 1e-3, "{factor}")
        }
        other => panic!("{other:?}"),
    }
    for wrong in [1.0, -0.1, f64::NAN] {
        assert!(matches!(of(wrong).err(), Some(ScaleError::OutOfRange { .. })));
    }
}

#[test]
fn files_of_capital_and_scale_are_checked() {
    let work = tempfile::tempdir().unwrap();
    symmetric(work.path(), &["s1", "s2"], 0.7, 0.8);
    let refuse = |flag: &str, text: &str, says: &[&str]| {
        let file = work.path().join("given.csv");
        fs::write(&file, text).unwrap();
        let mut command = tradepath();
        command.args(["solve", "--baseline"]).arg(work.path()).arg(flag).arg(&file);
        command.arg("--out").arg(work.path().join("out"));
        if flag == "--capital" {
            command.args(["--horizon", "5"]);
        }
        let mut failed = command.assert().code(2);
        for text in says {
            failed = failed.stderr(contains(*text));
        }
    };
    refuse("--scale", "sector,psi_theta\ns1,1\ns2,0.5\n", &["given.csv:2", "psi_theta", "below 1"]);
    refuse("--scale", "sector,psi_theta\ns1,0.5\n", &["no row for s2"]);
    refuse("--scale", "sector,psi_theta\ns1,0.9\ns2,0.9\n", &["not unique", "Lower psi_theta"]);
    refuse(
        "--capital",
        "country,capital_share,depreciation_ratio\nAAA,0.4,-0.05\nBBB,0.4,0.05\n",
        &["given.csv:2", "depreciation_ratio"],
    );
    refuse("--capital", "country,capital_share,depreciation_ratio\nAAA,0.4,0.05\n", &["no row for BBB"]);
    refuse(
        "--capital",
        "country,capital_share,depreciation_ratio,capital_musd\nAAA,0.4,0.05,-1\nBBB,0.4,0.05,1\n",
        &["given.csv:2", "capital_musd"],
    );
}
