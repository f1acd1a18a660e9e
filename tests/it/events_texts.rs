//! Topics that talks got or lost turn provisions in the text of a draw: from menus to the costs of a pair.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use jiff::civil::{Date, date};
use tradepath::data::{Files, Pair, write_embedded};
use tradepath::events::{
    DrawnTimeline, Effect, Horizon, LoggedEvent, OptionSpec, Program, Tables, read_options,
};
use tradepath::policy::{
    BaseCosts, MeasureKind, PolicyParameters, PolicyTimeline, Regimes, SharedCosts, YearState,
};

use super::events::{BOOK, embedded};

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };
const IN_FORCE: Date = date(2027, 6, 1);
const CLASS: &str = "cptpp_renegotiated";

/// An option of which many draws come into force: launched, with authority, and with members that mostly agree.
fn likely(id: &str) -> Program {
    let mut spec = embedded(id);
    let mut world = embedded("world");
    let settings = [
        ("launched", 1.0),
        ("consent_base", 4.5),
        ("rounds_hold", 4.0),
        ("walk_loss", 0.0),
        ("authority_renewal", -2.5),
    ];
    for (name, value) in settings {
        assert!(spec.set(name, value).is_ok() || world.set(name, value).is_ok(), "{name}");
    }
    Program::compile(&spec, &world, &BOOK.initial, HORIZON)
}

fn provisions(drawn: &DrawnTimeline) -> Vec<(&str, u32)> {
    let of_texts = drawn.policy.measures.iter().filter(|one| one.kind == MeasureKind::Provision);
    of_texts.map(|one| (one.name.as_str(), one.permille)).collect()
}

/// The members of the renegotiated agreement, with shares of provisions.
fn agreed(terms: &[(&str, u32)]) -> PolicyTimeline {
    let mut timeline = BOOK.initial.clone();
    for party in ["USA", "JPN", "MYS", "VNM"] {
        timeline.join("cptpp", party, IN_FORCE);
        timeline.join(CLASS, party, IN_FORCE);
    }
    for (name, permille) in terms {
        timeline.set_measure(MeasureKind::Provision, &format!("{CLASS}:{name}"), *permille, IN_FORCE);
    }
    timeline
}

fn pair(importer: &str, exporter: &str) -> Pair {
    let position = |code| BOOK.axes.country_idx[code];
    Pair { importer: position(importer), exporter: position(exporter) }
}

#[test]
fn draws_of_one_option_come_to_different_texts_and_the_log_replays_to_them() {
    let program = likely("cptpp_renegotiation");
    let mut texts = BTreeSet::new();
    let (mut n_in_force, mut n_refused) = (0, 0);
    for draw in 0..400 {
        let drawn = program.timeline(1, draw);
        let writes = |one: &&LoggedEvent| one.effects.iter().any(|text| text.starts_with("text:"));
        let Some(entry) = drawn.log.iter().find(writes) else {
            assert!(provisions(&drawn).is_empty());
            continue;
        };
        n_in_force += 1;
        n_refused += usize::from(drawn.log.iter().any(|one| one.milestone.as_deref() == Some("refusal")));
        let left: Vec<String> =
            provisions(&drawn).iter().map(|(name, permille)| format!("{name}:{permille}")).collect();
        let told = entry.effects.iter().filter(|text| text.starts_with("provision:")).count();
        assert_eq!(told, left.len(), "{:?}", entry.effects);
        texts.insert(left);
        assert_eq!(DrawnTimeline::replay(&BOOK.initial, &drawn.log).measures, drawn.policy.measures);
    }
    assert!(n_in_force > 20 && n_refused > 5, "{n_in_force} in force, {n_refused} after a refusal");
    // What the party in power asks, and what was trimmed: some texts, not as many as draws.
    assert!((2..=n_in_force / 2).contains(&texts.len()), "{} texts of {n_in_force}", texts.len());
    // Republicans do not ask for what restricts trade for the sake of labour and the environment.
    let lacks = |text: &Vec<String>, name: &str| text.contains(&format!("{CLASS}:{name}:0"));
    assert!(texts.iter().any(|text| lacks(text, "labour_enforcement") && lacks(text, "procurement_minus")));
    assert!(texts.iter().any(|text| !lacks(text, "labour_enforcement")));
}

