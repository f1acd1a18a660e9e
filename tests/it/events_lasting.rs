//! What a party joined in one step it leaves in one step: a deal that is left or suspended leaves nothing of it behind.

use std::collections::BTreeSet;

use jiff::civil::date;
use tradepath::data::Files;
use tradepath::events::{
    DrawnTimeline, Effect, Horizon, LoggedEvent, OptionSpec, Program, Tables, list_options, read_options,
};

use super::events::BOOK;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2050, 12, 31) };
const DRAWS: u64 = 3_000;

fn effects(event: &LoggedEvent) -> impl Iterator<Item = Effect> + '_ {
    event.effects.iter().filter_map(|text| Effect::parse(text))
}

/// Agreements that a party joins in one event.
fn joined(event: &LoggedEvent, party: &str) -> BTreeSet<String> {
    let of = |effect| match effect {
        Effect::Join(agreement, parties) if parties.iter().any(|one| one == party) => Some(agreement),
        _ => None,
    };
    effects(event).filter_map(of).collect()
}

/// Agreement and party of every membership that an event ends.
fn ended(event: &LoggedEvent) -> Vec<(String, String)> {
    let of = |effect| match effect {
        Effect::Leave(agreement, parties) | Effect::Suspend(agreement, parties) => {
            Some(parties.into_iter().map(move |party| (agreement.clone(), party)))
        }
        _ => None,
    };
    effects(event).filter_map(of).flatten().collect()
}

/// Counts the ends of memberships that began together with others, and names those that stay.
fn check(option: &OptionSpec, drawn: &DrawnTimeline, n_ends: &mut usize) -> Vec<String> {
    let mut left_behind = Vec::new();
    for (at, event) in drawn.log.iter().enumerate() {
        for (agreement, party) in ended(event) {
            let together = drawn.log[..at].iter().map(|before| joined(before, &party));
            for others in together.filter(|all| all.len() > 1 && all.contains(&agreement)) {
                *n_ends += 1;
                let stays = |other: &&String| drawn.policy.members(other, event.date).contains(&party);
                let names = others.iter().filter(stays);
                left_behind.extend(names.map(|other| format!("{}: {party} stays in {other}", option.id)));
            }
        }
    }
    left_behind
}

#[test]
fn who_leaves_or_suspends_a_deal_keeps_nothing_that_it_joined_with_it() {
    let files = Files::embedded().folder("options");
    let ids: Vec<String> = list_options(&files).into_iter().filter(|id| id != "world").collect();
    let (options, world) =
        read_options(&files, ids.iter().map(String::as_str), Some(&Tables::of(&BOOK))).unwrap();
    let mut n_ends = 0;
    for option in &options {
        let program = Program::compile(option, &world, &BOOK.initial, HORIZON);
        for draw in 0..DRAWS {
            let left_behind = check(option, &program.timeline(1, draw), &mut n_ends);
            assert!(left_behind.is_empty(), "draw {draw}: {left_behind:?}");
        }
    }
    assert!(n_ends > 10, "{n_ends} ends of what began together: too few to tell");
}

#[test]
fn the_path_of_a_deal_has_no_ruling_against_it() {
    let files = Files::embedded().folder("options");
    let ids = ["sectoral_medical", "sectoral_environment", "sectoral_carbon"];
    let (options, world) = read_options(&files, ids, Some(&Tables::of(&BOOK))).unwrap();
    for option in &options {
        let program = Program::compile(option, &world, &BOOK.initial, HORIZON);
        let has = |drawn: &DrawnTimeline, name: &str| {
            drawn.log.iter().any(|event| event.milestone.as_deref() == Some(name))
        };
        let path = program.reference();
        assert!(has(&path, "in_force") && !has(&path, "challenge"), "{}", option.id);
        let n_rulings = (0..300).filter(|&draw| has(&program.timeline(1, draw), "challenge")).count();
        assert!((5..80).contains(&n_rulings), "{}: {n_rulings} rulings in 300 draws", option.id);
    }
}
