//! Blocks of options that are repeated for each member of a set.

use std::fs;

use jiff::civil::date;
use tradepath::data::Files;
use tradepath::error::Fault;
use tradepath::events::{
    Horizon, LoggedEvent, OptionSpec, Program, Tables, graph, read_option, read_options,
};
use tradepath::policy::PolicyTimeline;

/// A block of processes on the lines 4 to 14, and one of stages on the lines 21 to 31.
const BLOCKS: &str = r#"id = "small"
title = "A test"

[[process]]
for_each = ["CCC", "AAA", "BBB"]
id = "ratify.{member}"
party = "{member}"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
effects = ["join:pact:{member}"]
where = [
  { members = ["BBB"], duration = { kind = "fixed", days = 30 }, probability = 0.25, source = "other" },
  { members = ["BBB", "CCC"], shift = [{ when = "member:pact:AAA", by = 2.0 }] },
]
source = "test of {member}"
mark = "assumption"

[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
for_each = "members:pact"
except = ["DDD"]
id = "consent_{member}"
duration = { kind = "fixed", days = 1 }
milestone_of_all = "consent"
effects = ["set:agreed:{member}"]
source = "test"
mark = "assumption"
[[process.stage]]
id = "entry"
duration = { kind = "fixed", days = 5 }
requires = ["agreed:EEE", "agreed:FFF"]
milestone = "in_force"
source = "test"
mark = "assumption"
"#;

/// What [`BLOCKS`] says, written out by hand.
const WRITTEN_OUT: &str = r#"id = "small"
title = "A test"

[[process]]
id = "ratify.CCC"
party = "CCC"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
effects = ["join:pact:CCC"]
shift = [{ when = "member:pact:AAA", by = 2.0 }]
source = "test of CCC"
mark = "assumption"

[[process]]
id = "ratify.AAA"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
effects = ["join:pact:AAA"]
source = "test of AAA"
mark = "assumption"

[[process]]
id = "ratify.BBB"
party = "BBB"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 30 }
probability = 0.25
effects = ["join:pact:BBB"]
shift = [{ when = "member:pact:AAA", by = 2.0 }]
source = "other"
mark = "assumption"

[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "consent_EEE"
duration = { kind = "fixed", days = 1 }
effects = ["set:agreed:EEE"]
source = "test"
mark = "assumption"
[[process.stage]]
id = "consent_FFF"
duration = { kind = "fixed", days = 1 }
milestone = "consent"
effects = ["set:agreed:FFF"]
source = "test"
mark = "assumption"
[[process.stage]]
id = "entry"
duration = { kind = "fixed", days = 5 }
requires = ["agreed:EEE", "agreed:FFF"]
milestone = "in_force"
source = "test"
mark = "assumption"
"#;

const WORLD: &str = "id = \"world\"\ntitle = \"World\"\n";
const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2030, 12, 31) };

/// Members of the pact on 1 January 2021: DDD, EEE and FFF; GGG has left, HHH comes in later.
fn initial() -> PolicyTimeline {
    let mut initial = PolicyTimeline::default();
    for (party, year) in [("FFF", 2010), ("EEE", 2015), ("DDD", 2016), ("GGG", 2010), ("HHH", 2022)] {
        initial.join("pact", party, date(year, 1, 1));
    }
    initial.leave("pact", "GGG", date(2020, 12, 31));
    initial
}

fn tables(initial: &PolicyTimeline) -> Tables<'_> {
    Tables {
        agreements: ["empty", "pact"].into(),
        parties: ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"].into(),
        memberships: Some(initial),
        ..Tables::default()
    }
}

/// The option `small` of a folder, and the empty world.
fn read(small: &str) -> Result<(OptionSpec, OptionSpec), Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("small.toml", small), ("world.toml", WORLD)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let initial = initial();
    let read = read_options(&Files::directory(folder.path()), ["small"], Some(&tables(&initial)));
    read.map(|(mut specs, world)| (specs.remove(0), world)).map_err(|errors| errors.0)
}

