//! Reads options with what they include.

use std::collections::HashMap;
use std::sync::Arc;

use super::duration::Duration;
use super::expand::{expand, strays};
use super::joiners::Joiners;
use super::known::{Tables, unknown_names};
use super::limits::{DATES, MOST_DEPTH};
use super::place::Lines;
use super::sample::{is_inside, read_sample};
use super::spec::OptionSpec;
use super::topic_names::unknown_in_topics;
use super::topics::read_topics;
use super::validate::{figures, validate};
use super::weights::read_weights;
use crate::data::{Files, IDENTIFIER, TomlText, did_you_mean, is_identifier, toml_fault};
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::SortedSet;

/// File that holds what others do under every option.
pub const WORLD: &str = "world";

/// Reads and checks the option `id` of a folder, and the world beside it, where there is one. Blocks for the members
/// of an agreement need the tables; names are not checked against them.
///
/// # Errors
/// [`InputErrors`]: unknown option (with the known ones), unknown keys, circular includes, figures out of range,
/// effects that are none, guards that nothing can ever meet, stages that nothing leads to; faults of the world too.
pub fn read_option(files: &Files, id: &str, tables: Option<&Tables<'_>>) -> Result<OptionSpec, InputErrors> {
    let world = load_world(files, tables);
    let mut faults = world.faults.clone();
    let spec = load_option(files, id, &world, tables, &mut faults);
    faults.extend(unknown_in_topics((files, &list_options(files)), spec.iter(), tables));
    finish(spec, faults)
}

/// Reads and checks several options and the world; where the tables are given also against what these know.
///
/// # Errors
/// [`InputErrors`] as [`read_option`], of all of them together, each fault once.
pub fn read_options<'i>(
    files: &Files,
    ids: impl IntoIterator<Item = &'i str>,
    tables: Option<&Tables<'_>>,
) -> Result<(Vec<OptionSpec>, OptionSpec), InputErrors> {
    let world = load_world(files, tables);
    let mut faults = world.faults.clone();
    let mut load = |id| load_option(files, id, &world, tables, &mut faults);
    let specs: Vec<_> = ids.into_iter().map(&mut load).collect();
    let world_spec = load(WORLD);
    faults.extend(unknown_in_topics(
        (files, &list_options(files)),
        specs.iter().flatten().chain(&world_spec),
        tables,
    ));
    if let Some(tables) = tables {
        for spec in specs.iter().flatten().chain(&world_spec) {
            faults.extend(unknown_names(spec, world_spec.as_ref(), tables));
        }
    }
    finish(specs.into_iter().collect::<Option<Vec<_>>>().zip(world_spec), faults)
}

/// `value` where there is one and no fault; each fault once, for what several options include is read with each.
fn finish<T>(value: Option<T>, faults: Faults) -> Result<T, InputErrors> {
    let mut seen = SortedSet::new();
    let is_new = |fault: &&Fault| seen.insert(fault.to_string());
    let once: Vec<Fault> = faults.as_slice().iter().filter(is_new).cloned().collect();
    match value {
        Some(value) if once.is_empty() => Ok(value),
        _ => Err(InputErrors(once)),
    }
}

/// Ids of the options of a folder, sorted.
#[must_use]
pub fn list_options(files: &Files) -> Vec<String> {
    files.list(".toml").iter().map(|name| name.trim_end_matches(".toml").to_owned()).collect()
}

/// The world with its faults.
struct World {
    spec: Option<OptionSpec>,
    faults: Faults,
    /// False where a file of it could not be read, so that nothing can be said about its names.
    is_whole: bool,
}

fn load_world(files: &Files, tables: Option<&Tables<'_>>) -> World {
    let mut reader = Reader::new(files, tables);
    let spec = match files.read_optional(&format!("{WORLD}.toml")) {
        Ok(None) => None,
        Ok(Some(_)) => {
            let mut spec = reader.load(WORLD, "");
            spec.iter_mut().for_each(|spec| reader.blocks(spec, Some(&Joiners::anybody())));
            spec
        }
        Err(fault) => {
            reader.broken(fault);
            None
        }
    };
    let Reader { mut faults, is_whole, .. } = reader;
    if let Some(spec) = &spec {
        faults.extend(if is_whole { validate(spec, None) } else { figures(spec) });
    }
    World { spec, faults, is_whole }
}

