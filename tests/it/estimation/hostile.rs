//! Panels and options as careless users give them: an answer that is right, or a message that names the cause.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tempfile::TempDir;

use super::{Run, fixture};

/// A file `panel.csv` with the given text, and the folder that holds it.
fn file(text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("panel.csv");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// Six exporters, five importers and three years; trade is `exp(0.5 rta - ln dist)` times effects and a wave.
/// `cell` writes year, trade and the separator.
fn gravity(cell: impl Fn(f64) -> String) -> String {
    let mut text = String::from("exporter,importer,year,dist,rta,trade\n");
    for at in 0..90_usize {
        let (i, j, t) = (at / 15, at / 3 % 5, at % 3);
        let dist = 1000 + 700 * i + 300 * j + 110 * (i * j % 4);
        let rta = usize::from((i + 2 * j + t) % 3 == 0);
        let wave = 1.0 + 0.3 * ((at * 7 % 11) as f64 / 5.0 - 1.0);
        let trade = (4e5 / dist as f64 * (0.4 * rta as f64).exp() * wave * (1 + i % 3) as f64).round();
        let trade = if at % 13 == 5 { 0.0 } else { trade };
        let year = cell(2002.0 + 2.0 * t as f64);
        writeln!(text, "E{i},M{j},{year},{dist},{rta},{}", cell(trade)).unwrap();
    }
    text
}

fn whole(value: f64) -> String {
    format!("{value}")
}

fn with_point(value: f64) -> String {
    format!("{value:.1}")
}

const GRAVITY: &str = "trade ~ ln(dist) + rta | exporter + importer";

#[test]
fn conditions_compare_numbers_as_numbers() {
    let (_a, points) = file(gravity(with_point));
    let (_b, plain) = file(gravity(whole));
    let cases = [
        ("trade != 0", 83),
        ("trade > 0.0", 83),
        ("year != 2002", 60),
        ("year == 2006", 30),
        ("year = 2006.0", 30),
        ("year >= 2004", 60),
        ("year in 2002 2006", 60),
        ("year not in 2002, 2006", 30),
        ("year == \"2004\"", 30),
        ("exporter != \"E0\"", 75),
    ];
    for (condition, expected) in cases {
        let fit = |panel: &PathBuf| {
            let mut run = Run::new(panel, GRAVITY).args(&["--where", condition, "--keep-singletons"]);
            (run.fit()["observations"].as_u64().unwrap(), run.coefficients())
        };
        let (a, b) = (fit(&points), fit(&plain));
        assert_eq!((a.0, b.0), (expected, expected), "{condition}");
        assert_eq!(a.1, b.1, "{condition}");
    }
}

#[test]
fn a_condition_that_no_row_can_meet_is_said() {
    let (_folder, panel) = file(gravity(with_point));
    let mut run = Run::new(&panel, GRAVITY).args(&["--where", "year in 2002 2004 2050"]);
    run.command
        .assert()
        .success()
        .stderr(contains("no row has `2050` in `year`").and(contains("2002, 2004, 2006")));
    assert_eq!(run.fit()["observations"], 60);
    let mut run = Run::new(&panel, GRAVITY).args(&["--where", "exporter == E9"]);
    run.command.assert().code(2).stderr(contains("no row has `E9` in `exporter`"));
    for (condition, message) in [
        ("year > soon", "`soon` is neither a number nor a column"),
        ("rta == yes", "`rta` holds numbers and `yes` is none"),
        ("exporter == year", "one holds numbers, the other text"),
        ("2000 < year < 2005", "a second comparison"),
        ("exporter > 3", "expected a finite number"),
    ] {
        let mut run = Run::new(&panel, GRAVITY).args(&["--where", condition]);
        run.command.assert().code(2).stderr(contains(message));
        assert!(!run.out("").exists());
    }
}

#[test]
fn quoted_text_with_blanks_is_a_value() {
    let text = gravity(whole).replace("E1", "Viet Nam").replace("E2", "a < b");
    let (_folder, panel) = file(text);
    for (condition, expected) in [
        ("exporter != \"Viet Nam\"", 75),
        ("exporter == 'a < b'", 15),
        ("exporter in 'Viet Nam' \"a < b\"", 30),
    ] {
        let mut run = Run::new(&panel, "trade ~ rta").args(&["--where", condition]);
        assert_eq!(run.fit()["observations"], expected, "{condition}");
    }
}

#[test]
fn the_code_na_is_a_country_and_other_texts_are_missing_where_the_user_says_so() {
    let text = gravity(whole).replace("E3", "NA").replace("M2", "NA");
    let (_folder, panel) = file(&text);
    let (_same, named) = file(gravity(whole));
    let coefficients = Run::new(&panel, GRAVITY).coefficients();
    let mut run = Run::new(&panel, GRAVITY);
    assert_eq!(run.fit()["observations"], 90);
    for (term, expected) in Run::new(&named, GRAVITY).coefficients() {
        let found = coefficients[&term];
        assert!((found.0 - expected.0).abs() < 1e-9 && (found.1 - expected.1).abs() < 1e-9, "{term}");
    }
    let mut run = Run::new(&panel, GRAVITY).args(&["--missing", "NA,-"]);
    assert_eq!(run.fit()["rows_missing"], 15 + 18 - 3);
    // In a number column NA is missing, whether it is used as a number, a level or in a condition.
    let (_folder, panel) = file(gravity(whole).replacen(",2002,", ",NA,", 4));
    for formula in ["trade ~ rta + year", "trade ~ rta + i(year)", "trade ~ rta | year"] {
        assert_eq!(Run::new(&panel, formula).fit()["rows_missing"], 4, "{formula}");
    }
    let mut run = Run::new(&panel, "trade ~ rta").args(&["--where", "year != 2006"]);
    assert_eq!(run.fit()["observations"], 56);
}

/// Pairs over seven years with an agreement in the middle; `relative` is the year to it.
fn study() -> String {
    let mut text = String::from("pair,year,relative,sector,x,y\n");
    for at in 0..140_usize {
        let (pair, t) = (at / 7, at % 7);
        let relative = t as i64 - 3;
        let sector = ["Agri-food", "Cars", "Other goods"][pair % 3];
        let x = ((at * 37 % 23) as f64 - 11.0) / 10.0;
        let y = 3 + pair % 4 + (if relative >= 0 { 2 } else { 0 }) + (at * 5 % 7);
        writeln!(text, "p{pair},{}.0,{relative},{sector},{x},{y}", 2000 + t).unwrap();
    }
    text
}

fn terms(run: &mut Run) -> Vec<String> {
    run.table("coefficients.csv").iter().map(|row| row["term"].clone()).collect()
}

#[test]
fn an_event_study_names_its_reference_and_stands_in_the_order_of_the_numbers() {
    let (_folder, panel) = file(study());
    let expected: Vec<String> =
        ["-3", "-2", "0", "1", "2", "3"].iter().map(|level| format!("relative={level}")).collect();
    let mut run = Run::new(&panel, "y ~ i(relative, ref=-1) | pair");
    assert_eq!(terms(&mut run), expected);
    let base = run.coefficients();
    // The same by hand, with the reference as a text.
    let mut run = Run::new(&panel, "y ~ i(relative,ref='-1') | pair");
    assert_eq!(run.coefficients(), base);
    // Another reference moves every coefficient by the same.
    let other = Run::new(&panel, "y ~ i(relative,ref=-3) | pair").coefficients();
    for level in ["-2", "0", "3"] {
        let term = format!("relative={level}");
        let moved = base[&term].0 - base["relative=-3"].0;
        assert!((other[&term].0 - moved).abs() < 1e-8, "{level}");
    }
    let mut run = Run::new(&panel, "y ~ x + i(sector, ref=\"Agri-food\")");
    assert_eq!(terms(&mut run), ["(constant)", "x", "sector=Cars", "sector=Other goods"]);
    // Years are written 2001.0.
    let mut run = Run::new(&panel, "y ~ x + i(year,ref=2001)");
    assert!(!terms(&mut run).contains(&"year=2001".to_owned()));
    assert_eq!(terms(&mut run).len(), 8);
}

#[test]
fn an_unknown_reference_is_refused_with_the_levels() {
    let (_folder, panel) = file(study());
    for (formula, levels) in [
        ("y ~ i(year,ref=1999)", "2000, 2001, 2002"),
        ("y ~ i(sector,ref=Agri)", "Agri-food, Cars, Other goods"),
    ] {
        Run::new(&panel, formula)
            .command
            .assert()
            .code(2)
            .stderr(contains("cannot be the reference").and(contains(levels)).and(contains("^^^^")));
    }
    let mut run = Run::new(&panel, "y ~ i(year,ref=2000)").args(&["--where", "year > 2000"]);
    run.command.assert().code(2).stderr(contains("no row in use has `2000` in `year`"));
}

#[test]
fn arithmetic_and_interactions_are_what_they_say() {
    let (_folder, panel) = file(study());
    let value = |formula: &str, term: &str| {
        let found = Run::new(&panel, formula).coefficients();
        found.get(term).copied().unwrap_or_else(|| panic!("{formula}: {found:?}"))
    };
    let close = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9;
    let square = value("y ~ x + x^2", "x^2");
    assert!(close(square, value("y ~ x + sq(x)", "sq(x)")));
    assert!(close(square, value("y ~ x + I(x*x)", "I(x*x)")));
    assert!(close(value("y ~ log(1+y)", "ln(1+y)"), value("y ~ log1p(y)", "log1p(y)")));
    let one = value("y ~ i(sector,x) + i(sector) - 1", "sector=Cars:x");
    assert!(close(one, value("y ~ 0 + i(sector):x + i(sector)", "sector=Cars:x")));
    // As the regression on that sector alone.
    let alone = Run::new(&panel, "y ~ x").args(&["--where", "sector == Cars"]).coefficients()["x"];
    assert!((one.0 - alone.0).abs() < 1e-8);
    assert_eq!(terms(&mut Run::new(&panel, "y ~ i(sector,i.year) - 1")).len(), 21);
    for (formula, message) in [
        ("y ~ x | pair[year]", "slopes by level"),
        ("y ~ pair[year]", "slopes by level"),
        ("y ~ lag(x)", "ln, log, log1p, exp, sq, sqrt, I, i, same or differs"),
        ("y ~ x - z", "only the constant is taken off"),
        ("y ~ (x + year)", "arithmetic stands in I(...)"),
        ("y ~ x + 2", "in backquotes"),
        ("y ~ i(year, bin=3)", "other options of i()"),
        ("y ~ ln(x)", "a number above 0 inside ln()"),
        ("y ~ exp(I(2000*x))", "expected a finite number"),
        ("y ~ x + i(year", "a closing bracket"),
        ("y ~ 'x", "closing quote"),
    ] {
        Run::new(&panel, formula).command.assert().code(2).stderr(contains(message));
    }
    let deep = format!("y ~ I({}x{})", "(".repeat(50_000), ")".repeat(50_000));
    Run::new(&panel, &deep).command.assert().code(2).stderr(contains("more than 100 operations"));
}

#[test]
fn one_cluster_is_refused() {
    let (_folder, panel) =
        file(gravity(whole).replace("M", "one").replace("one0", "one").replace("one1", "one"));
    let mut run = Run::new(&panel, GRAVITY).args(&["--where", "importer == one", "--cluster", "importer"]);
    run.command.assert().code(2).stderr(contains("lie in one cluster"));
    assert!(!run.out("").exists());
}

/// As fixest: degrees are one less than the smallest number of clusters.
#[test]
fn least_squares_tests_with_students_t() {
    let (_folder, panel) = file(gravity(whole));
    let formula = "ln(trade) ~ ln(dist) + rta | exporter + importer";
    let args = ["--model", "ols", "--where", "trade > 0", "--weights", "dist", "--cluster", "exporter"];
    let mut run = Run::new(&panel, formula).args(&args);
    let row = run.table("coefficients.csv").into_iter().find(|row| row["term"] == "rta").unwrap();
    let number = |column: &str| row[column].parse::<f64>().unwrap();
    assert_eq!(run.fit()["t_degrees"], 5);
    // The tail of t with five degrees in closed form.
    let t = number("z");
    let angle = (t.abs() / 5f64.sqrt()).atan();
    let inside = angle + angle.sin() * (angle.cos() + 2.0 / 3.0 * angle.cos().powi(3));
    let p = 1.0 - 2.0 / std::f64::consts::PI * inside;
    assert!((number("p_value") - p).abs() < 1e-10, "{} {p}", number("p_value"));
    let half = 2.570_581_835_636_314 * number("std_error");
    assert!((number("ci_high") - number("estimate") - half).abs() < 1e-9);
    assert!((number("estimate") - number("ci_low") - half).abs() < 1e-9);
    // PPML stays normal.
    let mut run = Run::new(&panel, GRAVITY).args(&["--cluster", "exporter"]);
    assert_eq!(run.fit()["distribution"], "normal");
}

#[test]
fn nameless_columns_of_a_spreadsheet_are_passed_over_unless_they_hold_something() {
    let plain = gravity(whole);
    let wide: String =
        plain.lines().map(|line| format!("{line},,\n")).collect::<String>() + ",,,,,,,\n,,,,,,,\n";
    let (_a, panel) = file(&plain);
    let (_b, trailing) = file(&wide);
    let expected = Run::new(&panel, GRAVITY).coefficients();
    let mut run = Run::new(&trailing, GRAVITY);
    run.command.assert().success().stderr(contains("2 rows without any filled cell"));
    assert_eq!(run.coefficients(), expected);
    let (_c, filled) = file(wide.replacen(",0,0,,\n", ",0,0,,5\n", 1));
    let mut run = Run::new(&filled, GRAVITY);
    run.command.assert().code(2).stderr(contains("`column 8` = 5: expected an empty cell"));
}

/// The same panel as spreadsheets of other countries write it.
#[test]
fn separators_decimal_commas_and_encodings_are_read() {
    let plain = gravity(|value| format!("{value:.2}")).replace("E1", "C\u{f4}te");
    let (_a, panel) = file(&plain);
    let expected = Run::new(&panel, GRAVITY).coefficients();
    let semicolon = plain.replace(',', ";").replace('.', ",");
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = plain.chars().map(|character| character as u8).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, plain.as_bytes()).unwrap();
    for (name, bytes) in [
        ("semicolon", semicolon.into_bytes()),
        ("tab", plain.replace(',', "\t").into_bytes()),
        ("utf16", utf16),
        ("latin", latin),
        ("bom", format!("\u{feff}{}", plain.replace('\n', "\r\n")).into_bytes()),
        ("gzip", packed.finish().unwrap()),
    ] {
        let (_folder, panel) = file(bytes);
        assert_eq!(Run::new(&panel, GRAVITY).coefficients(), expected, "{name}");
    }
    let (_b, tabs) = file(plain.replace(',', "\t"));
    let mut run = Run::new(&tabs, GRAVITY).args(&["--delimiter", "tab"]);
    assert_eq!(run.coefficients(), expected);
    let mut run = Run::new(&tabs, GRAVITY).args(&["--delimiter", ";"]);
    run.command.assert().code(2);
}

