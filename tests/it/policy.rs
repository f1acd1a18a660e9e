//! Tariffs and barriers on hand-worked cases: published cells, dates, agreements side by side, duties.

use std::sync::Arc;

use jiff::civil::{Date, date};
use tradepath::data::{Axes, Dataset, Files, Pair};
use tradepath::economy::Economy;
use tradepath::policy::{
    BaseCosts, GroupRate, MeasureKind, PolicyBook, PolicyParameters, PolicyTimeline, Regimes, SharedCosts,
    YearState,
};

pub fn axes() -> Axes {
    Dataset::read(&Files::embedded().folder("apac")).unwrap().axes
}

fn book() -> PolicyBook {
    PolicyBook::read(&Files::embedded(), &axes()).unwrap()
}

pub struct Case {
    pub book: PolicyBook,
    pub timeline: PolicyTimeline,
}

impl Case {
    /// The memberships of October 2020.
    pub fn as_of_2020() -> Self {
        Self::of(book())
    }

    /// The memberships that the tables of a book name.
    pub fn of(book: PolicyBook) -> Self {
        let timeline = book.initial.clone();
        Self { book, timeline }
    }

    pub fn joined(mut self, agreement: &str, parties: &[&str], from: Date) -> Self {
        parties.iter().for_each(|party| self.timeline.join(agreement, party, from));
        self
    }

    pub fn rate(&self, importer: &str, exporter: &str, group: &str, on: Date) -> GroupRate {
        let regimes = Regimes::new(&self.book, &self.timeline);
        let pair = Pair {
            importer: self.book.axes.country_idx[importer],
            exporter: self.book.axes.country_idx[exporter],
        };
        let g = self.book.groups.iter().position(|one| one.id == group).unwrap();
        let situation = self.book.situation(&regimes, pair, on);
        self.book.group_rate(&situation, g, PolicyParameters::default())
    }

    pub fn agreement(&self, rate: &GroupRate) -> &str {
        rate.agreement.map_or("mfn", |at| self.book.agreements[at].id.as_str())
    }
}

pub fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

/// Share of imports of the United States that pays duties, `data/policy/processing.csv`.
pub const US_TAXED: f64 = 0.98;

pub const TWELVE: [&str; 12] =
    ["AUS", "BRN", "CAN", "CHL", "JPN", "MEX", "MYS", "NZL", "PER", "SGP", "USA", "VNM"];

#[test]
fn without_an_agreement_the_most_favoured_nation_rate_is_paid() {
    let case = Case::as_of_2020();
    let apparel = case.rate("USA", "VNM", "apparel", date(2021, 6, 1));
    close(apparel.statutory_pct, apparel.mfn_pct);
    close(apparel.effective_pct, US_TAXED * apparel.mfn_pct);
    // Weighted by what Viet Nam sells: 16.2 to 20.7 % were collected on chapters 61 and 62 in 2019.
    assert!((16.0..20.0).contains(&apparel.mfn_pct), "{}", apparel.mfn_pct);
    assert_eq!((case.agreement(&apparel), apparel.utilisation_share), ("mfn", 0.0));
}

#[test]
fn immediate_elimination_is_free_on_the_day_of_entry_and_not_before() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 7, 1));
    let before = case.rate("USA", "NZL", "machinery", date(2026, 6, 30));
    close(before.statutory_pct, before.mfn_pct);
    let free = case.rate("USA", "NZL", "machinery", date(2026, 7, 1));
    close(free.statutory_pct, 0.0);
    // Margin below 2.5 points, first year: 50 % x 0.55 of trade claims it.
    assert!(free.mfn_pct > 0.0 && free.mfn_pct < 2.5);
    close(free.utilisation_share, 0.5 * 0.55);
    close(free.effective_pct, US_TAXED * free.mfn_pct * (1.0 - 0.275));
    close(free.compliance_pct, US_TAXED * 0.275 * free.mfn_pct / 4.0);
}

