//! Cuts of barriers to goods: the estimate, by hand on single pairs, drawn, and beside `calibration/`.
//!
//! `cargo test --release --test it implied_effects -- --nocapture` prints the table of `data/policy/README.md`.

use std::collections::HashMap;

use jiff::civil::date;
use ndarray::Array1;
use tradepath::data::{Files, Pair, Sector, SectorKind};
use tradepath::ensemble::{DrawnParameters, Experiment, Numbers, Plan, Point, Shard};
use tradepath::policy::cuts::Cut;
use tradepath::policy::depth_effect::price_cuts;
use tradepath::policy::{DepthEffect, PolicyParameters, Regimes};

use crate::policy::{Case, TWELVE, axes, close};

/// 0.4375 x -0.053540 + 0.5625 x 0.795045 - 0.228821 + 0.011.
const NET: f64 = 0.205_968_062_5;
/// Share of barriers to goods that can be acted on.
const ACTIONABLE: f64 = 0.563;

fn table(text: &str) -> HashMap<String, (f64, f64)> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let number = |text: &str| text.parse().unwrap_or(0.0);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| (row[at("item")].to_owned(), (number(&row[at("value")]), number(&row[at("se")]))))
        .collect()
}

/// What goods barriers of a year look like: `1 + AVE - removed`.
fn factor(
    case: &Case,
    (importer, exporter): (&str, &str),
    sector: &str,
    year: i16,
    cuts: Option<&[f64]>,
) -> f64 {
    let regimes = Regimes::new(&case.book, &case.timeline);
    let pair = Pair {
        importer: case.book.axes.country_idx[importer],
        exporter: case.book.axes.country_idx[exporter],
    };
    let parameters = PolicyParameters { price_cuts: cuts, ..PolicyParameters::default() };
    case.book.pair_barriers(&regimes, pair, year, parameters)[case.book.axes.sector_idx[sector]]
}

#[test]
fn the_default_reads_what_calibration_estimated() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("calibration");
    let found = table(&std::fs::read_to_string(folder.join("agreement_depth.csv")).unwrap());
    let default = table(&Files::embedded().read("policy/depth_effect.csv").unwrap());
    for item in
        ["no_depth_ln_trade", "full_depth_ln_trade", "covariance_no_depth_full_depth", "tariff_ln_trade"]
    {
        assert_eq!(default[item], found[item], "{item}");
    }
    // The two estimates and their covariance follow from the four coefficients and theirs.
    let near = |a: f64, b: f64| assert!((a - b).abs() < 2e-6, "{a} {b}");
    let variance = |term: &str| found[&format!("{term}_ln_trade")].1.powi(2);
    let covariance = |a: &str, b: &str| {
        found.get(&format!("covariance:{a}:{b}")).or(found.get(&format!("covariance:{b}:{a}"))).unwrap().0
    };
    let (none, all) = (["rta", "rta_lag4"], ["depth", "depth_lag4"]);
    let none_variance = none.map(variance).iter().sum::<f64>() + 2.0 * covariance(none[0], none[1]);
    let between: f64 = none.iter().flat_map(|a| all.iter().map(move |b| covariance(a, b))).sum();
    near(found["no_depth_ln_trade"].0, none.iter().map(|t| found[&format!("{t}_ln_trade")].0).sum());
    near(found["no_depth_ln_trade"].1, none_variance.sqrt());
    near(found["covariance_no_depth_full_depth"].0, none_variance + between);
    let effect = *Case::as_of_2020().book.barriers.effect();
    near(
        effect.net_ln_trade() + effect.tariff.value - effect.origin_ln_trade,
        found["observed_depth_ln_trade"].0,
    );
    let estimated = (effect.net_se().powi(2) - effect.tariff.se.powi(2)).sqrt();
    near(estimated, found["observed_depth_ln_trade"].1);
    near(
        found["tariff_ln_trade"].0,
        (found["tariff_ln_trade_1993"].0 + found["tariff_ln_trade_2019"].0) / 2.0,
    );
    close(effect.net_ln_trade(), NET);
}

