//! Figures, names and files of options that are refused, each where it stands.

use std::fmt::Write as _;
use std::fs;
use tradepath::sorted::SortedSet;

use tradepath::data::Files;
use tradepath::error::Fault;
use tradepath::events::known::unknown_names;
use tradepath::events::{Horizon, OptionSpec, Program, SettingError, Tables, read_option, read_options};
use tradepath::policy::PolicyTimeline;

/// An option in which every kind of figure stands on a line of its own.
const SOUND: &str = r#"id = "small"
title = "A test"
horizon = ["2020-11-01", "2050-12-31"]

[[parameter]]
name = "demands"
value = 0.5
range = [0.0, 1.0]
source = "test"
mark = "assumption"

[[calendar]]
name = "polls"
dates = ["2022-11-08"]
source = "test"
mark = "assumption"

[[fact]]
name = "crisis"
source = "test"
mark = "assumption"

[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
probability = 0.5
retry_days = 30
max_retries = 2
shift = [
  { parameter = "demands", add = 0.25 },
  { before = "polls", within_days = 365, by = 0.5 },
  { per_year_since = "2021-01-01", at_most_years = 4, add = 0.125 },
]
milestone = "in_force"
effects = ["join:pact:AAA"]
source = "test"
mark = "assumption"
[[process.stage.branch]]
probability = 0.2
to = "vote"
at_most = 3
source = "test"
mark = "assumption"

[[recurring]]
id = "election"
party = "AAA"
first = "2022-11-08"
every_years = 2
probability = 0.75
effects = ["clear:crisis"]
source = "test"
mark = "assumption"
"#;

/// Faults of the option `small` of a folder of files, with names inside the folder.
fn faults(files: &[(&str, &str)]) -> Vec<Fault> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let found = read_option(&Files::directory(folder.path()), "small", None)
        .err()
        .map_or_else(Vec::new, |errors| errors.0);
    let prefix = format!("{}/", folder.path().display());
    found.into_iter().map(|fault| Fault { file: fault.file.replace(&prefix, ""), ..fault }).collect()
}

/// Replaces a text of the sound option and expects one fault, on the line where the text begins.
#[track_caller]
fn refused(text: &str, by: &str, found: &str, expected: &str) {
    let at = SOUND.find(text).unwrap_or_else(|| panic!("{text:?} is not in the option"));
    let line = SOUND[..at].lines().count().max(1) as u64 + u64::from(SOUND[..at].ends_with('\n'));
    let faults = faults(&[("small.toml", &SOUND.replacen(text, by, 1))]);
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 1, "{by}: {told:#?}");
    assert_eq!((faults[0].file.as_str(), faults[0].line), ("small.toml", Some(line)), "{by}: {told:?}");
    assert!(faults[0].found.contains(found) && faults[0].expected.contains(expected), "{by}: {told:?}");
    assert!(!faults[0].remedy.is_empty() && !faults[0].field.is_empty());
}

#[test]
fn the_sound_option_has_no_fault() {
    assert_eq!(faults(&[("small.toml", SOUND)]), []);
}

