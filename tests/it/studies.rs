//! Published studies beside the program: the bridge adds up, no row is left out, and bad tables are refused.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use assert_cmd::Command;
use ndarray::array;
use predicates::str::contains;
use tradepath::data::{Dataset, Files};
use tradepath::ensemble::{PLAN_FILE, Plan};
use tradepath::validation::autarky::autarky;
use tradepath::validation::delay::delay;
use tradepath::validation::studies::{StudyTables, studies};

const SCENARIOS: &str = "study,scenario,title,option,against,year,always,source,mark\n\
    first,twelve,The twelve,study_twelve,study_nothing,2021,world_still;without_cptpp,made up,assumption\n\
    first,eleven,The eleven,study_eleven,study_nothing,2021,world_still;without_cptpp,made up,assumption\n\
    first,nowhere,Elsewhere,,,,,made up,assumption\n";
const CHAINS: &str = "study,scenario,setting,source,mark\n\
    first,*,no_origin_cost,made up,assumption\n\
    first,twelve,at_once,made up,assumption\n\
    first,twelve,seen_2022,made up,assumption\n";
const SETTINGS: &str = "setting,title,file,rows,column,operation,value,text,source,mark\n\
    world_still,Nobody else,options/world.toml,,,replace,,validation/options/study_world.toml,made up,assumption\n\
    without_cptpp,No CPTPP,policy/tables/memberships.csv,agreement=cptpp,,drop,,,made up,assumption\n\
    no_origin_cost,No cost of origin,policy/origin_rules.csv,,cost_pct,set,0,,made up,assumption\n\
    at_once,At once,plan.toml,,adjustment,switch,,false,made up,assumption\n\
    seen_2022,A year later,plan.toml,,year,view,,2022,made up,assumption\n";
const RESULTS: &str = "study,scenario,iso3,measure,partners,sectors,value,unit,year,source,mark\n\
    first,twelve,USA,real_income,,,0.5,pct,2022,made up,assumption\n\
    first,twelve,USA,real_income,,,100,busd2015,2022,made up,assumption\n\
    first,twelve,USA,real_gdp,,,0.5,pct,2022,made up,assumption\n\
    first,twelve,WORLD,real_income,,,1,pct,2022,made up,assumption\n\
    first,twelve,USA,exports,TPP12,,2,pct,2022,made up,assumption\n\
    first,twelve,USA,imports,,services,2,busd2015,2022,made up,assumption\n\
    first,twelve,USA,output,,goods,1,pct,2022,made up,assumption\n\
    first,twelve,USA,employment,,goods,1,pct,2022,made up,assumption\n\
    first,twelve,USA,happiness,,,1,pct,2022,made up,assumption\n\
    first,twelve,ATL,real_income,,,1,pct,2022,made up,assumption\n\
    first,nowhere,USA,real_income,,,1,pct,2022,made up,assumption\n\
    first,eleven,JPN,real_income,,,1,pct,2022,made up,assumption\n";
const REASONS: &str = "study,scenario,measure,reason,mark\n*,*,happiness,nobody measures it,assumption\n";
const NAMES: &str = "study,title,source,mark\nfirst,First & Other (2000),made up,assumption\n";
const SIGNS: &str = "study,scenario,than_study,than_scenario,iso3,measure,sign,claim,source,mark\n\
    first,eleven,first,twelve,USA,real_income,below,worse outside,made up,assumption\n";

/// The embedded folder with small tables of studies.
fn small() -> Files {
    let tables = [
        ("scenarios", SCENARIOS),
        ("chains", CHAINS),
        ("settings", SETTINGS),
        ("results", RESULTS),
        ("reasons", REASONS),
        ("studies", NAMES),
        ("signs", SIGNS),
    ];
    tables.iter().fold(Files::embedded(), |files, (name, text)| {
        files.with_text(&format!("validation/{name}.csv"), (*text).to_owned())
    })
}

fn found() -> &'static StudyTables {
    static FOUND: OnceLock<StudyTables> = OnceLock::new();
    FOUND.get_or_init(|| {
        let files = small();
        let plan = Plan::read(&files, PLAN_FILE).unwrap();
        studies(&files, &plan, &()).unwrap()
    })
}

