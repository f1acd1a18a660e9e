//! What whole deals do to incomes on the default set: signs and orders that studies agree on.

use std::sync::Arc;

use assert_cmd::Command;
use jiff::civil::date;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};
use tradepath::policy::{BaseCosts, PolicyBook, PolicyParameters, Regimes, YearState};

use super::policy::TWELVE;

/// Year in which the deals of 2026 are phased in.
const YEAR: i16 = 2034;

struct World {
    book: PolicyBook,
    prepared: PreparedBaseline,
}

impl World {
    /// The default set; `files` holds the policy tables.
    fn new(files: &Files) -> Self {
        let data = Dataset::read(&files.folder("apac")).unwrap();
        let book = PolicyBook::read(files, &data.axes).unwrap();
        let economy = Economy::from_dataset(&data).unwrap();
        Self { book, prepared: PreparedBaseline::new(economy, Closure::Fixed).unwrap() }
    }

    /// Gain of a country, percent of real income, if the twelve join `deal` in 2026; quotas stay as they are.
    fn gain_pct(&self, deal: &str, country: &str) -> f64 {
        let book = &self.book;
        let mut timeline = book.initial.clone();
        TWELVE.iter().for_each(|party| timeline.join(deal, party, date(2026, 1, 1)));
        let (before, after) = (Regimes::new(book, &book.initial), Arc::new(Regimes::new(book, &timeline)));
        let state = YearState::new(&book.initial, &timeline, YEAR);
        let change =
            BaseCosts::new(book, &before, YEAR, PolicyParameters::default()).change_to(&after, &state);
        let economy = self.prepared.economy();
        let shock = Shock {
            tau: Some((&change.tariff_ratio * &economy.tau).into()),
            iceberg_hat: Some(change.iceberg_ratio.clone()),
            ..Shock::default()
        };
        let solved = self.prepared.solve(&shock).unwrap();
        100.0 * solved.ln_welfare(economy)[book.axes.country_idx[country]].exp_m1()
    }
}

#[test]
fn an_outsider_does_not_lose_by_the_tpp_where_its_texts_open_to_everybody() {
    let world = World::new(&Files::embedded());
    let opened = world.gain_pct("tpp", "EU");
    // Without what reaches everybody the same outsider is only diverted from.
    let depth = Files::embedded().read("policy/depth.csv").unwrap();
    let chapters = Files::embedded().read("policy/chapters.csv").unwrap();
    let closed = Files::embedded()
        .with_text("policy/depth.csv", without(&depth, "spillover_share"))
        .with_text("policy/chapters.csv", without(&chapters, "spillover_share"));
    let closed = World::new(&closed).gain_pct("tpp", "EU");
    assert!(opened >= 0.0 && closed < opened, "with spill-over {opened}, without {closed}");
}

/// The table with zeros in one column, where it has a number.
fn without(text: &str, column: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|name| name == column).unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for record in reader.records().map(Result::unwrap) {
        let zeroed = |(place, cell): (usize, &str)| match place == at && cell.parse::<f64>().is_ok() {
            true => "0".to_owned(),
            false => cell.to_owned(),
        };
        writer.write_record(record.iter().enumerate().map(zeroed)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn with_the_same_members_the_united_states_gain_most_by_the_text_of_2016() {
    let world = World::new(&Files::embedded());
    let [returned, acceded] = ["tpp", "cptpp"].map(|deal| world.gain_pct(deal, "USA"));
    assert!(returned >= acceded && acceded > 0.0, "return {returned}, accession {acceded}");
}

#[test]
fn a_medical_deal_keeps_imports_in_a_crisis_year_and_another_deal_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["run", "--options", "sectoral_medical,sectoral_digital", "--years", "2030..2030"]);
    command.args(["--draws", "1", "--event-draws", "2", "--quiet", "--out"]).arg(&out).assert().success();
    let mut seen = 0;
    for row in csv::Reader::from_path(out.join("insurance.csv")).unwrap().deserialize() {
        let row: std::collections::HashMap<String, String> = row.unwrap();
        let of = |column: &str| row[column].parse::<f64>().unwrap();
        let avoided = of("loss_avoided_pct");
        assert!((of("loss_without_pct") - of("loss_with_pct") - avoided).abs() < 1e-9, "{row:?}");
        assert!((of("expected_loss_avoided_pct") - 0.05 * avoided).abs() < 1e-9, "{row:?}");
        match (row["option"].as_str(), row["iso3"].as_str()) {
            ("sectoral_medical", "USA") => {
                assert!(of("loss_without_pct") > 0.0 && avoided > 0.0, "{row:?}");
                assert!(of("imports_kept_musd") > 100.0, "{row:?}");
            }
            // A deal without the exemption changes the loss by what trade it adds, no more.
            ("sectoral_digital", _) => assert!(avoided.abs() < 0.05 * of("loss_without_pct"), "{row:?}"),
            _ => {}
        }
        seen += 1;
    }
    assert_eq!(seen, 50);
}

#[test]
fn the_chance_of_a_crisis_is_that_of_the_events() {
    let book = World::new(&Files::embedded()).book;
    let [insured] = &book.barrier_changes.insured()[..] else { panic!("one restriction is shipped") };
    let world = Files::embedded().read("options/world.toml").unwrap();
    let world: toml::Value = toml::from_str(&world).unwrap();
    let events = world["recurring"].as_array().unwrap().iter();
    let turns_on = format!("barrier:{}", insured.change);
    let is_it = |event: &&toml::Value| {
        event["effects"].as_array().unwrap().iter().any(|effect| effect.as_str() == Some(&turns_on))
    };
    let chances: Vec<f64> =
        events.filter(is_it).map(|event| event["probability"].as_float().unwrap()).collect();
    assert_eq!(chances, [insured.chance_a_year.unwrap()]);
}
