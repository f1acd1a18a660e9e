//! A queue of events ordered by (day, priority, rank). Events with equal keys come out in the order of insertion.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Handle of an event in the queue, used to cancel it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u32);

/// A deterministic queue of dated events. Days are counted from any origin.
///
/// The key packs day, priority, rank and sequence number into one integer, so that the heap compares only numbers.
///
/// ```
/// use tradepath_model::events::queue::Queue;
///
/// let mut queue = Queue::new();
/// queue.push(7, (1, 0), "election");
/// queue.push(7, (0, 0), "law begins");
/// let vote = queue.push(3, (2, 0), "vote");
/// queue.cancel(vote);
/// assert_eq!(queue.pop(), Some((7, "law begins")));
/// assert_eq!(queue.pop(), Some((7, "election")));
/// ```
#[derive(Debug)]
pub struct Queue<E> {
    heap: BinaryHeap<Reverse<u128>>,
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

    /// Removes all events and keeps the memory.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.events.clear();
    }

    /// Adds an event. On one day the lowest `priority` comes first, then the lowest `rank`. O(log n).
    pub fn push(&mut self, day: i32, (priority, rank): (u8, u32), event: E) -> Ticket {
        let sequence = self.events.len() as u32;
        self.events.push(Some(event));
        let day = (i64::from(day) + DAY_BIAS).clamp(0, 2 * DAY_BIAS) as u128;
        let place = (u128::from(priority) << 64) | (u128::from(rank) << 32) | u128::from(sequence);
        self.heap.push(Reverse((day << 72) | place));
        Ticket(sequence)
    }

    /// Removes an event; returns `None` if it has come out already. O(1).
    pub fn cancel(&mut self, ticket: Ticket) -> Option<E> {
        self.events.get_mut(ticket.0 as usize)?.take()
    }

    /// Day and priority of the next event. O(1), or O(log n) for each event before it that was removed.
    pub fn next_key(&mut self) -> Option<(i32, u8)> {
        loop {
            let &Reverse(key) = self.heap.peek()?;
            if self.events[(key & u128::from(u32::MAX)) as usize].is_some() {
                return Some((((key >> 72) as i64 - DAY_BIAS) as i32, (key >> 64) as u8));
            }
            self.heap.pop();
        }
    }

    /// Removes and returns the next event. O(log n).
    pub fn pop(&mut self) -> Option<(i32, E)> {
        loop {
            let Reverse(key) = self.heap.pop()?;
            let day = ((key >> 72) as i64 - DAY_BIAS) as i32;
            if let Some(event) = self.events[(key & u128::from(u32::MAX)) as usize].take() {
                return Some((day, event));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn order_is_day_then_priority_then_rank_then_insertion() {
        let mut queue = Queue::new();
        queue.push(20, (1, 7), "second of two");
        queue.push(-10, (1, 9), "early");
        queue.push(20, (0, 8), "urgent");
        queue.push(20, (1, 7), "last of two");
        queue.push(20, (1, 6), "declared before");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let expected = ["urgent", "declared before", "second of two", "last of two"].map(|name| (20, name));
        assert_eq!(order, [&[(-10, "early")], &expected[..]].concat());
    }

    #[test]
    fn a_cancelled_event_never_comes_and_the_others_keep_their_order() {
        let mut queue = Queue::new();
        queue.push(5, (0, 0), 1);
        let second = queue.push(5, (0, 0), 2);
        queue.push(5, (0, 0), 3);
        assert_eq!(queue.cancel(second), Some(2));
        assert_eq!(queue.cancel(second), None);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert_eq!(order, [1, 3]);
    }

    #[test]
    fn a_thousand_ties_come_first_in_first_out() {
        let mut queue = Queue::new();
        (0..1000).for_each(|k| _ = queue.push(7, (2, 0), k));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert!(order.is_sorted() && order.len() == 1000);
    }
}
