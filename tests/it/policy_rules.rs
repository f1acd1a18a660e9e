//! What agreements do besides their schedules: preferences from lines, rules of origin, provisions, sectoral deals,
//! side letters, addenda, and the test of "substantially all the trade".

use std::fs;
use std::sync::Arc;

use assert_cmd::Command;
use jiff::civil::{Date, date};
use predicates::str::contains;
use tradepath::data::{Dataset, Files, Pair};
use tradepath::policy::liberalisation::Liberalisation;
use tradepath::policy::{BaseCosts, PolicyBook, PolicyParameters, Regimes, YearState};

use crate::policy::{Case, US_TAXED, axes, close};

/// A case with the embedded data after some files have been changed.
fn changed(files: &[(&str, &dyn Fn(String) -> String)]) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    tradepath::data::write_embedded(&data).unwrap();
    for (file, change) in files {
        let path = data.join(file);
        let text = change(fs::read_to_string(&path).unwrap_or_default());
        fs::write(&path, text).unwrap();
    }
    Case::of(PolicyBook::read(&Files::directory(&data), &axes()).unwrap())
}

const NOW: Date = date(2021, 6, 1);
const ELEVEN: [&str; 11] = ["AUS", "BRN", "CAN", "CHL", "JPN", "MEX", "MYS", "NZL", "PER", "SGP", "VNM"];

#[test]
fn existing_preferences_of_the_united_states_come_from_its_lines() {
    let case = Case::as_of_2020();
    // Korea: 775 of 775 lines of machinery are free. Japan (2019): some lines only; no textiles.
    close(case.rate("USA", "KOR", "machinery", NOW).statutory_pct, 0.0);
    let machinery = case.rate("USA", "JPN", "machinery", NOW);
    assert!(machinery.statutory_pct > 0.0 && machinery.statutory_pct < machinery.mfn_pct);
    let textiles = case.rate("USA", "JPN", "textiles", NOW);
    close(textiles.statutory_pct, textiles.mfn_pct);
    // Australia: sugar and dairy lines are left out in part.
    let dairy = case.rate("USA", "AUS", "dairy", NOW);
    assert!(dairy.statutory_pct > 0.5 * dairy.mfn_pct && dairy.statutory_pct < dairy.mfn_pct);
}

#[test]
fn generalised_preferences_are_granted_by_the_hub_alone() {
    let case = Case::as_of_2020();
    let thai = case.rate("USA", "THA", "machinery", NOW);
    assert_eq!(case.agreement(&thai), "us_gsp");
    assert!(thai.statutory_pct < thai.mfn_pct);
    let back = case.rate("THA", "USA", "machinery", NOW);
    close(back.statutory_pct, back.mfn_pct);
    // India lost them on 5 June 2019.
    let india = |on| case.rate("USA", "IND", "machinery", on);
    assert!(india(date(2019, 6, 4)).statutory_pct < india(date(2019, 6, 5)).statutory_pct);
}

#[test]
fn an_agreement_may_begin_between_two_parties_on_a_day_of_its_own() {
    let entry = |_: String| {
        "agreement,party,partner,valid_from,source,mark\n\
         korus,KOR,USA,2021-03-01,test,assumption\nausfta,AUS,USA,,test,assumption\n"
            .to_owned()
    };
    let case = changed(&[("policy/pair_entry.csv", &entry)]);
    for (importer, exporter) in [("USA", "KOR"), ("KOR", "USA")] {
        let rate = |on| case.rate(importer, exporter, "machinery", on);
        assert_ne!(case.agreement(&rate(date(2021, 2, 28))), "korus");
        assert_eq!(case.agreement(&rate(date(2021, 3, 1))), "korus");
    }
    assert_eq!(case.agreement(&Case::as_of_2020().rate("USA", "AUS", "machinery", NOW)), "ausfta");
    assert_ne!(case.agreement(&case.rate("USA", "AUS", "machinery", NOW)), "ausfta", "never between the two");
}