#[test]
fn cuts_follow_the_estimate_up_to_what_can_be_acted_on() {
    let case = Case::as_of_2020().joined("tpp", &TWELVE, date(2026, 1, 1));
    let ave = |code: &str, sector: &str| {
        let axes = &case.book.axes;
        case.book.barriers.ave_pct(axes.country_idx[code], axes.sector_idx[sector]) / 100.0
    };
    let theta = |sector: &str| case.book.axes.sectors[case.book.axes.sector_idx[sector]].theta.unwrap();
    // Japan and the United States had no text on goods: the estimate, phased in over five years.
    let (barrier, cut) = (ave("JPN", "meat"), 1.0 - (-NET / theta("meat")).exp());
    assert!((1.0 + barrier) * cut < ACTIONABLE * barrier);
    close(
        factor(&case, ("JPN", "USA"), "meat", 2025, None),
        1.0 + barrier + open_in_japan(&case, barrier, cut),
    );
    // The same barrier without the measured part of what Japan opens to everybody.
    let left = factor(&case, ("JPN", "USA"), "meat", 2032, None);
    let removed = |joined: f64| joined * (1.0 + without(&case, barrier, cut)) * cut;
    close(left, 1.0 + without(&case, barrier, cut) - removed(1.0));
    // Where barriers are low and elasticities small the actionable share binds.
    let (barrier, cut) = (ave("USA", "medicines"), 1.0 - (-NET / theta("medicines")).exp());
    assert!((1.0 + barrier) * cut > ACTIONABLE * barrier);
    let base =
        case.book.barriers.joined_base(pair(&case, "USA", "JPN"), case.book.axes.sector_idx["medicines"]);
    let bound = barrier / (1.0 - ACTIONABLE);
    let whole = bound.min((barrier + base * cut) / (1.0 - base * cut));
    close(factor(&case, ("USA", "JPN"), "medicines", 2032, None), 1.0 + whole * (1.0 - ACTIONABLE));
}

fn pair(case: &Case, importer: &str, exporter: &str) -> Pair {
    let [importer, exporter] = [importer, exporter].map(|code| case.book.axes.country_idx[code]);
    Pair { importer, exporter }
}

/// Barrier of Japan to meat from the United States without any agreement: of the texts of 2019 only what others got
/// and Japan opens to everybody is in it.
fn without(case: &Case, barrier: f64, cut: f64) -> f64 {
    let base = case.book.barriers.joined_base(pair(case, "JPN", "USA"), case.book.axes.sector_idx["meat"]);
    // A tenth of a modern text, and two fifths of that of the CPTPP in its second year.
    assert!(base > 0.05 && base < 0.1, "{base}");
    (barrier + base * cut) / (1.0 - base * cut)
}

/// What Japan opened to everybody between 2019 and 2025, by the CPTPP and the agreement with the European Union.
fn open_in_japan(case: &Case, barrier: f64, cut: f64) -> f64 {
    let base = case.book.barriers.joined_base(pair(case, "JPN", "USA"), case.book.axes.sector_idx["meat"]);
    let now = 0.2 * 0.36 / 0.3745;
    -(now - base) * (1.0 + without(case, barrier, cut)) * cut
}

#[test]
fn more_effect_of_depth_is_less_of_a_barrier_until_nothing_more_can_be_done() {
    // Hong Kong had no text with anybody: all of the effect is new.
    let case = Case::as_of_2020().joined("tpp", &["HKG", "USA"], date(2026, 1, 1));
    let sectors = ["rice", "meat", "machinery", "finance"];
    let left = |net: f64| {
        let cuts = price_cuts(net, case.book.axes.sectors.iter().map(|sector| sector.theta));
        sectors.map(|sector| factor(&case, ("HKG", "USA"), sector, 2032, Some(&cuts)))
    };
    let steps: Vec<_> = [-1.0, 0.0, 0.1, 0.2, 0.4, 5.0].map(left).into_iter().collect();
    for pair in steps.windows(2) {
        pair[0].iter().zip(&pair[1]).for_each(|(less, more)| assert!(more <= less));
    }
    assert!(steps[2][0] < steps[1][0]);
    assert_eq!(steps[0], steps[1]);
    let axes = &case.book.axes;
    let measured =
        |sector: &str| case.book.barriers.ave_pct(axes.country_idx["HKG"], axes.sector_idx[sector]) / 100.0;
    for (at, sector) in sectors.iter().enumerate().take(3) {
        close(steps[1][at], 1.0 + measured(sector));
        close(steps[5][at], 1.0 + measured(sector) * (1.0 - ACTIONABLE));
    }
    // Services have a stated cut.
    close(steps[0][3], 1.0 + measured("finance") * 0.8);
    close(steps[0][3], steps[5][3]);
}

fn draw(change: impl Fn(&mut Plan), number: u64) -> DrawnParameters {
    let mut plan = Plan::read(&Files::embedded(), "plan.toml").unwrap();
    change(&mut plan);
    let axes = axes();
    let theta: Array1<f64> = axes.sectors.iter().map(|sector| sector.theta.unwrap()).collect();
    let means = (&axes, &theta);
    DrawnParameters::draw(
        &plan.uncertainty,
        means,
        Case::as_of_2020().book.barriers.effect(),
        Numbers::Streams { seed: plan.seed, point: Point::of(number) },
    )
}

