//! Events in order of (date, priority, sequence number); first in, first out among ties.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;

/// A deterministic queue of dated events.
#[derive(Debug)]
pub struct Queue<E> {
    heap: BinaryHeap<Reverse<(Date, u8, u64, usize)>>,
    events: Vec<Option<E>>,
}

impl<E> Queue<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Self { heap: BinaryHeap::new(), events: Vec::new() }
    }

    /// Adds an event; O(log n).
    pub fn push(&mut self, date: Date, priority: u8, event: E) {
        let at = self.events.len();
        self.events.push(Some(event));
        self.heap.push(Reverse((date, priority, at as u64, at)));
    }

    /// Takes the next event; O(log n).
    pub fn pop(&mut self) -> Option<(Date, E)> {
        let Reverse((date, _, _, at)) = self.heap.pop()?;
        self.events[at].take().map(|event| (date, event))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Queue;

    #[test]
    fn order_is_date_then_priority_then_insertion() {
        let mut queue = Queue::new();
        queue.push(date(2022, 1, 1), 1, "second of two");
        queue.push(date(2021, 6, 1), 1, "early");
        queue.push(date(2022, 1, 1), 0, "urgent");
        queue.push(date(2022, 1, 1), 1, "last of two");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert_eq!(order, ["early", "urgent", "second of two", "last of two"]);
    }
}
