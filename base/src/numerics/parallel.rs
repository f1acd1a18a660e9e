//! Work on all threads of the pool, with results in the order of the work.
//!
//! `rayon` divides the work. Its adapters are compiled anew for every chain of closures, which was an eighth of the code of
//! the model; here it sees one closure, and what is generic is a few lines. A task costs an uncontended lock beside its
//! work, so a task is a chunk of rows, a country, an option or a draw, and never one number.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// Calls `of` with `0` to `n - 1`, in any order.
fn for_each(n: usize, of: &(dyn Fn(usize) + Sync)) {
    // Tasks are few and long: each can be taken by a thread that has nothing left to do.
    (0..n).into_par_iter().with_max_len(1).for_each(of);
}

/// `of(0)` to `of(n - 1)`, in their order.
pub fn map<T: Send>(n: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let slots: Vec<Mutex<Option<T>>> = (0..n).map(|_| Mutex::new(None)).collect();
    for_each(n, &|at| {
        let found = of(at);
        put(&slots[at], found);
    });
    slots.into_iter().map(|slot| take(&slot)).collect()
}

/// `of` each of the items, in their order.
pub fn map_each<X: Sync, T: Send>(items: &[X], of: impl Fn(&X) -> T + Sync) -> Vec<T> {
    map(items.len(), |at| of(&items[at]))
}

/// [`map_each`], where a task can fail.
///
/// # Errors
/// As [`try_map`].
pub fn try_map_each<X: Sync, T: Send, E: Send>(
    items: &[X],
    of: impl Fn(&X) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    try_map(items.len(), |at| of(&items[at]))
}

/// [`map`], where a task can fail: all of the results, or the first failure in the order of the work.
///
/// # Errors
/// What `of` answers first in that order, whichever thread was faster; later work that has not begun is left out.
pub fn try_map<T: Send, E: Send>(n: usize, of: impl Fn(usize) -> Result<T, E> + Sync) -> Result<Vec<T>, E> {
    let first_failure = AtomicUsize::new(usize::MAX);
    let one = |at: usize| {
        if at > first_failure.load(Ordering::Relaxed) {
            return None;
        }
        let found = of(at);
        if found.is_err() {
            first_failure.fetch_min(at, Ordering::Relaxed);
        }
        Some(found)
    };
    map(n, one).into_iter().flatten().collect()
}

/// [`map`] over parts that a task takes as its own, such as slices of one vector.
pub fn map_parts<P: Send, T: Send>(parts: Vec<P>, of: impl Fn(usize, P) -> T + Sync) -> Vec<T> {
    let parts = to_take(parts);
    map(parts.len(), |at| of(at, take(&parts[at])))
}

/// [`map_parts`], where a task can fail.
///
/// # Errors
/// As [`try_map`].
pub fn try_map_parts<P: Send, T: Send, E: Send>(
    parts: Vec<P>,
    of: impl Fn(usize, P) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let parts = to_take(parts);
    try_map(parts.len(), |at| of(at, take(&parts[at])))
}

/// Two results, found at the same time where a thread is free.
pub fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    let (one, other) = (Mutex::new(Some(one)), Mutex::new(Some(other)));
    let (first, second) = (Mutex::new(None), Mutex::new(None));
    for_each(2, &|at| match at {
        0 => {
            let found = take(&one)();
            put(&first, found);
        }
        _ => {
            let found = take(&other)();
            put(&second, found);
        }
    });
    (take(&first), take(&second))
}

fn to_take<P>(parts: Vec<P>) -> Vec<Mutex<Option<P>>> {
    parts.into_iter().map(|part| Mutex::new(Some(part))).collect()
}

fn put<T>(slot: &Mutex<Option<T>>, value: T) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
}

fn take<T>(slot: &Mutex<Option<T>>) -> T {
    let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    value.expect("each task is done once, and each part is taken once")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        assert_eq!(map(1_000, |at| at * at), (0..1_000).map(|at| at * at).collect::<Vec<_>>());
        assert_eq!(map(0, |at| at), Vec::<usize>::new());
        assert_eq!(map_each(&["a", "bcd"], |item| item.len()), [1, 3]);
        assert_eq!(try_map_each(&[1, 2], |item| if *item < 2 { Ok(()) } else { Err(*item) }), Err(2));
        assert_eq!(both(|| 1, || "two"), (1, "two"));
    }

    #[test]
    fn parts_of_one_vector_are_written_by_their_tasks() {
        let mut values = vec![0; 10];
        let sums = map_parts(values.chunks_mut(3).collect(), |at, part: &mut [usize]| {
            part.fill(at + 1);
            part.len()
        });
        assert_eq!((values, sums), (vec![1, 1, 1, 2, 2, 2, 3, 3, 3, 4], vec![3, 3, 3, 1]));
    }

    #[test]
    fn one_failure_is_the_answer() {
        let found = try_map(100, |at| if at == 57 { Err(at) } else { Ok(at) });
        assert_eq!(found, Err(57));
        assert_eq!(try_map(3, Ok::<usize, ()>), Ok(vec![0, 1, 2]));
        let halves = |parts: &[u8]| {
            try_map_parts(parts.to_vec(), |at, part| if part % 2 == 0 { Ok(part / 2) } else { Err(at) })
        };
        assert_eq!((halves(&[2, 8]), halves(&[2, 3, 5])), (Ok(vec![1, 4]), Err(1)));
    }
}
