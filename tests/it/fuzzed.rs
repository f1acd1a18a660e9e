//! Faults that the fuzz harness found, each with the answer that is right.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

fn tradepath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(folder);
    command
}

/// Two folders with a table each.
fn two_tables(a: &[u8], b: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("a", a), ("b", b)] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("t.csv"), bytes).unwrap();
    }
    folder
}

#[test]
fn compare_names_the_line_of_a_table_that_cannot_be_read() {
    let sound = b"option,value\nx,1.0\ny,2.0\n";
    let ragged = two_tables(sound, b"option,value\nx,1.0\ny,2.0,3.0\n");
    let answer = tradepath(ragged.path()).args(["compare", "a", "b"]).assert().code(2);
    answer.stderr(contains("b/t.csv:3 `row`"));
    let latin = two_tables(sound, b"option,value\nx,1.0\n\xe9,2.0\n");
    tradepath(latin.path()).args(["compare", "a", "b"]).assert().code(2).stderr(contains("b/t.csv"));
    let same = two_tables(sound, sound);
    tradepath(same.path()).args(["compare", "a", "b"]).assert().code(0);
}

/// Line on which a text stands.
fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn faults_of_a_plan_have_the_line_of_the_key_or_of_the_item() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tradepath(at).args(["init", "mine"]).assert().success();
    let path = at.join("mine/plan.toml");
    let sound = fs::read_to_string(&path).unwrap();
    for (was, now, field) in [
        ("\"tpp_return\",", "\"tpp_retrun\",", "options"),
        ("focus = \"USA\"", "focus = \"USB\"", "focus"),
        ("\"MYS\"", "\"MYX\"", "partners"),
        ("theta_se_ratio = 1.0", "theta_se_ratio = -1.0", "theta_se_ratio"),
        ("five_year_se = 0.8", "five_year_se = -0.8", "growth_pct"),
        ("\ndraws = 200\n", "\ndraws = 0\n", "draws"),
        ("baseline = \"apac\"", "baseline = \"../../canary\"", "baseline"),
        ("baseline = \"apac\"", "baseline = \"apak\"", "baseline"),
    ] {
        let text = sound.replace(was, now);
        assert_ne!(text, sound);
        fs::write(&path, &text).unwrap();
        let place = format!("mine/plan.toml:{} `{field}`", line_of(&text, now.trim()));
        tradepath(at).args(["check", "mine"]).assert().code(2).stderr(contains(place.clone()));
        let run = tradepath(at).args(["run", "mine/plan.toml", "--out", "out"]).assert().code(2);
        run.stderr(contains(place));
        assert!(!at.join("out").exists());
    }
}

/// A copy of the small teaching set.
fn tiny(at: &Path) {
    fs::create_dir(at.join("tiny")).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    for entry in fs::read_dir(own).unwrap() {
        let entry = entry.unwrap();
        fs::write(at.join("tiny").join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
    }
}

#[test]
fn faults_of_the_whole_baseline_name_the_file_that_says_it() {
    let folder = tempfile::tempdir().unwrap();
    tiny(folder.path());
    let path = folder.path().join("tiny/sectors.csv");
    let text = fs::read_to_string(&path).unwrap().replace("services,4,1", "services,,");
    fs::write(&path, &text).unwrap();
    let place = format!("tiny/sectors.csv:{} `theta of services`", line_of(&text, "services,"));
    tradepath(folder.path()).args(["check", "tiny"]).assert().code(2).stderr(contains(place));
}

#[test]
fn a_folder_in_the_place_of_a_file_of_a_result_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tiny(at);
    tradepath(at).args(["solve", "--baseline", "tiny", "--out", "out"]).assert().success();
    tradepath(at).args(["check", "out"]).assert().success();
    fs::remove_file(at.join("out/sectors.csv")).unwrap();
    fs::create_dir(at.join("out/sectors.csv")).unwrap();
    let answer = tradepath(at).args(["check", "out"]).assert().code(2);
    answer.stderr(contains("out/sectors.csv `file` = changed since it was written"));
}

/// A copy of a folder of fixtures.
fn fixture(name: &str, to: &Path) {
    fs::create_dir(to).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers").join(name);
    for entry in fs::read_dir(own).unwrap() {
        let entry = entry.unwrap();
        fs::write(to.join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
    }
}

#[test]
fn faults_of_outside_tables_name_the_folder_and_the_row_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fixture("long", &at.join("long"));
    let calibrate = || {
        let mut command = tradepath(at);
        command.args(["calibrate", "--source", "long", "--input", "long", "--out", "out"]);
        command.assert().code(2)
    };
    let path = at.join("long/sectors.csv");
    let sound = fs::read_to_string(&path).unwrap();
    fs::write(&path, sound.replace("goods,Goods,goods,5,1", "goods,Goods,goods,5,1e19")).unwrap();
    calibrate().stderr(contains("long/sectors.csv:2 `theta_se` = 1e19"));
    fs::write(&path, sound).unwrap();
    let path = at.join("long/tariffs.csv");
    let without = fs::read_to_string(&path).unwrap().replace("CCC,AAA,goods,10\n", "");
    fs::write(&path, without).unwrap();
    calibrate().stderr(contains(
        "long (tariffs) `exporter,importer,sector` = 1 cells missing, the first CCC,AAA,goods",
    ));
    assert!(!at.join("out").exists());
}

