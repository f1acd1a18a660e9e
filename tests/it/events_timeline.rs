//! `tradepath timeline` as a user calls it: settings, queries, fits, folders, horizons.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

fn tradepath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(folder);
    command
}

/// One event on a day, in a folder of options with an empty world.
fn folder_of(start: &str, head: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("options")).unwrap();
    let option = format!(
        "id = \"late\"\ntitle = \"Late\"\n{head}\n[[process]]\nid = \"x\"\nparty = \"USA\"\nstart = \"{start}\"\n\
         [[process.stage]]\nid = \"k\"\nduration = {{ kind = \"fixed\", days = 0 }}\nmilestone = \"in_force\"\n\
         source = \"test\"\nmark = \"assumption\"\n[[process.stage]]\nid = \"never\"\n\
         duration = {{ kind = \"fixed\", days = 90000 }}\nmilestone = \"never\"\nsource = \"test\"\nmark = \"seed\"\n"
    );
    fs::write(folder.path().join("options/late.toml"), option).unwrap();
    fs::write(folder.path().join("options/world.toml"), "id = \"world\"\ntitle = \"Others\"\n").unwrap();
    folder
}

#[test]
fn the_default_horizon_ends_in_2050_and_what_is_not_reached_is_said() {
    for day in ["2045-06-01", "2050-12-31"] {
        let folder = folder_of(day, "");
        let arguments = ["timeline", "late", "--options", "options", "--draws", "8", "--out", "x"];
        tradepath(folder.path()).args(arguments).assert().success();
        let dates = fs::read_to_string(folder.path().join("x/dates.csv")).unwrap();
        let rows: Vec<_> = dates.lines().skip(1).collect();
        assert_eq!(rows, [&format!("late,in_force,1.0,{day},{day},{day},"), "late,never,0.0,,,,"]);
        let years = fs::read_to_string(folder.path().join("x/by_year.csv")).unwrap();
        let share = |row: &str| {
            let line = years.lines().find(|line| line.starts_with(row)).unwrap();
            line.rsplit(',').next().unwrap().parse::<f64>().unwrap()
        };
        assert!(share("late,in_force,2044,") < 0.5 && share("late,in_force,2050,") > 0.5, "{years}");
        assert!(share("late,never,2050,") < 0.5, "{years}");
    }
    let folder = folder_of("2051-01-01", "");
    let arguments = ["timeline", "late", "--options", "options", "--draws", "8", "--out", "x"];
    let refused = tradepath(folder.path()).args(arguments).assert().code(2);
    refused.stderr(contains(
        "late.toml:7 `x` = 2051-01-01: expected a date within the horizon, 2020-11-01 to 2050",
    ));
}

/// The world begins after the horizon of a file about the past.
#[test]
fn what_begins_after_the_horizon_is_named() {
    let folder = folder_of("2015-06-01", "horizon = [\"2010-01-01\", \"2019-12-31\"]");
    let world = "id = \"world\"\ntitle = \"Others\"\n[[process]]\nid = \"accede\"\nparty = \"GBR\"\n\
        start = \"2021-02-01\"\n[[process.stage]]\nid = \"k\"\nduration = { kind = \"fixed\", days = 0 }\n\
        source = \"test\"\nmark = \"assumption\"\n";
    fs::write(folder.path().join("options/world.toml"), world).unwrap();
    let arguments = ["timeline", "late", "--options", "options", "--draws", "8", "--out", "x"];
    let said = tradepath(folder.path()).args(arguments).assert().success();
    said.stderr(contains("the horizon ends on 2019-12-31").and(contains("accede")));
}

#[test]
fn settings_and_queries_that_nothing_has_are_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let call = |more: &[&str]| {
        let mut command = tradepath(folder.path());
        command.args(["timeline", "cptpp_accession"]).args(more);
        command.assert().code(2)
    };
    for value in ["nan", "inf", "1e308", "1.7", "-0.1"] {
        let setting = format!("demands={value}");
        call(&["--set", &setting, "--out", "x"]).stderr(contains("expected a number from 0.05 to 0.8"));
    }
    for value in ["0.5", "nan", "7"] {
        let setting = format!("withdrawal_needs_congress={value}");
        call(&["--set", &setting, "--out", "x"]).stderr(contains("expected 1 (on) or 0 (off)"));
    }
    call(&["--set", "demnads=0.5", "--out", "x"])
        .stderr(contains("Did you mean demands?").and(contains("opinion")));
    call(&["--set", "demands=much", "--out", "x"]).stderr(contains("much is no number"));
    call(&["--explain", "in_farce"]).stderr(contains("Did you mean in_force?"));
    call(&["--draws", "1000000000000", "--out", "x"]).stderr(contains("1..=1000000000"));
    call(&["--draws", "0", "--out", "x"]).stderr(contains("1..=1000000000"));
    assert!(!folder.path().join("x").exists());
    for id in ["nosuch", "../cptpp_accession", ""] {
        let refused = tradepath(folder.path()).args(["timeline", id, "--out", "x"]).assert().code(2);
        refused.stderr(contains("expected one of cptpp_accession"));
    }
    // What is known and does not come about on this path is an answer.
    let told =
        tradepath(folder.path()).args(["timeline", "cptpp_accession", "--explain", "withdrawal"]).assert();
    told.success().stdout(contains("withdrawal does not happen in this path, which ends on 2050-12-31"));
}

