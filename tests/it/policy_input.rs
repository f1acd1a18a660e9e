//! Faults of policy tables and schedules: each names its file, its line, and what would be right.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

/// Writes the embedded data to a folder, changes one file and answers what `schedule` says of it.
fn refused(file: &str, change: impl Fn(String) -> String, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    tradepath::data::write_embedded(&data).unwrap();
    let path = data.join(file);
    fs::write(&path, change(fs::read_to_string(&path).unwrap_or_default())).unwrap();
    schedule(&data).code(2).stderr(contains(message));
}

fn schedule(data: &Path) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["schedule", "cptpp_accession", "--explain", "USA:VNM:textiles:2030-01-01", "--data"]);
    command.arg(data).assert()
}

#[test]
fn faults_of_policy_tables_are_named_with_their_line() {
    let add = |line: &'static str| move |text: String| text + line + "\n";
    let without = |start: &'static str| {
        move |text: String| {
            let rows = text.lines().filter(|line| !line.starts_with(start));
            rows.map(|line| line.to_owned() + "\n").collect()
        }
    };
    refused("policy/tables/mfn.csv", without("USA,*,textiles"), "USA,textiles` = no row");
    refused("policy/tables/mfn.csv", add("USA,*,stee,3,,x,seed"), "mfn.csv:1563 `product_group` = stee");
    refused("policy/tables/barriers.csv", without("VNM,meat"), "`VNM,meat` = no row");
    refused(
        "policy/duties.csv",
        add("us_301_list_9,USA,CHN,,25,2020-01-01,,x,seed"),
        "a list of duty_coverage.csv",
    );
    refused(
        "policy/duties.csv",
        add("us_301_list_1,USA,CHN,,25,2020-13-01,,x,seed"),
        "a date such as 2021-07-01",
    );
    refused("policy/duties.csv", add("us_301_list_1,USA,CHN,,-5,2020-01-01,,x,seed"), "`duty_pct` = -5");
    refused(
        "policy/agreements.csv",
        add("cptpp,twice,,tpp,step_one,claimed,tpp,,,,x,seed"),
        "each agreement once",
    );
    refused(
        "policy/agreements.csv",
        add("new,New,,no_such,step_one,claimed,tpp,,,,x,seed"),
        "`schedule` = no_such: expected empty, or a folder with default.csv in",
    );
    refused(
        "policy/agreements.csv",
        add("new,New,,tpp,sometimes,claimed,tpp,,,,x,seed"),
        "step_one or catch_up",
    );
    refused("policy/tables/memberships.csv", add("cptpp,ZZZ,2020-01-01,,x,seed"), "`party` = ZZZ");
    refused(
        "policy/tables/memberships.csv",
        add("cptpp,USA,2020-01-01,2019-01-01,x,seed"),
        "a day after valid_from",
    );
    refused("schedules/tpp/USA.csv", add("fish,all,0.5,,EIF,n,x,seed"), "part_share of fish");
    refused("schedules/tpp/USA.csv", add("fish,all,1,,B99,n,x,seed"), "`category` = B99");
    refused("schedules/tpp/categories.csv", add("ODD,held,1:0.2;2:0.4,n,x,seed"), "a rate may not rise");
    refused("schedules/mature/default.csv", without("other"), "a row for the group, or one for `other`");
}

#[test]
fn the_estimate_of_depth_must_be_whole_and_consistent() {
    let path = "policy/depth_effect.csv";
    let replaced = |from: &'static str, to: &'static str| {
        move |text: String| {
            assert!(text.contains(from));
            text.replace(from, to)
        }
    };
    let twice = |text: String| text + "text_depth_share,0.4,,x,seed\n";
    refused(path, twice, "depth_effect.csv:8 `item` = text_depth_share: expected each item once: line 5");
    refused(
        path,
        replaced("origin_ln_trade", "origin_ln"),
        "`item` = origin_ln: expected a figure of the estimate",
    );
    let without = |text: String| {
        text.lines().filter(|line| !line.starts_with("origin_ln")).collect::<Vec<_>>().join("\n")
    };
    refused(path, without, "`origin_ln_trade` = no row");
    refused(path, replaced("0.5625,,", "1.5,,"), "`value` = 1.5: expected a share of the provisions, 0 to 1");
    refused(path, replaced("0.130108", ""), "`se` = empty: expected a standard error, 0 to 3");
    refused(path, replaced("0.5625,,", "0.5625,0.1,"), "`se` = 0.1: expected empty: this item is not drawn");
    refused(path, replaced("-0.00693601", "-0.02"), "at most the product of the two standard errors, 0.0105");
    refused(
        path,
        replaced("0.228821", "0.5"),
        "`value` = 0.5: expected at most the effect of the full text, 0.434789",
    );
    // All of them at once.
    let several = |text: String| text.replace("0.5625,,", "1.5,,").replace("0.130108", "");
    refused(path, several, "a share of the provisions");
    refused(path, several, "a standard error, 0 to 3");
    refused(path, |_| String::new(), "depth_effect.csv");
}