/// Replaces a text of the blocks and expects one fault, on the line where the text begins.
#[track_caller]
fn refused(text: &str, by: &str, found: &str, expected: &str) {
    let at = BLOCKS.find(text).unwrap_or_else(|| panic!("{text:?} is not in the option"));
    let line = BLOCKS[..at].lines().count() as u64 + u64::from(BLOCKS[..at].ends_with('\n'));
    let faults = read(&BLOCKS.replacen(text, by, 1)).err().unwrap_or_default();
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 1, "{by}: {told:#?}");
    assert!(faults[0].file.ends_with("/small.toml") && faults[0].line == Some(line), "{by}: {told:?}");
    assert!(faults[0].found.contains(found) && faults[0].expected.contains(expected), "{by}: {told:?}");
    assert!(!faults[0].remedy.is_empty() && !faults[0].field.is_empty());
}

#[test]
fn blocks_are_what_they_would_be_written_out() {
    let ((blocks, world), (by_hand, _)) = (read(BLOCKS).unwrap(), read(WRITTEN_OUT).unwrap());
    let (one, other) =
        [&blocks, &by_hand].map(|spec| Program::compile(spec, &world, &initial(), HORIZON)).into();
    for draw in 0..200 {
        let (one, other) = (one.timeline(3, draw), other.timeline(3, draw));
        assert_eq!((one.log, one.policy), (other.log, other.policy), "{draw}");
    }
    assert_eq!(one.reference().log, other.reference().log);
    let (listed, _) =
        read(&BLOCKS.replace("\"members:pact\"\nexcept = [\"DDD\"]", "[\"EEE\", \"FFF\"]")).unwrap();
    let blocks = listed;
    assert_eq!(graph::dot(&blocks, &world), graph::dot(&by_hand, &world));
    assert_eq!(graph::mermaid(&blocks, &world), graph::mermaid(&by_hand, &world));
    let sources = |spec: &OptionSpec| -> Vec<String> {
        spec.processes.iter().flat_map(|one| &one.stages).map(|stage| stage.source.clone()).collect()
    };
    assert_eq!(sources(&blocks), sources(&by_hand));
}

/// Consents of the reference path, with the milestone that each reaches, of a deal that begins on a day.
fn consents(start: &str) -> Vec<(String, Option<String>)> {
    let text = BLOCKS.replace("requires = [\"agreed:EEE\", \"agreed:FFF\"]\n", "");
    let text = text.replace("probability = 0.25, ", "");
    let day = format!("party = \"AAA\"\nstart = \"{start}\"");
    let (spec, world) = read(&text.replace("party = \"AAA\"\nstart = \"2021-01-01\"", &day)).unwrap();
    let log = Program::compile(&spec, &world, &initial(), HORIZON).reference().log;
    let of_block = |event: &LoggedEvent| {
        Some((event.stage.strip_prefix("consent_")?.to_owned(), event.milestone.clone()))
    };
    log.iter().filter_map(of_block).collect()
}

#[test]
fn the_members_are_those_of_the_day_on_which_the_block_begins() {
    let all = |names: &[&str]| -> Vec<(String, Option<String>)> {
        let milestone = |at: usize| (at + 1 == names.len()).then(|| "consent".to_owned());
        names.iter().enumerate().map(|(at, name)| ((*name).to_owned(), milestone(at))).collect()
    };
    assert_eq!(consents("2020-12-30"), all(&["EEE", "FFF", "GGG"]));
    assert_eq!(consents("2020-12-31"), all(&["EEE", "FFF"]));
    // AAA and CCC join on 11 January, BBB on 31 January.
    assert_eq!(consents("2021-01-10"), all(&["EEE", "FFF"]));
    assert_eq!(consents("2021-01-12"), all(&["AAA", "CCC", "EEE", "FFF"]));
    assert_eq!(consents("2021-02-01"), all(&["AAA", "BBB", "CCC", "EEE", "FFF"]));
    assert_eq!(consents("2022-01-01"), all(&["AAA", "BBB", "CCC", "EEE", "FFF", "HHH"]));
}

#[test]
fn a_block_that_nobody_is_in_takes_no_time_and_a_process_of_no_member_does_not_run() {
    let text = BLOCKS.replace("except = [\"DDD\"]", "except = [\"DDD\", \"EEE\", \"FFF\"]");
    let text = text.replace("requires = [\"agreed:EEE\", \"agreed:FFF\"]\n", "");
    let text = text.replace("[\"CCC\", \"AAA\", \"BBB\"]", "\"members:pact\"");
    let (spec, world) = read(&text).unwrap();
    let log = Program::compile(&spec, &world, &initial(), HORIZON).reference().log;
    let day = |stage: &str| log.iter().find(|event| event.stage == stage).map(|event| event.date);
    assert_eq!(day("entry"), Some(date(2021, 1, 6)));
    assert!(log.iter().all(|event| event.milestone.as_deref() != Some("consent")));
    let ran: Vec<&str> = log.iter().filter_map(|event| event.process.strip_prefix("ratify.")).collect();
    assert_eq!(ran, ["DDD", "EEE", "FFF"]);
}

