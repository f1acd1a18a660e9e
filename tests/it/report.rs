//! `tradepath report` on a small made-up run: three countries, three options, four years.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tempfile::TempDir;
use tradepath::data::{Files, sha256_file};
use tradepath::output::OutputDir;
use tradepath::output::dir::Existing;
use tradepath::report::text::width;
use tradepath::report::{self, PageData, ReportSummary, Run};

const OPTIONS: [&str; 3] = ["stay", "join", "partial"];
const COUNTRIES: [&str; 3] = ["AAA", "BBB", "CCC"];
const CHARTS: [&str; 11] = [
    "gains_by_option",
    "country_effects",
    "gains_by_country",
    "real_income_fan",
    "in_force_by_year",
    "real_income_in_force",
    "waterfall",
    "tariff_path",
    "sectors",
    "trade_by_partner",
    "trade_by_pair",
];
const MANIFEST: &str = r#"{
  "program": "tradepath", "version": "9.9.9", "command": "run", "plan": "small",
  "title": "A <small> plan & more", "focus": "AAA", "partners": ["BBB", "CCC"],
  "seed": 7, "draws": 50, "event_draws": 5000, "years": [2021, 2024], "baseline": "made-up",
  "source": "invented, see http://example.org/data?a=1&b=2", "licence": "none",
  "options": [
    {"id": "stay", "title": "Stay", "description": "Nothing changes."},
    {"id": "join", "title": "Join <now> & \"fast\"", "description": "A deal's text."},
    {"id": "partial", "title": "Partial", "description": "Some sectors."}
  ],
  "reference_option": "stay",
  "countries": [
    {"iso3": "AAA", "name": "Alpha & Sons", "region": "x", "observed_blocks": 3, "scaled_blocks": 1, "imputed_blocks": 0},
    {"iso3": "BBB", "name": "Beta", "region": "x", "observed_blocks": 1, "scaled_blocks": 0, "imputed_blocks": 3},
    {"iso3": "CCC", "name": "Gamma", "region": "x"}
  ],
  "sectors": [{"id": "goods", "name": "Goods", "kind": "goods"}, {"id": "care", "name": "Care", "kind": "services"}]
}
"#;

/// A number that no other cell of the run has, so that a number in a chart tells where it comes from.
struct Numbers(u32);

impl Numbers {
    fn next(&mut self) -> String {
        self.0 += 1;
        let sign = if self.0.is_multiple_of(3) { "-" } else { "" };
        // As the program writes numbers: without zeros at the end.
        format!("{sign}0.{:06}", 100_000 + 37 * self.0).trim_end_matches('0').to_owned()
    }

    fn cells(&mut self, n: usize) -> String {
        (0..n).map(|_| self.next()).collect::<Vec<_>>().join(",")
    }
}

fn gains(numbers: &mut Numbers) -> [String; 3] {
    let mut projections =
        "option,year,iso3,measure,against,unit,mean,mc_se,p05,p25,p50,p75,p95,draws\n".to_owned();
    let mut reference = "option,year,iso3,measure,against,unit,value\n".to_owned();
    let mut summary =
        "option,iso3,measure,unit,chance,chance_se,date_in_force_p50,if_in_force_mean,if_in_force_se,\
                       if_in_force_p05,if_in_force_p95,draws_in_force,expected_mean,expected_se,own_effect,unlocked_effect,members\n"
            .to_owned();
    let measures = [
        ("real_income", "pct", "reference"),
        ("real_income_money", "musd2019", "reference"),
        ("exports", "pct", "baseline"),
    ];
    for option in OPTIONS {
        for country in COUNTRIES {
            for (measure, unit, against) in measures {
                for year in 2021..=2024 {
                    let key = format!("{option},{year},{country},{measure},{against},{unit}");
                    projections += &format!("{key},{},50\n", numbers.cells(7));
                    reference += &format!("{key},{}\n", numbers.cells(1));
                }
                let chance = match option {
                    "join" => "0.124,0.002,2022-06-30",
                    _ => "0.5,0.01,",
                };
                if option != "stay" {
                    let key = format!("{option},{country},{measure},{unit},{chance}");
                    let before = numbers.cells(1);
                    let interval = numbers.cells(2);
                    summary += &format!("{key},{before},0.01,{interval},25,{},AAA|BBB\n", numbers.cells(4));
                }
            }
        }
    }
    [projections, reference, summary]
}