#[test]
fn what_does_not_fit_the_memory_is_refused_with_the_number_of_bytes() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = gravity(whole).into_bytes();
    for _ in 0..400 {
        std::io::Write::write_all(&mut packed, &block).unwrap();
    }
    let (_a, bomb) = file(packed.finish().unwrap());
    let mut run = Run::new(&bomb, GRAVITY).args(&["--max-memory", "2000000"]);
    run.command.assert().code(2).stderr(contains("bytes unpacked").and(contains("--max-memory")));
    let (_b, panel) = file(gravity(whole));
    let mut run = Run::new(&panel, "trade ~ i(dist)").args(&["--max-memory", "20000"]);
    run.command.assert().code(2).stderr(contains("bytes of memory").and(contains("--max-memory")));
}

#[test]
fn options_out_of_range_are_refused() {
    let (_folder, panel) = file(gravity(whole));
    for (option, values) in [
        ("--tolerance", vec!["nan", "inf", "-1", "0", "1", "1e300", "1e-300", "x"]),
        ("--max-iterations", vec!["0", "-1", "1000000000", "x"]),
        ("--delimiter", vec!["", "ab", "é"]),
    ] {
        for value in values {
            let argument = format!("{option}={value}");
            Run::new(&panel, GRAVITY).args(&[&argument]).command.assert().code(2);
        }
    }
    for (cells, message) in [
        ("inf", "panel.csv:2 `trade` = inf: expected a finite number"),
        ("1e200", "expected 0 or a number between 1e-100 and 1e100 in size"),
        ("\"372,000.5\"", "The number has thousand separators"),
        ("\"372000,5\"", "The number has a decimal comma"),
        ("n/a", "--missing"),
    ] {
        let text = gravity(whole);
        let line = text.lines().nth(1).unwrap();
        let (start, _) = line.rsplit_once(',').unwrap();
        let (_folder, panel) = file(text.replacen(line, &format!("{start},{cells}"), 1));
        Run::new(&panel, GRAVITY).command.assert().code(2).stderr(contains(message));
    }
}