#[test]
fn equal_steps_fall_on_1_january_and_on_1_april_in_japan() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 7, 1));
    // US textiles B10: a tenth at entry, the next tenth on 1 January 2027.
    let textiles = case.rate("USA", "VNM", "textiles", date(2026, 12, 31));
    close(textiles.statutory_pct, textiles.mfn_pct * 0.9);
    close(case.rate("USA", "VNM", "textiles", date(2027, 1, 1)).statutory_pct, textiles.mfn_pct * 0.8);
    close(case.rate("USA", "VNM", "textiles", date(2035, 1, 1)).statutory_pct, 0.0);
    // Japan's fish: a part of the lines in 11 and in 16 steps (staging.csv).
    let on = |day| case.rate("JPN", "USA", "fish", day);
    let (before, after) = (on(date(2027, 3, 31)), on(date(2027, 4, 1)));
    assert!(after.statutory_pct < before.statutory_pct && before.statutory_pct < before.mfn_pct);
}

#[test]
fn us_cars_from_japan_take_25_years_and_trucks_30() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 1, 1));
    let mfn = |exporter| case.rate("USA", exporter, "motor_vehicles", date(2025, 6, 1)).mfn_pct;
    // Duty weights: cars 0.997 x 2.5, trucks 0.003 x 25; parts are a group of their own.
    let (cars, trucks) = (0.997 * 2.5, 0.003 * 25.0);
    let total: f64 = cars + trucks;
    let expected =
        |car_left: f64, truck_left: f64| mfn("JPN") * (cars * car_left + trucks * truck_left) / total;
    let on = |year: i16| case.rate("USA", "JPN", "motor_vehicles", date(year, 6, 1)).statutory_pct;
    close(on(2026), expected(1.0, 1.0));
    close(on(2039), expected(1.0, 1.0));
    close(on(2040), expected(0.9, 1.0));
    close(on(2045), expected(0.5, 1.0));
    close(on(2050), expected(0.0, 1.0));
    close(on(2055), 0.0);
    // Other partners: cars at once, light trucks in ten steps.
    let mexico = case.rate("USA", "NZL", "motor_vehicles", date(2026, 6, 1)).statutory_pct;
    close(mexico, mfn("NZL") * (0.03 * 25.0 * 0.9) / (0.97 * 2.5 + 0.03 * 25.0));
}

#[test]
fn excluded_and_quota_products_keep_their_rate() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 1, 1));
    for (importer, exporter, group) in [("JPN", "USA", "sugar"), ("CAN", "NZL", "dairy")] {
        let rate = case.rate(importer, exporter, group, date(2045, 6, 1));
        close(rate.statutory_pct, rate.mfn_pct);
        assert!(rate.mfn_pct > 0.0);
    }
}

#[test]
fn a_late_joiner_catches_up_in_the_cptpp_and_starts_at_step_one_in_the_text_of_2016() {
    let joined = Case::as_of_2020().joined("cptpp", &["USA"], date(2026, 1, 1));
    // Year 9 of the CPTPP: Mexico's apparel (B16) has 7/16 left. Anew it begins with 15/16.
    let apparel = joined.rate("MEX", "VNM", "apparel", date(2026, 6, 1));
    close(apparel.statutory_pct, apparel.mfn_pct * 7.0 / 16.0);
    let anew = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 1, 1));
    let [late, early] = [&joined, &anew].map(|case| case.rate("VNM", "USA", "steel", date(2026, 6, 1)));
    assert!(late.statutory_pct < early.statutory_pct && early.statutory_pct < early.mfn_pct);
}

#[test]
fn two_years_after_its_entry_on_30_december_the_cptpp_was_in_its_fourth_year() {
    let case = Case::as_of_2020();
    // Canada's cars (B5) from Japan: entry 2018, cuts on 1 January 2019, 2020 and 2021.
    close(case.rate("CAN", "JPN", "motor_vehicles", date(2018, 12, 31)).statutory_pct, 5.0 * 0.8);
    close(case.rate("CAN", "JPN", "motor_vehicles", date(2021, 1, 1)).statutory_pct, 5.0 * 0.2);
    close(case.rate("CAN", "JPN", "motor_vehicles", date(2022, 1, 1)).statutory_pct, 0.0);
}

#[test]
fn traders_choose_the_agreement_that_saves_most() {
    let case = Case::as_of_2020();
    // Australia and Singapore share AANZFTA, the bilateral and the CPTPP, all free: the oldest is used most.
    let rate = case.rate("AUS", "SGP", "apparel", date(2019, 6, 1));
    close(rate.statutory_pct, 0.0);
    assert_ne!(case.agreement(&rate), "cptpp");
    // Lowest rate in law and rate claimed need not be of the same agreement while the newer one is young.
    let young = Case::as_of_2020().joined("cptpp", &["USA"], date(2026, 1, 1));
    let beef = young.rate("JPN", "USA", "beef", date(2026, 6, 1));
    assert_eq!(young.agreement(&beef), "us_japan_2019");
    assert!(beef.utilisation_share > 0.8);
}

