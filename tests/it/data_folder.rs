//! The user's data folder: what is read of it, what is refused, and that every command ends.

use std::fs;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tempfile::TempDir;

fn data() -> TempDir {
    let folder = TempDir::new().unwrap();
    tradepath::data::write_embedded(folder.path()).unwrap();
    folder
}

fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file}: {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn tradepath(args: &[&str]) -> Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.timeout(Duration::from_secs(240)).args(args).assert()
}

fn check(path: &Path) -> Assert {
    tradepath(&["check", path.to_str().unwrap()])
}

#[test]
fn a_broken_header_does_not_hide_the_faults_of_other_tables() {
    let folder = data();
    change(folder.path(), "policy/depth.csv", "depth_class", "depth_klass");
    change(folder.path(), "policy/cut_dates.csv", "JPN,4", "JPM,4");
    change(folder.path(), "policy/tables/mfn.csv", "USA,*,dairy", "USA,*,dairi");
    change(folder.path(), "policy/tables/barriers.csv", "USA,other_food", "USA,other_fod");
    change(folder.path(), "schedules/tpp/quotas.csv", "JPN,USA", "JPN,USB");
    let found = check(folder.path()).code(2);
    let found = found.stderr(contains("panicked").not());
    let found = found.stderr(contains("depth.csv:1 `depth_class` = missing column"));
    let found = found.stderr(contains("depth.csv:1 `depth_klass` = unknown column"));
    let found = found.stderr(contains("cut_dates.csv:3 `importer` = JPM"));
    let found = found.stderr(contains("mfn.csv:4 `product_group` = dairi"));
    let found = found.stderr(contains("barriers.csv:11 `sector` = other_fod"));
    found.stderr(contains("quotas.csv:2 `exporter` = USB"));
}

#[test]
fn names_that_point_nowhere_are_refused_where_they_stand() {
    for (file, from, to, message) in [
        (
            "policy/duty_coverage.csv",
            "cn_retaliation_3,textiles",
            "cn_retaliation_3x,textiles",
            "duty_coverage.csv:29 `duty_list` = cn_retaliation_3x",
        ),
        ("policy/duties.csv", "AUS;CAN;MEX;KOR", "AUS;CAM;MEX;KOR", "duties.csv:11 `exempt` = CAM"),
        ("policy/provisions.csv", "suspended,5", "suspendet,5", "provisions.csv:2 `kind` = suspendet"),
        ("policy/provisions.csv", "suspended,5", "suspended,6", "provisions.csv:2 `chapter` = 6"),
        ("policy/agreements.csv", ",tpp,catch_up", ",tppp,catch_up", "agreements.csv:11 `schedule` = tppp"),
        ("policy/duties.csv", ",recalled", ",recaled", "duties.csv:2 `mark` = recaled"),
        ("schedules/tpp/quotas.csv", "t,850,,0", "t,850,abc,0", "quotas.csv:2 `production_share` = abc"),
        ("schedules/tpp/quotas.csv", "t,850,,0", "t,850,-1,0", "quotas.csv:2 `production_share` = -1"),
        ("plan.toml", "mark = \"assumption\"", "mark = \"guess\"", "`services_cut_ratio` = mark guess"),
        ("plan.toml", "baseline = \"apac\"", "baseline = \"../apac\"", "leads out of the folder"),
        ("plan.toml", "start = \"2020-11-01\"", "start = \"-009999-01-01\"", "`start` = -009999-01-01"),
        (
            "apac/meta.toml",
            "year = 2019",
            "year = 2019\ndefault_tariff_pct = nan",
            "meta.toml:3 `default_tariff_pct` = NaN",
        ),
        ("apac/meta.toml", "year = 2019", "year = 2030", "`years` = 2021..2035: expected years from 2030 on"),
        ("plan.toml", "title = \"Ways", "title = \"Ways\\u0007", "`title` = Ways\\u{7}"),
        ("apac/growth.csv", "USA,2019,2019", "USA,2019,2018", "growth.csv:2 `year_to` = 2018"),
        (
            "apac/countries.csv",
            "New Zealand",
            "New\u{1b}Zealand",
            "countries.csv:7 `name` = New\\u{1b}Zealand",
        ),
    ] {
        let folder = data();
        change(folder.path(), file, from, to);
        check(folder.path()).code(2).stderr(contains(message));
    }
}