fn small_run() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    let mut numbers = Numbers(0);
    let [projections, reference, summary] = gains(&mut numbers);
    write("manifest.json", MANIFEST);
    write("projections.csv", &projections);
    write("reference.csv", &reference);
    write("summary.csv", &summary);
    let mut by_year = "option,milestone,year,probability\n".to_owned();
    for (option, milestone) in [
        ("join", "in_force"),
        ("join", "signature"),
        ("partial", "in_force"),
        ("partial", "sectoral_in_force"),
    ] {
        for year in 2020..=2024 {
            by_year += &format!("{option},{milestone},{year},0.{}\n", year - 1900);
        }
    }
    write("by_year.csv", &by_year);
    let mut draws = "option,draw,year,iso3,measure,against,unit,value,weight\n".to_owned();
    for (option, draw) in [("join", 0), ("join", 1), ("join", 2), ("partial", 0)] {
        for year in 2021..=2024 {
            draws +=
                &format!("{option},{draw},{year},AAA,real_income,reference,pct,{},1.0\n", numbers.cells(1));
        }
    }
    write("draws.csv", &draws);
    // Draw 2 comes too late, draw 0 of the other option reaches another milestone.
    write(
        "milestones.csv",
        "option,draw,milestone,date\njoin,0,in_force,2022-01-01\njoin,1,in_force,2024-12-31\n\
         join,2,in_force,2025-01-01\npartial,0,signature,2022-01-01\n",
    );
    write(
        "reference_dates.csv",
        "option,milestone,date\njoin,in_force,2021-07-01\njoin,signature,2021-02-03\n",
    );
    let mut parts = "option,year,iso3,told_by,part,real_income_pct\n".to_owned();
    for option in ["join", "partial"] {
        for (country, told_by, part) in [
            ("AAA", "policy", "tariffs_given"),
            ("AAA", "policy", "tariffs_received"),
            ("AAA", "policy", "goods_barriers"),
            ("AAA", "channel", "terms_of_trade"),
            ("BBB", "policy", "tariffs_given"),
        ] {
            parts += &format!("{option},2024,{country},{told_by},{part},{}\n", numbers.cells(1));
        }
    }
    write("decomposition.csv", &parts);
    let (mut tariffs, mut sectors, mut bilateral) = (
        "option,exporter,importer,valid_from,valid_until,statutory_pct,effective_pct\n".to_owned(),
        "option,year,iso3,sector,measure,against,unit,value\n".to_owned(),
        "option,year,exporter,importer,sector_group,measure,against,unit,value\n".to_owned(),
    );
    for option in OPTIONS {
        for partner in ["BBB", "CCC"] {
            tariffs += &format!("{option},AAA,{partner},2021-01-01,2022-06-30,{}\n", numbers.cells(2));
            tariffs += &format!("{option},AAA,{partner},2022-06-30,,{}\n", numbers.cells(2));
            for (group, against) in [("goods", "reference"), ("services", "reference"), ("goods", "baseline")]
            {
                let key = format!("{option},2024,AAA,{partner},{group},imports_change,{against},musd2019");
                bilateral += &format!("{key},{}\n", numbers.cells(1));
            }
        }
        for (sector, against) in [("goods", "reference"), ("care", "reference"), ("goods", "baseline")] {
            sectors += &format!("{option},2024,AAA,{sector},output,{against},pct,{}\n", numbers.cells(1));
        }
    }
    write("tariff_path.csv", &tariffs);
    write("reference_sectors.csv", &sectors);
    write("reference_bilateral.csv", &bilateral);
    folder
}

