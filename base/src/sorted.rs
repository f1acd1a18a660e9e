//! Maps, sets and sorting for code that runs seldom, with the names of the standard library's. Each kind of key and value
//! takes a sixth of the instructions that its tree takes: a program with a hundred kinds is compiled sooner.

mod map;
mod set;

use std::cmp::Ordering;

pub use map::{Entry, Iter, SortedMap};
pub use set::SortedSet;

/// Sorts `rows`; equal ones keep their order.
pub fn sort_by<T>(rows: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = sorted_positions(rows.len(), &|a, b| compare(&rows[a], &rows[b]));
    put_in_order(order, &mut |a, b| rows.swap(a, b));
}

/// Sorts `rows` by a key, which is asked for once for each row; those of one key keep their order.
pub fn sort_by_key<T, K: Ord>(rows: &mut [T], key: impl Fn(&T) -> K) {
    let keys: Vec<K> = rows.iter().map(key).collect();
    let order = sorted_positions(rows.len(), &|a, b| keys[a].cmp(&keys[b]));
    put_in_order(order, &mut |a, b| rows.swap(a, b));
}

/// The positions `0..n` sorted by what stands there. Compiled once for all kinds of rows.
fn sorted_positions(n: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

/// Swaps rows until the one from `order[at]` stands at each `at`.
fn put_in_order(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        while order[at] != start {
            let from = std::mem::replace(&mut order[at], at);
            swap(at, from);
            at = from;
        }
        order[at] = at;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::{SortedMap, SortedSet, sort_by, sort_by_key};

    proptest! {
        #[test]
        fn rows_are_sorted_as_the_standard_library_sorts_them(rows: Vec<(u8, u16)>) {
            let (mut expected, mut by_key, mut by) = (rows.clone(), rows.clone(), rows);
            expected.sort_by_key(|row| row.0);
            sort_by_key(&mut by_key, |row| row.0);
            sort_by(&mut by, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(&by_key, &expected);
            prop_assert_eq!(&by, &expected);
        }

        #[test]
        fn a_map_holds_what_a_tree_holds(rows: Vec<(u8, u16)>, more: Vec<(u8, u16)>, asked: u8) {
            let mut tree: BTreeMap<u8, u16> = rows.iter().copied().collect();
            let mut map: SortedMap<u8, u16> = rows.iter().copied().collect();
            for (key, value) in more {
                prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                *map.entry(value as u8).or_default() |= 1;
                *tree.entry(value as u8).or_default() |= 1;
            }
            prop_assert!(map.iter().eq(&tree));
            prop_assert!(map.keys().rev().eq(tree.keys().rev()));
            prop_assert!(map.values().eq(tree.values()));
            prop_assert_eq!(map.get(&asked), tree.get(&asked));
            prop_assert_eq!(map.len(), tree.len());
            prop_assert!(map.into_iter().eq(tree));
        }

        #[test]
        fn a_set_holds_what_a_tree_holds(rows: Vec<u8>, more: Vec<u8>, asked: u8) {
            let mut tree: BTreeSet<u8> = rows.iter().copied().collect();
            let mut set: SortedSet<u8> = rows.into_iter().collect();
            for one in more {
                prop_assert_eq!(set.insert(one), tree.insert(one));
            }
            prop_assert_eq!(set.contains(&asked), tree.contains(&asked));
            prop_assert!(set.iter().eq(&tree));
            prop_assert!(set.into_iter().eq(tree));
        }
    }
}