#[test]
fn fits_refuse_what_is_no_duration_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let fit = |rows: &str| {
        fs::write(folder.path().join("t.csv"), format!("from_event,to_event,duration_days,note\n{rows}"))
            .unwrap();
        tradepath(folder.path()).args(["timeline", "--format", "csv", "--fit", "t.csv"]).assert()
    };
    for cell in ["inf", "-inf", "Infinity", "NaN", "-5", "1e300", "ten", "12 days", "1e5000"] {
        let refused = fit(&format!("a,b,10,x\na,b,{cell},x\na,b,20,x\n")).code(2);
        refused.stderr(contains(format!("t.csv:3 `duration_days` = {cell}: expected days from 0 to 100000")));
    }
    let all = fit("a,b,-5,x\na,b,-inf,x\na,b,20,x\na,b,abc,x\na,c,NaN,after_cutoff\n").code(2);
    all.stderr(
        contains("4 faults")
            .and(contains("t.csv:2"))
            .and(contains("t.csv:3"))
            .and(contains("t.csv:5"))
            .and(contains("t.csv:6")),
    );
    fit("=1+1,b,5,x\n,b,6,x\n")
        .code(2)
        .stderr(contains("t.csv:2 `from_event`").and(contains("t.csv:3 `from_event`")));
    // Of 10, 20 and 60 days the quantiles are 12, 20 and 52; open and late rows are counted.
    let sound = fit("a,b,10,x\na,b,20,x\na,b,60,x\na,b,,x\na,b,9,after_cutoff\n").success();
    let sound = sound.stdout(contains("a to b,3,12.0,20.0,52.0,"));
    sound.stderr(contains("1 rows after the cut-off, 1 rows without a duration"));
}

/// `--data` is the folder that is read: its options, its world, its policy tables.
#[test]
fn the_folder_of_the_user_is_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    tradepath(folder.path()).args(["init", "mine"]).assert().success();
    let mine = |name: &str| folder.path().join("mine").join(name);
    let deal = "id = \"deal\"\ntitle = \"A deal\"\n[[process]]\nid = \"deal\"\nparty = \"USA\"\nstart = \"2021-01-20\"\n\
        [[process.stage]]\nid = \"entry\"\nduration = { kind = \"fixed\", days = 10 }\nmilestone = \"in_force\"\n\
        effects = [\"join:my_pact:USA\"]\nsource = \"test\"\nmark = \"assumption\"\n";
    fs::write(mine("options/deal.toml"), deal).unwrap();
    let call = || {
        let mut command = tradepath(folder.path());
        command.args(["timeline", "deal", "--data", "mine", "--draws", "4", "--out", "x"]).assert()
    };
    call()
        .code(2)
        .stderr(contains("deal.toml:11 `effects` = my_pact: expected an agreement of policy/agreements.csv"));
    let agreements = fs::read_to_string(mine("policy/agreements.csv")).unwrap();
    let usmca = agreements.lines().find(|line| line.starts_with("usmca,")).unwrap();
    let more = usmca.replacen("usmca,USMCA", "my_pact,Mine", 1);
    fs::write(mine("policy/agreements.csv"), format!("{agreements}{more}\n")).unwrap();
    call().success();
    let dates = fs::read_to_string(folder.path().join("x/dates.csv")).unwrap();
    assert!(dates.contains(",2021-01-30,2021-01-30,2021-01-30,\n"), "{dates}");
    assert!(dates.contains("deal,accession_GBR,"), "the world of the folder runs beside it: {dates}");

    let part = mine("options/parts/world_agreements.toml");
    let world = fs::read_to_string(&part).unwrap();
    let line = world.lines().position(|line| line == "probability = 0.97").unwrap() + 1;
    fs::write(&part, world.replacen("probability = 0.97", "probability = 1.9", 1)).unwrap();
    for command in
        [&["timeline", "hybrid", "--data", "mine", "--out", "y"][..], &["check", "mine/options/hybrid.toml"]]
    {
        let refused = tradepath(folder.path()).args(command).assert().code(2);
        let place = format!("world_agreements.toml:{line} `rcep.signature` = 1.9: expected a probability");
        refused.stderr(contains(place).and(contains("hybrid.toml").not()));
    }
}