/// Gives the manifest of a run the list of its files.
fn list_files(run: &Path) {
    let mut manifest: serde_json::Value = serde_json::from_str(&read(run, "manifest.json")).unwrap();
    let names = fs::read_dir(run).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let entry = |name: String| {
        let path = run.join(&name);
        let bytes = fs::metadata(&path).unwrap().len();
        serde_json::json!({ "path": name, "bytes": bytes, "sha256": sha256_file(&path).unwrap() })
    };
    manifest["files"] = names.filter(|name| name != "manifest.json").map(entry).collect();
    fs::write(run.join("manifest.json"), manifest.to_string()).unwrap();
}

/// Makes the report in `out`.
fn report_to(run: &Path, out: &Path) -> ReportSummary {
    let output = OutputDir::create(out, Existing::Refuse).unwrap();
    let files = Files::directory(run);
    let data = PageData::read(&files, &[], 2024).unwrap();
    let summary = report::write(&Run::read(&files).unwrap(), &data, &output).unwrap();
    output.finish().unwrap();
    summary
}

/// Makes the report beside the tables of a run.
fn make(run: &Path) -> ReportSummary {
    let out = tempfile::tempdir().unwrap();
    let summary = report_to(run, &out.path().join("out"));
    for made in ["charts", "report.html"] {
        fs::rename(out.path().join("out").join(made), run.join(made)).unwrap();
    }
    summary
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

fn all_files(folder: &Path) -> BTreeMap<String, String> {
    let names = CHARTS.iter().flat_map(|c| [format!("charts/{c}.svg"), format!("charts/{c}.csv")]);
    names.chain(["report.html".to_owned()]).map(|name| (name.clone(), read(folder, &name))).collect()
}

/// Spoils one file of a sound run and checks the exit code and the message.
fn refuses(file: &str, from: &str, to: &str, expected: &[&str]) {
    let run = small_run();
    let text = read(run.path(), file);
    assert!(text.contains(from), "{file} does not hold {from}");
    fs::write(run.path().join(file), text.replacen(from, to, 1)).unwrap();
    let mut assert =
        Command::new(env!("CARGO_BIN_EXE_tradepath")).arg("report").arg(run.path()).assert().code(2);
    for text in expected {
        assert = assert.stderr(contains(*text));
    }
    assert!(!run.path().join("charts").exists() && !run.path().join("report.html").exists());
}

#[test]
fn writes_every_chart_and_the_page_into_the_run() {
    let run = small_run();
    let summary = make(run.path());
    assert_eq!(summary.charts, CHARTS);
    assert!(summary.left_out.is_empty());
    assert!(run.path().join("projections.csv").exists());
    for (file, text) in all_files(run.path()) {
        assert!(!text.is_empty(), "{file}");
    }
}

/// A line of text in a picture: what it says, and left, top, right and bottom of its small letters.
fn texts(svg: &str) -> Vec<(String, [f64; 4])> {
    let xml = roxmltree::Document::parse(svg).unwrap();
    let groups = xml.descendants().filter(|node| node.has_tag_name("g"));
    groups
        .map(|group| {
            let text = group.attribute("data-text").unwrap().to_owned();
            let transform = group.attribute("transform").unwrap();
            assert!(!transform.contains("rotate"), "{text} stands upright");
            let split = transform.split(['(', ')', ' ']).filter_map(|part| part.parse::<f64>().ok());
            let numbers: Vec<f64> = split.collect();
            let [x, y, left, down, scale] = numbers[..] else { panic!("{transform}") };
            let size = 2048.0 * scale;
            let is_bold = group.children().any(|letter| letter.attribute("href").unwrap().starts_with("#b"));
            let right = x + left + width(&text, size, is_bold);
            (text, [x + left, y + down - 0.7 * size, right, y + down + 0.2 * size])
        })
        .collect()
}

#[test]
fn texts_stay_inside_the_picture_and_do_not_collide() {
    let run = small_run();
    make(run.path());
    for chart in CHARTS {
        let svg = read(run.path(), &format!("charts/{chart}.svg"));
        let xml = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{chart}: {error}"));
        let side = |name| xml.root_element().attribute(name).unwrap().parse::<f64>().unwrap();
        let (width, height) = (side("width"), side("height"));
        let texts = texts(&svg);
        assert!(texts.len() > 8, "{chart} has {} texts", texts.len());
        for (at, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
            let is_inside = *left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height;
            assert!(is_inside, "{chart}: {text} leaves the picture");
            for (other, [l, t, r, b]) in &texts[..at] {
                let is_apart = right <= l || r <= left || bottom <= t || b <= top;
                assert!(is_apart, "{chart}: {text} collides with {other}");
            }
        }
        let all: String = texts.iter().map(|(text, _)| format!("{text} ")).collect();
        let source = "tradepath 9.9.9, data set made-up; 50 draws per option, seed 7";
        assert!(all.contains(source), "{chart} names its source: {all}");
        assert!(!svg.contains("<text") && !svg.contains("font"), "{chart} needs no font");
    }
}

#[test]
fn each_picture_is_there_as_png_too() {
    let run = small_run();
    make(run.path());
    for chart in CHARTS {
        let bytes = fs::read(run.path().join(format!("charts/{chart}.png"))).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"), "{chart}");
        let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        let svg = read(run.path(), &format!("charts/{chart}.svg"));
        let size = format!("width=\"{}\" height=\"{}\"", side(16) / 2, side(20) / 2);
        assert!(svg.contains(&size), "{chart}: {size}");
    }
}

#[test]
fn every_number_behind_a_chart_is_a_cell_of_the_run() {
    let run = small_run();
    make(run.path());
    let mut cells = BTreeSet::new();
    for file in [
        "summary",
        "projections",
        "reference",
        "by_year",
        "tariff_path",
        "reference_sectors",
        "reference_bilateral",
        "decomposition",
        "draws",
    ] {
        let text = read(run.path(), &format!("{file}.csv"));
        cells.extend(text.lines().skip(1).flat_map(|line| line.split(',')).map(str::to_owned));
    }
    for chart in CHARTS {
        let text = read(run.path(), &format!("charts/{chart}.csv"));
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let unit = rows.headers().unwrap().iter().next_back().unwrap().to_owned();
        assert!(
            unit.ends_with("_pct")
                || unit.ends_with("_musd2019")
                || unit.ends_with("_musd")
                || unit == "probability",
            "{unit}"
        );
        let mut n = 0;
        for row in rows.records() {
            let row = row.unwrap();
            let number = row.iter().next_back().unwrap();
            assert!(cells.contains(number), "{chart}: {number} is not in the run");
            n += 1;
        }
        assert!(n >= 4, "{chart} has {n} rows");
    }
}

#[test]
fn the_charts_show_the_right_cells() {
    let run = small_run();
    make(run.path());
    let rows = read(run.path(), "charts/gains_by_option.csv");
    let summary = read(run.path(), "summary.csv");
    let row = summary.lines().find(|line| line.starts_with("join,AAA,real_income,pct")).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    for (statistic, at) in [
        ("if_in_force_mean", 7),
        ("if_in_force_p05", 9),
        ("if_in_force_p95", 10),
        ("expected_mean", 12),
        ("own_effect", 14),
    ] {
        assert!(rows.contains(&format!("join,2024,AAA,{statistic},{}\n", cells[at])), "{statistic}");
    }
    assert!(!rows.contains("stay,"), "the reference option has no gain against itself");
    let drawn = read(run.path(), "charts/real_income_in_force.csv");
    assert_eq!(drawn.lines().count(), 1 + 2 * 4, "two draws have it in force by the last day: {drawn}");
    assert!(drawn.contains("join,2024,AAA,1,") && !drawn.contains("AAA,2,") && !drawn.contains("partial"));
    let in_force = read(run.path(), "charts/in_force_by_year.csv");
    assert!(in_force.contains("partial,sectoral_in_force,2024,0.124"), "{in_force}");
    assert!(!in_force.contains("2020,") && !in_force.contains("signature"));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (run, other) = (small_run(), tempfile::tempdir().unwrap());
    make(run.path());
    let out = other.path().join("deep/er");
    report_to(run.path(), &out);
    assert_eq!(all_files(run.path()), all_files(&out));
}

#[test]
fn the_page_needs_nothing_from_outside_and_escapes_text() {
    let run = small_run();
    make(run.path());
    let page = read(run.path(), "report.html");
    let (before, script) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    for outside in ["src=", "url(", "@import", "<script", "<link rel=\"stylesheet", "<iframe"] {
        assert!(!before.contains(outside), "the page has {outside}");
    }
    let links = before.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for link in links {
        let is_here = ["#", "charts/", "data:,"].iter().any(|start| link.starts_with(start));
        assert!(is_here, "{link}");
    }
    // The one address left is the text of the source in the manifest.
    assert_eq!(before.matches("http").count() - before.matches("http-equiv").count(), 1);
    assert!(page.contains("default-src 'none'"), "a browser is told to fetch nothing");
    assert!(page.contains("invented, see http:&#x2f;&#x2f;example.org&#x2f;data?a=1&amp;b=2"));
    assert!(page.contains("A &lt;small&gt; plan &amp; more"));
    assert!(page.contains("Join &lt;now&gt; &amp; &quot;fast&quot;") && !page.contains("<now>"));
    assert!(script.contains("Join \\u003cnow> & \\\"fast\\\""), "names in the data open no tag");
    assert!(page.contains("Alpha &amp; Sons"));
    assert!(page.contains("75 %"), "the share of imputed blocks");
    assert!(page.contains("--draws 50 --seed 7 --years 2021..2024"));
    assert!(page.contains("2022-06-30"), "the median date");
    for chart in CHARTS {
        for ending in ["svg", "png", "csv"] {
            assert!(page.contains(&format!("href=\"charts/{chart}.{ending}\"")), "{chart}.{ending}");
        }
    }
}

#[test]
fn the_page_names_the_libraries_it_holds() {
    let run = small_run();
    make(run.path());
    let page = read(run.path(), "report.html");
    for (named, held) in
        [("D3 7.9.2", "https://d3js.org v7.9.2"), ("Observable Plot 0.6.17", "@observablehq/plot v0.6.17")]
    {
        assert!(page.contains(named) && page.contains(held), "{named}");
    }
}

#[test]
fn the_page_holds_the_numbers_of_the_tables() {
    let run = small_run();
    make(run.path());
    let page = read(run.path(), "report.html");
    let data = page.split_once("id=\"data\">").unwrap().1.split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let cube = &data["cubes"]["projections"];
    let keys =
        cube["dimensions"].as_array().unwrap().iter().map(|dimension| dimension[1].as_array().unwrap());
    let size: usize = keys.map(Vec::len).product();
    let means = cube["values"]["mean"].as_array().unwrap();
    assert_eq!(means.len(), size);
    let table = read(run.path(), "projections.csv");
    let against_reference = table.lines().filter(|line| line.contains(",reference,"));
    let cells: Vec<f64> =
        against_reference.map(|line| line.split(',').nth(6).unwrap().parse().unwrap()).collect();
    let shown: Vec<f64> = means.iter().filter_map(serde_json::Value::as_f64).collect();
    assert_eq!(shown, cells, "the order of the table is that of the cube");
}

#[test]
fn shows_tables_of_other_commands_that_lie_beside() {
    let (run, checks) = (small_run(), tempfile::tempdir().unwrap());
    list_files(run.path());
    fs::write(checks.path().join("studies.csv"), "study,published\n\"One, <two>\",0.5\n").unwrap();
    let report = |with: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.arg("report").arg(run.path()).arg("--with").arg(with).assert()
    };
    report(checks.path()).success();
    let page = read(run.path(), "report.html");
    assert!(page.contains("\"rows\":[[\"One, \\u003ctwo>\",\"0.5\"]]"));
    report(&checks.path().join("nosuch"))
        .code(2)
        .stderr(contains("`--with` = ").and(contains("which is not there")));
    let empty = tempfile::tempdir().unwrap();
    report(empty.path()).code(2).stderr(contains("which holds none").and(contains("studies.csv")));
}