#[test]
fn a_provision_that_was_lost_leaves_its_barrier_and_by_half_half_of_it() {
    let joined = |terms: &[(&str, u32)], pair: Pair, sector: &str| {
        let regimes = Regimes::new(&BOOK, &agreed(terms));
        BOOK.barrier_on(&regimes, pair, BOOK.axes.sector_idx[sector], date(2034, 6, 1))
    };
    let (among, sector) = (pair("JPN", "USA"), "telecom_computer");
    let [whole, half, none] = [1000, 500, 0]
        .map(|permille| joined(&[("digital_modern", permille)], among, sector).texts[0].strength);
    // The chapter is worth 0.1 of a text that weighs 0.375.
    assert!((whole - none - 0.1 / 0.375).abs() < 1e-9, "{whole} {none}");
    assert!((whole - half - half + none).abs() < 1e-12);
    // An outsider has less too: what reaches everybody is a share of the text.
    let outside = pair("JPN", "EU");
    let [before, after] =
        [1000, 0].map(|permille| joined(&[("digital_modern", permille)], outside, sector).joined_open);
    assert!(after < before, "{before} {after}");
    // Other sectors and importers that are no party stand as they are.
    for (pair, sector) in [(among, "meat"), (pair("EU", "USA"), sector)] {
        let [before, after] =
            [1000, 0].map(|permille| joined(&[("digital_modern", permille)], pair, sector).joined);
        assert_eq!(before, after, "{sector}");
    }
}

#[test]
fn without_the_rules_for_cars_those_of_the_standard_hold() {
    let rule = |terms: &[(&str, u32)]| {
        let regimes = Regimes::new(&BOOK, &agreed(terms));
        let situation = BOOK.situation(&regimes, pair("MYS", "USA"), date(2030, 6, 1));
        let at = BOOK.agreements.position(CLASS).unwrap();
        let binding = situation.bindings.iter().find(|one| one.rule_of == at).unwrap();
        let g = BOOK.groups.iter().position(|group| group.id == "motor_vehicles").unwrap();
        (binding.rules[g].strictness_share, binding.eligible_share.unwrap()[g])
    };
    let (strict, standard) = (rule(&[]), rule(&[("auto_rules", 0)]));
    assert_eq!((strict.0, standard.0), (0.25, 0.1));
    assert!(strict.1 < standard.1);
}

#[test]
fn costs_of_texts_do_not_depend_on_what_was_asked_for_before() {
    let (parameters, year) = (PolicyParameters::default(), 2030);
    let base = Regimes::new(&BOOK, &BOOK.initial);
    let shared = SharedCosts::new(BOOK.n());
    let mut together = BaseCosts::new(&BOOK, &base, year, parameters).sharing(&shared);
    let terms: [&[(&str, u32)]; 5] = [
        &[],
        &[("digital_modern", 0)],
        &[("digital_modern", 0), ("auto_rules", 0)],
        &[("digital_modern", 500), ("services_access", 0)],
        &[],
    ];
    let mut sums = Vec::new();
    for terms in terms {
        let timeline = agreed(terms);
        let state = YearState::new(&BOOK.initial, &timeline, year);
        let new = Arc::new(Regimes::new(&BOOK, &timeline));
        let alone = BaseCosts::new(&BOOK, &base, year, parameters).change_to(&new, &state);
        let change = together.change_to(&new, &state);
        assert_eq!(change.tariff_ratio, alone.tariff_ratio, "{terms:?}");
        assert_eq!(change.iceberg_ratio, alone.iceberg_ratio, "{terms:?}");
        sums.push((change.tariff_ratio.sum(), change.iceberg_ratio.sum()));
    }
    assert_eq!(sums[0], sums[4]);
    // The dearer, the more was lost.
    assert!(sums[0].1 < sums[1].1 && sums[1].1 != sums[2].1 && sums[0].1 < sums[3].1, "{sums:?}");
}

