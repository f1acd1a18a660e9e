//! Historic sequences as deterministic options: each hits its true dates.

use std::path::Path;

use jiff::civil::{Date, date};
use tradepath::data::Files;
use tradepath::events::{DrawnTimeline, Horizon, Program, read_option};
use tradepath::policy::{MeasureKind, PolicyTimeline};

fn replayed(id: &str, initial: &PolicyTimeline) -> DrawnTimeline {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/options_history");
    let files = Files::directory(&folder);
    let (option, world) =
        (read_option(&files, id, None).unwrap(), read_option(&files, "world", None).unwrap());
    let [start, end] = option.horizon.unwrap();
    let program = Program::compile(&option, &world, initial, Horizon { start, end });
    let drawn = program.timeline(7, 7);
    assert_eq!(drawn.log, program.timeline(8, 9).log, "{id} is no matter of luck");
    assert_eq!(drawn.log, program.reference().log, "{id}");
    drawn
}

fn assert_dates(id: &str, drawn: &DrawnTimeline, expected: &[(&str, Date)]) {
    let horizon = Horizon { start: date(2000, 1, 1), end: date(2030, 1, 1) };
    let found = drawn.first_dates(horizon);
    for (milestone, date) in expected {
        assert_eq!(found.get(*milestone), Some(date), "{id} {milestone}");
    }
}

#[test]
fn the_cptpp_enters_into_force_for_each_member_on_its_true_date() {
    let drawn = replayed("cptpp", &PolicyTimeline::default());
    let first = date(2018, 12, 30);
    let expected = [
        ("conclusion", date(2018, 1, 23)),
        ("signature", date(2018, 3, 8)),
        ("condition_met", date(2018, 10, 31)),
        ("in_force", first),
    ];
    assert_dates("cptpp", &drawn, &expected);
    let members = [
        ("MEX", first),
        ("JPN", first),
        ("SGP", first),
        ("NZL", first),
        ("CAN", first),
        ("AUS", first),
        ("VNM", date(2019, 1, 14)),
        // After the cut-off of the model; public dates.
        ("PER", date(2021, 9, 19)),
        ("MYS", date(2022, 11, 29)),
        ("CHL", date(2023, 2, 21)),
        ("BRN", date(2023, 7, 12)),
    ];
    for (party, from) in members {
        let membership = drawn.policy.memberships.iter().find(|one| one.party == party).unwrap();
        assert_eq!((membership.from, membership.until), (from, None), "{party}");
    }
}

#[test]
fn the_usmca_goes_back_once_and_replaces_nafta_on_its_true_date() {
    let mut initial = PolicyTimeline::default();
    for party in ["CAN", "MEX", "USA"] {
        initial.join("nafta", party, date(1994, 1, 1));
    }
    let drawn = replayed("usmca", &initial);
    let expected = [
        ("conclusion", date(2018, 9, 30)),
        ("signature", date(2018, 11, 30)),
        ("protocol", date(2019, 12, 10)),
        ("house_vote", date(2019, 12, 19)),
        ("senate_vote", date(2020, 1, 16)),
        ("in_force", date(2020, 7, 1)),
    ];
    assert_dates("usmca", &drawn, &expected);
    assert_eq!(drawn.policy.members("nafta", date(2020, 6, 30)).len(), 3);
    assert_eq!(drawn.policy.members("nafta", date(2020, 7, 1)).len(), 0);
    assert_eq!(drawn.policy.members("usmca", date(2020, 7, 1)), ["CAN", "MEX", "USA"]);
}

#[test]
fn korus_is_signed_the_day_before_the_authority_lapses() {
    let drawn = replayed("korus", &PolicyTimeline::default());
    let expected = [
        ("conclusion", date(2007, 4, 1)),
        ("signature", date(2007, 6, 30)),
        ("last_vote", date(2011, 10, 12)),
        ("in_force", date(2012, 3, 15)),
    ];
    assert_dates("korus", &drawn, &expected);
    assert!(drawn.log.iter().all(|event| event.event != "waiting"));
}

/// An amendment is talks, a signature and an effect on an agreement in force: without authority, which had lapsed in this
/// history, and without a vote.
#[test]
fn korus_is_amended_without_a_vote_and_its_duty_stays() {
    let drawn = replayed("korus", &PolicyTimeline::default());
    let expected = [
        ("amendment_agreed", date(2018, 3, 28)),
        ("amendment_signed", date(2018, 9, 24)),
        ("amendment_in_force", date(2019, 1, 1)),
    ];
    assert_dates("korus", &drawn, &expected);
    let duty = drawn.policy.measures.iter().find(|one| one.kind == MeasureKind::Duty).unwrap();
    assert_eq!((duty.name.as_str(), duty.from, duty.permille), ("us_korea_trucks", date(2019, 1, 1), 1000));
}
