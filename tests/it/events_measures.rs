//! Effects on duties, barriers and trends: from an option to the costs of a pair.

use jiff::civil::{Date, date};
use tradepath::data::{Files, Pair, write_embedded};
use tradepath::events::{Effect, Horizon, Program, Tables, read_options};
use tradepath::policy::{MeasureKind, PolicyBook, PolicyParameters, Regimes, YearState};

use super::policy::axes;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

const OPTION: &str = r#"
id = "small"
title = "A test"
[[process]]
id = "war"
party = "USA"
start = "2025-07-02"
[[process.stage]]
id = "escalation"
duration = { kind = "fixed", days = 0 }
effects = ["duty:us_301_list_3:2", "trend:services_up", "barrier:fences:0.5"]
source = "test"
mark = "assumption"
[[process.stage]]
id = "easing"
duration = { kind = "fixed", days = 730 }
effects = ["duty:us_301_list_3:0", "barrier:fences:0", "duty:waits"]
source = "test"
mark = "assumption"
"#;

/// The embedded tables with a list that waits and two changes of barriers.
fn folder(option: &str) -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let at = folder.path().join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, text).unwrap();
    };
    let embedded = Files::embedded();
    write_embedded(folder.path()).unwrap();
    let duties = embedded.read("policy/duties.csv").unwrap();
    let (head, rows) = duties.split_once('\n').unwrap();
    let head = head.replace("valid_until,", "valid_until,begins,");
    let rows: String = rows.lines().map(|row| widened(row) + "\n").collect();
    let own = "waits,USA,VNM,,10,2021-01-01,,event,test,assumption\n";
    put("policy/duties.csv", &format!("{head}\n{rows}{own}"));
    let coverage = embedded.read("policy/duty_coverage.csv").unwrap();
    let group = coverage.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    put("policy/duty_coverage.csv", &format!("{coverage}waits,{group},1,test,assumption\n"));
    let changes = "change,kind,importer,exporter,sector,amount_pct,source,mark\n\
                   fences,barrier,USA,*,goods,10,test,assumption\n\
                   services_up,trend,*,*,services,-1,test,assumption\n";
    put("policy/barrier_changes.csv", changes);
    put("options/small.toml", option);
    put("options/world.toml", "id = \"world\"\ntitle = \"Nobody else\"\n");
    let files = Files::directory(folder.path());
    (folder, files)
}

/// A row of `duties.csv` with an empty cell after `valid_until`, the seventh.
fn widened(row: &str) -> String {
    let at = row.match_indices(',').nth(6).map_or(row.len(), |(at, _)| at);
    format!("{},{}", &row[..at], &row[at..])
}

struct Case {
    book: PolicyBook,
    _folder: tempfile::TempDir,
    program: Program,
}

fn case() -> Case {
    let (folder, files) = folder(OPTION);
    let book = PolicyBook::read(&files, &axes()).unwrap();
    let (options, world) = read_options(&files.folder("options"), ["small"], Some(&Tables::of(&book)))
        .map_or_else(|faults| panic!("{faults}"), |(mut options, world)| (options.remove(0), world));
    let program = Program::compile(&options, &world, &book.initial, HORIZON);
    Case { book, _folder: folder, program }
}

impl Case {
    fn pair(&self, importer: &str, exporter: &str) -> Pair {
        let position = |code| self.book.axes.country_idx[code];
        Pair { importer: position(importer), exporter: position(exporter) }
    }
}