#[test]
fn texts_lists_and_overlaps_must_fit_together() {
    let add = |line: &'static str| move |text: String| text + line + "\n";
    let replaced = |from: &'static str, to: &'static str| {
        move |text: String| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        }
    };
    let lists = "policy/product_lists.csv";
    refused(lists, add("steel,medicines,0.1,x,seed"), "expected lists of medicines that sum to at most 1");
    refused(lists, add("steel,stel,0.1,x,seed"), "`sector` = stel");
    refused("policy/depth.csv", add("none,goods,steel,0.1,0,1,x,seed"), "`list` = steel: expected");
    refused(
        "policy/depth.csv",
        add("none,energy,medical,0.1,0,1,x,seed"),
        "a list that has products of the scope",
    );
    refused(
        "policy/depth.csv",
        replaced("usmca,goods,,1,", "usmca,goods,,2.1,"),
        "0 to 2: 1 = as far as the full text",
    );
    let overlap = "policy/text_overlap.csv";
    refused(overlap, add("cptpp,tpp,0.5,x,seed"), "each two texts once: line 2 has them");
    refused(overlap, add("tpp,tpp,0.5,x,seed"), "another text: a text overlaps itself in full");
    refused(overlap, add("tpp,rcep,0.5,x,seed"), "`other_text` = rcep");
    let full = "policy/full_text.csv";
    refused(
        full,
        replaced("services,0.375,0.375,0.2,", "services,0.375,0.375,estimate,"),
        "the estimate is of trade in goods",
    );
    refused(full, replaced("goods,0.3745,0.563,", "goods,0.3745,1,"), "`actionable_share` = 1");
    refused(full, replaced("services,0.375,", "finance,0.375,"), "`utilities_construction` = no row");
    let circle = |text: String| {
        text.replace(
            "cptpp,CPTPP,,tpp,catch_up,claimed,cptpp,members,,,",
            "cptpp,CPTPP,,tpp,catch_up,claimed,cptpp,members,,cptpp_plus,",
        )
    };
    refused("policy/agreements.csv", circle, "an older agreement, none of whose own is replaced by this one");
    refused("policy/switches.csv", add("cptpp,suspended,NZX,on,x,seed"), "`party` = NZX");
}

#[test]
fn intervals_that_overlap_or_leave_a_gap_are_refused() {
    let add = |line: &'static str| move |text: String| text + line + "\n";
    let moved = |from: &'static str, to: &'static str| move |text: String| text.replace(from, to);
    // The third list is at 10 % until 10 May 2019; the row after it begins a day early, or a day late.
    let early = moved("25,2019-05-10", "25,2019-05-09");
    refused(
        "policy/duties.csv",
        early,
        "`valid_from` = 2019-05-09: expected 2019-05-10 or later: until then line 4",
    );
    let late = moved("25,2019-05-10", "25,2019-05-11");
    refused("policy/duties.csv", late, "1 day(s) are without a row");
    refused(
        "policy/duties.csv",
        add("us_301_list_1,USA,CHN,,30,2020-01-01,,x,seed"),
        "line 2 has no end. Write 2020-01-01 as valid_until of line 2",
    );
    refused(
        "policy/tables/memberships.csv",
        add("usmca,USA,2021-01-01,,x,seed"),
        "no other row for USA in usmca: line",
    );
    refused("policy/tables/memberships.csv", add("nafta,USA,2020-07-02,,x,seed"), "no longer in force");
}

#[test]
fn percent_written_as_a_ratio_is_asked_about() {
    let ratio = |text: String| text.replace(",25,", ",0.25,").replace(",10,", ",0.10,");
    let all = move |text: String| {
        let text = ratio(text).replace(",15,", ",0.15,").replace(",14,", ",0.14,");
        text.replace(",7.5,", ",0.075,").replace(",3.75,", ",0.0375,")
    };
    refused("policy/duties.csv", all, "the largest rate of the column is 0.25, which would be 25");
    // Said to be meant, it passes.
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    tradepath::data::write_embedded(&data).unwrap();
    let path = data.join("policy/duties.csv");
    let text = all(fs::read_to_string(&path).unwrap());
    fs::write(&path, format!("# unit: percent\n{text}")).unwrap();
    schedule(&data).success();
}