#[test]
fn a_bridge_leads_from_our_number_to_the_published_one() {
    let found = found();
    assert_eq!(found.studies.len(), RESULTS.lines().count() - 1, "no row is left out");
    let mut bridges: HashMap<(String, String, String, String, String), Vec<_>> = HashMap::new();
    for row in &found.bridge {
        let key = (&row.scenario, &row.iso3, &row.measure, &row.partners, &row.unit);
        let key =
            (key.0.to_string(), key.1.to_string(), key.2.to_string(), key.3.to_string(), key.4.to_string());
        bridges.entry(key).or_default().push(row);
    }
    let with_number = found.studies.iter().filter(|row| row.ours_default.is_some());
    assert_eq!(with_number.clone().count(), bridges.len());
    for row in with_number {
        let key = (
            row.scenario.to_string(),
            row.iso3.to_string(),
            row.measure.to_string(),
            row.partners.to_string(),
            row.unit.to_string(),
        );
        let bridge = &bridges[&key];
        let ours = row.ours_default.unwrap();
        assert_eq!((&*bridge[0].setting, bridge[0].value), ("ours_default", ours));
        let (last, before) = (bridge.last().unwrap(), bridge[bridge.len() - 2]);
        assert_eq!(&*last.setting, "unexplained");
        assert_eq!(Some(before.level), row.ours_matched);
        let sum: f64 = bridge[1..].iter().map(|step| step.value).sum();
        assert!((sum - (row.published - ours)).abs() < 1e-12 * row.published.abs().max(1.0), "{key:?}");
    }
    let why: HashMap<&str, &str> = found.studies.iter().map(|row| (&*row.iso3, &*row.reason)).collect();
    assert!(why["ATL"].contains("no ATL"));
    let of = |measure: &str| found.studies.iter().find(|row| row.measure == measure).unwrap();
    assert_eq!(
        (of("happiness").ours_default, &*of("happiness").reason),
        (None, "no measure happiness in this unit; nobody measures it")
    );
}

#[test]
fn numbers_have_their_units_and_settings_their_effect() {
    let found = found();
    let of = |iso3: &str, measure: &str, unit: &str| {
        let is_it = |row: &&_| -> bool {
            let row: &tradepath::validation::studies::StudyRow<'_> = row;
            row.iso3 == iso3 && row.measure == measure && row.unit == unit && row.scenario == "twelve"
        };
        found.studies.iter().find(is_it).unwrap().ours_matched.unwrap()
    };
    let (pct, money) = (of("USA", "real_income", "pct"), of("USA", "real_income", "busd2015"));
    // A country of some 20,000 billion: a percent is some 190 billion at prices of 2015.
    assert!(pct > 0.0 && (150.0..260.0).contains(&(money / pct)), "{pct} {money}");
    assert!((0.0..pct * 5.0).contains(&of("USA", "real_gdp", "pct")));
    assert!(of("USA", "exports", "pct") > 0.0 && of("WORLD", "real_income", "pct") > 0.0);
    let step = |setting: &str| {
        let is_it = |row: &&tradepath::validation::studies::BridgeRow<'_>| {
            row.setting == setting && row.measure == "real_income" && row.unit == "pct" && row.iso3 == "USA"
        };
        found.bridge.iter().find(is_it).unwrap().value
    };
    // To prove origin costs something; how fast trade answers makes a difference.
    assert!(step("no_origin_cost") > 0.0 && step("at_once") != 0.0);
    let sign = &found.signs[0];
    assert_eq!((sign.holds_default, sign.holds_matched), (Some(true), Some(true)));
}

#[test]
fn bad_tables_of_studies_are_refused() {
    let refused = |name: &str, text: &str, says: &[&str]| {
        let files = small().with_text(&format!("validation/{name}.csv"), text.to_owned());
        let plan = Plan::read(&files, PLAN_FILE).unwrap();
        let error = format!("{:?}", studies(&files, &plan, &()).err().unwrap());
        says.iter().for_each(|words| assert!(error.contains(words), "{name}: {error}"));
    };
    refused("chains", &CHAINS.replace("at_once", "at_one"), &["chains.csv", "at_one", "at_once"]);
    refused("scenarios", &SCENARIOS.replace("2021", "now"), &["scenarios.csv", "year"]);
    refused("results", &RESULTS.replace("busd2015", "busd1815"), &["results.csv", "busd1815"]);
    refused("settings", &SETTINGS.replace("year,view", "week,view"), &["settings.csv", "week"]);
    refused("settings", &SETTINGS.replace("adjustment,switch", "adjustments,switch"), &["adjustments"]);
    refused("settings", &SETTINGS.replace("cost_pct,set", "price,set"), &["settings.csv", "price"]);
    refused("scenarios", &SCENARIOS.replace("study_eleven,", "study_none,"), &["study_none"]);
    refused("studies", &NAMES.replace("first,", "last,"), &["studies.csv", "last"]);
}

#[test]
fn studies_and_scenarios_have_names_for_people() {
    let titles = &found().titles;
    assert_eq!(
        [titles.study("first"), titles.scenario("first", "twelve")],
        ["First & Other (2000)", "The twelve"]
    );
    assert_eq!([titles.study("other"), titles.scenario("other", "twelve")], ["other", "twelve"]);
}