/// Adds lists of duties of the United States on all machinery of everybody, with the columns that may be missing.
fn with_duties(rows: &[&str]) -> Case {
    let duties = |text: String| {
        let mut lines = text.lines();
        let header = lines.next().unwrap().to_owned() + ",exclusive_with,floor_pct,exempt_claimed\n";
        let old = lines.map(|line| format!("{line},,,\n")).collect::<String>();
        header + &old + &rows.iter().map(|row| format!("{row}\n")).collect::<String>()
    };
    // Coverage of the lists that are there: a row of any other list is a fault.
    let covered = [("first", 0.4), ("second", 1.0)];
    let is_there = |list: &str| rows.iter().any(|row| row.starts_with(&format!("{list},")));
    let coverage = |text: String| {
        let lines = covered.iter().filter(|(list, _)| is_there(list));
        text + &lines
            .map(|(list, share)| format!("{list},machinery,{share},test,assumption\n"))
            .collect::<String>()
    };
    changed(&[("policy/duties.csv", &duties), ("policy/duty_coverage.csv", &coverage)])
}

#[test]
fn duty_lists_give_way_meet_a_floor_and_spare_what_claims() {
    let first = "first,USA,*,,50,2021-01-01,,test,assumption,,,";
    let paid = |rows: &[&str], exporter: &str| with_duties(rows).rate("USA", exporter, "machinery", NOW);
    let before = paid(&[], "BRN").effective_pct;
    let second = |more: &str| format!("second,USA,*,,10,2021-01-01,,test,assumption,{more}");
    close(paid(&[first, &second(",,")], "BRN").effective_pct, before + 20.0 + 10.0);
    close(paid(&[first, &second("first,,")], "BRN").effective_pct, before + 20.0 + 6.0);
    let floor = "second,USA,*,,0,2021-01-01,,test,assumption,,15,";
    let rate = paid(&[floor], "BRN");
    close(rate.statutory_pct, 15.0);
    let (all, spared) = (paid(&[&second(",,")], "KOR"), paid(&[&second(",,korus")], "KOR"));
    assert!(spared.utilisation_share >= all.utilisation_share && spared.utilisation_share > 0.0);
    close(spared.statutory_pct, all.statutory_pct - 10.0);
    close(spared.effective_pct, (US_TAXED * spared.mfn_pct + 10.0) * (1.0 - spared.utilisation_share));
}

#[test]
fn two_lists_that_give_way_to_each_other_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    tradepath::data::write_embedded(&data).unwrap();
    let text = fs::read_to_string(data.join("policy/duties.csv")).unwrap();
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line},")).collect();
    lines[0] += "exclusive_with";
    for (line, other) in [(1, "us_301_list_2"), (2, "us_301_list_1")] {
        lines[line] += other;
    }
    fs::write(data.join("policy/duties.csv"), lines.join("\n") + "\n").unwrap();
    let errors = PolicyBook::read(&Files::directory(&data), &axes()).unwrap_err().to_string();
    assert!(errors.contains("duties.csv:2 `exclusive_with` = us_301_list_2"), "{errors}");
}

#[test]
fn lines_aggregate_in_three_ways_that_differ() {
    let text = fs::read_to_string("data/policy/tables/aggregation.csv").unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut n_used = 0;
    for row in reader.records().map(Result::unwrap) {
        let number = |at: usize| row[at].parse::<f64>().ok();
        // Groups whose lines have no rate at all stand without means.
        let (Some(weighted), Some(price), Some(revenue)) = (number(7), number(8), number(9)) else {
            continue;
        };
        // Substitution away from high rates: revenue below price below the mean.
        assert!(revenue <= price + 1e-9 && price <= weighted + 1e-9, "{row:?}");
        n_used += usize::from(&row[11] == "trade_weighted");
    }
    assert!(n_used >= 100, "{n_used}");
}

