//! Where the parts of an option stand: file and line, for messages.

use crate::sorted::SortedMap;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

/// File and lines of a table of an option.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// File as the user knows it.
    pub file: Arc<str>,
    /// Line of the first key.
    pub line: u64,
    /// True if a block was written out, so that others have the same lines.
    pub(super) is_of_block: bool,
    /// Line of each key; of the `k`-th item of an array `key.k`, of a key inside it `key.k.inner`.
    keys: Arc<SortedMap<String, u64>>,
}

impl Place {
    /// Line of a key such as `branch.0.probability`; the line of its table if the key is not given.
    #[must_use]
    pub fn line_of(&self, key: &str) -> u64 {
        if let Some(&line) = self.keys.get(key) {
            return line;
        }
        key.rsplit_once('.').map_or(self.line, |(outer, _)| self.line_of(outer))
    }

    /// The place of a row of a table.
    pub(super) fn of_row(file: &Arc<str>, line: u64) -> Self {
        Self { file: Arc::clone(file), line, ..Self::default() }
    }

    /// The place of a stage of a block for a member of its `case`-th case, whose keys come before those of the stage.
    pub(super) fn of_case(&self, case: usize) -> Self {
        let before = format!("where.{case}.");
        let of_case = self.keys.iter().filter_map(|(key, &line)| Some((key.strip_prefix(&before)?, line)));
        let is_given = |key: &str| of_case.clone().any(|(given, _)| given == key);
        let mut keys = SortedMap::clone(&self.keys);
        keys.retain(|key, _| !is_given(key.split('.').next().unwrap_or(key)));
        keys.extend(of_case.clone().map(|(key, line)| (key.to_owned(), line)));
        Self { keys: Arc::new(keys), ..self.clone() }
    }

    /// The place of a table inside a text; arrays of tables named `apart` have places of their own.
    pub(super) fn of_table(file: &Arc<str>, lines: &Lines, table: &DeTable<'_>, apart: &str) -> Self {
        let mut keys = SortedMap::new();
        note(&mut keys, lines, "", table, apart);
        // An empty table has no line of its own: the text is meant.
        let line = lines.first(table).unwrap_or(1);
        Self { file: Arc::clone(file), line, is_of_block: false, keys: Arc::new(keys) }
    }
}

fn note(keys: &mut SortedMap<String, u64>, lines: &Lines, before: &str, table: &DeTable<'_>, apart: &str) {
    for (key, value) in table.iter().filter(|(key, _)| key.get_ref() != apart) {
        let name = format!("{before}{}", key.get_ref());
        keys.insert(name.clone(), lines.of_byte(key.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => note(keys, lines, &format!("{name}."), inner, apart),
            DeValue::Array(items) => {
                for (k, item) in items.iter().enumerate() {
                    let inner = item.get_ref().as_table();
                    let first = inner.and_then(|one| lines.first(one));
                    let line = first.unwrap_or_else(|| lines.of_byte(item.span().start));
                    keys.insert(format!("{name}.{k}"), line);
                    if let Some(inner) = inner {
                        note(keys, lines, &format!("{name}.{k}."), inner, apart);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A key of a table of an option, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'a> {
    pub place: &'a Place,
    pub name: &'a str,
}

impl Place {
    /// One of its keys.
    pub(super) fn key<'a>(&'a self, name: &'a str) -> Key<'a> {
        Key { place: self, name }
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(ends).collect())
    }

    /// Line of a byte, 1 = first line; O(log n).
    pub fn of_byte(&self, byte: usize) -> u64 {
        self.0.partition_point(|&begin| begin <= byte) as u64
    }

    /// Line of the first key of a table; `None` if it is empty.
    fn first(&self, table: &DeTable<'_>) -> Option<u64> {
        table.keys().map(|key| key.span().start).min().map(|byte| self.of_byte(byte))
    }
}

/// Tables of the array `key`.
pub(super) fn tables<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Vec<&'t DeTable<'i>> {
    let array = table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.get_ref());
    let items = array.and_then(DeValue::as_array).into_iter().flat_map(|array| array.iter());
    items.filter_map(|item| item.get_ref().as_table()).collect()
}