#[test]
fn what_init_wrote_is_sound() {
    check(data().path()).success().stdout(contains("ok"));
}

#[test]
fn schedules_options_and_tables_are_checked_against_the_folder_they_lie_in() {
    let folder = data();
    let at = folder.path();
    let schedules = fs::read_dir(at.join("schedules")).unwrap().map(|entry| entry.unwrap().path());
    let tables = [at.join("policy"), at.join("policy/tables")];
    for entry in schedules.filter(|path| path.is_dir()).chain(tables) {
        for path in fs::read_dir(entry).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|extension| extension == "csv") {
                fs::write(&path, fs::read_to_string(&path).unwrap().replace("poultry,", "fowl,")).unwrap();
            }
        }
    }
    for path in ["schedules/tpp", "policy", "options/hybrid.toml", "plan.toml"] {
        check(&at.join(path)).success();
    }
    // Outside of a data folder the embedded groups count, or those of --data.
    let alone = TempDir::new().unwrap();
    let copy = alone.path().join("tpp");
    fs::create_dir(&copy).unwrap();
    for path in fs::read_dir(at.join("schedules/tpp")).unwrap().map(|entry| entry.unwrap().path()) {
        fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    check(&copy).code(2).stderr(contains("`product_group` = fowl"));
    let [copy, at] = [&copy, at].map(|path| path.to_str().unwrap());
    tradepath(&["check", copy, "--data", at]).success();
    let query = "CAN:USA:fowl:2030-01-01";
    tradepath(&["schedule", "tpp_return", "--explain", query]).code(2).stderr(contains("fowl"));
    tradepath(&["schedule", "tpp_return", "--explain", query, "--data", at]).success();
}

#[test]
fn a_result_is_checked_against_its_manifest() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("s");
    let pair = ["--importer", "USA", "--exporter", "JPN", "--years", "2025", "--out"];
    tradepath(&[&["schedule", "tpp_return"], &pair[..], &[out.to_str().unwrap()]].concat()).success();
    check(&out).success().stdout(contains("ok"));
    fs::write(out.join("duties.csv"), "spoiled\n").unwrap();
    check(&out).code(2).stderr(contains("duties.csv"));
}

#[test]
fn years_of_schedules_are_those_of_plans() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("e");
    for years in ["32767..32767", "10000", "9999..9999", "0..9999", "-1..2025", "2019..2021", "2021..2061"] {
        let years = format!("--years={years}");
        let args = ["schedule", "tpp_return", "--importer", "USA", "--exporter", "JPN", &years, "--out"];
        let found = tradepath(&[&args[..], &[out.to_str().unwrap()]].concat()).code(2);
        found.stderr(contains("--years").and(contains("years within 2020..2060")));
        assert!(!out.exists());
    }
    for day in ["9999-12-31", "-009999-01-01", "1889-01-01"] {
        let query = format!("USA:VNM:textiles:{day}");
        tradepath(&["schedule", "tpp_return", "--explain", &query]).code(2).stderr(contains("1990 to 2100"));
    }
}

/// Runs `check` on a baseline with at most 4 GB of addresses.
#[cfg(unix)]
fn check_in_4_gb(folder: &Path) -> Assert {
    let script =
        format!("ulimit -v 4194304; exec {} check {}", env!("CARGO_BIN_EXE_tradepath"), folder.display());
    Command::new("sh").timeout(Duration::from_secs(240)).args(["-c", &script]).assert()
}