#[test]
fn draws_share_nothing_of_a_situation_in_which_other_rules_of_origin_hold() {
    let base = Regimes::new(&BOOK, &BOOK.initial);
    let shared = SharedCosts::new(BOOK.n());
    let of = |terms: &[(&str, u32)], day: Date| {
        let mut timeline = agreed(&[]);
        for (name, permille) in terms {
            timeline.set_measure(MeasureKind::Provision, &format!("{CLASS}:{name}"), *permille, day);
        }
        timeline
    };
    let rules: &[(&str, u32)] = &[("auto_rules", 0)];
    // The same members throughout. The rules go before the year, or in the middle of it.
    let timelines = [of(&[], IN_FORCE), of(rules, IN_FORCE), of(rules, date(2030, 7, 1)), of(&[], IN_FORCE)];
    let Pair { importer, exporter } = pair("MYS", "USA");
    for utilisation_ratio in [0.8, 1.1] {
        let parameters = PolicyParameters { utilisation_ratio, ..PolicyParameters::default() };
        let cost = |timeline: &PolicyTimeline| {
            let state = YearState::new(&BOOK.initial, timeline, 2030);
            let new = Arc::new(Regimes::new(&BOOK, timeline));
            let alone = BaseCosts::new(&BOOK, &base, 2030, parameters).change_to(&new, &state);
            let mut sharing = BaseCosts::new(&BOOK, &base, 2030, parameters).sharing(&shared);
            let change = sharing.change_to(&new, &state);
            assert_eq!(change.tariff_ratio, alone.tariff_ratio);
            assert_eq!(change.iceberg_ratio, alone.iceberg_ratio);
            let at = [BOOK.axes.sector_idx["motor_vehicles"], importer, exporter];
            (change.tariff_ratio[at], change.iceberg_ratio[at])
        };
        let [strict, standard, between, again] = timelines.each_ref().map(cost);
        assert_eq!(strict, again);
        assert_ne!(strict, standard, "the rules matter");
        assert!(between != strict && between != standard, "{strict:?} {between:?} {standard:?}");
    }
}

/// Faults of the embedded options with one text replaced in a file.
fn refused(file: &str, old: &str, new: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_embedded(folder.path()).unwrap();
    let path = folder.path().join("options").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} has no {old}");
    fs::write(&path, text.replacen(old, new, 1)).unwrap();
    let files = Files::directory(folder.path()).folder("options");
    let read: Result<(Vec<OptionSpec>, OptionSpec), _> =
        read_options(&files, ["cptpp_renegotiation"], Some(&Tables::of(&BOOK)));
    read.unwrap_err().to_string()
}

#[test]
fn texts_and_provisions_that_nothing_has_are_refused_with_file_and_line() {
    let text = "text:cptpp_renegotiated:cptpp_renegotiation";
    let file = "cptpp_renegotiation.toml";
    let unknown = refused(file, text, "text:cptpp_renegotiated:cptpp_renegotation");
    assert!(
        unknown.contains("a menu of menus.csv") && unknown.contains("cptpp_renegotiation.toml:2"),
        "{unknown}"
    );
    let idle = refused(file, text, "text:cptpp:cptpp_renegotiation");
    assert!(idle.contains("a provision that a topic of the menu turns"), "{idle}");
    let off = refused(file, text, "provision:cptpp_renegotiated:sunset_review:0.5");
    assert!(off.contains("policy/switches.csv"), "{off}");
    let form = refused(file, text, "provision:cptpp_renegotiated:auto_rules:1.5");
    assert!(form.contains("provision:CLASS:PROVISION"), "{form}");
    let topic = refused("politics/topics.csv", ",auto_rules,", ",car_rules,");
    assert!(
        topic.contains("topics.csv:3") && topic.contains("a provision of policy/provisions.csv"),
        "{topic}"
    );
    assert_eq!(Effect::parse("text:cptpp"), None);
}

#[test]
fn whoever_nobody_knows_is_refused_in_readings_and_effects() {
    let file = "cptpp_renegotiation.toml";
    let line = |found: &str, name: &str| {
        assert!(found.contains(&format!("= {name}")) || found.contains(name), "{found}");
        assert!(found.contains("cptpp_renegotiation.toml:") && found.contains("a [[voice]]"), "{found}");
    };
    line(&refused(file, "minds:JPN", "minds:JPM"), "JPM");
    line(&refused(file, "gain:{member}", "gain:NOBODY"), "NOBODY");
    line(&refused(file, "trim:{member}", "trim:JPM"), "JPM");
    line(&refused(file, "ask:cptpp_renegotiation:USA", "ask:cptpp_renegotiation:USD"), "USD");
}
