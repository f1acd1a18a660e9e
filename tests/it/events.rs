//! The event engine on the embedded options.

use std::sync::LazyLock;

use jiff::civil::date;
use tradepath::data::{Dataset, Files};
use tradepath::events::milestones::Tally;
use tradepath::events::{DrawnTimeline, Horizon, OptionSpec, Program, Tables, list_options, read_option};
use tradepath::policy::{PolicyBook, PolicyTimeline};

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

pub static BOOK: LazyLock<PolicyBook> = LazyLock::new(|| {
    let axes = Dataset::read(&Files::embedded().folder("apac")).unwrap().axes;
    PolicyBook::read(&Files::embedded(), &axes).unwrap()
});

pub fn embedded(id: &str) -> OptionSpec {
    read_option(&Files::embedded().folder("options"), id, Some(&Tables::of(&BOOK))).unwrap()
}

/// The members of the CPTPP at the start, in alphabetical order.
fn initial() -> PolicyTimeline {
    let mut initial = PolicyTimeline::default();
    for party in ["AUS", "CAN", "JPN", "MEX", "NZL", "SGP", "VNM"] {
        initial.join("cptpp", party, date(2018, 12, 30));
    }
    initial
}

fn program(id: &str) -> Program {
    Program::compile(&embedded(id), &embedded("world"), &initial(), HORIZON)
}

/// Probabilities of milestones by the end of the horizon.
fn probabilities<const N: usize>(program: &Program, milestones: [&str; N]) -> [f64; N] {
    let found = Tally::count(program, 1, 8_000).milestones(program);
    milestones.map(|name| {
        found.iter().find(|found| found.name == name).map_or(0.0, |found| found.probability_by(HORIZON.end))
    })
}

#[test]
fn every_option_of_the_plan_is_there_and_sound() {
    let ids = list_options(&Files::embedded().folder("options"));
    for id in [
        "status_quo",
        "tpp_return",
        "cptpp_accession",
        "cptpp_renegotiation",
        "sectoral_digital",
        "sectoral_medical",
        "sectoral_environment",
        "hybrid",
    ] {
        assert!(ids.contains(&id.to_owned()), "{id}");
        assert_eq!(embedded(id).id, id);
    }
}

#[test]
fn the_log_replays_to_the_same_memberships() {
    for id in list_options(&Files::embedded().folder("options")) {
        let program = program(&id);
        for number in 0..40 {
            let drawn = program.timeline(1, number);
            assert_eq!(DrawnTimeline::replay(&initial(), &drawn.log), drawn.policy, "{id} {number}");
            assert!(drawn.log.is_sorted_by_key(|event| event.date));
            for event in &drawn.log {
                assert!(event.parent_seq.is_none_or(|parent| parent < event.seq));
            }
        }
    }
}

#[test]
fn the_world_has_the_same_luck_under_every_option_until_the_united_states_enter() {
    let (status_quo, hybrid) = (program("status_quo"), program("hybrid"));
    for number in 0..200 {
        let log = hybrid.timeline(1, number).log;
        let entered = |event: &&tradepath::events::LoggedEvent| {
            event.effects.iter().any(|effect| effect == "set:world:us_entry")
        };
        let end = log.iter().find(entered).map_or(date(2036, 1, 1), |event| event.date);
        let world_events = |log: Vec<tradepath::events::LoggedEvent>| -> Vec<_> {
            let of_world = log.into_iter().filter(|event| event.process.starts_with("accede."));
            of_world
                .map(|event| (event.date, event.event, event.process.clone()))
                .filter(|e| e.0 < end)
                .collect()
        };
        assert_eq!(world_events(status_quo.timeline(1, number).log), world_events(log), "{number}");
    }
}

#[test]
fn the_order_of_the_options_follows_from_what_the_united_states_and_the_members_want() {
    let of = |id: &str| probabilities(&program(id), ["launch", "consent", "in_force"]);
    let [[_, _, original], [launch, consent, accession], [wish, _, _], [_, _, hybrid]] =
        ["tpp_return", "cptpp_accession", "cptpp_renegotiation", "hybrid"].map(of);
    assert!(original < accession && accession < hybrid, "{original} {accession} {hybrid}");
    // The United States would rather renegotiate than accede; members consent to accession.
    assert!(launch < wish && consent / launch > original, "{launch} {wish} {consent}");
    let [sectoral] = probabilities(&program("hybrid"), ["sectoral_in_force"]);
    assert!(sectoral > 0.5, "{sectoral}");
    assert_eq!(of("status_quo"), [0.0; 3]);
}

#[test]
fn weights_and_switches_move_launch_consent_and_votes() {
    let changed = |name: &str, value: f64| {
        let mut option = embedded("hybrid");
        option.set(name, value).unwrap();
        let program = Program::compile(&option, &embedded("world"), &initial(), HORIZON);
        probabilities(&program, ["launch", "consent", "in_force"])
    };
    let [launch, consent, in_force] = probabilities(&program("hybrid"), ["launch", "consent", "in_force"]);
    assert!(changed("willingness", 0.0)[0] < launch && changed("launched", 1.0)[0] > 0.95);
    assert!(changed("demands", 0.8)[1] < consent && changed("trust_start", 0.0)[1] > consent);
    assert!(changed("authority_renewal", -5.3)[2] < in_force);
    let unknown = embedded("hybrid").set("speed", 1.0).unwrap_err().to_string();
    assert!(unknown.contains("`speed`") && unknown.contains("demands"), "{unknown}");
}

#[test]
fn the_reference_path_of_every_option_enters_into_force() {
    for id in ["tpp_return", "cptpp_accession", "cptpp_renegotiation", "sectoral_medical", "hybrid"] {
        let path = program(id).reference();
        let dates = path.first_dates(HORIZON);
        assert!(dates.contains_key("in_force"), "{id}: {dates:?}");
        assert!(dates.contains_key("rcep_in_force") && dates.contains_key("accession_GBR"), "{id}");
        assert!(!dates.contains_key("withdrawal"), "{id}");
    }
    assert!(program("hybrid").reference().first_dates(HORIZON).contains_key("sectoral_in_force"));
}

/// The deal comes first, then the charge, and those who are in the deal on that day charge.
#[test]
fn carbon_tariffs_follow_the_environment_deal() {
    let program = program("sectoral_carbon");
    let reference = program.reference();
    let deal = reference.policy.members("sectoral_environment", date(2030, 1, 1));
    assert_eq!(reference.policy.members("carbon_club", date(2030, 1, 1)), deal);
    let [charged, deal] = probabilities(&program, ["carbon_tariffs", "in_force"]);
    assert!(charged > 0.15 && charged < 0.31 * deal, "{charged} of {deal}");
}