#[test]
fn whoever_may_join_is_written_out() {
    let (spec, _) = read(BLOCKS).unwrap();
    let stages = spec.processes.iter().flat_map(|process| &process.stages);
    let ids: Vec<&str> = stages.filter_map(|one| one.id.strip_prefix("consent_")).collect();
    assert_eq!(ids, ["AAA", "BBB", "CCC", "EEE", "FFF", "HHH"]);
}

#[test]
fn dates_are_those_of_the_members() {
    let (spec, world) = read(BLOCKS).unwrap();
    let program = Program::compile(&spec, &world, &initial(), HORIZON);
    let log = program.timeline(1, 0).log;
    let day = |process: &str, stage: &str| {
        log.iter().find(|event| event.process == process && event.stage == stage).map(|event| event.date)
    };
    assert_eq!(day("ratify.AAA", "vote"), Some(date(2021, 1, 11)));
    assert_eq!(day("ratify.BBB", "vote"), Some(date(2021, 1, 31)));
    let consent = log.iter().find(|event| event.milestone.as_deref() == Some("consent")).unwrap();
    assert_eq!((consent.date, consent.stage.as_str()), (date(2021, 1, 3), "consent_FFF"));
    let told = program.explain(&program.reference(), "in_force").unwrap();
    assert!(told.contains("2021-01-08 deal.entry reached [in_force]"), "{told}");
    assert!(told.contains("2021-01-02 deal.consent_EEE reached"), "{told}");
}

#[test]
fn sets_that_are_none_are_refused() {
    let set = "for_each = \"members:pact\"";
    refused(set, "for_each = \"members:pakt\"", "pakt", "an agreement of policy/agreements.csv");
    refused(set, "for_each = \"pact\"", "pact", "`members:AGREEMENT` or a list of parties");
    refused(
        set,
        "for_each = \"members:empty\"",
        "members:empty: nobody from 2021-01-01 on",
        "a member or more",
    );
    refused(set, "for_each = 7", "`members:AGREEMENT` or a list of parties", "the keys of an option");
    let list = "for_each = [\"CCC\", \"AAA\", \"BBB\"]";
    refused(list, "for_each = []", "nobody", "a member or more");
    let twice = "for_each = [\"CCC\", \"AAA\", \"BBB\", \"AAA\"]";
    refused(list, twice, "AAA given twice", "each member once");
    refused(list, "for_each = [\"CCC\", \"AAA\", \"BBB\", \"ZZZ\"]", "ZZZ", "a country of countries.csv");
    refused(list, "for_each = [\"CCC\", \"AAA\", \"BBB\", \"A A\"]", "A A", "letters");
    refused("except = [\"DDD\"]", "except = [\"ZZZ\"]", "ZZZ", "a country of countries.csv");
    let all = "except = [\"DDD\", \"EEE\", \"FFF\", \"HHH\", \"AAA\", \"BBB\", \"CCC\"]";
    let text = BLOCKS.replace("except = [\"DDD\"]", all);
    let faults = read(&text).unwrap_err();
    assert_eq!(
        (faults[0].line, faults[0].found.as_str()),
        (Some(25), "members:pact: nobody from 2021-01-01 on")
    );
}

#[test]
fn ids_without_the_member_and_ids_of_others_are_refused() {
    refused("id = \"ratify.{member}\"", "id = \"ratify\"", "ratify", "an id with {member} in it");
    refused("id = \"consent_{member}\"", "id = \"consent\"", "consent", "an id with {member} in it");
    refused("id = \"entry\"", "id = \"consent_EEE\"", "given twice", "each stage once");
    let other = "\n[[process]]\nid = \"ratify.AAA\"\nparty = \"AAA\"\n[[process.stage]]\nid = \"vote\"\n\
                 duration = { kind = \"fixed\", days = 1 }\nsource = \"test\"\nmark = \"assumption\"\n";
    let faults = read(&format!("{BLOCKS}{other}")).unwrap_err();
    assert_eq!((faults.len(), faults[0].found.as_str(), faults[0].line), (1, "given twice", Some(42)));
}