#[test]
fn the_drawn_effect_has_the_mean_and_the_error_of_the_estimate() {
    let plan = Plan::read(&Files::embedded(), "plan.toml").unwrap();
    let (axes, effect) = (axes(), *Case::as_of_2020().book.barriers.effect());
    let theta: Array1<f64> = axes.sectors.iter().map(|sector| sector.theta.unwrap()).collect();
    let means = (&axes, &theta);
    let n = 20_000;
    let net: Vec<f64> = (0..n)
        .map(|number| {
            let numbers = Numbers::Streams { seed: plan.seed, point: Point::of(number) };
            let drawn = DrawnParameters::draw(&plan.uncertainty, means, &effect, numbers);
            let (cuts, theta) = (drawn.price_cuts.unwrap(), drawn.theta.unwrap());
            let of = |j: usize| -theta[j] * (-cuts[j]).ln_1p();
            // One effect for all sectors: a draw with a small elasticity has a large cut.
            assert!((of(0) - of(17)).abs() < 1e-9 && (of(0) - of(4)).abs() < 1e-9);
            of(0)
        })
        .collect();
    let mean = net.iter().sum::<f64>() / n as f64;
    let spread = (net.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
    // Cut off at 0, 2.4 errors below the mean: 0.2060 becomes 0.2062, 0.0868 becomes 0.0863.
    assert!((mean - 0.2062).abs() < 0.002 && (spread - 0.0863).abs() < 0.002, "{mean} {spread}");
    assert!(net.iter().all(|v| *v >= 0.0));
}

#[test]
fn the_drawn_effect_is_common_to_options_and_has_luck_of_its_own() {
    let of = |options: &[&str]| {
        let mut plan = Plan::read(&Files::embedded(), "plan.toml").unwrap();
        plan.options = options.iter().map(|id| (*id).to_owned()).collect();
        (plan.years, plan.draws, plan.bilateral_years) = ([2021, 2021], 3, Vec::new());
        Experiment::load(&Files::embedded(), plan, Shard::WHOLE, &|_, _| Ok(())).unwrap().parameters
    };
    assert_eq!(of(&["status_quo"]), of(&["status_quo", "hybrid", "tpp_return"]));
    let plain = draw(|_| (), 7);
    assert_ne!(plain.price_cuts, draw(|_| (), 8).price_cuts);
    let other = draw(|plan| plan.uncertainty.services_cut_ratio.high = 2.0, 7);
    assert_eq!(plain.price_cuts, other.price_cuts);
    assert_ne!(plain.services_cut_ratio, other.services_cut_ratio);
    let still =
        draw(|plan| (plan.uncertainty.depth_se_ratio, plan.uncertainty.theta_se_ratio) = (0.0, 0.0), 7);
    let central = price_cuts(NET, axes().sectors.iter().map(|sector| sector.theta));
    still.price_cuts.unwrap().iter().zip(&central).for_each(|(found, cut)| close(*found, *cut));
}

/// Effect on ln trade of the full text's cut of a sector's barriers, `theta ln(d)`, of the twelve importers.
#[test]
fn implied_effects_stay_at_or_below_the_estimate() {
    let book = Case::as_of_2020().book;
    println!(
        "| sector | theta | cut of d, % | least, mean, most ln trade | bound at | if all 16: cut, mean, bound |"
    );
    let is_goods = |sector: &Sector| sector.kind == SectorKind::Goods;
    for (j, sector) in book.axes.sectors.iter().enumerate().filter(|(_, sector)| is_goods(sector)) {
        let theta = sector.theta.unwrap();
        // Cut of the price without the bound in percent, implied effects by importer, importers at the bound.
        let implied = |text_depth_share: f64| -> (f64, Vec<f64>, usize) {
            let effect = DepthEffect { text_depth_share, ..*book.barriers.effect() };
            let net = effect.net_ln_trade();
            let cut = price_cuts(net, [Some(theta)])[0];
            let of = |code: &&str| {
                let ave = book.barriers.ave_pct(book.axes.country_idx[*code], j) / 100.0;
                let rule = Cut::OfPrice { price_cut: cut, actionable_share: ACTIONABLE };
                -theta * ((1.0 + rule.left(ave, 0.0, 1.0)) / (1.0 + ave)).ln()
            };
            let effects: Vec<f64> = TWELVE.iter().map(of).collect();
            assert!(effects.iter().all(|effect| *effect > 0.0 && *effect < net + 1e-12));
            let bound = effects.iter().filter(|effect| **effect < net - 1e-9).count();
            (100.0 * cut, effects, bound)
        };
        let mean = |effects: &[f64]| effects.iter().sum::<f64>() / effects.len() as f64;
        let ((cut, mut effects, bound), all) =
            (implied(book.barriers.effect().text_depth_share), implied(1.0));
        effects.sort_by(f64::total_cmp);
        println!(
            "| {} | {theta} | {cut:.1} | {:.2}, {:.2}, {:.2} | {bound} | {:.1}, {:.2}, {} |",
            sector.id,
            effects[0],
            mean(&effects),
            effects[11],
            all.0,
            mean(&all.1),
            all.2
        );
    }
}