/// The option `id`; its faults are added to those that are there.
fn load_option(
    files: &Files,
    id: &str,
    world: &World,
    tables: Option<&Tables<'_>>,
    faults: &mut Faults,
) -> Option<OptionSpec> {
    if id == WORLD && (world.spec.is_some() || !world.is_whole) {
        return world.spec.clone();
    }
    let unknown = |found: &str| {
        let is_id = is_identifier(found);
        let known = list_options(files);
        let otherwise = if is_id { "Correct the name, or add the file." } else { "Correct the name." };
        Fault {
            file: files.display(""),
            line: None,
            field: "option".into(),
            found: if found.is_empty() { "empty".into() } else { found.into() },
            expected: format!("one of {}", known.join(", ")),
            remedy: did_you_mean(found, known.iter().map(String::as_str), otherwise),
        }
    };
    let is_there = is_identifier(id)
        && match files.read_optional(&format!("{id}.toml")) {
            Ok(text) => text.is_some(),
            Err(fault) => {
                faults.push(fault);
                return None;
            }
        };
    if !is_there {
        faults.push(unknown(id));
        return None;
    }
    let mut reader = Reader::new(files, tables);
    let mut spec = reader.load(id, "");
    if let Some(spec) = &mut spec {
        let joiners = Joiners::of([&*spec].into_iter().chain(&world.spec));
        reader.blocks(spec, Some(&joiners));
    }
    faults.extend(reader.faults);
    let spec = spec?;
    let is_whole = reader.is_whole && world.is_whole;
    faults.extend(if is_whole { validate(&spec, world.spec.as_ref()) } else { figures(&spec) });
    Some(spec)
}

struct Reader<'a> {
    files: &'a Files,
    tables: Option<&'a Tables<'a>>,
    faults: Faults,
    /// False where a file could not be read: what it would declare is not known.
    is_whole: bool,
    /// Files whose includes are being read, outermost first.
    open: Vec<String>,
    /// Files already read: each is taken once.
    seen: SortedSet<String>,
    /// Samples by file.
    samples: HashMap<String, Arc<[f64]>>,
}

impl<'a> Reader<'a> {
    fn new(files: &'a Files, tables: Option<&'a Tables<'a>>) -> Self {
        Self {
            files,
            tables,
            faults: Faults::new(),
            is_whole: true,
            open: Vec::new(),
            seen: SortedSet::new(),
            samples: HashMap::new(),
        }
    }

    fn broken(&mut self, fault: Fault) {
        self.is_whole = false;
        self.faults.push(fault);
    }

    /// The file `id` with its includes; `prefix` goes before the milestones of its processes.
    fn load(&mut self, id: &str, prefix: &str) -> Option<OptionSpec> {
        let file = format!("{id}.toml");
        let text = match self.files.read(&file) {
            Ok(text) => text,
            Err(fault) => {
                self.broken(fault);
                return None;
            }
        };
        let mut spec = self.parse(&file, &text)?;
        self.head(&file, &text, id, &spec);
        self.blocks(&mut spec, None);
        self.read_samples(&mut spec);
        self.read_politics(&file, &text, &mut spec);
        for milestone in spec.processes.iter_mut().flat_map(|process| &mut process.stages).flat_map(|stage| {
            let own = stage.milestone.iter_mut().chain(&mut stage.milestone_of_all);
            own.chain(stage.branches.iter_mut().filter_map(|b| b.milestone.as_mut()))
        }) {
            milestone.insert_str(0, prefix);
        }
        self.open.push(id.to_owned());
        self.include(&file, key_line(&text, "include"), prefix, &mut spec);
        self.open.pop();
        Some(spec)
    }

    /// Writes blocks out; those for the members of agreements where it is known who may join.
    fn blocks(&mut self, spec: &mut OptionSpec, joiners: Option<&Joiners>) {
        let (faults, is_whole) = expand(spec, self.tables, joiners);
        // A block that is left out would declare names.
        self.is_whole &= is_whole;
        self.faults.extend(faults);
    }

    /// Checks what stands above the tables.
    fn head(&mut self, file: &str, text: &str, id: &str, spec: &OptionSpec) {
        let expected = id.rsplit('/').next().unwrap_or(id);
        if spec.id != expected {
            let remedy = "Give the option the name of its file.";
            self.fault(file, key_line(text, "id"), ("id", &spec.id), expected, remedy);
        }
        for body in spec.bodies.iter().filter(|body| !is_identifier(body)) {
            self.fault(file, key_line(text, "bodies"), ("bodies", body), IDENTIFIER, "Rename it.");
        }
        let [first, last] = DATES;
        if let Some([start, end]) = spec.horizon
            && !(first <= start && start < end && end <= last)
        {
            let found = format!("{start} to {end}");
            let expected = format!("two dates in order, from {first} to {last}");
            let line = key_line(text, "horizon");
            self.fault(file, line, ("horizon", &found), &expected, "Correct the dates.");
        }
    }