#[test]
fn a_strict_rule_of_origin_caps_the_use_and_a_new_member_loosens_it() {
    let eleven = Case::as_of_2020().joined("cptpp", &ELEVEN, date(2019, 1, 1));
    let g = |case: &Case| case.book.groups.iter().position(|group| group.id == "apparel").unwrap();
    let eligible = |case: &Case, on: Date| {
        let regimes = Regimes::new(&case.book, &case.timeline);
        let pair =
            Pair { importer: case.book.axes.country_idx["CAN"], exporter: case.book.axes.country_idx["VNM"] };
        let situation = case.book.situation(&regimes, pair, on);
        let at = case.book.agreements.position("cptpp").unwrap();
        let binding = situation.bindings.iter().find(|binding| binding.agreement == at).unwrap();
        binding.eligible_share.unwrap()[g(case)]
    };
    // Yarn forward leaves out 35 % of trade, less what the members supply of the world's apparel.
    let sector = eleven.book.axes.sector_idx["apparel"];
    let supply = |codes: &[&str]| -> f64 {
        codes
            .iter()
            .map(|code| eleven.book.preferences.supply_share[[eleven.book.axes.country_idx[*code], sector]])
            .sum()
    };
    close(eligible(&eleven, date(2026, 6, 1)), 1.0 - 0.35 * (1.0 - supply(&ELEVEN)));
    let twelve = Case::as_of_2020().joined("cptpp", &ELEVEN, date(2019, 1, 1)).joined(
        "cptpp",
        &["USA"],
        date(2026, 3, 1),
    );
    let gain = eligible(&twelve, date(2026, 3, 1)) - eligible(&twelve, date(2026, 2, 28));
    close(gain, 0.35 * supply(&["USA"]));
    // Canada's apparel is free for Viet Nam: more of it claims that once the content of the new member counts.
    let use_on = |on| twelve.rate("CAN", "VNM", "apparel", on).utilisation_share;
    assert!(use_on(date(2026, 3, 1)) > use_on(date(2026, 2, 28)));
}

#[test]
fn provisions_decide_the_depth_of_an_agreement() {
    let share = |case: &Case, agreement: &str, sector: &str| {
        let depth = &case
            .book
            .depths
            .of(case.book.agreements[case.book.agreements.position(agreement).unwrap()].depth);
        let j = case.book.axes.sector_idx[sector];
        // The rest of a sector comes after its lists.
        let part = case.book.depths.parts.iter().rposition(|part| part.sector == j).unwrap();
        depth.strengths(30)[part]
    };
    let case = Case::as_of_2020();
    // 22 provisions weigh 1.45 points of the full text in goods, of 37.45, and 2.5 in finance, of 37.5.
    assert_eq!(
        case.book.depths.provisions.iter().filter(|one| one.provision.kind == "suspended").count(),
        22
    );
    close(share(&case, "tpp", "machinery"), 1.0);
    close(share(&case, "cptpp", "machinery"), 0.36 / 0.3745);
    close(share(&case, "tpp", "finance"), 1.0);
    close(share(&case, "cptpp", "finance"), 0.35 / 0.375);
    // The digital chapter does not act on ships.
    close(share(&case, "cptpp", "transport"), 0.30 / 0.375);
    // Option 3: customs +1.5, investor-state -0.2, procurement -0.3, labour -0.2, environment -0.1 points.
    let changes = 0.015 - 0.002 - 0.003 - 0.002 - 0.001;
    close(share(&case, "cptpp_renegotiated", "machinery"), (0.36 + changes) / 0.3745);
    let digital = 0.35 + 0.05 + 0.1 - 0.005 - 0.003;
    close(share(&case, "cptpp_renegotiated", "telecom_computer"), digital / 0.375);
    // One switch: investor-state arbitration stays.
    let off = |text: String| {
        text.replace(
            "cptpp_renegotiated,investor_state_deletion,,on",
            "cptpp_renegotiated,investor_state_deletion,,off",
        )
    };
    let kept = changed(&[("policy/switches.csv", &off)]);
    close(share(&kept, "cptpp_renegotiated", "machinery"), (0.36 + changes + 0.002) / 0.3745);
    // Without the auto rules the renegotiated agreement has the standard rule for cars.
    let rule = |case: &Case| {
        let g = case.book.groups.iter().position(|group| group.id == "motor_vehicles").unwrap();
        case.book.preferences.origin.by_agreement
            [[case.book.agreements.position("cptpp_renegotiated").unwrap(), g]]
    };
    close(rule(&case).cost_pct, 1.2);
    let loose = |text: String| {
        text.replace("cptpp_renegotiated,auto_rules,,on", "cptpp_renegotiated,auto_rules,,off")
    };
    close(rule(&changed(&[("policy/switches.csv", &loose)])).cost_pct, 1.0);
}

