//! How often somebody may ask: a leaking bucket for each, in bounded memory.
//!
//! Knows no clock and no network; whose buckets they are is the caller's to say.

use std::collections::HashMap;
use std::hash::Hash;

use shared::time::UnixSeconds;

/// How much may come at once, and how much again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests at once, after a long silence.
    pub burst: u32,
    /// Requests a minute, for ever.
    pub per_minute: u32,
}

/// It was too much: nothing is taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests: wait {seconds} seconds, nothing is lost meanwhile")]
pub struct TooOften {
    /// Whole seconds until the next may be taken, at least one.
    pub seconds: u32,
}

/// One bucket for each key, at most `keys_max` of them.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    keys_max: usize,
    full: HashMap<K, Bucket>,
}

/// Sixtieths of a request that have not leaked yet, so that a second leaks a whole number of them.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    sixtieths: u64,
    at: UnixSeconds,
}

const SIXTIETHS: u64 = 60;

impl<K: Eq + Hash> Buckets<K> {
    /// Empty buckets.
    #[must_use]
    pub fn new(rate: Rate, keys_max: usize) -> Self {
        Self {
            rate,
            keys_max,
            full: HashMap::new(),
        }
    }

    /// Whether one more would be taken; counts nothing.
    ///
    /// # Errors
    /// [`TooOften`].
    pub fn look(&self, key: &K, now: UnixSeconds) -> Result<(), TooOften> {
        let level = self.full.get(key).map_or(0, |it| self.level(*it, now));
        let over = (level + SIXTIETHS).saturating_sub(u64::from(self.rate.burst) * SIXTIETHS);
        if over == 0 {
            return Ok(());
        }
        let seconds = over.div_ceil(u64::from(self.rate.per_minute).max(1));
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        Err(TooOften { seconds })
    }

    /// Takes one, if there is room; what is refused costs nothing more.
    ///
    /// # Errors
    /// [`TooOften`].
    pub fn take(&mut self, key: K, now: UnixSeconds) -> Result<(), TooOften> {
        self.look(&key, now)?;
        if !self.full.contains_key(&key) && self.full.len() >= self.keys_max {
            self.make_room(now);
        }
        let level = self.full.get(&key).map_or(0, |it| self.level(*it, now));
        let sixtieths = level + SIXTIETHS;
        self.full.insert(key, Bucket { sixtieths, at: now });
        Ok(())
    }

    fn level(&self, bucket: Bucket, now: UnixSeconds) -> u64 {
        // A clock that was set back leaks nothing, and nothing is owed for it.
        let seconds = u64::try_from(now.0.saturating_sub(bucket.at.0)).unwrap_or(0);
        let leaked = seconds.saturating_mul(self.rate.per_minute.into());
        bucket.sixtieths.saturating_sub(leaked)
    }

    /// Forgets empty buckets. Where nearly all are in use, everybody begins anew: whoever has so
    /// many names cannot be counted by name, and nobody else is to pay for it.
    fn make_room(&mut self, now: UnixSeconds) {
        let rate = u64::from(self.rate.per_minute);
        self.full.retain(|_, bucket| {
            let seconds = u64::try_from(now.0.saturating_sub(bucket.at.0)).unwrap_or(0);
            bucket.sixtieths > seconds.saturating_mul(rate)
        });
        if self.full.len() > self.keys_max / 4 * 3 {
            self.full.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
    const RATE: Rate = Rate {
        burst: 3,
        per_minute: 30,
    };

    #[test]
    fn after_the_burst_one_waits_as_long_as_it_says_and_then_goes_on() {
        let mut buckets = Buckets::new(RATE, 8);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, NOW), Ok(()));
        }
        assert_eq!(buckets.take(1, NOW), Err(TooOften { seconds: 2 }));
        assert_eq!(buckets.take(1, NOW.plus(1)), Err(TooOften { seconds: 1 }));
        assert_eq!(buckets.take(1, NOW.plus(2)), Ok(()));
        assert_eq!(buckets.look(&1, NOW.plus(2)), Err(TooOften { seconds: 2 }));
        assert_eq!(buckets.take(2, NOW), Ok(()), "others do not wait");
    }

    #[test]
    fn a_clock_set_back_gives_nothing_away_and_takes_nothing() {
        let mut buckets = Buckets::new(RATE, 8);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, NOW), Ok(()));
        }
        assert!(buckets.look(&1, UnixSeconds(0)).is_err());
        assert_eq!(buckets.take(2, UnixSeconds(0)), Ok(()));
    }

    #[test]
    fn room_is_made_of_empty_buckets_first() {
        let mut buckets = Buckets::new(RATE, 8);
        for _ in 0..3 {
            assert_eq!(buckets.take(0, NOW.plus(59)), Ok(()));
        }
        for key in 1..8 {
            assert_eq!(buckets.take(key, NOW), Ok(()));
        }
        assert_eq!(buckets.take(9, NOW.plus(60)), Ok(()));
        assert_eq!(buckets.full.len(), 2);
        assert!(buckets.look(&0, NOW.plus(60)).is_err(), "still counted");
    }

    proptest! {
        #[test]
        fn however_many_ask_memory_is_bounded_and_a_patient_one_never_starves(
            asked in prop::collection::vec((0_u32..200, 0_i64..3), 0..600),
        ) {
            let mut buckets = Buckets::new(RATE, 16);
            let (mut now, mut last) = (NOW, NOW.plus(-2));
            for (key, later) in asked {
                now = now.plus(later);
                let _maybe_refused = buckets.take(key + 1, now);
                prop_assert!(buckets.full.len() <= 16);
                if now.0 - last.0 >= 2 {
                    prop_assert_eq!(buckets.take(0, now), Ok(()));
                    last = now;
                }
            }
        }
    }
}