/// Sets what an option gives if it is in force and in expectation (with its standard error), in both measures.
fn set_gain(run: &Path, option: &str, [if_in_force, expected, se]: [&str; 3]) {
    let set = |line: &str| {
        let mut cells = line.split(',').map(str::to_owned).collect::<Vec<_>>();
        if cells[..2] == [option, "AAA"] && cells[2].starts_with("real_income") {
            for (at, cell) in [(7, if_in_force), (9, "-1"), (10, "1"), (12, expected), (13, se)] {
                cell.clone_into(&mut cells[at]);
            }
        }
        cells.join(",") + "\n"
    };
    let text: String = read(run, "summary.csv").lines().map(set).collect();
    fs::write(run.join("summary.csv"), text).unwrap();
}

#[test]
fn the_answer_names_the_best_option_in_force_and_in_expectation() {
    let run = small_run();
    set_gain(run.path(), "join", ["0.9", "0.2", "0.05"]);
    set_gain(run.path(), "partial", ["0.4", "0.3", "0.04"]);
    make(run.path());
    let page = read(run.path(), "report.html");
    for sentence in [
        "the largest gain of an option in force is that of \u{201c}Join &lt;now&gt; &amp; &quot;fast&quot;\u{201d}, +0.90 %",
        "(nine tenths of the draws: \u{2212}1.00 to +1.00 %)",
        "in force at the end of 2024 in 12 % of the futures; of all futures that see it begin, half do by 2022-06-30.",
        "\u{201c}Partial\u{201d} (in force in 50 % of them) has the highest expected gain, with +0.30 % in 2024",
        "has +0.20 %: the standard errors do not separate the two",
        "<td>2022-06-30 &#x2f; 2021-07-01</td>",
        "<td>AAA BBB</td>",
    ] {
        assert!(page.contains(sentence), "{sentence}");
    }
    // Errors that are small enough do separate them.
    set_gain(run.path(), "join", ["0.9", "0.2", "0.005"]);
    set_gain(run.path(), "partial", ["0.4", "0.3", "0.004"]);
    make_again(run.path());
    assert!(!read(run.path(), "report.html").contains("do not separate"));
}