#[test]
fn a_sectoral_deal_reaches_members_only_or_everybody() {
    let members = ["USA", "GBR", "IND"];
    let only = Case::as_of_2020().joined("sectoral_medical", &members, date(2023, 1, 1));
    let open = Case::as_of_2020().joined("sectoral_medical_mfn", &members, date(2023, 1, 1));
    let on = date(2023, 6, 1);
    // 35 % of instruments are medical devices of the list, free at once; medicines are the group as a whole.
    let cells = [(&only, "GBR", 0.65), (&only, "TWN", 1.0), (&open, "GBR", 0.65), (&open, "TWN", 0.65)];
    for (case, exporter, left) in cells {
        let rate = case.rate("USA", exporter, "medical_devices", on);
        assert!(rate.mfn_pct > 0.0);
        close(rate.statutory_pct, left * rate.mfn_pct);
        let medicines = case.rate("IND", exporter, "medicines", on);
        let left = if left == 1.0 { 1.0 } else { 0.0 };
        assert!(medicines.mfn_pct > 0.0);
        close(medicines.statutory_pct, left * medicines.mfn_pct);
        // Chemicals are not in it.
        let chemicals = case.rate("IND", exporter, "chemicals", on);
        close(chemicals.statutory_pct, chemicals.mfn_pct);
    }
    // Cuts for everybody need no claim; outsiders give nothing back, and barriers fall for members only.
    let outsider = open.rate("USA", "TWN", "medical_devices", on);
    assert_eq!((outsider.utilisation_share, outsider.compliance_pct), (1.0, 0.0));
    let back = open.rate("TWN", "USA", "medical_devices", on);
    assert_eq!(
        back.statutory_pct,
        Case::as_of_2020().rate("TWN", "USA", "medical_devices", on).statutory_pct
    );
    let regimes = Regimes::new(&open.book, &open.timeline);
    let barrier = |exporter: &str| {
        let pair = Pair {
            importer: open.book.axes.country_idx["IND"],
            exporter: open.book.axes.country_idx[exporter],
        };
        let factors = open.book.pair_barriers(&regimes, pair, 2030, PolicyParameters::default());
        factors[open.book.axes.sector_idx["medical_devices"]]
    };
    assert!(barrier("USA") < barrier("BRA"));
}

#[test]
fn members_tax_the_carbon_of_outsiders() {
    let case = Case::as_of_2020().joined("carbon_club", &["CAN", "EU"], date(2024, 1, 1));
    let (before, after) = (date(2023, 12, 31), date(2024, 1, 1));
    let duty = |importer: &str, exporter: &str, group: &str| {
        case.rate(importer, exporter, group, after).statutory_pct
            - case.rate(importer, exporter, group, before).statutory_pct
    };
    // 50 USD a tonne on 2.0 t a thousand dollars of steel: 10 %; on 1.0 t of chemicals, 40 % covered: 2 %.
    close(duty("CAN", "ROW", "steel"), 10.0);
    close(duty("CAN", "ROW", "chemicals"), 0.4 * 5.0);
    close(duty("CAN", "EU", "steel"), 0.0);
    close(duty("ROW", "CAN", "steel"), 0.0);
    close(duty("CAN", "ROW", "machinery"), 0.0);
}