#[test]
fn hub_and_spokes_bind_the_spokes_to_the_hub_only() {
    let case = Case::as_of_2020();
    let regimes = Regimes::new(&case.book, &case.timeline);
    let binds = |agreement: &str, a: &str, b: &str| {
        let pair = Pair { importer: case.book.axes.country_idx[a], exporter: case.book.axes.country_idx[b] };
        regimes
            .bindings(&case.book, pair, date(2021, 6, 1))
            .any(|binding| case.book.agreements[binding.agreement].id == agreement)
    };
    assert!(binds("asean_china", "CHN", "VNM") && !binds("asean_china", "THA", "VNM"));
    assert!(binds("uk_continuity_deals", "GBR", "KOR") && !binds("uk_continuity_deals", "KOR", "COL"));
}

#[test]
fn additional_duties_stack_on_the_rate_and_follow_their_dates() {
    let case = Case::as_of_2020();
    let machinery = |on| case.rate("USA", "CHN", "machinery", on).statutory_pct;
    // What the lists cover of the group, by the lines that they name (tables/line_coverage.csv).
    let [one, two, three, four_a] = [0.2010, 0.0312, 0.4145, 0.1772];
    let machinery_mfn = case.rate("USA", "CHN", "machinery", date(2018, 7, 5)).mfn_pct;
    close(machinery(date(2018, 7, 5)), machinery_mfn);
    close(machinery(date(2018, 7, 6)), machinery_mfn + one * 25.0);
    close(machinery(date(2019, 5, 9)), machinery_mfn + (one + two) * 25.0 + three * 10.0);
    close(machinery(date(2019, 5, 10)), machinery_mfn + (one + two + three) * 25.0);
    close(machinery(date(2021, 1, 1)), machinery_mfn + (one + two + three) * 25.0 + four_a * 7.5);
    // Steel and aluminium: all partners but those exempt.
    let steel = case.rate("USA", "EU", "steel", date(2021, 1, 1));
    close(steel.statutory_pct, steel.mfn_pct + 0.3420 * 25.0);
    // Canada paid from June 2018 until May 2019.
    let canada = |on| case.rate("USA", "CAN", "steel", on).statutory_pct;
    close(canada(date(2021, 1, 1)), 0.0);
    close(canada(date(2019, 5, 20)), 0.0);
    assert!(canada(date(2019, 5, 19)) > 1.0 && canada(date(2018, 5, 31)) < 1e-9);
}

#[test]
fn rates_within_a_year_are_weighted_by_days() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 7, 1));
    let regimes = Regimes::new(&case.book, &case.timeline);
    let pair =
        Pair { importer: case.book.axes.country_idx["USA"], exporter: case.book.axes.country_idx["NZL"] };
    let year = case.book.pair_tariffs(&regimes, pair, 2026, PolicyParameters::default());
    let j = case.book.axes.sector_idx["machinery"];
    // 181 days at the full rate, 184 days free.
    close(year.statutory_pct[j], year.mfn_pct[j] * 181.0 / 365.0);
}

#[test]
fn barriers_fall_with_depth_in_five_steps_and_spill_over() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 1, 1));
    let regimes = Regimes::new(&case.book, &case.timeline);
    let factor = |importer: &str, exporter: &str, sector: &str, year| {
        let pair = Pair {
            importer: case.book.axes.country_idx[importer],
            exporter: case.book.axes.country_idx[exporter],
        };
        let barriers = case.book.pair_barriers(&regimes, pair, year, PolicyParameters::default());
        barriers[case.book.axes.sector_idx[sector]]
    };
    let base = |importer: &str, exporter: &str| {
        let pair = Pair {
            importer: case.book.axes.country_idx[importer],
            exporter: case.book.axes.country_idx[exporter],
        };
        case.book.barriers.joined_base(pair, case.book.axes.sector_idx["finance"])
    };
    // Malaysia, finance: 52 %, measured with the half of a modern text, 0.667, that it opens to everybody. The full text
    // removes a fifth of what would be there without any agreement.
    close(base("MYS", "USA"), 0.3335);
    let without = 0.52 / (1.0 - 0.3335 * 0.2);
    close(factor("MYS", "USA", "finance", 2031), 1.0 + without * (1.0 - 0.2));
    // In the first two years a fifth and two of the text; the first of them is less than what was open.
    close(factor("MYS", "USA", "finance", 2026), 1.52);
    close(factor("MYS", "USA", "finance", 2027), 1.0 + without * (1.0 - 0.2 * 0.4));
    // Half of it reaches everybody, and nothing of that is new where it was open before.
    let spill = 0.1755 / 0.35;
    close(factor("MYS", "BRA", "finance", 2031), 1.0 + without * (1.0 - 0.2 * spill));
    close(factor("MYS", "BRA", "finance", 2025), 1.52);
    // The USMCA has 57 % of its text from the TPP: both texts together pass the full one.
    let both = 1.0 + 0.43;
    let removed = |joined: f64| 0.2 * joined;
    let canada = 0.25 / (1.0 - removed(base("USA", "CAN")));
    close(factor("USA", "CAN", "finance", 2031), 1.0 + canada * (1.0 - removed(both)));
}