/// Replaces charts and page.
fn make_again(run: &Path) {
    fs::remove_dir_all(run.join("charts")).unwrap();
    make(run);
}

#[test]
fn the_answer_says_so_where_no_option_gains() {
    let run = small_run();
    set_gain(run.path(), "join", ["-0.3", "-0.2", "0.01"]);
    set_gain(run.path(), "partial", ["-0.4", "-0.3", "0.01"]);
    make(run.path());
    let page = read(run.path(), "report.html");
    assert!(page.contains("no option in force gains; the least loss is that of \u{201c}Join"));
    assert!(page.contains("\u{201d}, \u{2212}0.30 %"));
    assert!(page.contains("it has the highest expected gain too, with \u{2212}0.20 %"));
}

#[test]
fn leaves_out_the_chart_of_a_missing_optional_table_and_says_so() {
    let run = small_run();
    fs::remove_file(run.path().join("reference_bilateral.csv")).unwrap();
    list_files(run.path());
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    let expected =
        "the chart trade_by_partner is left out: it needs reference_bilateral.csv with rows for it";
    command.arg("report").arg(run.path()).assert().success().stderr(contains(expected));
    assert!(!run.path().join("charts/trade_by_partner.svg").exists());
    assert!(read(run.path(), "report.html").contains("<code>trade_by_partner</code> is left out"));
}