#[test]
fn changes_that_touch_outsiders_are_in_the_change_of_costs() {
    for agreement in ["carbon_club", "sectoral_medical_mfn", "cptpp"] {
        let case = Case::as_of_2020().joined(agreement, &["USA", "JPN"], date(2024, 3, 1));
        let (book, parameters) = (&case.book, PolicyParameters::default());
        let (base, new) = (Regimes::new(book, &book.initial), Arc::new(Regimes::new(book, &case.timeline)));
        let state = YearState::new(&book.initial, &case.timeline, 2026);
        let change = BaseCosts::new(book, &base, 2026, parameters).change_to(&new, &state);
        let (old, all) = (book.year_costs(&base, 2026, parameters), book.year_costs(&new, 2026, parameters));
        let tariffs = &all.tariff_factor / &old.tariff_factor - &change.tariff_ratio;
        let icebergs = &all.iceberg_factor / &old.iceberg_factor - &change.iceberg_ratio;
        assert!(tariffs.iter().chain(&icebergs).all(|difference| difference.abs() < 1e-12), "{agreement}");
    }
}

#[test]
fn a_side_letter_changes_a_single_cell() {
    let letters = |_: String| {
        "importer,exporter,product_group,part,base_rate_pct,category,note,source,mark\n\
         USA,NZL,textiles,*,,EIF,n,test,assumption\n"
            .to_owned()
    };
    let twelve = crate::policy::TWELVE;
    let case = changed(&[("schedules/tpp/letters.csv", &letters)]).joined("tpp", &twelve, date(2026, 1, 1));
    let on = date(2026, 6, 1);
    close(case.rate("USA", "NZL", "textiles", on).statutory_pct, 0.0);
    let other = case.rate("USA", "VNM", "textiles", on);
    close(other.statutory_pct, 0.9 * other.mfn_pct);
    let plain = Case::as_of_2020().joined("tpp", &twelve, date(2026, 1, 1));
    for group in ["apparel", "dairy", "motor_vehicles"] {
        assert_eq!(case.rate("USA", "NZL", group, on), plain.rate("USA", "NZL", group, on));
    }
}

#[test]
fn an_addendum_binds_those_who_joined_it_and_the_main_agreement() {
    let on = date(2026, 6, 1);
    let case = Case::as_of_2020().joined("cptpp_plus", &["USA", "JPN", "NZL"], date(2026, 1, 1));
    let binds = |case: &Case, a: &str, b: &str| {
        let regimes = Regimes::new(&case.book, &case.timeline);
        let pair = Pair { importer: case.book.axes.country_idx[a], exporter: case.book.axes.country_idx[b] };
        let at = case.book.agreements.position("cptpp_plus").unwrap();
        regimes.bindings(&case.book, pair, on).any(|binding| binding.agreement == at)
    };
    // The United States has not joined the agreement that the addendum belongs to.
    assert!(binds(&case, "JPN", "NZL") && !binds(&case, "USA", "JPN"));
    let both = case.joined("cptpp", &["USA"], date(2026, 1, 1));
    assert!(binds(&both, "USA", "JPN") && !binds(&both, "USA", "AUS"));
}

#[test]
fn substantially_all_the_trade_is_met_by_comprehensive_deals_and_missed_by_sectoral_ones() {
    let book = Case::as_of_2020().book;
    let data = Dataset::read(&Files::embedded().folder("apac")).unwrap();
    let of = |agreement: &str, importer: &str, exporter: &str, year: u32| {
        let pair =
            Pair { importer: book.axes.country_idx[importer], exporter: book.axes.country_idx[exporter] };
        let trade: Vec<f64> =
            (0..data.s()).map(|j| data.trade_musd[[j, pair.importer, pair.exporter]]).collect();
        Liberalisation::between(&book, book.agreements.position(agreement).unwrap(), pair, year, &trade)
            .unwrap()
    };
    let tpp = of("tpp", "NZL", "USA", 11);
    assert!(tpp.is_substantially_all() && (tpp.trade_share - 1.0).abs() < 1e-9, "{tpp:?}");
    // Viet Nam frees two thirds of most groups at once, the rest later.
    let (entry, later) = (of("tpp", "VNM", "USA", 1), of("tpp", "VNM", "USA", 11));
    assert!(entry.trade_share < later.trade_share && entry.line_share < later.line_share);
    assert!(!of("sectoral_medical", "JPN", "USA", 11).is_substantially_all());
    assert!(!of("us_japan_2019", "JPN", "USA", 11).is_substantially_all());
}

