//! Reads options with what they include.

use std::collections::BTreeSet;
use std::sync::Arc;

use toml::de::DeTable;

use super::place::{Place, tables};
use super::spec::OptionSpec;
use super::validate;
use crate::data::{Files, toml_fault};
use crate::error::{Fault, Faults, InputErrors};

/// File that holds what others do under every option.
pub const WORLD: &str = "world";

/// Reads and checks the option `id` of a folder.
///
/// # Errors
/// [`InputErrors`]: unknown option (with the known ones), unknown keys, circular includes, probabilities
/// outside 0..1, effects that are none, guards that nothing can ever meet, stages that nothing leads to.
pub fn read_option(files: &Files, id: &str) -> Result<OptionSpec, InputErrors> {
    if files.read_optional(&format!("{id}.toml")).map_err(InputErrors::from)?.is_none() {
        return Err(InputErrors::from(Fault {
            file: files.display(""),
            line: None,
            field: "option".into(),
            found: id.into(),
            expected: format!("one of {}", list_options(files).join(", ")),
            remedy: "Correct the name, or add the file.".into(),
        }));
    }
    let mut reader = Reader { files, faults: Faults::new(), open: Vec::new(), seen: BTreeSet::new() };
    let spec = reader.load(id, "");
    let world = if id == WORLD { None } else { Reader::new(files).load_optional(WORLD) };
    let Some(spec) = spec else { return Err(InputErrors(reader.faults.as_slice().to_vec())) };
    reader.faults.extend(validate::validate(&spec, world.as_ref()));
    reader.faults.into_result(spec)
}

/// Ids of the options of a folder, sorted.
#[must_use]
pub fn list_options(files: &Files) -> Vec<String> {
    files.list(".toml").iter().map(|name| name.trim_end_matches(".toml").to_owned()).collect()
}

struct Reader<'a> {
    files: &'a Files,
    faults: Faults,
    /// Files whose includes are being read, outermost first.
    open: Vec<String>,
    /// Files already read: each is taken once.
    seen: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn new(files: &'a Files) -> Self {
        Self { files, faults: Faults::new(), open: Vec::new(), seen: BTreeSet::new() }
    }

    fn load_optional(mut self, id: &str) -> Option<OptionSpec> {
        self.files.read_optional(&format!("{id}.toml")).ok().flatten()?;
        self.load(id, "")
    }

    /// The file `id` with its includes; `prefix` goes before the milestones of its processes.
    fn load(&mut self, id: &str, prefix: &str) -> Option<OptionSpec> {
        let file = format!("{id}.toml");
        let text = match self.files.read(&file) {
            Ok(text) => text,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        let mut spec = self.parse(&file, &text)?;
        let expected = id.rsplit('/').next().unwrap_or(id);
        if spec.id != expected {
            let found = spec.id.clone();
            self.fault(
                &file,
                key_line(&text, "id"),
                ("id", &found),
                expected,
                "Give the option the name of its file.",
            );
        }
        self.read_samples(&file, &mut spec);
        for milestone in spec.processes.iter_mut().flat_map(|process| &mut process.stages).flat_map(|stage| {
            stage.milestone.iter_mut().chain(stage.branches.iter_mut().filter_map(|b| b.milestone.as_mut()))
        }) {
            milestone.insert_str(0, prefix);
        }
        self.open.push(id.to_owned());
        self.include(&file, key_line(&text, "include"), prefix, &mut spec);
        self.open.pop();
        Some(spec)
    }

    /// Takes over what the file includes.
    fn include(&mut self, file: &str, line: Option<u64>, prefix: &str, spec: &mut OptionSpec) {
        for include in spec.includes.clone() {
            let (other, inner) = include.parts();
            if self.open.iter().any(|open| open == other) {
                let found = format!("{} -> {other}", self.open.join(" -> "));
                let remedy = "Take one of the includes out.";
                self.fault(file, line, ("include", &found), "no circular include", remedy);
            } else if self.files.read_optional(&format!("{other}.toml")).ok().flatten().is_none() {
                let remedy = "Correct the name, or add the file.";
                self.fault(file, line, ("include", other), "a file of the options folder", remedy);
            } else if self.seen.insert(other.to_owned())
                && let Some(part) = self.load(other, &format!("{prefix}{inner}"))
            {
                spec.absorb(part);
            }
        }
    }

    fn parse(&mut self, file: &str, text: &str) -> Option<OptionSpec> {
        let display = self.files.display(file);
        match toml::from_str::<OptionSpec>(text) {
            Ok(mut spec) => {
                if let Ok(root) = DeTable::parse(text) {
                    spec.note_places(&Arc::from(display), text, root.get_ref());
                }
                Some(spec)
            }
            Err(error) => {
                let expected = "the keys of an option (see data/options/README.md)";
                let words = [expected, "Correct the key or its value."];
                self.faults.push(toml_fault(&display, text, &error, "option", words));
                None
            }
        }
    }

    /// Reads the samples of empirical durations.
    fn read_samples(&mut self, file: &str, spec: &mut OptionSpec) {
        for stage in spec.processes.iter_mut().flat_map(|process| &mut process.stages) {
            if let Err((found, expected)) = stage.duration.read_sample(self.files) {
                let line = Some(stage.place.line_of("duration"));
                self.fault(file, line, ("duration", &found), expected, "Correct the file, or its name.");
            }
        }
    }

    fn fault(
        &mut self,
        file: &str,
        line: Option<u64>,
        (field, found): (&str, &str),
        expected: &str,
        remedy: &str,
    ) {
        self.faults.push(Fault {
            file: self.files.display(file),
            line,
            field: field.into(),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }
}

fn key_line(text: &str, key: &str) -> Option<u64> {
    let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(is_key).map(|at| at as u64 + 1)
}

impl OptionSpec {
    /// Takes over what an included file holds. Parameters, calendars and facts of the same name stay as they are.
    fn absorb(&mut self, part: Self) {
        let taken: BTreeSet<String> = self.parameters.iter().map(|one| one.name.clone()).collect();
        self.parameters.extend(part.parameters.into_iter().filter(|one| !taken.contains(&one.name)));
        let taken: BTreeSet<String> = self.calendars.iter().map(|one| one.name.clone()).collect();
        self.calendars.extend(part.calendars.into_iter().filter(|one| !taken.contains(&one.name)));
        let taken: BTreeSet<String> = self.facts.iter().map(|one| one.name.clone()).collect();
        self.facts.extend(part.facts.into_iter().filter(|one| !taken.contains(&one.name)));
        self.processes.extend(part.processes);
        self.recurring.extend(part.recurring);
    }

    fn note_places(&mut self, file: &Arc<str>, text: &str, root: &DeTable<'_>) {
        let of = |table: &DeTable<'_>| Place::of_table(file, text, table);
        for (one, table) in self.parameters.iter_mut().zip(tables(root, "parameter")) {
            one.place = of(table);
        }
        for (one, table) in self.calendars.iter_mut().zip(tables(root, "calendar")) {
            one.place = of(table);
        }
        for (one, table) in self.facts.iter_mut().zip(tables(root, "fact")) {
            one.place = of(table);
        }
        for (one, table) in self.recurring.iter_mut().zip(tables(root, "recurring")) {
            one.place = of(table);
        }
        for (process, table) in self.processes.iter_mut().zip(tables(root, "process")) {
            process.place = of(table);
            for (stage, table) in process.stages.iter_mut().zip(tables(table, "stage")) {
                stage.place = of(table);
            }
        }
    }
}