#[test]
fn a_change_of_costs_does_not_depend_on_what_was_asked_for_before() {
    let joined = |parties: &[&str], from| Case::as_of_2020().joined("cptpp", parties, from).timeline;
    let mut left = joined(&["USA", "GBR"], date(2026, 3, 1));
    left.leave("cptpp", "VNM", date(2027, 6, 1));
    let mut duties = joined(&["GBR"], date(2025, 7, 1));
    duties.set_measure(MeasureKind::Duty, "us_301_list_3", 1500, date(2026, 5, 1));
    let late = Case::as_of_2020().joined("cptpp_renegotiated", &["USA", "JPN", "AUS"], date(2026, 1, 1));
    let later = Case::as_of_2020().joined("cptpp_renegotiated", &["USA", "JPN"], date(2026, 1, 1));
    let later = later.joined("cptpp_renegotiated", &["AUS"], date(2026, 9, 1));
    let timelines = [
        joined(&["GBR"], date(2025, 7, 1)),
        joined(&["USA", "GBR"], date(2026, 3, 1)),
        left,
        joined(&["USA"], date(2026, 3, 1)),
        duties,
        late.timeline,
        later.timeline,
    ];
    let book = &Case::as_of_2020().book;
    let parameters = PolicyParameters { utilisation_ratio: 0.9, ..PolicyParameters::default() };
    let (base, texts) = (Regimes::new(book, &book.initial), SharedCosts::new(book.n()));
    for year in [2026, 2027] {
        let mut together = BaseCosts::new(book, &base, year, parameters).sharing(&texts);
        for (at, timeline) in timelines.iter().enumerate() {
            let state = YearState::new(&book.initial, timeline, year);
            let new = Arc::new(Regimes::new(book, timeline));
            let alone = BaseCosts::new(book, &base, year, parameters).change_to(&new, &state);
            let change = together.change_to(&new, &state);
            assert_eq!(change.tariff_ratio, alone.tariff_ratio, "{at} {year}");
            assert_eq!(change.iceberg_ratio, alone.iceberg_ratio, "{at} {year}");
        }
    }
}

#[test]
fn rates_that_draws_share_are_those_of_the_groups_to_the_last_bit() {
    let case = Case::as_of_2020().joined("cptpp", &["USA", "GBR"], date(2026, 3, 1));
    let mut timeline = case.timeline;
    timeline.leave("cptpp", "VNM", date(2027, 6, 1));
    timeline.set_measure(MeasureKind::Duty, "us_301_list_3", 1500, date(2026, 5, 1));
    let (book, regimes) = (&case.book, Regimes::new(&case.book, &timeline));
    for year in [2026, 2027, 2040] {
        let parameters = PolicyParameters { utilisation_ratio: 0.9, ..PolicyParameters::default() };
        let costs = book.year_costs(&regimes, year, parameters);
        for (importer, exporter) in (0..book.n()).flat_map(|n| (0..book.n()).map(move |i| (n, i))) {
            if importer == exporter {
                continue;
            }
            let pair = Pair { importer, exporter };
            let tariffs = book.pair_tariffs(&regimes, pair, year, parameters);
            for (j, collected_pct) in tariffs.collected_pct.iter().enumerate() {
                let factor = costs.tariff_factor[[j, importer, exporter]];
                assert_eq!(factor.to_bits(), (1.0 + collected_pct / 100.0).to_bits(), "{pair:?} {j} {year}");
            }
        }
    }
}