    /// Takes over what the file includes.
    fn include(&mut self, file: &str, line: Option<u64>, prefix: &str, spec: &mut OptionSpec) {
        for include in spec.includes.clone() {
            let (other, inner) = include.parts();
            if !inner.is_empty() && !is_identifier(inner) {
                self.fault(file, line, ("include", inner), IDENTIFIER, "Correct the prefix.");
            }
            if self.open.iter().any(|open| open == other) {
                let found = format!("{} -> {other}", self.open.join(" -> "));
                let remedy = "Take one of the includes out.";
                self.fault(file, line, ("include", &found), "no circular include", remedy);
            } else if self.open.len() > MOST_DEPTH {
                let expected = format!("at most {MOST_DEPTH} includes inside one another");
                self.fault(file, line, ("include", other), &expected, "Include the files directly.");
            } else if !self.is_there(other) {
                let expected = "a file of the options folder, without `.toml`, `..` or `/` before it";
                self.fault(file, line, ("include", other), expected, "Correct the name, or add the file.");
                self.is_whole = false;
            } else if self.seen.insert(other.to_owned())
                && let Some(part) = self.load(other, &format!("{prefix}{inner}"))
            {
                spec.absorb(part);
            }
        }
    }

    /// False for a name that is none and for a file that is missing; one that cannot be read is told when it is read.
    fn is_there(&self, include: &str) -> bool {
        is_inside(include) && !matches!(self.files.read_optional(&format!("{include}.toml")), Ok(None))
    }

    fn parse(&mut self, file: &str, text: &str) -> Option<OptionSpec> {
        let display = self.files.display(file);
        let taken_apart = TomlText::parse(text);
        match taken_apart.and_then(|toml| Ok((toml.read::<OptionSpec>()?, toml))) {
            Ok((mut spec, toml)) => {
                let (display, lines, root) = (Arc::from(display), Lines::new(text), toml.table());
                spec.note_places(&display, &lines, root);
                self.faults.extend(strays(&display, &lines, root));
                Some(spec)
            }
            Err(error) => {
                let expected = "the keys of an option (see data/options/README.md)";
                let words = [expected, "Correct the key or its value."];
                let mut fault = toml_fault(&display, text, &error, "option", words);
                // Nothing says where a text nests too deeply: it is the text as a whole.
                fault.line = fault.line.or(Some(1));
                self.broken(fault);
                None
            }
        }
    }

    /// Reads the table of weights and the tables of topics.
    fn read_politics(&mut self, file: &str, text: &str, spec: &mut OptionSpec) {
        let (weights, topics) = (spec.weights.clone(), spec.topics.clone());
        let named = [("weights", &weights), ("topics", &topics)];
        for (key, name) in named.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?))) {
            if !is_inside(name) {
                let expected = "a name of the options folder, without `..` or `/` before it";
                self.fault(file, key_line(text, key), (key, name), expected, "Correct the name.");
            }
        }
        let before = self.faults.as_slice().len();
        if let Some(table) = weights.filter(|name| is_inside(name)) {
            let rows = read_weights(self.files, &table, &mut self.faults);
            let taken: SortedSet<String> = spec.parameters.iter().map(|one| one.name.clone()).collect();
            spec.parameters.extend(rows.into_iter().filter(|one| !taken.contains(&one.name)));
        }
        if let Some(folder) = topics.filter(|name| is_inside(name)) {
            let mut topics = read_topics(&self.files.folder(&folder), &mut self.faults);
            topics.on = self.tables.and_then(|tables| tables.on.clone());
            spec.topic_tables = Some(Arc::new(topics));
        }
        self.is_whole &= self.faults.as_slice().len() == before;
    }

    /// Reads the samples of empirical durations.
    fn read_samples(&mut self, spec: &mut OptionSpec) {
        let stages = spec.processes.iter_mut().flat_map(|process| &mut process.stages);
        let durations = stages.flat_map(|stage| {
            let of_cases =
                stage.cases.iter_mut().enumerate().filter_map(|(k, case)| {
                    Some((format!("where.{k}.duration.file"), case.duration.as_mut()?))
                });
            let own = std::iter::once(("duration.file".to_owned(), &mut stage.duration));
            own.chain(of_cases).map(|(key, duration)| (stage.place.clone(), key, duration))
        });
        for (place, key, duration) in durations {
            let Duration::Empirical { file, sample } = duration else { continue };
            if let Some(known) = self.samples.get(file) {
                *sample = Arc::clone(known);
                continue;
            }
            let text = match is_inside(file) {
                true => self.files.read(file).map_err(|fault| format!("{file}: {}", fault.found)),
                false => Err(file.clone()),
            };
            match text {
                Ok(text) => {
                    let read = read_sample(&self.files.display(file), &text).unwrap_or_else(|faults| {
                        self.faults.extend(faults);
                        Arc::from([])
                    });
                    self.samples.insert(file.clone(), Arc::clone(&read));
                    *sample = read;
                }
                Err(found) => self.faults.push(Fault {
                    file: place.file.to_string(),
                    line: Some(place.line_of(&key)),
                    field: "duration".into(),
                    found: if found.is_empty() { "empty".into() } else { found },
                    expected: "a CSV file of the options folder, without `..` or `/` before it".into(),
                    remedy: "Correct the name, or put the file there.".into(),
                }),
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
            found: if found.is_empty() { "empty".into() } else { found.into() },
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }
}

fn key_line(text: &str, key: &str) -> Option<u64> {
    let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(is_key).map(|at| at as u64 + 1)
}