#[test]
fn numbers_that_are_none_or_beyond_their_bounds_are_refused_on_their_line() {
    for (value, found) in [("nan", "NaN"), ("inf", "inf"), ("-inf", "-inf"), ("1e308", "1e308"), ("2.0", "2")]
    {
        refused(
            "value = 0.5",
            &format!("value = {value}"),
            &format!("value = {found}"),
            "a number from 0 to 1",
        );
    }
    for (value, found) in [("nan", "NaN"), ("inf", "inf"), ("-1", "-1"), ("1e9", "1000000000")] {
        let days = format!("days = {found}");
        refused("days = 10 }", &format!("days = {value} }}"), &days, "days from 0 to 100000");
        refused("retry_days = 30", &format!("retry_days = {value}"), found, "a number from 1 to 100000");
        let years = format!("at_most_years = {value}");
        refused("at_most_years = 4", &years, &format!("at_most_years = {found}"), "a number from 0 to 300");
        refused(
            "within_days = 365",
            &format!("within_days = {value}"),
            found,
            "a number from 0.001 to 100000",
        );
        refused("by = 0.5", &format!("by = {value}"), &format!("by = {found}"), "a number from 0 to 1000000");
    }
    for (value, found) in [("nan", "add = NaN"), ("-inf", "add = -inf"), ("1e7", "add = 10000000")] {
        refused("add = 0.25", &format!("add = {value}"), found, "a number from -1000000 to 1000000");
    }
    for value in ["nan", "inf", "-0.1", "1.01"] {
        refused("probability = 0.5", &format!("probability = {value}"), "", "a probability from 0 to 1");
        refused("probability = 0.75", &format!("probability = {value}"), "", "a probability from 0 to 1");
    }
    refused("max_retries = 2", "max_retries = 4294967295", "max_retries = 4294967295", "at most 1000 times");
    refused("at_most = 3", "at_most = 1000000000", "at_most = 1000000000", "at most 1000 times");
    for value in ["0", "-4", "301", "32767"] {
        refused("every_years = 2", &format!("every_years = {value}"), value, "years from 1 to 300");
    }
    refused("every_years = 2", "every_years = 4294967295", "4294967295", "the keys of an option");
}

/// Where no stage uses them: a pause without retries, years and days that nothing counts.
#[test]
fn numbers_that_nothing_uses_are_checked_as_well() {
    refused(
        "max_retries = 2",
        "stretch = [{ within_days = inf, by = 2.0 }]\nmax_retries = 0",
        "inf",
        "a number from 0.001",
    );
    let unused = SOUND.replace("max_retries = 2\n", "").replace("retry_days = 30", "retry_days = nan");
    assert_eq!(faults(&[("small.toml", &unused)])[0].found, "retry_days = NaN");
}

#[test]
fn durations_are_refused_by_the_figure_that_is_wrong() {
    for (duration, found) in [
        ("{ kind = \"triangular\", low_days = 1, mode_days = 2, high_days = inf }", "high_days = inf"),
        ("{ kind = \"log_normal\", median_days = 10, p90_days = inf }", "p90_days = inf"),
        ("{ kind = \"log_normal\", median_days = 0, p90_days = 5 }", "median_days = 0"),
        ("{ kind = \"weibull\", shape = nan, scale_days = 5 }", "shape = NaN"),
        ("{ kind = \"weibull\", shape = 1, scale_days = inf }", "scale_days = inf"),
        ("{ kind = \"log_normal\", median_days = 10, p90_days = 5 }", "median_days = 10, p90_days = 5"),
    ] {
        refused("{ kind = \"fixed\", days = 10 }", duration, found, "");
    }
}

#[test]
fn dates_outside_the_calendar_and_outside_the_horizon_are_refused() {
    for date in ["2021-02-30", "12021-01-01", "yesterday"] {
        refused("start = \"2021-01-01\"", &format!("start = \"{date}\""), "", "the keys of an option");
    }
    refused("start = \"2021-01-01\"", "start = \"2051-01-01\"", "2051-01-01", "a date within the horizon");
    refused("\"2022-11-08\"]", "\"-009999-01-01\"]", "-009999-01-01", "a date from 1900-01-01 to 2200-12-31");
    refused(
        "per_year_since = \"2021",
        "per_year_since = \"9999",
        "9999",
        "a date from 1900-01-01 to 2200-12-31",
    );
    let horizon = "horizon = [\"2020-11-01\", \"2050-12-31\"]";
    let far =
        faults(&[("small.toml", &SOUND.replace(horizon, "horizon = [\"0001-01-01\", \"9999-12-31\"]"))]);
    assert_eq!((far[0].line, far[0].found.as_str()), (Some(3), "0001-01-01 to 9999-12-31"), "{far:?}");
    let back =
        faults(&[("small.toml", &SOUND.replace(horizon, "horizon = [\"2050-12-31\", \"2020-11-01\"]"))]);
    assert_eq!((back[0].line, back[0].field.as_str()), (Some(3), "horizon"), "{back:?}");
}

