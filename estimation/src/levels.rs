//! Absorbed effects and clusters as level numbers.

use std::collections::HashMap;
use std::sync::Arc;

use super::formula::{EffectTerm, Part};
use super::panel::{Category, Panel};
use tradepath_base::numerics::parallel;

/// Largest product of level counts for which combinations are numbered by a table, not by hashing.
const DENSE_TABLE: usize = 1 << 24;
/// Rows below which a task is not split between threads.
const MIN_ROWS: usize = 16_384;

/// One effect: a level for every row. Levels are numbered in the order of their parts' texts.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// As written in the formula.
    pub label: String,
    /// Level of each row, `0..n()`; every level has a row.
    pub codes: Vec<u32>,
    /// Text of each level, its parts joined by `^`.
    pub names: Arc<Vec<String>>,
}

impl Levels {
    /// Number of levels.
    #[must_use]
    pub fn n(&self) -> usize {
        self.names.len()
    }

    /// The effect `term` over the given rows of a panel, none of which has a missing part.
    #[must_use]
    pub(crate) fn from_panel(panel: &Panel, term: &EffectTerm, rows: &[u32]) -> Self {
        let mut levels = match plain_parts(panel, term) {
            Some(parts) => number_parts(&parts, rows),
            None => {
                let parts = term.parts.iter().map(|part| part_levels(panel, part, rows));
                let all = parts.reduce(|levels, part| combine(&levels, &part));
                all.expect("an effect has a part")
            }
        };
        levels.label.clone_from(&term.label);
        levels
    }

    /// The same levels of other rows.
    #[must_use]
    pub(crate) fn with_codes(&self, codes: Vec<u32>) -> Self {
        Self { label: self.label.clone(), codes, names: Arc::clone(&self.names) }
    }

    /// Keeps the marked rows and the levels that they have.
    pub fn retain(&mut self, keep: &[bool]) {
        let mut kept = keep.iter();
        self.codes.retain(|_| *kept.next().expect("a mark for every row"));
        let mut new = vec![u32::MAX; self.n()];
        self.codes.iter().for_each(|&code| new[code as usize] = 0);
        for (next, code) in new.iter_mut().filter(|code| **code == 0).enumerate() {
            *code = next as u32;
        }
        self.codes.iter_mut().for_each(|code| *code = new[*code as usize]);
        if new.contains(&u32::MAX) {
            let mut at = new.iter();
            Arc::make_mut(&mut self.names).retain(|_| at.next() != Some(&u32::MAX));
        }
    }

    /// Number of rows of each level.
    #[must_use]
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.n()];
        self.codes.iter().for_each(|&code| counts[code as usize] += 1);
        counts
    }

    /// True if every level lies inside one level of `other`.
    #[must_use]
    pub(crate) fn is_nested_in(&self, other: &Levels) -> bool {
        let mut parent = vec![u32::MAX; self.n()];
        self.codes.iter().zip(&other.codes).all(|(&code, &outer)| {
            let slot = &mut parent[code as usize];
            if *slot == u32::MAX {
                *slot = outer;
            }
            *slot == outer
        })
    }
}

/// Every combination of two effects that occurs.
#[must_use]
pub fn combine(a: &Levels, b: &Levels) -> Levels {
    let width = b.n().max(1);
    let keys: Vec<usize> =
        a.codes.iter().zip(&b.codes).map(|(&a, &b)| a as usize * width + b as usize).collect();
    let (codes, order) = number_keys(&keys, a.n() * width);
    let name = |key: usize| format!("{}^{}", a.names[key / width], b.names[key % width]);
    Levels { label: String::new(), codes, names: Arc::new(order.into_iter().map(name).collect()) }
}

/// The columns of an effect, where each part is one and their combinations fit a table.
fn plain_parts<'a>(panel: &'a Panel, term: &EffectTerm) -> Option<Vec<&'a Category>> {
    let column = |part: &Part| match part {
        Part::Column(name) => panel.category(&name.text),
        Part::Pair(..) => None,
    };
    let parts: Vec<&Category> = term.parts.iter().map(column).collect::<Option<_>>()?;
    let size = parts.iter().try_fold(1_usize, |size, part| size.checked_mul(part.levels.len()))?;
    (size <= DENSE_TABLE).then_some(parts)
}

