//! Published cells of the schedules, year by year: base rate, staging, what is paid.
//!
//! The Japan Times of 6 October 2015 gave the gist of the agreement (cars, beef, pork, wheat, wine, rice); the
//! others are categories of public briefings, marked `recalled` in the schedules. Year 1 begins on entry into force.

use tradepath::data::{Dataset, Files, Pair};
use tradepath::policy::PolicyBook;
use tradepath::schedules::Part;

fn book() -> PolicyBook {
    let axes = Dataset::read(&Files::embedded().folder("apac")).unwrap().axes;
    PolicyBook::read(&Files::embedded(), &axes).unwrap()
}

/// Importer, exporter, group, part; rates in percent by agreement year.
type Cell = (&'static str, &'static str, &'static str, &'static str, &'static [(u32, f64)]);

const CELLS: [Cell; 15] = [
    // 2.5 % held for 14 years, 2.25 in year 15, 1.25 in year 20, 0.5 in year 22, free in year 25.
    (
        "USA",
        "JPN",
        "motor_vehicles",
        "cars",
        &[(1, 2.5), (14, 2.5), (15, 2.25), (20, 1.25), (22, 0.5), (25, 0.0)],
    ),
    // 25 % held for 29 years.
    ("USA", "JPN", "motor_vehicles", "light trucks", &[(1, 25.0), (29, 25.0), (30, 0.0)]),
    ("USA", "JPN", "vehicle_parts", "all", &[(1, 0.0)]),
    // Other partners: light trucks in ten steps.
    ("USA", "NZL", "motor_vehicles", "light trucks", &[(1, 22.5), (9, 2.5), (10, 0.0)]),
    // 38.5 % to 27.5 at entry, 20 in year 10, 9 in year 16.
    ("JPN", "AUS", "beef", "beef", &[(1, 27.5), (10, 20.0), (16, 9.0), (30, 9.0)]),
    // Cheese in 16 steps.
    ("JPN", "NZL", "dairy", "cheese", &[(1, 29.8 * 15.0 / 16.0), (8, 14.9), (16, 0.0)]),
    // Quotas keep the rate outside them.
    ("JPN", "USA", "dairy", "butter and powder", &[(1, 35.0), (30, 35.0)]),
    ("JPN", "USA", "rice", "rice", &[(1, 280.0), (13, 280.0), (30, 280.0)]),
    // Mark-up on wheat cut by 45 % in nine years.
    ("JPN", "CAN", "wheat", "wheat", &[(9, 55.0 * 0.55), (20, 55.0 * 0.55)]),
    ("USA", "AUS", "sugar", "all", &[(1, 18.0), (30, 18.0)]),
    ("CAN", "NZL", "dairy", "all", &[(1, 220.0), (19, 220.0)]),
    // The agreement of 2019: one year further on.
    ("JPN", "USA", "us_japan_2019 beef", "beef", &[(1, 26.6), (9, 20.0), (15, 9.0)]),
    ("JPN", "USA", "us_japan_2019 pork", "pork", &[(1, 4.3 * 0.45), (9, 0.0)]),
    ("JPN", "USA", "us_japan_2019 rice", "rice", &[(1, 280.0), (30, 280.0)]),
    ("JPN", "USA", "us_japan_2019 dairy", "butter and powder", &[(1, 35.0), (30, 35.0)]),
];

#[test]
fn cells_are_as_published() {
    let book = book();
    for (importer, exporter, group, name, rates) in CELLS {
        let (schedule, group) = group.split_once(' ').unwrap_or(("tpp", group));
        let schedule = book.concessions.schedules.find(schedule, importer, exporter).unwrap();
        let parts = schedule.parts(group).unwrap();
        let part = parts
            .iter()
            .find(|part| part.name == name)
            .unwrap_or_else(|| panic!("{importer} {group} {name}"));
        for (year, expected) in rates {
            let found = part.base_rate_pct.unwrap() * part.category.remaining_share(*year);
            assert!(
                (found - expected).abs() < 5e-4,
                "{importer} {exporter} {name} year {year}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn groups_without_a_base_rate_of_their_own_are_staged_from_the_rate_of_the_group() {
    let book = book();
    let left = |importer: &str, group: &str, year: u32| {
        let schedule = book.concessions.schedules.find("tpp", importer, "USA").unwrap();
        schedule.remaining_share(group, year).unwrap()
    };
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    // Canada's cars in 5 steps; Mexico's apparel in 16; Malaysia's alcohol in 16 and cars in 13.
    close(left("CAN", "motor_vehicles", 1), 0.8);
    close(left("CAN", "motor_vehicles", 5), 0.0);
    close(left("MEX", "apparel", 15), 1.0 / 16.0);
    close(left("MYS", "beverages_tobacco", 8), 0.5);
    close(left("MYS", "motor_vehicles", 13), 0.0);
}

#[test]
fn three_quarters_of_duties_go_at_entry_and_nearly_all_in_the_end() {
    // PIIE, January 2016: three quarters of non-zero tariffs at entry, 99 % when fully implemented.
    let book = book();
    let members = ["AUS", "BRN", "CAN", "CHL", "JPN", "MEX", "MYS", "NZL", "PER", "USA", "VNM"];
    let mean = |year: u32| {
        let mut sum = (0.0, 0.0);
        for importer in members {
            let schedule = book.concessions.schedules.find("tpp", importer, "SGP").unwrap();
            for (g, group) in book.groups.iter().enumerate() {
                let is_free = |part: &&Part| part.category.remaining_share(year) == 0.0;
                let free: f64 = schedule
                    .parts(&group.id)
                    .unwrap()
                    .iter()
                    .filter(is_free)
                    .map(|part| part.trade_share)
                    .sum();
                let dutiable = book.mfn.pct(
                    Pair {
                        importer: book.axes.country_idx[importer],
                        exporter: book.axes.country_idx["SGP"],
                    },
                    g,
                ) > 0.0;
                sum = (
                    sum.0 + f64::from(u8::from(dutiable)) * group.lines * free,
                    sum.1 + f64::from(u8::from(dutiable)) * group.lines,
                );
            }
        }
        sum.0 / sum.1
    };
    let (entry, end) = (mean(1), mean(30));
    println!("free at entry {entry:.3}, in the end {end:.3}");
    assert!((0.6..0.9).contains(&entry), "{entry}");
    assert!(end > 0.97, "{end}");
}