#[test]
fn ids_are_identifiers() {
    for id in ["", "=1+1", "-2+3", "@SUM(1)", "a/b", "a b", "a\\\"b", "<b>", "a;b", "a:b"] {
        refused("id = \"deal\"", &format!("id = \"{id}\""), &id.replace('\\', ""), "an identifier");
        let renamed = SOUND.replace("\"vote\"", &format!("\"{id}\""));
        let found = faults(&[("small.toml", &renamed)]);
        assert_eq!((found.len(), found[0].line), (1, Some(28)), "{found:?}");
        refused("party = \"AAA\"\nstart", &format!("party = \"{id}\"\nstart"), "", "an identifier");
        refused("milestone = \"in_force\"", &format!("milestone = \"{id}\""), "", "an identifier");
        refused("id = \"election\"", &format!("id = \"{id}\""), "", "an identifier");
    }
    refused(
        "name = \"crisis\"",
        "until = \"2021-01-01\"\nfrom = \"2021-01-01\"\nname = \"crisis\"",
        "until before",
        "from",
    );
    refused("join:pact:AAA", "join:pact:=A1", "=A1", "an identifier");
    refused("join:pact:AAA", "join:pact:AAA; BBB", " BBB", "an identifier");
    refused("join:pact:AAA", "set:member:pact:AAA", "member:pact:AAA", "a fact that is no membership");
    refused("join:pact:AAA", "clear:crises", "clear:crises", "a fact that some effect sets");
    refused("mark = \"assumption\"", "mark = \"guess\"", "guess", "seed, public, recalled or assumption");
}

#[test]
fn loops_take_time_and_have_an_end() {
    let timeless = SOUND.replace("days = 10 }", "days = 0 }");
    let found = faults(&[("small.toml", &timeless)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].found.contains("without a day going by") && found[0].line == Some(43), "{found:?}");

    let mut many =
        String::from("id = \"small\"\ntitle = \"A test\"\n[[process]]\nid = \"p\"\nparty = \"AAA\"\n");
    for k in 0..100 {
        let stage = "duration = { kind = \"fixed\", days = 1 }\nprobability = 0.5\nretry_days = 1\nmax_retries = 1000\n\
            source = \"test\"\nmark = \"seed\"\n";
        let branch = "[[process.stage.branch]]\nprobability = 0.1\nto = \"s0\"\nat_most = 1000\nsource = \"test\"\n\
            mark = \"seed\"\n";
        let _ = write!(many, "[[process.stage]]\nid = \"s{k}\"\n{stage}{branch}");
    }
    let found = faults(&[("small.toml", &many)]);
    assert_eq!((found.len(), found[0].line), (1, Some(4)), "{found:?}");
    // 1 + 100 x 1000 visits of 100 stages, 1001 tries each.
    assert_eq!(found[0].found, format!("up to {} events in a draw", 100_001_u64 * 100_100));
}