#[test]
fn a_change_of_costs_is_the_ratio_of_the_costs_and_1_elsewhere() {
    let case = Case::as_of_2020().joined("cptpp", &["USA"], date(2026, 3, 1));
    let (book, parameters) = (&case.book, PolicyParameters::default());
    let (base, new) = (Regimes::new(book, &book.initial), Arc::new(Regimes::new(book, &case.timeline)));
    for year in [2025, 2026, 2031] {
        let state = YearState::new(&book.initial, &case.timeline, year);
        assert_eq!(state.changed().is_empty(), year == 2025);
        let change = BaseCosts::new(book, &base, year, parameters).change_to(&new, &state);
        let (old, all) = (book.year_costs(&base, year, parameters), book.year_costs(&new, year, parameters));
        let tariffs = &all.tariff_factor / &old.tariff_factor - &change.tariff_ratio;
        let icebergs = &all.iceberg_factor / &old.iceberg_factor - &change.iceberg_ratio;
        assert!(tariffs.iter().chain(&icebergs).all(|difference| difference.abs() < 1e-12), "{year}");
    }
}

#[test]
fn a_year_cut_at_another_day_is_looked_at_anew_whatever_was_asked_for_before() {
    // The content of Peru counts from April on; who joins a deal without tariffs in June looks at who may claim again, and
    // so does everybody when a list of duties changes in July.
    let before = || Case::as_of_2020().joined("cptpp", &["PER"], date(2026, 4, 28));
    let digital = |from| before().joined("sectoral_digital", &["USA", "CAN", "MEX", "JPN"], from).timeline;
    let Case { book, timeline } = &before();
    let mut listed = timeline.clone();
    listed.set_measure(MeasureKind::Duty, "us_301_list_3", 1500, date(2026, 7, 1));
    let timelines = [timeline, &digital(date(2026, 6, 1)), &digital(date(2025, 6, 1)), timeline, &listed];
    let parameters = PolicyParameters { utilisation_ratio: 0.9, ..PolicyParameters::default() };
    let base = Regimes::new(book, &book.initial);
    let mut together = BaseCosts::new(book, &base, 2026, parameters);
    let old = book.year_costs(&base, 2026, parameters);
    for timeline in timelines {
        let (state, new) =
            (YearState::new(&book.initial, timeline, 2026), Arc::new(Regimes::new(book, timeline)));
        let (change, all) = (together.change_to(&new, &state), book.year_costs(&new, 2026, parameters));
        let tariffs = &all.tariff_factor / &old.tariff_factor - &change.tariff_ratio;
        let icebergs = &all.iceberg_factor / &old.iceberg_factor - &change.iceberg_ratio;
        assert!(tariffs.iter().chain(&icebergs).all(|difference| difference.abs() < 1e-12));
    }
}

#[test]
fn the_base_tariffs_of_the_data_set_are_those_of_the_policy_tables() {
    let book = book();
    let data = Dataset::read(&Files::embedded().folder("apac")).unwrap();
    let economy = Economy::from_dataset(&data).unwrap();
    let costs = book.year_costs(&Regimes::new(&book, &book.initial), 2019, PolicyParameters::default());
    for (found, expected) in economy.tau.iter().zip(&costs.tariff_factor) {
        assert!(
            (found - expected).abs() < 1e-6,
            "{found} {expected}: run `tradepath calibrate --source apac`"
        );
    }
}

#[test]
fn an_end_of_membership_counts_only_once_it_has_come() {
    let mut case = Case::as_of_2020().joined("cptpp", &["USA"], date(2026, 1, 1));
    let before = YearState::new(&case.book.initial, &case.timeline, 2028);
    case.timeline.leave("cptpp", "USA", date(2029, 1, 20));
    assert_eq!(before, YearState::new(&case.book.initial, &case.timeline, 2028));
    assert_ne!(before, YearState::new(&case.book.initial, &case.timeline, 2029));
}

/// Of the price aggregate of the lines less is collected; the gap falls with the square of
/// what is left of the rates, and additional duties come on top of both.
#[test]
fn means_weighted_by_imports_are_collected_as_they_are_charged() {
    for (exporter, group) in [("VNM", "apparel"), ("CHN", "apparel"), ("VNM", "sugar")] {
        let rate = Case::as_of_2020().rate("USA", exporter, group, date(2021, 6, 1));
        close(rate.collected_pct, rate.effective_pct);
    }
}
