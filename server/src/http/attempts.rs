//! Wrong passwords: after a few for one name, the next must wait, and longer each time.
//!
//! Names are counted whether or not there is such an account, so that waiting tells nothing. The
//! counts live as long as the process; a restart is nobody's to cause from outside.

use std::collections::HashMap;

use shared::time::UnixSeconds;

use crate::account::limits::{
    ATTEMPT_NAMES_MAX, BACK_OFF_SECONDS_FIRST, BACK_OFF_SECONDS_MAX, FREE_ATTEMPTS,
};

/// How often each name was tried in vain.
#[derive(Debug, Default)]
pub(super) struct Attempts(HashMap<[u8; 32], Tries>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    /// No password is looked at before.
    until: UnixSeconds,
}

/// No password for this name is looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MustWait {
    pub(super) seconds: u32,
}

impl Attempts {
    /// Counts a try before its password is looked at, so that many at once are many.
    pub(super) fn begin(&mut self, name: &str, now: UnixSeconds) -> Result<(), MustWait> {
        let key = key(name);
        if !self.0.contains_key(&key) && self.0.len() >= ATTEMPT_NAMES_MAX {
            self.forget_one(now);
        }
        let tries = self.0.entry(key).or_insert(Tries {
            count: 0,
            until: now,
        });
        if now < tries.until {
            let seconds = u32::try_from(tries.until.0 - now.0).unwrap_or(u32::MAX);
            return Err(MustWait { seconds });
        }
        tries.count = tries.count.saturating_add(1);
        if let Some(doublings) = tries.count.checked_sub(FREE_ATTEMPTS) {
            let wait = BACK_OFF_SECONDS_FIRST << doublings.min(16);
            tries.until = now.plus(wait.min(BACK_OFF_SECONDS_MAX));
        }
        Ok(())
    }

    /// The password was right.
    pub(super) fn end(&mut self, name: &str) {
        self.0.remove(&key(name));
    }

    /// Makes room: those whose wait is over first, then whoever tried least.
    fn forget_one(&mut self, now: UnixSeconds) {
        let least = self
            .0
            .iter()
            .min_by_key(|(_, tries)| (now < tries.until, tries.count, tries.until));
        if let Some(key) = least.map(|(key, _)| *key) {
            self.0.remove(&key);
        }
    }
}

fn key(name: &str) -> [u8; 32] {
    let name = name.trim().to_ascii_lowercase();
    shared::hash::digest("sampan/attempt", &[name.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

    #[test]
    fn after_a_few_wrong_passwords_each_next_waits_longer_up_to_a_bound() {
        let mut attempts = Attempts::default();
        for _ in 0..FREE_ATTEMPTS {
            assert_eq!(attempts.begin("lan", NOW), Ok(()));
        }
        let (mut now, mut waits) = (NOW, Vec::new());
        for _ in 0..12 {
            let MustWait { seconds } = attempts.begin(" LAN ", now).unwrap_err();
            waits.push(i64::from(seconds));
            now = now.plus(seconds.into());
            assert_eq!(attempts.begin("lan", now), Ok(()));
        }
        assert_eq!(waits[..3], [2, 4, 8]);
        assert_eq!(waits.last(), Some(&BACK_OFF_SECONDS_MAX));
        assert_eq!(attempts.begin("hoa", NOW), Ok(()));
    }

    #[test]
    fn a_right_password_clears_the_count() {
        let mut attempts = Attempts::default();
        for _ in 0..4 * FREE_ATTEMPTS {
            assert_eq!(attempts.begin("lan", NOW), Ok(()));
            attempts.end("lan");
        }
    }

    #[test]
    fn other_names_never_push_out_one_that_must_wait() {
        let mut attempts = Attempts::default();
        for _ in 0..FREE_ATTEMPTS {
            assert_eq!(attempts.begin("lan", NOW), Ok(()));
        }
        for n in 0..2 * ATTEMPT_NAMES_MAX {
            assert_eq!(attempts.begin(&format!("x{n}"), NOW), Ok(()));
        }
        assert!(attempts.begin("lan", NOW).is_err());
        assert!(attempts.0.len() <= ATTEMPT_NAMES_MAX);
    }
}