#[test]
fn quotas_and_side_letters_must_be_complete() {
    let without_rate = |text: String| text.replace("sugar,all,1,18,TRQ", "sugar,all,1,,TRQ");
    refused("schedules/tpp/USA.csv", without_rate, "`base_rate_pct` = empty: expected the out-of-quota rate");
    let without_outside = |text: String| text.replace("rice,rice,t,850,,0,280", "rice,rice,t,850,,0,");
    refused("schedules/tpp/quotas.csv", without_outside, "quotas.csv:2 `out_of_quota_pct` = empty");
    let unknown =
        |text: String| text.replace("rice,rice,t,850,,0,280,1:6000", "rice,wheat,t,850,,0,280,1:6000");
    refused(
        "schedules/tpp/quotas.csv",
        unknown,
        "quotas.csv:3 `part` = wheat: expected a part of rice of JPN",
    );
    let inverted = |text: String| text.replace("rice,rice,t,850,,0,280", "rice,rice,t,850,,300,280");
    refused("schedules/tpp/quotas.csv", inverted, "percent, 0 to 280");
    let letters = "importer,exporter,product_group,part,base_rate_pct,category,note,source,mark\n";
    let letter = |row: &'static str| move |_: String| format!("{letters}{row},n,x,seed\n");
    let path = "schedules/tpp/letters.csv";
    refused(path, letter("USA,NZL,textiles,wool,,EIF"), "letters.csv:2 `part` = wool");
    refused(path, letter("USA,XXX,textiles,*,,EIF"), "letters.csv:2 `exporter` = XXX");
    refused(path, letter("USA,NZL,textiles,*,,B99"), "or a row of categories.csv (JP-BEEF, JP-PORK");
}

#[test]
fn members_need_a_schedule_and_provisions_a_name() {
    let add = |line: &'static str| move |text: String| text + line + "\n";
    let file = "policy/tables/memberships.csv";
    refused(
        file,
        add("us_japan_2019,KOR,2021-01-01,,x,seed"),
        "KOR.csv, KOR.JPN.csv or default.csv in schedules/us_japan_2019",
    );
    let without_share = |text: String| {
        text.replace("JP-BEEF,linear,1:0.714286;10:0.519481", "JP-BEEF,linear,1:0.5;10:0.519481")
    };
    refused("schedules/tpp/categories.csv", without_share, "in year 10 a share of at most 0.5");
    refused("policy/switches.csv", add("tpp,no_such,,on,x,seed"), "a provision of provisions.csv (");
    refused("policy/switches.csv", add("no_such,suspended,,on,x,seed"), "a class of depth.csv");
    refused("policy/provisions.csv", add("p,addition,5,T,none,0.1,x,seed"), "0, as the scope is none");
    refused("policy/class_chapters.csv", add("tpp,99,1,x,seed"), "*, or a chapter of chapters.csv (");
    refused(
        "policy/origin_rules.csv",
        add("usmca,*,r,3,0,1,no_such,x,seed"),
        "empty, or a provision of provisions.csv (",
    );
    refused("policy/agreements.csv", add("new,New,,tpp,step_one,claimed,tpp,all,,,x,seed"), "members or mfn");
}

#[test]
fn quotas_say_what_a_unit_is_worth_and_safeguards_stand_on_parts_that_are_cut() {
    let file = "schedules/tpp/quotas.csv";
    refused(
        file,
        |text: String| text.replacen(",t,850,", ",t,,", 1),
        "quotas.csv:2 `unit_value_usd` = empty",
    );
    refused(
        file,
        |text: String| text.replacen(",t,850,", ",bushels,850,", 1),
        "expected t, t milk equivalent or percent",
    );
    refused(
        file,
        |text: String| text.replacen(",,0.3,", ",,30,", 1),
        "`production_share` = 30: expected empty, or the product's share",
    );
    refused(
        file,
        |text: String| text.replacen(",yes,", ",perhaps,", 1),
        "quotas.csv:2 `today_kept` = perhaps",
    );
    refused(
        file,
        |text: String| text.replacen("1:38.5;4:30", "4:38.5;1:30", 1),
        "`out_of_quota_pct` = 4:38.5;1:30",
    );
    refused(
        file,
        |text: String| text.replacen(",0,280,", ",schedule,280,", 1),
        "expected a part of rice of JPN with a category that cuts",
    );
}

#[test]
fn more_duties_than_the_rate_are_refused() {
    let wrong = |text: String| text.replace("USA,*,apparel,17.60,,", "USA,*,apparel,17.60,18.32,");
    refused("policy/tables/mfn.csv", wrong, "`collected_pct` = 18.32: expected empty, or percent, 0 to 17.6");
}