#[cfg(unix)]
#[test]
fn memory_is_estimated_before_it_is_taken() {
    let tiny = |name: &str| fs::read_to_string(Path::new("data/tiny").join(name)).unwrap();
    let copy = || {
        let folder = TempDir::new().unwrap();
        for name in ["meta.toml", "countries.csv", "sectors.csv", "trade.csv", "value_added.csv"] {
            fs::write(folder.path().join(name), tiny(name)).unwrap();
        }
        folder
    };
    // Far fewer rows than cells: no array is asked for.
    let folder = copy();
    let countries: String = (0..20_000).map(|at| format!("C{at},x,y\n")).collect();
    fs::write(folder.path().join("countries.csv"), format!("iso3,name,region\n{countries}")).unwrap();
    let found = check_in_4_gb(folder.path()).code(2).stderr(contains("trade.csv `rows` = 18 rows"));
    found.stderr(contains("20000 x 20000 x 2 = 800000000"));
    // Every cell is there, and the inputs of 20,000 sectors would need 12.8 GB.
    let folder = copy();
    let sectors: String = (0..20_000).map(|at| format!("s{at},x,goods,5,1\n")).collect();
    let trade: String = (0..20_000).map(|at| format!("AAA,AAA,s{at},1\n")).collect();
    fs::write(folder.path().join("countries.csv"), "iso3,name,region\nAAA,x,y\n").unwrap();
    fs::write(folder.path().join("sectors.csv"), format!("sector,name,kind,theta,theta_se\n{sectors}"))
        .unwrap();
    fs::write(folder.path().join("trade.csv"), format!("exporter,importer,sector,value_musd\n{trade}"))
        .unwrap();
    let found = check_in_4_gb(folder.path()).code(2);
    found.stderr(contains("1 countries and 20000 sectors, which need about 12801920000 bytes of memory"));
}

#[test]
fn optimal_reads_the_baseline_that_the_plan_names() {
    let folder = data();
    change(folder.path(), "plan.toml", "baseline = \"apac\"", "baseline = \"tiny\"");
    let (data, out) = (folder.path().display().to_string(), folder.path().join("o").display().to_string());
    let optimal =
        |more: &[&str]| tradepath(&[&["optimal", "--country", "AAA", "--out", &out], more].concat());
    optimal(&[]).code(2).stderr(contains("expected one of USA, CAN"));
    optimal(&["--data", &data, "--baseline", &data]).code(2).stderr(contains("cannot be used with"));
    optimal(&["--data", &data]).success().stdout(contains("optimal tariffs of AAA"));
}

#[test]
fn options_parties_and_menus_of_the_tables_of_topics_lead_somewhere() {
    let folder = data();
    let at = folder.path();
    change(at, "options/politics/gains.csv", "hybrid,", "hybirdd,");
    change(at, "options/politics/gains.csv", ",VNM,", ",VNX,");
    change(at, "options/politics/menus.csv", "hybrid,", "hybrdi,");
    let told = |found: Assert| {
        let found =
            found.code(2).stderr(contains("`option` = hybirdd").and(contains("Did you mean hybrid?")));
        let found = found.stderr(contains("`party` = VNX").and(contains("Did you mean VNM?")));
        found.stderr(contains("`menu` = hybrdi"));
    };
    told(check(at));
    told(check(&at.join("options/hybrid.toml")));
    told(tradepath(&["timeline", "hybrid", "--data", at.to_str().unwrap()]));
}

#[test]
fn rows_of_politics_that_are_there_twice_are_named_with_both_lines() {
    let folder = data();
    let tables = [
        ("politics/menus.csv", "menu,topic"),
        ("politics/topics.csv", "topic"),
        ("politics/gains.csv", "option,party"),
        ("politics/stances.csv", "topic,actor"),
        ("politics/weights.csv", "weight"),
    ];
    for (file, _) in tables {
        let path = folder.path().join("options").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let row = text.lines().nth(1).unwrap();
        fs::write(&path, format!("{}\n{row}\n", text.trim_end())).unwrap();
    }
    let found = check(folder.path()).code(2);
    tables.into_iter().fold(found, |found, (file, field)| {
        let is_told = move |text: &str| {
            let of_file = |line: &&str| line.contains(file) && line.contains(&format!("`{field}` = "));
            text.lines().find(of_file).is_some_and(|line| line.contains("once: line 2 has it"))
        };
        found.stderr(predicates::function::function(is_told))
    });
}