/// Runs that once had no end, or ended with empty cells.
#[test]
fn a_fit_that_leaves_the_range_of_numbers_is_an_error_that_names_the_cause() {
    let panel = fs::read_to_string(fixture("panel.csv")).unwrap();
    let head: String = panel.lines().take(120).map(|line| format!("{line}\n")).collect();
    let last = head.lines().last().unwrap();
    let mut cells: Vec<&str> = last.split(',').collect();
    cells[3] = "1e30";
    let (_a, slip) = file(head.replacen(last, &cells.join(","), 1));
    let (_b, plain) = file(&head);
    let fails = |mut run: Run, message: &str| {
        run.command.timeout(Duration::from_secs(60)).assert().code(1).stderr(contains(message));
        assert!(!run.out("").exists());
    };
    let full = "trade ~ ln(dist) + rta | exporter^year + importer^year";
    let mut run = Run::new(&slip, full);
    let output = run.command.timeout(Duration::from_secs(60)).output().unwrap();
    match output.status.code() {
        Some(1) => assert!(
            String::from_utf8_lossy(&output.stderr).contains("The largest outcome is 1e30 (line 120)")
        ),
        Some(0) => {
            assert!(run.table("coefficients.csv").iter().all(|row| row.values().all(|cell| !cell.is_empty())))
        }
        other => panic!("{other:?}"),
    }
    // Distances of thousands as a logarithm.
    fails(Run::new(&plain, full).args(&["--offset", "dist"]), "Is the offset on a log scale?");
    let crossed = "trade ~ size*rta | exporter^year + importer^year + exporter^importer";
    fails(Run::new(&plain, crossed).args(&["--offset", "dist"]), "Is the offset on a log scale?");
    // An offset that is the same everywhere, however large, changes nothing but the effects.
    let moved =
        head.replacen('\n', ",level\n", 1).lines().enumerate().fold(String::new(), |mut text, (at, line)| {
            writeln!(text, "{line}{}", if at == 0 { "" } else { ",5000" }).unwrap();
            text
        });
    let (_c, moved) = file(moved);
    let expected = Run::new(&plain, full).coefficients();
    for (term, found) in Run::new(&moved, full).args(&["--offset", "level"]).coefficients() {
        assert!((found.0 - expected[&term].0).abs() < 1e-7, "{term}");
    }
}

