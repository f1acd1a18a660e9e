//! The pages of `docs` say what is true: links lead somewhere, names that they give to code are there, columns that
//! they list are those that commands write, and the code cites sections that exist.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::imports::CRATES;

/// Words that declare something in Rust.
const DECLARATIONS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A link of a page: its text and where it leads.
#[derive(Debug, PartialEq)]
struct Link {
    text: String,
    target: String,
}

/// The links `[text](target)` of a Markdown text, those inside code left out.
fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        let mut rest = line;
        while let Some(middle) = rest.find("](").filter(|_| !is_code) {
            let (before, after) = (&rest[..middle], &rest[middle + 2..]);
            let (Some(open), Some(close)) = (before.rfind('['), after.find(')')) else { break };
            links.push(Link { text: before[open + 1..].into(), target: after[..close].into() });
            rest = &after[close + 1..];
        }
    }
    links
}

/// True where a Rust file declares `name`.
fn declares(source: &str, name: &str) -> bool {
    let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let declared = |word: &&str| {
        let words = format!("{word} {name}");
        source.match_indices(&words).any(|(at, _)| is_end(&source[at + words.len()..]))
    };
    DECLARATIONS.iter().any(declared)
}

/// The anchor that a heading gets on the usual sites.
fn anchor(heading: &str) -> String {
    let letters = heading.trim_start_matches('#').trim().to_lowercase();
    letters
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

/// What is wrong with a link of a page in `folder`.
fn fault(folder: &Path, link: &Link) -> Option<String> {
    let Link { text, target } = link;
    if target.contains("://") {
        return None;
    }
    let (file, section) = target.split_once('#').unwrap_or((target, ""));
    let path = folder.join(file);
    if !file.is_empty() && !path.exists() {
        return Some(format!("[{text}]({target}): no such file"));
    }
    if file.ends_with(".md") && !section.is_empty() {
        let page = fs::read_to_string(&path).unwrap();
        let has = page.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == section);
        return (!has).then(|| format!("[{text}]({target}): no such heading"));
    }
    let name = text.strip_prefix('`')?.strip_suffix('`')?;
    let is_source = Path::new(file).extension().is_some_and(|extension| extension == "rs");
    if !is_source || name.ends_with(".rs") {
        return None;
    }
    let source = fs::read_to_string(&path).unwrap();
    let is_module =
        ["{}.rs", "{}/mod.rs", "{}/src/lib.rs"].iter().any(|form| path.ends_with(form.replace("{}", name)));
    (!is_module && !declares(&source, name)).then(|| format!("[{text}]({target}): {file} declares no {name}"))
}

fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.push(root().join("README.md"));
    pages
}

#[test]
fn links_lead_to_files_that_hold_what_they_name() {
    let mut faults = Vec::new();
    for page in pages() {
        let found = links(&fs::read_to_string(&page).unwrap());
        assert!(!found.is_empty(), "{} has no links", page.display());
        let folder = page.parent().unwrap();
        let wrong = found.iter().filter_map(|link| fault(folder, link));
        faults.extend(wrong.map(|fault| format!("{}: {fault}", page.display())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_link_to_a_missing_file_heading_or_name_is_found() {
    let folder = root().join("docs");
    let fault_of = |text: &str, target: &str| {
        let page = format!("see [{text}]({target}) there\n```text\n[not](a link)\n```\n");
        let found = links(&page);
        assert_eq!(found, [Link { text: text.into(), target: target.into() }]);
        fault(&folder, &found[0])
    };
    assert_eq!(fault_of("`Economy`", "../model/src/economy/mod.rs"), None);
    assert_eq!(fault_of("model", "model.md#5-discrete-events"), None);
    assert!(fault_of("`Econom`", "../model/src/economy/mod.rs").unwrap().contains("declares no Econom"));
    assert!(fault_of("x", "../src/nothing.rs").unwrap().contains("no such file"));
    assert!(fault_of("x", "model.md#5-events").unwrap().contains("no such heading"));
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn the_code_cites_sections_of_the_model_that_exist() {
    let model = fs::read_to_string(root().join("docs/model.md")).unwrap();
    let has = |number: &str| model.lines().any(|line| line.starts_with(&format!("## {number}. ")));
    let (mut files, mut cited) = (Vec::new(), 0);
    for (folder, _) in CRATES {
        sources(&root().join(folder), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("model.md") {
            assert!(text[..at].ends_with("docs/"), "{}: write docs/model.md", file.display());
            let words = text[at..].trim_start_matches(|c: char| !c.is_whitespace());
            let words: Vec<&str> = words.split_whitespace().filter(|word| *word != "//!").take(2).collect();
            let [word, number] = words[..] else { continue };
            if word.starts_with("section") {
                let number: String = number.chars().take_while(char::is_ascii_digit).collect();
                assert!(has(&number), "{}: docs/model.md has no section {number}", file.display());
                cited += 1;
            }
        }
    }
    assert!(cited > 15, "only {cited} citations");
}

#[test]
fn the_layers_are_all_in_the_architecture() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let of_crate = |(folder, inside): (&str, Option<&str>)| match inside {
        Some(inside) => vec![inside.to_owned()],
        None => fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect(),
    };
    for name in CRATES.into_iter().flat_map(of_crate) {
        let module = name.trim_end_matches(".rs");
        let is_there =
            page.lines().any(|line| line.starts_with('|') && line.contains(&format!("[`{module}`](")));
        assert!(is_there || ["lib", "main"].contains(&module), "docs/architecture.md: no row for {module}");
    }
}

/// The lists of columns in a page: rows of tables that begin with a file and end with its columns in one code span.
fn columns_listed(page: &str) -> BTreeMap<(String, String), String> {
    let (mut listed, mut command) = (BTreeMap::new(), String::new());
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("### `") {
            command = heading.split('`').next().unwrap().to_owned();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, file, .., columns, _] = cells[..] else { continue };
        let code = |cell: &str| Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned());
        let (Some(file), Some(columns)) = (code(file), code(columns)) else { continue };
        if file.ends_with(".csv") && !command.is_empty() {
            listed.insert((command.clone(), file), columns);
        }
    }
    listed
}

/// Commands of the contract whose tables the goldens hold.
const CASES: [(&str, &str); 6] = [
    ("solve", "solve_four"),
    ("run", "run_four"),
    ("timeline", "timeline_four"),
    ("schedule", "schedule_four"),
    ("estimate", "estimate_ppml"),
    ("timeline --summary", "timeline_four_summary"),
];

#[test]
fn the_contract_lists_the_columns_that_commands_write() {
    let listed = columns_listed(&fs::read_to_string(root().join("docs/contract.md")).unwrap());
    for (command, case) in CASES {
        let folder = root().join("tests/goldens/expected").join(case);
        let mut files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        files.retain(|file| file.is_file() && !file.ends_with("fit.csv"));
        assert!(!files.is_empty());
        for file in files {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&file).unwrap();
            let header = text.lines().next().unwrap();
            let columns = listed.get(&(command.to_owned(), name.clone()));
            assert_eq!(columns.map(String::as_str), Some(header), "docs/contract.md: {command}, {name}");
        }
    }
}