#[test]
fn a_column_that_the_panel_lacks_names_the_panel() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.csv"), "a;b\n1;2\n").unwrap();
    let mut estimate = tradepath(folder.path());
    estimate.args(["estimate", "--panel", "p.csv", "--formula", "y ~ x", "--delimiter", ";", "--out", "out"]);
    estimate.assert().code(2).stderr(contains("p.csv: no column `y`"));
    assert!(!folder.path().join("out").exists());
}

/// 20,000 rows that share no level with any other are no directions in which a fit could run away.
#[test]
fn many_rows_of_their_own_are_dropped_within_three_gigabytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mut panel = String::from("exporter,importer,trade,dist,rta\n");
    for k in 0..380 {
        let (exporter, importer) = (k / 20, k % 20);
        let trade = if k % 17 == 0 { 0 } else { 50 + (k * 37) % 101 };
        panel += &format!("E{exporter},I{importer},{trade},{},{}\n", 100 + (k * 53) % 997, k % 3 / 2);
    }
    let sound = panel.clone();
    (0..20_000).for_each(|k| panel += &format!("X{k},M{k},7{k},15{k},0{k}\n"));
    fs::write(at.join("sound.csv"), sound).unwrap();
    fs::write(at.join("many.csv"), panel).unwrap();
    let coefficients = |file: &str| {
        let line = "ulimit -v 3000000; exec \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", line, "sh", env!("CARGO_BIN_EXE_tradepath"), "estimate", "--panel", file]);
        command.args(["--formula", "trade ~ ln(dist) + rta | exporter + importer"]);
        command.args(["--cluster", "exporter^importer", "--bias-correct"]);
        let out = at.join(file.trim_end_matches(".csv"));
        command.args(["--out"]).arg(&out).current_dir(at);
        command.assert().success();
        fs::read_to_string(out.join("coefficients.csv")).unwrap()
    };
    assert_eq!(coefficients("many.csv"), coefficients("sound.csv"));
}

#[test]
fn formulas_and_their_options_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.csv"), "y,x\n1,2\n2,3\n").unwrap();
    let estimate = |words: &[&str]| {
        let mut command = tradepath(folder.path());
        command.args(["estimate", "--panel", "p.csv", "--out", "out"]).args(words);
        command.assert().code(2)
    };
    estimate(&["--formula", ""]).stderr(contains("--formula"));
    estimate(&["--formula", "y ~ x", "--cluster", "a^"]).stderr(contains("--cluster"));
    estimate(&["--formula", "y ~ x", "--where", "y"]).stderr(contains("--where"));
}

#[test]
fn a_country_that_only_the_header_names_is_a_fault_of_the_header() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fixture("adb", &at.join("adb"));
    let path = fs::read_dir(at.join("adb")).unwrap().map(|entry| entry.unwrap().path());
    let path = path.into_iter().find(|path| path.to_string_lossy().contains("MRIO")).unwrap();
    let sound = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = sound.lines().map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[1].split(',').collect();
    let last = cells.iter().rposition(|cell| *cell == "JPN").unwrap();
    cells[last] = "JPNJPN";
    lines[1] = cells.join(",");
    fs::write(&path, lines.join("\n")).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut command = tradepath(at);
    command.args(["calibrate", "--source", "adb", "--input", "adb", "--year", "2019", "--out", "out"]);
    command.assert().code(2).stderr(contains(format!("{name}:3 `value added of JPNJPN (after balancing)`")));
}

#[test]
fn a_row_of_another_year_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fixture("wiod2016", &at.join("wiod"));
    let path = fs::read_dir(at.join("wiod")).unwrap().map(|entry| entry.unwrap().path());
    let path = path.into_iter().find(|path| path.to_string_lossy().contains("WIOT")).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let sound = fs::read_to_string(&path).unwrap();
    for year in ["0x10", "2013", ""] {
        let text = sound.replace("JPN,1,2014", &format!("JPN,1,{year}"));
        assert_ne!(text, sound);
        fs::write(&path, &text).unwrap();
        let mut command = tradepath(at);
        command.args(["calibrate", "--source", "wiod2016", "--input", "wiod", "--out", "out"]);
        let found = if year.is_empty() { "empty" } else { year };
        let place = format!("{name}:5 `Year` = {found}: expected 2014, as on the first row");
        command.assert().code(2).stderr(contains(place));
    }
}