#[test]
fn a_second_report_replaces_the_charts_of_the_first_and_never_what_is_not_ours() {
    let run = small_run();
    list_files(run.path());
    let report = || Command::new(env!("CARGO_BIN_EXE_tradepath")).arg("report").arg(run.path()).assert();
    report().success();
    let first = read(run.path(), "report.html");
    report().success();
    assert_eq!(read(run.path(), "report.html"), first);

    fs::write(run.path().join("charts/mine.svg"), "mine").unwrap();
    report().code(2).stderr(contains("charts/mine.svg (no file of this result)"));
    assert_eq!(read(run.path(), "charts/mine.svg"), "mine");
    fs::remove_file(run.path().join("charts/mine.svg")).unwrap();

    fs::write(run.path().join("report.html"), "my own words").unwrap();
    report().code(2).stderr(contains("report.html (changed since it was written)"));
    assert_eq!(read(run.path(), "report.html"), "my own words");
}

#[test]
fn refuses_an_output_folder_in_use_unless_it_is_ours_and_told_to_overwrite() {
    let (run, out) = (small_run(), tempfile::tempdir().unwrap());
    let at = out.path().join("report");
    let report = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.arg("report").arg(run.path()).arg("--out").arg(&at).args(more).assert()
    };
    report(&[]).success();
    report(&[]).code(2).stderr(contains("pass --overwrite"));
    report(&["--overwrite"]).success();
    fs::write(at.join("notes.txt"), "mine").unwrap();
    report(&["--overwrite"]).code(2).stderr(contains("notes.txt (no file of this result)"));
    assert_eq!(read(&at, "notes.txt"), "mine");
    assert!(at.join("charts/sectors.svg").exists());
}