/// Numbers the combinations that occur in the given rows, in the order of the parts' levels.
fn number_parts(parts: &[&Category], rows: &[u32]) -> Levels {
    let size = parts.iter().map(|part| part.levels.len()).product();
    let key = |&row: &u32| {
        parts.iter().fold(0, |key, part| key * part.levels.len() as u32 + part.codes[row as usize])
    };
    let mut codes = by_chunks(rows, key);
    let mut table = vec![u32::MAX; size];
    codes.iter().for_each(|&key| table[key as usize] = 0);
    let mut order = Vec::new();
    for (key, slot) in table.iter_mut().enumerate().filter(|(_, slot)| **slot == 0) {
        *slot = order.len() as u32;
        order.push(key);
    }
    let chunks: Vec<&mut [u32]> = codes.chunks_mut(MIN_ROWS).collect();
    parallel::map_parts(chunks, |_, codes| codes.iter_mut().for_each(|code| *code = table[*code as usize]));
    let name = |&key: &usize| {
        let mut rest = key;
        let mut levels: Vec<&str> = parts
            .iter()
            .rev()
            .map(|part| {
                let level = rest % part.levels.len();
                rest /= part.levels.len();
                part.levels[level].as_str()
            })
            .collect();
        levels.reverse();
        levels.join("^")
    };
    Levels { label: String::new(), codes, names: Arc::new(by_chunks(&order, name)) }
}

/// `of` each of `items`, in their order.
fn by_chunks<I: Sync, T: Send>(items: &[I], of: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let chunk = |at: usize| {
        items[at * MIN_ROWS..((at + 1) * MIN_ROWS).min(items.len())].iter().map(&of).collect::<Vec<T>>()
    };
    parallel::map(items.len().div_ceil(MIN_ROWS), chunk).into_iter().flatten().collect()
}

/// Numbers distinct keys in ascending order; returns the number of each row and the key of each number.
fn number_keys(keys: &[usize], size: usize) -> (Vec<u32>, Vec<usize>) {
    if size <= DENSE_TABLE {
        let mut table = vec![u32::MAX; size];
        keys.iter().for_each(|&key| table[key] = 0);
        let mut order = Vec::new();
        for (key, slot) in table.iter_mut().enumerate().filter(|(_, slot)| **slot == 0) {
            *slot = order.len() as u32;
            order.push(key);
        }
        return (keys.iter().map(|&key| table[key]).collect(), order);
    }
    let mut order: Vec<usize> =
        keys.iter().copied().collect::<std::collections::HashSet<_>>().into_iter().collect();
    order.sort_unstable();
    let number: HashMap<usize, u32> = order.iter().enumerate().map(|(at, &key)| (key, at as u32)).collect();
    (keys.iter().map(|key| number[key]).collect(), order)
}

fn part_levels(panel: &Panel, part: &Part, rows: &[u32]) -> Levels {
    let empty = Category::default();
    let category = |name: &str| panel.category(name).unwrap_or(&empty);
    match part {
        Part::Column(name) => number(category(&name.text), rows),
        Part::Pair(a, b) => {
            let (a, b) = (category(&a.text), category(&b.text));
            let mut names: Vec<&String> = a.levels.iter().chain(&b.levels).collect();
            names.sort();
            names.dedup();
            let rank = |levels: &[String]| -> Vec<usize> {
                levels
                    .iter()
                    .map(|name| names.binary_search(&name).expect("`names` holds the levels of both"))
                    .collect()
            };
            let (rank_a, rank_b) = (rank(&a.levels), rank(&b.levels));
            let key = |&row: &u32| {
                let x = rank_a[a.codes[row as usize] as usize];
                let y = rank_b[b.codes[row as usize] as usize];
                x.min(y) * names.len() + x.max(y)
            };
            let keys: Vec<usize> = rows.iter().map(key).collect();
            let (codes, order) = number_keys(&keys, names.len() * names.len());
            let name = |key: usize| format!("{}~{}", names[key / names.len()], names[key % names.len()]);
            Levels { label: String::new(), codes, names: Arc::new(order.into_iter().map(name).collect()) }
        }
    }
}

/// The levels of one column that occur in the given rows.
fn number(category: &Category, rows: &[u32]) -> Levels {
    let keys: Vec<usize> = rows.iter().map(|&row| category.codes[row as usize] as usize).collect();
    let (codes, order) = number_keys(&keys, category.levels.len());
    Levels {
        label: String::new(),
        codes,
        names: Arc::new(order.into_iter().map(|key| category.levels[key].clone()).collect()),
    }
}