/// A fault of the world is told where it stands, and nothing is said of the option that cannot be known then.
#[test]
fn faults_of_the_world_and_of_included_files_are_told_where_they_stand() {
    let guarded = SOUND.replace("probability = 0.5\n", "probability = 0.5\nrequires = [\"world:crisis\"]\n");
    let world = "id = \"world\"\ntitle = \"Others\"\n\n[[fact]]\nname = \"world:crisis\"\nsource = \"test\"\nmark = \"seed\"\n";
    assert_eq!(faults(&[("small.toml", &guarded), ("world.toml", world)]), []);
    let told = |text: &str| {
        let found = faults(&[("small.toml", &guarded), ("world.toml", text)]);
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].file.clone(), found[0].line, found[0].found.clone())
    };
    let of_world = |line, found: &str| ("world.toml".to_owned(), Some(line), found.to_owned());
    assert_eq!(told(&world.replace("mark = \"seed\"", "mark = \"sead\"")), of_world(7, "sead"));
    let (file, line, found) = told(&world.replace("source", "sauce"));
    assert_eq!((file.as_str(), line), ("world.toml", Some(6)));
    assert!(found.contains("unknown field `sauce`"), "{found}");

    let including =
        guarded.replace("title = \"A test\"\n", "title = \"A test\"\ninclude = [\"parts/crisis\"]\n");
    let part = world.replace("id = \"world\"", "id = \"crisis\"");
    assert_eq!(faults(&[("small.toml", &including), ("parts/crisis.toml", &part)]), []);
    let broken = part.replace("[[fact]]", "[[fact]");
    let found = faults(&[("small.toml", &including), ("parts/crisis.toml", &broken)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].file.as_str(), found[0].line), ("parts/crisis.toml", Some(4)));
}

#[test]
fn several_options_tell_a_fault_of_the_world_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SOUND).unwrap();
    fs::write(folder.path().join("other.toml"), SOUND.replace("id = \"small\"", "id = \"other\"")).unwrap();
    fs::write(folder.path().join("world.toml"), "id = \"wrld\"\ntitle = \"Others\"\n").unwrap();
    let faults = read_options(&Files::directory(folder.path()), ["small", "other"], None).unwrap_err().0;
    assert_eq!(faults.iter().map(|one| one.found.as_str()).collect::<Vec<_>>(), ["wrld"]);
}

#[test]
fn includes_and_samples_stay_inside_the_folder() {
    for name in ["/etc/hostname", "../small", "./small", "parts/../small", "parts//a", ""] {
        let include = format!("title = \"A test\"\ninclude = [\"{name}\"]");
        let found = faults(&[("small.toml", &SOUND.replace("title = \"A test\"", &include))]);
        assert_eq!(
            (found.len(), found[0].line, found[0].field.as_str()),
            (1, Some(3), "include"),
            "{found:?}"
        );
        let empirical = format!("{{ kind = \"empirical\", file = \"{name}\" }}");
        refused("{ kind = \"fixed\", days = 10 }", &empirical, name, "a CSV file of the options folder");
    }
    let empirical =
        SOUND.replace("{ kind = \"fixed\", days = 10 }", "{ kind = \"empirical\", file = \"seen.csv\" }");
    let sample = "case,days\na,40\nb,inf\nc,-1\n\"d, e\",20\nf,ten\ng,,\n";
    let twice = faults(&[("small.toml", &empirical), ("seen.csv", "case,days\na,5\nb,5\na,5\n")]);
    assert_eq!((twice.len(), twice[0].line, twice[0].found.as_str()), (1, Some(4), "a,5"), "{twice:?}");
    assert!(twice[0].expected.contains("once: line 2 has it"), "{twice:?}");
    let found = faults(&[("small.toml", &empirical), ("seen.csv", sample)]);
    let told: Vec<_> = found.iter().map(|one| (one.file.as_str(), one.line, one.found.as_str())).collect();
    assert_eq!(
        &told[..3],
        [("seen.csv", Some(3), "inf"), ("seen.csv", Some(4), "-1"), ("seen.csv", Some(6), "ten")]
    );
    assert_eq!((told.len(), told[3].1), (4, Some(7)), "{told:?}");

    let chain = |k: usize| format!("id = \"c{k}\"\ntitle = \"t\"\ninclude = [\"c{}\"]\n", k + 1);
    let texts: Vec<_> = (0..200).map(|k| (format!("c{k}.toml"), chain(k))).collect();
    let first = SOUND.replace("title = \"A test\"", "title = \"A test\"\ninclude = [\"c0\"]");
    let mut files: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("small.toml", &first));
    let found = faults(&files);
    assert!(found[0].expected.contains("at most 32 includes inside one another"), "{found:?}");
}