#[test]
fn terms_and_effects_named_twice_are_used_once() {
    let (_folder, panel) = file(gravity(whole));
    let expected = Run::new(&panel, GRAVITY).coefficients();
    let terms = vec!["rta"; 3_000].join(" + ");
    let formula = format!("trade ~ ln(dist) + {terms} | exporter + importer");
    let mut run = Run::new(&panel, &formula);
    run.command.timeout(Duration::from_secs(60));
    run.command.assert().success().stderr(contains("`rta` is named more than once"));
    assert_eq!(run.coefficients(), expected);
    let mut run = Run::new(&panel, "trade ~ ln(dist) + rta | exporter + importer + exporter");
    run.command.assert().success().stderr(contains("the effect `exporter` is used once"));
    assert_eq!(run.coefficients(), expected);
    // Effects that hold others: as the finer one alone.
    let fine = Run::new(&panel, "trade ~ rta | exporter^year + importer").coefficients()["rta"];
    for effects in ["exporter^year + exporter + importer", "year + exporter^year + importer + exporter"] {
        let found = Run::new(&panel, &format!("trade ~ rta | {effects}")).coefficients()["rta"];
        assert!((found.0 - fine.0).abs() < 1e-7, "{effects}: {found:?} {fine:?}");
    }
}

#[test]
fn a_perfect_fit_is_said_and_has_no_errors() {
    let (_folder, panel) = file("a,x,y\nA,1,2\nA,2,4\nB,1,3\nB,3,27\n");
    for model in ["ppml", "ols"] {
        let outcome = if model == "ols" { "ln(y)" } else { "y" };
        let mut run = Run::new(&panel, &format!("{outcome} ~ x + sq(x) | a")).args(&["--model", model]);
        run.command.assert().success().stderr(contains("the fit is perfect"));
        assert_eq!(run.fit()["perfect_fit"], true);
        let row = &run.table("coefficients.csv")[0];
        assert!(!row["estimate"].is_empty());
        assert_eq!(row["std_error"], "");
    }
}

