//! Events in order of (date, priority, sequence number); first in, first out among ties.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Names an event in the queue, to cancel it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u32);

/// A deterministic queue of dated events. Days are counted from any origin.
///
/// The key packs day, priority and sequence number into one integer, so that the heap compares numbers only.
#[derive(Debug)]
pub struct Queue<E> {
    heap: BinaryHeap<Reverse<u64>>,
    events: Vec<Option<E>>,
}

/// Added to days so that they are positive: covers the years -9999 to 9999.
const DAY_BIAS: i64 = 1 << 23;

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Queue<E> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self { heap: BinaryHeap::new(), events: Vec::new() }
    }

    /// Empties the queue and keeps its memory.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.events.clear();
    }

    /// Adds an event; `priority` below 16, the lowest first; O(log n).
    pub fn push(&mut self, day: i32, priority: u8, event: E) -> Ticket {
        let sequence = self.events.len() as u64;
        self.events.push(Some(event));
        let day = (i64::from(day) + DAY_BIAS).clamp(0, 2 * DAY_BIAS) as u64;
        self.heap.push(Reverse((day << 36) | (u64::from(priority) << 32) | sequence));
        Ticket(sequence as u32)
    }

    /// Takes an event out before its day; nothing happens where it has come already; O(1).
    pub fn cancel(&mut self, ticket: Ticket) -> Option<E> {
        self.events.get_mut(ticket.0 as usize)?.take()
    }

    /// Takes the next event; O(log n).
    pub fn pop(&mut self) -> Option<(i32, E)> {
        loop {
            let Reverse(key) = self.heap.pop()?;
            let day = ((key >> 36) as i64 - DAY_BIAS) as i32;
            if let Some(event) = self.events[(key & u64::from(u32::MAX)) as usize].take() {
                return Some((day, event));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn order_is_date_then_priority_then_insertion() {
        let mut queue = Queue::new();
        queue.push(20, 1, "second of two");
        queue.push(-10, 1, "early");
        queue.push(20, 0, "urgent");
        queue.push(20, 1, "last of two");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [(-10, "early"), (20, "urgent"), (20, "second of two"), (20, "last of two")]);
    }

    #[test]
    fn a_cancelled_event_never_comes_and_the_others_keep_their_order() {
        let mut queue = Queue::new();
        queue.push(5, 0, 1);
        let second = queue.push(5, 0, 2);
        queue.push(5, 0, 3);
        assert_eq!(queue.cancel(second), Some(2));
        assert_eq!(queue.cancel(second), None);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert_eq!(order, [1, 3]);
    }

    #[test]
    fn a_thousand_ties_come_first_in_first_out() {
        let mut queue = Queue::new();
        (0..1000).for_each(|k| _ = queue.push(7, 2, k));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert!(order.is_sorted() && order.len() == 1000);
    }
}
