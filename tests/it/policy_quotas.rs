//! Which tariff-rate quotas and safeguards a change of memberships opens, by hand.

use jiff::civil::{Date, date};
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::policy::{PolicyParameters, QuotaInForce, Regimes, YearState, quotas_in_force};

use crate::policy::{Case, TWELVE, close};

fn economy() -> Economy {
    Economy::from_dataset(&Dataset::read(&Files::embedded().folder("apac")).unwrap()).unwrap()
}

fn opened(case: &Case, year: i16) -> Vec<QuotaInForce> {
    opened_with(case, year, PolicyParameters::default())
}

fn opened_with(case: &Case, year: i16, parameters: PolicyParameters) -> Vec<QuotaInForce> {
    let book = &case.book;
    let (base, new) = (Regimes::new(book, &book.initial), Regimes::new(book, &case.timeline));
    let state = YearState::new(&book.initial, &case.timeline, year);
    quotas_in_force(book, &economy(), (&base, &new), &state, year, parameters)
}

fn find<'a>(all: &'a [QuotaInForce], case: &Case, importer: &str, part: &str) -> &'a QuotaInForce {
    let n = case.book.axes.country_idx[importer];
    all.iter().find(|one| one.importer == n && one.part == part).unwrap()
}

fn back_in_the_tpp(from: Date) -> Case {
    Case::as_of_2020().joined("tpp", &TWELVE, from)
}

#[test]
fn rice_into_japan_from_the_united_states_in_half_a_first_year() {
    let case = back_in_the_tpp(date(2022, 7, 1));
    let all = opened(&case, 2022);
    let rice = find(&all, &case, "JPN", "rice");
    let half = 184.0 / 365.0;
    // 50,000 t at 850 USD; rice is a sector of its own.
    close(rice.volume_musd, 50_000.0 * 850.0 / 1e6 * half);
    assert_eq!(rice.parts.len(), 1);
    close(rice.parts[0].trade_share, half);
    // What comes in pays the mean rate of the group, of the imports that are not for processing; the next tonne 280 %.
    close(rice.parts[0].out_of_quota_pct, 280.0);
    let mean = 0.97 * case.rate("JPN", "USA", "rice", date(2022, 6, 1)).mfn_pct;
    assert!(mean < 280.0);
    for pct in [rice.parts[0].base_pct, rice.parts[0].new_pct] {
        close(pct, mean);
    }
    assert_eq!((rice.parts[0].in_quota_pct, rice.exporter_rent_share), (0.0, 0.0));
    let (economy, sector) = (economy(), rice.sector);
    let [n, i] = [rice.importer, rice.parts[0].exporter];
    let flow = economy.pi[[sector, n, i]] * economy.x_musd[[n, sector]] / economy.tau[[sector, n, i]];
    close(rice.parts[0].kept_musd, half * flow);
}

#[test]
fn newcomers_get_their_share_of_a_quota_for_all_members() {
    let case = back_in_the_tpp(date(2022, 1, 1));
    let all = opened(&case, 2026);
    let dairy = find(&all, &case, "CAN", "all");
    let economy = economy();
    let (n, j) = (dairy.importer, dairy.sector);
    let flow = |i: usize| economy.pi[[j, n, i]] * economy.x_musd[[n, j]] / economy.tau[[j, n, i]];
    let code = |iso3: &str| case.book.axes.country_idx[iso3];
    // In force among seven from the start; the other four of the twelve are new to Canada's schedule.
    let mut new = ["USA", "MYS", "BRN", "CHL", "PER"].map(code);
    new.sort_unstable();
    let found: Vec<usize> = dairy.parts.iter().map(|part| part.exporter).collect();
    assert_eq!(found, new);
    let old = ["MEX", "JPN", "AUS", "NZL", "SGP", "VNM"].map(code);
    let [newcomers, all_members] =
        [&new[..], &[&new[..], &old[..]].concat()].map(|some| some.iter().map(|&i| flow(i)).sum::<f64>());
    // Fifth year: 3.25 % of production.
    let sold = |m: usize| economy.pi[[j, m, n]] * economy.x_musd[[m, j]] / economy.tau[[j, m, n]];
    let output: f64 = (0..economy.n()).map(sold).sum();
    let expected = 0.0325 * output * newcomers / all_members;
    assert!((dairy.volume_musd / expected - 1.0).abs() < 1e-9, "{} {expected}", dairy.volume_musd);
    // Without the quota all pay 220 %: the USMCA leaves dairy out.
    let without = |iso3: &str| {
        let part = dairy.parts.iter().find(|part| part.exporter == code(iso3));
        part.unwrap().out_of_quota_pct
    };
    close(without("MYS"), 220.0);
    close(without("USA"), 220.0);
}

#[test]
fn beef_pays_what_the_schedule_leaves_up_to_the_trigger() {
    let case = back_in_the_tpp(date(2022, 1, 1));
    let all = opened(&case, 2035);
    let beef = find(&all, &case, "JPN", "beef");
    let code = |iso3: &str| case.book.axes.country_idx[iso3];
    let part = beef.parts.iter().find(|part| part.exporter == code("BRN")).unwrap();
    // Fifteenth year from 1 April 2035: the listed 18 % of 38.5 %, scaled like the group, whose offal pays less.
    let full = case.rate("JPN", "BRN", "beef", date(2020, 6, 1)).mfn_pct;
    assert!((36.0..38.5).contains(&full));
    close(part.out_of_quota_pct, full * 18.0 / 38.5);
    close(part.in_quota_pct, part.new_pct);
    assert!(part.in_quota_pct < part.out_of_quota_pct && part.kept_musd == 0.0);
    // The United States is further on under its own agreement of 2019, which has no such trigger.
    assert!(beef.parts.iter().all(|part| part.exporter != code("USA")));
}

#[test]
fn pairs_bound_from_the_start_and_futures_without_a_change_open_nothing() {
    let same = Case::as_of_2020();
    assert!(opened(&same, 2025).is_empty());
    let case = back_in_the_tpp(date(2022, 1, 1));
    let code = |iso3: &str| case.book.axes.country_idx[iso3];
    for quota in opened(&case, 2025).iter().filter(|quota| quota.importer == code("JPN")) {
        assert!(quota.parts.iter().all(|part| part.exporter != code("AUS") && part.exporter != code("NZL")));
    }
}

/// The baseline has central parameters: a draw moves what an exporter pays, not what it paid.
#[test]
fn draws_change_the_new_rate_and_not_the_base() {
    let case = back_in_the_tpp(date(2022, 1, 1));
    let drawn = PolicyParameters { utilisation_ratio: 0.75, ..PolicyParameters::default() };
    let (central, drawn) = (opened(&case, 2030), opened_with(&case, 2030, drawn));
    let mut moved = 0;
    for (central, drawn) in central.iter().zip(&drawn) {
        for (central, drawn) in central.parts.iter().zip(&drawn.parts) {
            close(drawn.base_pct, central.base_pct);
            close(drawn.kept_musd, central.kept_musd);
            moved += usize::from((drawn.new_pct - central.new_pct).abs() > 1e-6);
        }
    }
    // Who claims less gains less on what it paid before.
    assert!(moved > 0);
}
