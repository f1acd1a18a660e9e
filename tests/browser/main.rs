//! `report.html` in a real browser: every control, numbers beside those of the tables, keyboard, hostile names, the rules
//! of axe-core, letters on a phone. See `README.md` in this folder.
//!
//! Where no Chromium is installed the test says so and passes; with `TRADEPATH_BROWSER=required`, as `.ci/run` sets it, it
//! fails.

mod chrome;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrome::Chrome;
use serde_json::Value;
use tempfile::TempDir;

const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
const SCREEN: [u32; 2] = [1280, 900];
const PHONE: [u32; 2] = [390, 844];
/// Longest time until the page has loaded, milliseconds; on a busy machine.
const MOST_MS: f64 = 2000.0;

/// Small tables as `validate`, `tornado` and the like write them, made up.
const CHECKS: [(&str, &str); 5] = [
    (
        "studies.csv",
        "study,scenario,measure,iso3,published,ours_default,ours_matched,ratio,reason,unit\n\
         one_2016,pact,real_income,AAA,0.2,0.1,0.15,0.75,made up,pct\n\
         one_2016,pact,exports,AAA,2.0,,,,made up,pct\n",
    ),
    (
        "bridge.csv",
        "study,iso3,step,setting,value,measure,unit,title\n\
         one_2016,AAA,0,ours_default,0.1,real_income,pct,Ours\n\
         one_2016,AAA,1,world_still,0.05,real_income,pct,Nobody else\n\
         one_2016,AAA,2,unexplained,0.05,real_income,pct,What no setting explains\n",
    ),
    (
        "hindcasts.csv",
        "hindcast,exporter,importer,sector,predicted,actual\nthen,AAA,BBB,goods,0.1,0.2\nthen,CCC,BBB,goods,-0.1,0.05\n",
    ),
    (
        "variance.csv",
        "option,iso3,year,group,first_order,total\njoin,AAA,2025,events,0.7,0.8\njoin,AAA,2025,depth,0.1,0.2\n",
    ),
    (
        "tornado.csv",
        "assumption,title,option,year,iso3,low_pct,high_pct,central_pct\ntheta,Elasticities,join,2025,AAA,0.1,0.3,0.2\n",
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn tradepath(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_tradepath")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A run of the example whose names hold markup, with its report. The order of its options is that of the plan.
struct Report {
    folder: TempDir,
}

impl Report {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run").display().to_string();
        let plan = root().join("tests/goldens/example").display().to_string();
        tradepath(&["run", &plan, "--draws", "20", "--event-draws", "200", "--out", &run, "--quiet"]);
        let file = folder.path().join("run/manifest.json");
        let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for (list, name) in [("options", "title"), ("countries", "name"), ("sectors", "name")] {
            let entry = &mut manifest[list][1][name];
            *entry = format!("{} {HOSTILE}", entry.as_str().unwrap()).into();
        }
        manifest["title"] = format!("Plan {HOSTILE}").into();
        fs::write(&file, manifest.to_string()).unwrap();
        // Into another folder: the names of this one are no longer those that the run wrote.
        let [out, with] = ["page", "checks"].map(|name| folder.path().join(name).display().to_string());
        fs::create_dir(&with).unwrap();
        for (file, text) in CHECKS {
            fs::write(folder.path().join("checks").join(file), text).unwrap();
        }
        tradepath(&["report", &run, "--with", &with, "--out", &out, "--quiet"]);
        Self { folder }
    }

    fn address(&self, state: &str) -> String {
        format!("file://{}{state}", self.folder.path().join("page/report.html").display())
    }

    /// A cell of a table of the run: the column `name` of the row with these cells.
    fn cell(&self, file: &str, row: &[(&str, &str)], name: &str) -> f64 {
        let mut reader = csv::Reader::from_path(self.folder.path().join("run").join(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |column: &str| header.iter().position(|found| found == column).unwrap();
        let is_row =
            |record: &csv::StringRecord| row.iter().all(|(column, value)| &record[at(column)] == *value);
        let found = reader.records().map(Result::unwrap).find(is_row);
        found.unwrap_or_else(|| panic!("{file} has no {row:?}"))[at(name)].parse().unwrap()
    }
}

fn is_near(shown: f64, table: f64) -> bool {
    (shown - table).abs() <= 1e-5 * table.abs().max(1e-9)
}

/// Chooses a value as a reader would.
fn choose(chrome: &mut Chrome, control: &str, value: &str) {
    chrome.eval(&format!(
        "(() => {{ const control = document.querySelector('#choose-{control}'); control.value = '{value}'; \
         control.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    ));
    // Pictures out of sight are drawn when they come into sight.
    chrome.eval("tradepath.figures.forEach(figure => figure.isDrawn || tradepath.draw(figure))");
    chrome.settle();
}

fn drawn(chrome: &mut Chrome, figure: &str) -> String {
    let text = chrome.eval(&format!("document.querySelector('#figure-{figure}').innerHTML"));
    text.as_str().unwrap().to_owned()
}

/// Rows behind a picture.
fn rows(chrome: &mut Chrome, figure: &str) -> Vec<Vec<Value>> {
    let rows = chrome.eval(&format!("tradepath.figures.get('{figure}').rows.rows"));
    rows.as_array().unwrap().iter().map(|row| row.as_array().unwrap().clone()).collect()
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(program) = chrome::program() else {
        assert!(
            std::env::var("TRADEPATH_BROWSER").is_err(),
            "a browser is required: apt-get install chromium"
        );
        eprintln!(
            "skipped: chromium not found (apt-get install chromium, or name a browser in TRADEPATH_CHROMIUM)"
        );
        return;
    };
    let report = Report::make();
    let mut chrome = Chrome::start(&program);
    chrome.open(&report.address(""), SCREEN);
    let validation = ["studies", "bridge", "hindcasts", "variance", "tornado"];
    for figure in validation {
        chrome.eval(&format!("tradepath.draw(tradepath.figures.get('{figure}'))"));
        assert!(drawn(&mut chrome, figure).contains("<svg"), "{figure}");
    }
    names_are_text(&mut chrome);
    controls_redraw(&mut chrome);
    numbers_are_those_of_the_tables(&mut chrome, &report);
    tables_sort_and_filter(&mut chrome);
    downloads_hold_the_rows(&mut chrome);
    the_keyboard_is_enough(&mut chrome);
    the_address_is_the_view(&mut chrome, &report);
    only_what_is_in_sight_is_drawn(&mut chrome, &report);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&pictures).unwrap();
    for (name, size) in [("1280", SCREEN), ("390", PHONE)] {
        chrome.open(&report.address(""), size);
        chrome.eval("tradepath.figures.forEach(tradepath.draw)");
        letters_can_be_read(&mut chrome, size[0]);
        axe_finds_nothing_serious(&mut chrome);
        chrome.screenshot("", &pictures.join(format!("{name}.png")));
        chrome.screenshot("print", &pictures.join(format!("{name}-print.png")));
    }
    assert_eq!(chrome.complaints(), Vec::<String>::new());
}

fn names_are_text(chrome: &mut Chrome) {
    let n_scripts = chrome.eval("document.scripts.length").as_u64();
    assert_eq!(n_scripts, Some(4), "the data, two libraries, the script");
    assert_eq!(chrome.eval("document.querySelectorAll('img').length").as_u64(), Some(0));
    let title = chrome.eval("document.querySelector('h1').textContent");
    assert!(title.as_str().unwrap().contains(HOSTILE), "{title}");
    let choices = chrome.eval("document.querySelector('#choose-option').textContent");
    assert!(choices.as_str().unwrap().contains(HOSTILE), "{choices}");
}

fn controls_redraw(chrome: &mut Chrome) {
    choose(chrome, "option", "join");
    let of_option = ["countries", "years", "chance", "parts", "sectors", "partners", "trade"];
    let of_country = ["options", "years", "parts", "sectors", "partners"];
    let of_measure = ["options", "countries", "years"];
    for (control, value, figures) in [
        ("option", "deal", &of_option[..]),
        ("country", "BBB", &of_country[..]),
        ("measure", "real_wage", &of_measure[..]),
        ("year", "2023", &["countries", "years", "chance"][..]),
    ] {
        let before: Vec<String> = figures.iter().map(|figure| drawn(chrome, figure)).collect();
        choose(chrome, control, value);
        for (figure, before) in figures.iter().zip(before) {
            assert_ne!(drawn(chrome, figure), before, "{control} redraws {figure}");
        }
        let status = chrome.eval("location.hash").as_str().unwrap().to_owned();
        assert!(status.contains(&format!("{control}={value}")), "{status}");
    }
    let caption = chrome.eval("document.querySelector('#numbers-caption').textContent");
    let caption = caption.as_str().unwrap().to_owned();
    assert!(caption.starts_with("Real wage") && caption.contains("2023"), "{caption}");
}

fn numbers_are_those_of_the_tables(chrome: &mut Chrome, report: &Report) {
    let of = [("option", "deal"), ("iso3", "BBB"), ("measure", "real_wage"), ("against", "reference")];
    let in_2024 = [&of[..], &[("year", "2024")]].concat();
    let years = rows(chrome, "years");
    let row = years.iter().find(|row| row[0] == "deal" && row[1] == 2024).unwrap();
    for (at, column) in [(2, "mean"), (3, "p05"), (7, "p95")] {
        let table = report.cell("projections.csv", &in_2024, column);
        assert!(is_near(row[at].as_f64().unwrap(), table), "{column}: {} beside {table}", row[at]);
    }
    let path = report.cell("reference.csv", &in_2024, "value");
    assert!(is_near(row[8].as_f64().unwrap(), path), "path: {} beside {path}", row[8]);
    let options = rows(chrome, "options");
    let row = options.iter().find(|row| row[0] == "deal").unwrap();
    let expected = report.cell("summary.csv", &of[..3], "expected_mean");
    assert!(is_near(row[4].as_f64().unwrap(), expected), "{} beside {expected}", row[4]);
    let sectors = rows(chrome, "sectors");
    let sector = sectors[0][0].as_str().unwrap().to_owned();
    let of_sector = [
        ("option", "deal"),
        ("iso3", "BBB"),
        ("measure", "output"),
        ("against", "reference"),
        ("year", "2025"),
        ("sector", sector.as_str()),
    ];
    let table = report.cell("reference_sectors.csv", &of_sector, "value");
    assert!(is_near(sectors[0][1].as_f64().unwrap(), table), "{} beside {table}", sectors[0][1]);
}

fn tables_sort_and_filter(chrome: &mut Chrome) {
    let column = |chrome: &mut Chrome| {
        let cells = chrome.eval(
            "[...document.querySelectorAll('#numbers-table tbody tr')].map(row => row.cells[1].textContent)",
        );
        let cells: Vec<String> = cells
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| cell.as_str().unwrap().replace('\u{2212}', "-"))
            .collect();
        cells.iter().map(|cell| cell.replace(',', "").parse::<f64>().unwrap()).collect::<Vec<f64>>()
    };
    chrome.eval("document.querySelectorAll('#numbers-table thead button')[1].click()");
    let down = column(chrome);
    assert!(down.len() == 4 && down.is_sorted_by(|a, b| a >= b), "{down:?}");
    chrome.eval("document.querySelectorAll('#numbers-table thead button')[1].click()");
    assert!(column(chrome).is_sorted(), "the other way round");
    let sorted = chrome.eval("document.querySelectorAll('#numbers-table th')[1].getAttribute('aria-sort')");
    assert_eq!(sorted, "ascending");
    chrome.eval(
        "(() => { const box = document.querySelector('#numbers-table input'); box.value = 'script'; \
         box.dispatchEvent(new Event('input')); })()",
    );
    assert_eq!(column(chrome).len(), 1, "one country has the word in its name");
}

fn downloads_hold_the_rows(chrome: &mut Chrome) {
    // The view of the beginning has rows for every picture.
    chrome.eval("document.querySelector('#reset').click()");
    assert_eq!(chrome.eval("tradepath.state.country"), "AAA");
    assert_eq!(chrome.eval("location.hash"), "");
    chrome.eval("tradepath.figures.forEach(tradepath.draw)");
    chrome.eval(
        "window.saved = []; URL.createObjectURL = blob => { window.saved.push(blob); return 'data:,'; }; \
         HTMLAnchorElement.prototype.click = () => {}; 0",
    );
    chrome.eval("document.querySelectorAll('[data-save]').forEach(button => button.click())");
    let saved = chrome.eval("Promise.all(window.saved.map(async blob => [blob.type, await blob.text()]))");
    let saved = saved.as_array().unwrap();
    let n_figures = chrome.eval("tradepath.figures.size").as_u64().unwrap();
    assert_eq!(saved.len() as u64, 2 * n_figures);
    for file in saved {
        let text = file[1].as_str().unwrap();
        if file[0] == "image/svg+xml" {
            let xml = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let words: Vec<_> = xml.descendants().filter(|node| node.has_tag_name("text")).collect();
            assert!(words.len() > 4, "a picture with its words");
        } else {
            let n = csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).count();
            assert!(n > 0, "{text}");
        }
    }
}

fn the_keyboard_is_enough(chrome: &mut Chrome) {
    chrome.eval("document.querySelector('#choose-year').focus()");
    let before = chrome.eval("tradepath.state.year");
    chrome.press("ArrowUp", 38);
    chrome.settle();
    assert_ne!(chrome.eval("tradepath.state.year"), before, "an arrow key changes the year");
    chrome.press("Tab", 9);
    assert_eq!(chrome.eval("document.activeElement.id"), "copy");
    let unreachable = chrome.eval(
        "[...document.querySelectorAll('button, a, select, input, summary')].filter(one => one.tabIndex < 0).length",
    );
    assert_eq!(unreachable.as_u64(), Some(0));
}

fn the_address_is_the_view(chrome: &mut Chrome, report: &Report) {
    let state = "#option=deal&country=CCC&measure=exports&year=2022&show=years";
    chrome.open(&report.address(state), SCREEN);
    for (control, value) in [("option", "deal"), ("country", "CCC"), ("measure", "exports"), ("year", "2022")]
    {
        assert_eq!(chrome.eval(&format!("document.querySelector('#choose-{control}').value")), value);
    }
    assert_eq!(chrome.eval("document.activeElement.id"), "figure-years");
    let link = chrome.eval("document.querySelector('#figure-years .link').getAttribute('href')");
    assert_eq!(link, state);
    chrome.open(&report.address("#option=nosuch&country=DDD"), SCREEN);
    assert_eq!(
        chrome.eval("document.querySelector('#choose-option').value"),
        "join",
        "what is unknown is left"
    );
    assert_eq!(chrome.eval("document.querySelector('#choose-country').value"), "DDD");
}

fn only_what_is_in_sight_is_drawn(chrome: &mut Chrome, report: &Report) {
    chrome.open(&report.address(""), SCREEN);
    let loaded = chrome.eval("performance.getEntriesByType('navigation')[0].loadEventEnd").as_f64().unwrap();
    assert!(loaded < MOST_MS, "the page takes {loaded} ms");
    let drawn = chrome.eval("[...tradepath.figures.values()].filter(figure => figure.isDrawn).length");
    let all = chrome.eval("tradepath.figures.size");
    assert!(drawn.as_u64() < all.as_u64(), "{drawn} of {all} pictures are drawn at once");
}

/// No text of a picture below 11 pixels, and nothing that makes the page wider than the window.
fn letters_can_be_read(chrome: &mut Chrome, width: u32) {
    let least = chrome.eval(
        "Math.min(...[...document.querySelectorAll('.stage svg text')].map(text => { \
         const svg = text.ownerSVGElement, box = svg.viewBox.baseVal.width; \
         return parseFloat(getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width / box; }))",
    );
    assert!(least.as_f64().unwrap() >= 11.0, "letters of {least} pixels at {width}");
    let wide = chrome.eval("document.documentElement.scrollWidth").as_u64().unwrap();
    assert!(wide <= u64::from(width), "{wide} pixels wide at {width}");
}

fn axe_finds_nothing_serious(chrome: &mut Chrome) {
    chrome.eval(&format!("{}; 0", include_str!("axe.min.js")));
    let found = chrome.eval(
        "axe.run().then(({ violations }) => violations.filter(one => ['serious', 'critical'].includes(one.impact)) \
         .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html).join(' ')}`))",
    );
    assert_eq!(found, serde_json::json!([]), "axe-core");
}