#[test]
fn a_block_inside_a_block_is_refused() {
    let inner = "id = \"vote\"\nfor_each = [\"AAA\"]";
    let faults = read(&BLOCKS.replace("id = \"vote\"", inner)).unwrap_err();
    let told: Vec<_> = faults.iter().map(|fault| (fault.line, fault.found.as_str())).collect();
    assert_eq!(told, [(Some(11), "a block inside a block")]);
    let both = "milestone_of_all = \"consent\"\nmilestone = \"{member}_agreed\"";
    refused("milestone_of_all = \"consent\"", both, "both", "a milestone of each member or one of all");
}

#[test]
fn what_belongs_to_blocks_is_refused_outside_of_them() {
    let stray = |key: &str, found: &str, expected: &str| {
        refused("requires = [\"agreed:EEE\", \"agreed:FFF\"]", key, found, expected);
    };
    stray("except = [\"AAA\"]", "except", "only where for_each repeats the block");
    stray("milestone_of_all = \"all\"", "milestone_of_all", "only where for_each repeats the block");
    stray("where = [{ members = [\"AAA\"], probability = 0.5 }]", "where", "only where for_each repeats");
    let effect = "effects = [\"set:agreed:{member}\"]";
    let faults = read(&BLOCKS.replace("requires = [\"agreed:EEE\", \"agreed:FFF\"]", effect)).unwrap_err();
    assert_eq!((faults[0].line, faults[0].found.as_str()), (Some(36), "set:agreed:{member}"));
    refused("title = \"A test\"", "title = \"Of {member}\"", "Of {member}", "{member} only in a block");
    let of_process = "id = \"vote\"\nmilestone_of_all = \"all\"";
    let faults = read(&BLOCKS.replace("id = \"vote\"", of_process)).unwrap_err();
    assert_eq!((faults.len(), faults[0].line), (1, Some(11)));
}

#[test]
fn what_differs_must_be_of_members_and_once() {
    let line = "{ members = [\"BBB\", \"CCC\"], shift = ";
    refused(line, "{ members = [\"DDD\", \"CCC\"], shift = ", "DDD", "a member of the list of for_each");
    refused(
        line,
        "{ members = [\"BBB\"], probability = 0.5, shift = ",
        "probability of BBB given twice",
        "each key of a member once",
    );
    refused(line, "{ members = [], shift = ", "no member", "members, and what differs for them");
    let alone = "shift = [{ when = \"member:pact:AAA\", by = 2.0 }] },";
    let text = BLOCKS.replace(&format!(", {alone}"), " },");
    let faults = read(&text).unwrap_err();
    assert_eq!((faults[0].line, faults[0].found.as_str()), (Some(15), "members alone"));
}

#[test]
fn a_fault_of_a_block_is_told_once_on_the_line_of_the_case() {
    refused("days = 10", "days = -1", "days = -1", "days from 0");
    let case = BLOCKS.replace("probability = 0.25", "probability = 1.5");
    let faults = read(&case).unwrap_err();
    assert_eq!((faults.len(), faults[0].line, faults[0].found.as_str()), (1, Some(14), "1.5"));
    assert_eq!(faults[0].field, "ratify.BBB.vote");
}

#[test]
fn members_of_an_agreement_need_the_policy_tables() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), BLOCKS).unwrap();
    let faults = read_option(&Files::directory(folder.path()), "small", None).unwrap_err().0;
    assert_eq!((faults.len(), faults[0].line, faults[0].found.as_str()), (1, Some(25), "members:pact"));
    assert!(faults[0].remedy.contains("--data DIR"));
}

#[test]
fn as_many_stages_as_a_file_could_ask_for_are_refused_before_they_are_made() {
    let list: Vec<String> = (0..2000).map(|k| format!("\"P{k}\"")).collect();
    let mut text =
        format!("id = \"small\"\ntitle = \"Many\"\n[[process]]\nfor_each = [{}]\n", list.join(", "));
    text += "id = \"p.{member}\"\nparty = \"AAA\"\n";
    for k in 0..2000 {
        text += &format!(
            "[[process.stage]]\nid = \"s{k}\"\nduration = {{ kind = \"fixed\", days = 1 }}\nsource = \"t\"\nmark = \"seed\"\n"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), text).unwrap();
    let faults = read_option(&Files::directory(folder.path()), "small", None).unwrap_err().0;
    assert_eq!((faults.len(), faults[0].line), (1, Some(4)));
    assert_eq!(faults[0].found, "more than 100000 stages");
}
