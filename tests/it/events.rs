//! The event engine on the embedded options.

use std::sync::LazyLock;

use jiff::civil::date;
use tradepath::data::{Dataset, Files};
use tradepath::events::milestones::Tally;
use tradepath::events::{DrawnTimeline, Horizon, OptionSpec, Program, Tables, list_options, read_option};
use tradepath::policy::{PolicyBook, PolicyTimeline};

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

static BOOK: LazyLock<PolicyBook> = LazyLock::new(|| {
    let axes = Dataset::read(&Files::embedded().folder("apac")).unwrap().axes;
    PolicyBook::read(&Files::embedded(), &axes).unwrap()
});

fn embedded(id: &str) -> OptionSpec {
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
            of_world.map(|event| (event.date, event.event, event.process)).filter(|e| e.0 < end).collect()
        };
        assert_eq!(world_events(status_quo.timeline(1, number).log), world_events(log), "{number}");
    }
}

#[test]
fn options_rank_as_the_report_ranks_their_chances() {
    let in_force = |id: &str| probabilities(&program(id), ["in_force"])[0];
    let [sectoral, hybrid] = probabilities(&program("hybrid"), ["sectoral_in_force", "in_force"]);
    let accession = in_force("cptpp_accession");
    assert!((0.02..0.05).contains(&in_force("tpp_return")), "{}", in_force("tpp_return"));
    assert!((0.40..0.50).contains(&accession), "{accession}");
    let renegotiation = in_force("cptpp_renegotiation");
    assert!((0.25..0.35).contains(&renegotiation), "{renegotiation}");
    assert!((0.35..0.45).contains(&hybrid), "{hybrid}");
    assert!((0.75..0.85).contains(&sectoral) && (0.75..0.85).contains(&in_force("sectoral_digital")));
    assert!(renegotiation < hybrid && hybrid < accession && accession < sectoral);
    assert_eq!(in_force("status_quo"), 0.0);
}

#[test]
fn assurances_and_demands_move_consent_and_withdrawal() {
    let changed = |name: &str, value: f64| {
        let mut option = embedded("cptpp_accession");
        option.set(name, value).unwrap();
        let program = Program::compile(&option, &embedded("world"), &initial(), HORIZON);
        probabilities(&program, ["consent", "house_vote", "withdrawal"])
    };
    let [consent, house, withdrawal] =
        probabilities(&program("cptpp_accession"), ["consent", "house_vote", "withdrawal"]);
    let assured = changed("withdrawal_needs_congress", 1.0);
    assert!(assured[0] > consent && assured[2] < 0.6 * withdrawal, "{assured:?} {consent} {withdrawal}");
    assert!(changed("demands", 1.0)[0] < consent - 0.03);
    assert!(changed("opinion", -0.3)[1] < house - 0.03 && changed("adjustment_spending", 1.0)[1] > house);
    let unknown = embedded("cptpp_accession").set("speed", 1.0).unwrap_err().to_string();
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