#[test]
fn fails_without_a_required_file() {
    for file in [
        "manifest.json",
        "summary.csv",
        "projections.csv",
        "reference.csv",
        "reference_dates.csv",
        "by_year.csv",
    ] {
        let run = small_run();
        fs::remove_file(run.path().join(file)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        let assert = command.arg("report").arg(run.path()).assert().code(2);
        let expected = format!("{file} `file` = missing: expected a file that every finished run has");
        assert
            .stderr(contains(expected))
            .stderr(contains("Give the directory of a finished `tradepath run`"));
    }
}

#[test]
fn fails_with_an_unknown_column() {
    let expected = "projections.csv:1 `average` = unknown column";
    refuses(
        "projections.csv",
        "mean",
        "average",
        &[expected, "`mean` = missing column", "Rename or delete the column"],
    );
}

#[test]
fn fails_with_an_unknown_option_country_or_sector() {
    let rows = "real_income";
    refuses(
        "projections.csv",
        &format!("stay,2021,AAA,{rows}"),
        &format!("leave,2021,AAA,{rows}"),
        &[
            "projections.csv:2 `option` = leave: expected a policy option of manifest.json (stay, join, partial)",
        ],
    );
    refuses(
        "reference.csv",
        &format!("AAA,{rows}"),
        &format!("XXX,{rows}"),
        &["reference.csv:2 `iso3` = XXX"],
    );
    refuses("reference_sectors.csv", "AAA,goods", "AAA,bads", &["reference_sectors.csv:2 `sector` = bads"]);
}

#[test]
fn fails_with_a_cell_that_is_no_number_or_no_date() {
    refuses("summary.csv", "0.124", "often", &["summary.csv:2 `chance` = often: expected a finite number"]);
    let expected = "tariff_path.csv:2 `valid_from` = 2021-13-01: expected a date such as 2021-01-31";
    refuses("tariff_path.csv", "2021-01-01", "2021-13-01", &[expected]);
}

#[test]
fn fails_with_a_missing_year_of_the_focus() {
    let expected = "`option,year,iso3` = no gain against the reference option for join,2023,AAA: expected a row for every";
    refuses(
        "reference.csv",
        "join,2023,AAA,real_income,reference,",
        "join,2023,AAA,real_income,other,",
        &["reference.csv", expected],
    );
}

#[test]
fn fails_with_a_manifest_that_is_not_of_a_run() {
    refuses("manifest.json", "\"focus\": \"AAA\"", "\"focus\": \"ZZZ\"", &["manifest.json `focus` = ZZZ"]);
    refuses(
        "manifest.json",
        "\"command\": \"run\"",
        "\"command\": \"solve\"",
        &["`command` = solve: expected run"],
    );
    refuses("manifest.json", "\"seed\": 7,", "", &["manifest.json:", "missing field `seed`"]);
}
