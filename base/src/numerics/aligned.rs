//! Arrays that begin on a cache line.

use std::ops::{Deref, DerefMut};
use std::slice::Iter;

/// Bytes of a cache line, and of the widest vector.
const LINE: usize = 64;

/// A fixed number of values whose first lies on a cache line.
///
/// Vectors of the widest unit are as long as a line: loads from an array that begins elsewhere touch two
/// lines each, which costs up to a third of the speed of a pass over a matrix. No value depends on it.
#[derive(Debug)]
pub struct Aligned<C> {
    /// The values from `start` on; a few more before and after them.
    storage: Vec<C>,
    start: usize,
    len: usize,
}

impl<C: Copy> Aligned<C> {
    /// `len` times the same value.
    #[must_use]
    pub fn filled(value: C, len: usize) -> Self {
        let storage = vec![value; len + LINE / size_of::<C>()];
        let past_line = storage.as_ptr().addr() % LINE;
        let start = (LINE - past_line) % LINE / size_of::<C>();
        Self { storage, start, len }
    }
}

impl<C: Copy> From<&[C]> for Aligned<C> {
    fn from(values: &[C]) -> Self {
        let Some(first) = values.first() else { return Self { storage: Vec::new(), start: 0, len: 0 } };
        let mut aligned = Self::filled(*first, values.len());
        aligned.copy_from_slice(values);
        aligned
    }
}

impl<C: Copy> FromIterator<C> for Aligned<C> {
    fn from_iter<I: IntoIterator<Item = C>>(values: I) -> Self {
        Self::from(values.into_iter().collect::<Vec<C>>().as_slice())
    }
}

impl<C: Copy> Clone for Aligned<C> {
    fn clone(&self) -> Self {
        Self::from(&self[..])
    }
}

impl<C> Deref for Aligned<C> {
    type Target = [C];
    fn deref(&self) -> &[C] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl<C> DerefMut for Aligned<C> {
    fn deref_mut(&mut self) -> &mut [C] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

impl<'a, C> IntoIterator for &'a Aligned<C> {
    type Item = &'a C;
    type IntoIter = Iter<'a, C>;
    fn into_iter(self) -> Iter<'a, C> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Aligned;

    #[test]
    fn begins_on_a_line_and_holds_the_values() {
        for len in 0..20 {
            let aligned: Aligned<f32> = (0..len).map(|at| at as f32).collect();
            let copy = aligned.clone();
            assert_eq!(copy.len(), len);
            assert!(copy.iter().enumerate().all(|(at, value)| *value == at as f32));
            assert!(len == 0 || copy.as_ptr().addr().is_multiple_of(64));
        }
    }
}