#[test]
fn waiting_past_the_last_year_costs_all_gains() {
    let mut files = Files::embedded();
    for option in ["study_twelve", "study_nothing"] {
        let text = files.read(&format!("validation/options/{option}.toml")).unwrap();
        files = files.with_text(&format!("options/{option}.toml"), text);
    }
    let mut plan = Plan::read(&files, PLAN_FILE).unwrap();
    plan.options = vec!["study_nothing".into(), "study_twelve".into()];
    (plan.reference_option, plan.years) = ("study_nothing".into(), [2021, 2022]);
    let rows = delay(&files, &plan, &()).unwrap();
    assert_eq!(rows.len(), 25);
    let usa = rows.iter().find(|row| row.iso3 == "USA").unwrap();
    assert!(usa.present_value_musd2019 > 0.0 && usa.present_value_later_musd2019 == 0.0);
    assert_eq!((usa.cost_musd2019, usa.cost_share), (usa.present_value_musd2019, Some(1.0)));
    assert!(usa.real_income_pct > 0.0 && usa.real_income_later_pct == 0.0);
}

/// Two equal countries with one sector, a home share of 0.8 and elasticity 5, half of output inputs.
#[test]
fn losses_without_trade_are_the_closed_form() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("meta.toml", "name = \"two\"\nyear = 2019\nunit = \"musd\"\nvaluation = \"border\"\n");
    write("countries.csv", "iso3,name,region\nAAA,A,x\nBBB,B,x\n");
    write("sectors.csv", "sector,name,kind,theta,theta_se\ngoods,Goods,goods,5,\n");
    write(
        "trade.csv",
        "exporter,importer,sector,value_musd\nAAA,AAA,goods,80\nBBB,AAA,goods,20\nAAA,BBB,goods,20\nBBB,BBB,goods,80\n",
    );
    write("value_added.csv", "country,sector,share\nAAA,goods,0.5\nBBB,goods,0.5\n");
    write("io.csv", "country,input_sector,output_sector,share\nAAA,goods,goods,0.5\nBBB,goods,goods,0.5\n");
    let data = Dataset::read(&Files::directory(folder.path())).unwrap();
    let rows = autarky(&Files::embedded(), &data, Some(&array![0.5])).unwrap();
    let of =
        |form: &str| rows.iter().find(|row| row.iso3 == "AAA" && row.form == form).unwrap().ours_pct.unwrap();
    let loss = |power: f64| 100.0 * (1.0 - 0.8_f64.powf(power));
    assert!((of("one_sector") - loss(0.2)).abs() < 1e-12 && (of("many_sectors") - loss(0.2)).abs() < 1e-12);
    // Half of output are inputs: each loss counts twice. One sector has no other size to grow to: scale adds nothing.
    assert!((of("inputs") - loss(0.4)).abs() < 1e-12 && (of("scale") - loss(0.4)).abs() < 1e-9);
}

/// Rows of a file of results that is kept in the repository.
fn kept(name: &str) -> Vec<HashMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("calibration/validation").join(name);
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn results_that_are_kept_hold_every_published_row_and_add_up() {
    let known = Files::embedded().read("validation/results.csv").unwrap();
    let studies = kept("studies.csv");
    assert_eq!(studies.len(), known.lines().count() - 1, "renew calibration/validation");
    let number = |row: &HashMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
    let key = |row: &HashMap<String, String>| {
        ["study", "scenario", "iso3", "measure", "partners", "sectors", "unit"].map(|c| row[c].clone())
    };
    let mut sums: HashMap<[String; 7], f64> = HashMap::new();
    for row in kept("bridge.csv") {
        *sums.entry(key(&row)).or_default() += number(&row, "value");
    }
    for row in &studies {
        assert!(!row["ours_default"].is_empty() || !row["reason"].is_empty(), "{row:?}");
        if let Some(sum) = sums.get(&key(row)) {
            let published = number(row, "published");
            assert!((sum - published).abs() < 1e-6 * published.abs().max(1.0), "{row:?}");
        }
    }
}

#[test]
fn validate_answers_within_eighty_columns() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    tradepath::data::write_embedded(&data).unwrap();
    for (name, text) in [
        ("scenarios", SCENARIOS),
        ("chains", CHAINS),
        ("settings", SETTINGS),
        ("results", RESULTS),
        ("reasons", REASONS),
        ("studies", NAMES),
        ("signs", SIGNS),
    ] {
        fs::write(data.join(format!("validation/{name}.csv")), text).unwrap();
    }
    let tradepath = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.current_dir(folder.path()).args(["--quiet", "validate", "--data", "data"]);
        command
    };
    let out = tradepath().args(["--only", "studies,autarky", "--out", "out"]).assert().success();
    let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    assert!(text.contains("of 12 published results 9 can be set beside ours"), "{text}");
    assert!(text.contains("Loss without trade"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for file in ["studies.csv", "bridge.csv", "signs.csv", "autarky.csv", "manifest.json"] {
        assert!(folder.path().join("out").join(file).exists(), "{file}");
    }
    tradepath().args(["--only", "happiness"]).assert().code(2).stderr(contains("autarky"));
}