#[test]
fn schedule_writes_duties_and_the_liberalisation_test() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args([
        "schedule",
        "tpp_return",
        "--importer",
        "JPN",
        "--exporter",
        "USA",
        "--years",
        "2021..2040",
    ]);
    command.arg("--out").arg(&out).assert().success();
    let rows = |file: &str| -> Vec<csv::StringRecord> {
        csv::Reader::from_path(out.join(file)).unwrap().records().map(Result::unwrap).collect()
    };
    let duties = rows("duties.csv");
    assert_eq!(duties.len(), 20);
    for row in &duties {
        let number = |at: usize| row[at].parse::<f64>().unwrap();
        // Statutory rates are the lowest; revenue is what is paid on the imports.
        assert!(number(5) <= number(6) + 1e-9);
        assert!((number(8) - number(7) * number(4) / 100.0).abs() < 1e-6 * (1.0 + number(8)));
    }
    assert!(duties[19][6].parse::<f64>().unwrap() < duties[0][6].parse::<f64>().unwrap());
    assert!(rows("liberalisation.csv").iter().any(|row| &row[0] == "tpp"));
    let suspended = rows("provisions.csv");
    assert_eq!(
        suspended
            .iter()
            .filter(|row| &row[0] == "cptpp" && &row[2] == "suspended" && &row[3] == "off")
            .count(),
        22
    );
}

#[test]
fn explain_names_quotas_and_rules_of_origin() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["schedule", "tpp_return", "--explain", "JPN:USA:rice:2060-06-01", "--years", "2021..2060"]);
    command.assert().success().stdout(contains("quota on rice: 70000 t at 0.0 %, 280.0 % outside"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["schedule", "status_quo", "--explain", "USA:MEX:motor_vehicles:2021-06-01"]);
    command.assert().success().stdout(contains("rule of origin:"));
}

/// A folder with three tariff lines of machinery and apparel, in the shape of the outside data.
fn three_lines(folder: &std::path::Path) {
    let write = |file: &str, text: &[u8]| {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let lines = "hs8,mfn_rate,rate_type,rate_raw\n\
                 84011000,0.033,ad_valorem,3.3%\n84012000,0,specific,5¢/kg\n61011000,0.16,ad_valorem,16%\n";
    write("data/us_tariffs/mfn_hs8.csv", lines.as_bytes());
    let special = "hs8,general_raw,special_raw\n\
                   84011000,3.3%,\"Free (AU,KR) 1% (JP)\"\n84012000,5¢/kg,\"Free (AU)\"\n61011000,16%,\n";
    write("data/us_tariffs/general_and_special_hs8.csv", special.as_bytes());
    let packed = |text: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text).unwrap();
        packed.finish().unwrap()
    };
    let values = packed(b"hts8,quantity_code,unit_value\n84011000,NO,10\n");
    write("data/us_tariff_actions/hts8_unit_values_2012_2014.csv.gz", &values);
    let imports = packed(b"hs8,partner,imports_musd\n84011000,JPN,10\n61011000,JPN,5\n");
    write("data/us_imports_utilisation/us_imports_2024_hs8.csv.gz", &imports);
}

