//! Lines in the log that say the same, said seldom.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A line that is written at most once a second, with how often it was meant since: a storm puts
/// off hundreds of requests a second, and a line for each would fill the disk.
pub(super) struct Seldom {
    /// The second after start in which it was last written, plus one; 0 = never.
    said: AtomicU64,
    unsaid: AtomicU64,
}

impl Seldom {
    pub(super) const fn new() -> Self {
        Self {
            said: AtomicU64::new(0),
            unsaid: AtomicU64::new(0),
        }
    }

    /// How many times it was meant since it was last written, this one among them, if it is to be
    /// written now.
    pub(super) fn due(&self) -> Option<u64> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        self.due_at(START.elapsed().as_secs())
    }

    fn due_at(&self, second: u64) -> Option<u64> {
        let now = second + 1;
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        let is_first = self.said.fetch_max(now, Ordering::Relaxed) < now;
        is_first.then(|| self.unsaid.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::Seldom;

    #[test]
    fn a_line_is_written_once_a_second_and_tells_how_often_it_was_meant() {
        let line = Seldom::new();
        assert_eq!(line.due_at(0), Some(1));
        assert_eq!(line.due_at(0), None);
        assert_eq!(line.due_at(0), None);
        assert_eq!(line.due_at(7), Some(3));
        assert_eq!(line.due_at(7), None);
        assert_eq!(line.due_at(8), Some(2));
    }
}