#[test]
fn agreements_and_parties_are_those_of_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let text = SOUND
        .replace("party = \"AAA\"\nstart", "party = \"AAB\"\nstart")
        .replace("probability = 0.5\n", "probability = 0.5\nrequires = [\"member:pct:AAA\"]\n")
        .replace("join:pact:AAA", "join:pact:AAA;@other;BBB");
    fs::write(folder.path().join("small.toml"), text).unwrap();
    let option = read_option(&Files::directory(folder.path()), "small", None).unwrap();
    let known = Tables {
        agreements: SortedSet::from(["pact"]),
        parties: SortedSet::from(["AAA"]),
        memberships: None,
        ..Tables::default()
    };
    let faults = unknown_names(&option, None, &known);
    let told: Vec<_> = faults.as_slice().iter().map(|one| (one.line, one.found.as_str())).collect();
    assert_eq!(told, [(Some(25), "AAB"), (Some(31), "pct"), (Some(40), "other"), (Some(40), "BBB")]);
    let bodies = OptionSpec { bodies: vec!["AAB".into()], ..option };
    assert_eq!(unknown_names(&bodies, None, &known).as_slice().len(), 3);
}

#[test]
fn settings_stay_in_range() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SOUND).unwrap();
    let mut option = read_option(&Files::directory(folder.path()), "small", None).unwrap();
    for value in [f64::NAN, f64::INFINITY, -0.1, 1.1, 1e308] {
        let error = option.set("demands", value).unwrap_err();
        assert!(matches!(error, SettingError::OutOfRange { .. }), "{error}");
    }
    for value in [0.5, 7.0, -1.0, f64::NAN] {
        assert!(option.set("crisis", value).unwrap_err().to_string().contains("1 (on) or 0 (off)"));
    }
    option.set("demands", 1.0).unwrap();
    option.set("crisis", 0.0).unwrap();
    assert!(!option.facts[0].on && option.parameters[0].value.to_bits() == 1f64.to_bits());
}

/// Ten thousand stages, and ten thousand processes that wait for one another, declared last first.
#[test]
fn ten_thousand_stages_answer() {
    let n = 10_000_u32;
    let stage = |id: String, more: String| {
        format!(
            "[[process.stage]]\nid = \"{id}\"\nduration = {{ kind = \"fixed\", days = 0 }}\n{more}source = \"s\"\n\
             mark = \"seed\"\n"
        )
    };
    let head = "id = \"small\"\ntitle = \"A test\"\n";
    let process =
        |id: String| format!("[[process]]\nid = \"{id}\"\nparty = \"AAA\"\nstart = \"2021-01-20\"\n");
    let row: String = (0..n).map(|k| stage(format!("s{k}"), format!("milestone = \"m{k}\"\n"))).collect();
    let chain: String = (0..n)
        .rev()
        .map(|k| {
            let waits = if k == 0 { String::new() } else { format!("requires = [\"f{}\"]\n", k - 1) };
            process(format!("p{k}")) + &stage("a".into(), format!("{waits}effects = [\"set:f{k}\"]\n"))
        })
        .collect();
    let horizon = Horizon { start: jiff::civil::date(2020, 11, 1), end: jiff::civil::date(2050, 12, 31) };
    for (text, reached) in [(process("p".into()) + &row, n), (chain, n)] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("small.toml"), head.to_owned() + &text).unwrap();
        let option = read_option(&Files::directory(folder.path()), "small", None).unwrap();
        let nothing = OptionSpec { processes: Vec::new(), ..option.clone() };
        let program = Program::compile(&option, &nothing, &PolicyTimeline::default(), horizon);
        let path = program.timeline(1, 0);
        assert_eq!(path.log.iter().filter(|event| event.event == "reached").count(), reached as usize);
        let last = path.log.last().unwrap();
        assert_eq!(last.date.to_string(), "2021-01-20");
        let told = program.explain(&path, &format!("{}.{}", last.process, last.stage)).unwrap();
        assert!(told.lines().count() >= reached as usize, "{}", told.lines().count());
    }
}