#[test]
fn schedule_resolves_tariff_lines_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    three_lines(folder.path());
    let rates = |option: &str, exporter: &str, years: &str| -> Vec<String> {
        let out = folder.path().join("out");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.args(["schedule", option, "--importer", "USA", "--exporter", exporter, "--years", years]);
        command
            .arg("--lines")
            .arg(folder.path())
            .arg("--overwrite")
            .arg("--out")
            .arg(&out)
            .assert()
            .success();
        let mut reader = csv::Reader::from_path(out.join("lines.csv")).unwrap();
        reader.records().map(|row| row.unwrap()[6].to_owned()).collect()
    };
    // A specific rate is not zero: it is missing, unless a programme makes the line free.
    assert_eq!(rates("status_quo", "KOR", "2021..2021"), ["0.0", "", "16.0"]);
    assert_eq!(rates("status_quo", "AUS", "2021..2021"), ["0.0", "0.0", "16.0"]);
    assert_eq!(rates("status_quo", "JPN", "2021..2021"), ["1.0", "", "16.0"]);
    assert_eq!(rates("status_quo", "CHN", "2021..2021"), ["3.3", "", "16.0"]);
}

#[test]
fn use_of_preferences_is_near_what_customs_report() {
    let case = Case::as_of_2020();
    let (book, regimes) = (&case.book, Regimes::new(&case.book, &case.book.initial));
    let data = Dataset::read(&Files::embedded().folder("apac")).unwrap();
    let text = fs::read_to_string("data/policy/utilisation_observed.csv").unwrap();
    let (mut misses, mut n_measured) = (Vec::new(), 0);
    for row in csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap) {
        let importer = book.axes.country_idx[&row[0]];
        let is_meant = |id: &str| &row[1] == "*" || row[1].split(';').any(|one| one == id);
        // Used and eligible trade: by the table of margins, and where customs figures stand in its place (claims.csv).
        let (mut by_table, mut by_customs) = ((0.0, 0.0), (0.0, 0.0));
        for exporter in (0..book.n()).filter(|&exporter| exporter != importer) {
            let situation =
                book.situation(&regimes, Pair { importer, exporter }, date(row[2].parse().unwrap(), 7, 1));
            for (g, group) in book.groups.iter().enumerate() {
                let rate = book.group_rate(&situation, g, PolicyParameters::default());
                let Some(at) = rate.agreement.filter(|&at| is_meant(&book.agreements[at].id)) else {
                    continue;
                };
                let binding = situation.bindings.iter().find(|binding| binding.agreement == at).unwrap();
                let is_measured = binding.claimed_share.is_some_and(|shares| !shares[g].is_nan());
                let sum = if is_measured { &mut by_customs } else { &mut by_table };
                let trade = group.weight * data.trade_musd[[group.sector, importer, exporter]];
                *sum = (sum.0 + trade * rate.utilisation_share, sum.1 + trade);
            }
        }
        let observed: f64 = row[3].parse().unwrap();
        let (table, customs) = (by_table.0 / by_table.1, by_customs.0 / by_customs.1);
        println!("{} {}: {table:.2}, by customs {customs:.2}, observed {observed:.2}", &row[0], &row[1]);
        if by_customs.1 > by_table.1 {
            // The United States: `claims.csv` has the share of the duty that was not paid. High duties are claimed more
            // often than low ones, so that it lies above the share of eligible trade, which is what was observed here;
            // the two differ in notion, and only their order can be tested.
            assert!(customs > observed && customs < 1.0, "{row:?}: {customs}");
            n_measured += 1;
        } else {
            misses.push((table - observed).abs());
        }
    }
    assert_eq!((n_measured, misses.len()), (3, 5));
    // The table of margins knows neither firms nor habits: it misses a tenth of trade on average, and about a quarter in
    // Japan, whose agreements with Europe and of the CPTPP were in their first year (`utilisation_age.csv`).
    let (mean, worst) = (misses.iter().sum::<f64>() / 5.0, misses.iter().copied().fold(0.0, f64::max));
    assert!(mean < 0.15 && worst < 0.27, "{mean} {worst}");
}