#[test]
fn a_duty_is_scaled_and_lifted_on_its_days_and_one_that_waits_begins() {
    let case = case();
    let drawn = case.program.timeline(1, 0);
    let (before, after) =
        (Regimes::new(&case.book, &case.book.initial), Regimes::new(&case.book, &drawn.policy));
    let sum = |regimes: &Regimes, exporter: &str, on: Date| -> f64 {
        let situation = case.book.situation(regimes, case.pair("USA", exporter), on);
        (0..case.book.groups.len()).map(|g| situation.duties.on(g, 0.0, None)).sum()
    };
    let lists = |on: Date, regimes: &Regimes| -> f64 {
        let duties = (0..case.book.groups.len()).flat_map(|g| {
            let between = (regimes.members(), regimes.measures());
            case.book.duties.on_group(between, case.pair("USA", "CHN"), (g, 0.0), on)
        });
        duties.filter(|(list, _)| *list == "us_301_list_3").map(|(_, pct)| pct).sum()
    };
    let base = lists(date(2025, 7, 1), &before);
    assert!(base > 0.0);
    assert_eq!(lists(date(2025, 7, 1), &after), base);
    assert_eq!(lists(date(2025, 7, 2), &after), 2.0 * base);
    assert_eq!(lists(date(2027, 7, 2), &after), 0.0);
    let (first, last) = (date(2027, 7, 1), date(2027, 7, 2));
    assert_eq!(sum(&after, "VNM", first), sum(&before, "VNM", first));
    assert!((sum(&after, "VNM", last) - sum(&before, "VNM", last) - 10.0).abs() < 1e-9);
}

#[test]
fn levels_count_by_days_and_trends_add_up() {
    let case = case();
    let drawn = case.program.timeline(1, 0);
    let (before, after) =
        (Regimes::new(&case.book, &case.book.initial), Regimes::new(&case.book, &drawn.policy));
    let barrier = |regimes: &Regimes, sector: usize, year| {
        let pair = case.pair("USA", "JPN");
        case.book.pair_barriers(regimes, pair, year, PolicyParameters::default())[sector]
    };
    let sectors = &case.book.axes.sectors;
    let goods = sectors.iter().position(|one| one.kind == tradepath::data::SectorKind::Goods).unwrap();
    let services = sectors.iter().position(|one| one.kind == tradepath::data::SectorKind::Services).unwrap();
    let added = |year| barrier(&after, goods, year) - barrier(&before, goods, year);
    assert!(added(2024).abs() < 1e-12);
    assert!((added(2025) - 0.05 * 183.0 / 365.0).abs() < 1e-9, "{}", added(2025));
    assert!((added(2026) - 0.05).abs() < 1e-9 && added(2028).abs() < 1e-12);
    let ratio = |year| barrier(&after, services, year) / barrier(&before, services, year);
    assert!((ratio(2025) - 1.0).abs() < 1e-12);
    assert!((ratio(2035) - 0.99_f64.powf(10.0)).abs() < 1e-4, "{}", ratio(2035));
}

#[test]
fn states_differ_by_measures_and_the_log_replays_to_them() {
    let case = case();
    let drawn = case.program.timeline(1, 0);
    let state = |year| YearState::new(&case.book.initial, &drawn.policy, year);
    assert!(state(2024).is_unchanged() && !state(2025).is_unchanged());
    assert!(state(2025) != state(2027) && state(2028) == state(2029));
    let replayed = tradepath::events::DrawnTimeline::replay(&case.book.initial, &drawn.log);
    assert_eq!(replayed, drawn.policy);
    let half = Effect::parse("barrier:fences:0.5");
    assert_eq!(half, Some(Effect::Measure(MeasureKind::Barrier, "fences".into(), 500)));
}

#[test]
fn measures_that_no_table_has_are_refused_with_their_line() {
    let option =
        OPTION.replace("duty:us_301_list_3:0", "duty:us_302").replace("trend:services_up", "trend:fences");
    let (_folder, files) = folder(&option);
    let book = PolicyBook::read(&files, &axes()).unwrap();
    let faults = read_options(&files.folder("options"), ["small"], Some(&Tables::of(&book))).unwrap_err();
    let text = faults.to_string();
    assert!(text.contains("us_302") && text.contains("policy/duties.csv"), "{text}");
    assert!(text.contains("found fences") || text.contains("fences"), "{text}");
    assert!(text.contains("small.toml:11") && text.contains("small.toml:17"), "{text}");
}