/// Sixteen rows in four by four clusters, by the outcome and two regressors of each.
fn crossed(cells: &str) -> String {
    let row = |(at, cells): (usize, &str)| {
        let cells: Vec<String> = cells.chars().map(|cell| cell.to_string()).collect();
        format!("a{},b{},{}\n", at / 4, at % 4, cells.join(","))
    };
    "a,b,y,x,z\n".to_owned() + &cells.split(' ').enumerate().map(row).collect::<String>()
}

/// Standard errors by hand: Newton steps, sums by cluster and Jacobi rotations in double precision.
#[test]
fn a_multi_way_covariance_is_repaired_as_the_convention_does_and_in_any_units() {
    // No variance is negative, one eigenvalue is: ppmlhdfe repairs, fixest does not.
    let (_a, eigenvalue) = file(crossed("302 233 831 230 730 821 220 100 713 113 812 413 503 901 502 931"));
    // A variance is negative: both repair.
    let (_b, variance) = file(crossed("730 533 532 412 302 912 202 802 721 933 920 900 703 612 211 413"));
    let cases = [
        (&eigenvalue, "fixest", false, [0.713_064_906_586, 0.170_233_130_082, 0.243_535_272_292]),
        (&eigenvalue, "ppmlhdfe", true, [0.663_831_369_373, 0.174_410_746_170, 0.234_221_652_264]),
        (&variance, "fixest", true, [0.157_954_562_086, 0.026_716_748_364, 0.054_887_307_889]),
        (&variance, "ppmlhdfe", true, [0.147_047_694_732, 0.024_871_939_156, 0.051_097_302_847]),
    ];
    for (panel, convention, is_repaired, expected) in cases {
        let args = ["--cluster", "a", "--cluster", "b", "--small-sample", convention];
        let numbers = |formula: &str, column: &str| -> Vec<f64> {
            let mut run = Run::new(panel, formula).args(&args);
            assert_eq!(run.fit()["covariance_repaired"], is_repaired, "{convention}");
            run.table("coefficients.csv").iter().map(|row| row[column].parse().unwrap()).collect()
        };
        for (found, expected) in numbers("y ~ x + z", "std_error").iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{convention}: {found} {expected}");
        }
        let tests = numbers("y ~ x + z", "z");
        for (found, expected) in numbers("y ~ I(x/1000) + I(100*z)", "z").iter().zip(tests) {
            assert!((found - expected).abs() < 1e-6 * expected.abs(), "{convention}: {found} {expected}");
        }
    }
}

/// One effect in several spellings leaves little to project off; the projection still ends.
#[test]
fn effects_within_effects_are_fitted_by_either_method() {
    let (_folder, panel) = file(gravity(whole));
    for model in ["ppml", "ols"] {
        let fit = |effects: &str| {
            let formula = format!("trade ~ rta | {effects}");
            let mut run = Run::new(&panel, &formula).args(&["--model", model, "--where", "trade > 0"]);
            run.command.timeout(Duration::from_secs(60));
            run.coefficients()["rta"].0
        };
        let fine = fit("exporter^importer + year");
        for effects in [
            "exporter + pair(exporter,importer) + year + exporter^importer",
            "exporter^importer + importer + year + exporter",
        ] {
            let found = fit(effects);
            assert!((found - fine).abs() < 1e-8, "{model} {effects}: {found} {fine}");
        }
    }
}
