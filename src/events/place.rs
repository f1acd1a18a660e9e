//! Where the parts of an option stand: file and line, for messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::data::line_of_byte;

/// File and lines of a table of an option.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// File as the user knows it.
    pub file: Arc<str>,
    /// Line of the first key.
    pub line: u64,
    /// Line of each key; of the `k`-th table of an array `key.k`.
    keys: Arc<BTreeMap<String, u64>>,
}

impl Place {
    /// Line of a key; of the table where the key is not given.
    #[must_use]
    pub fn line_of(&self, key: &str) -> u64 {
        self.keys.get(key).copied().unwrap_or(self.line)
    }

    /// The place of a table inside `text`.
    pub(super) fn of_table(file: &Arc<str>, text: &str, table: &DeTable<'_>) -> Self {
        let mut keys = BTreeMap::new();
        for (key, value) in table {
            keys.insert(key.get_ref().to_string(), line_of_byte(text, key.span().start));
            if let DeValue::Array(items) = value.get_ref() {
                for (k, item) in items.iter().enumerate() {
                    let first = item
                        .get_ref()
                        .as_table()
                        .and_then(|inner| inner.keys().map(|key| key.span().start).min());
                    let start = first.unwrap_or(item.span().start);
                    keys.insert(format!("{}.{k}", key.get_ref()), line_of_byte(text, start));
                }
            }
        }
        let first = table.keys().map(|key| key.span().start).min().unwrap_or(0);
        Self { file: Arc::clone(file), line: line_of_byte(text, first), keys: Arc::new(keys) }
    }
}

/// Tables of the array `key`.
pub(super) fn tables<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Vec<&'t DeTable<'i>> {
    let array = table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.get_ref());
    let items = array.and_then(DeValue::as_array).into_iter().flat_map(|array| array.iter());
    items.filter_map(|item| item.get_ref().as_table()).collect()
}
