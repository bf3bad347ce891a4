//! The server's opening keys, a new one each year.
//!
//! What couriers carry is sealed to the server and may lie about for long. So every key has a term,
//! opens for [`FORMER_KEYS_DAYS_MAX`] days beyond it, and is then destroyed: whoever takes the
//! server later opens nothing that was carried before. Keys stand in the vault under the number of
//! their term, because what grows from the master secret could never be destroyed.
//!
//! A clock that is years off destroys nothing: a key goes only when the keys of two later terms
//! were made, too.

use std::sync::{Arc, PoisonError, RwLock};

use shared::hash::{derive, digest};
use shared::limits::FORMER_KEYS_DAYS_MAX;
use shared::seal::{OpeningKey, OpeningKeys, SealingKey};
use shared::time::UnixSeconds;

use super::DataKey;
use crate::vault::{BlockId, KeyName, Vault, VaultError};

/// Days for which bundles are sealed to one key.
pub const TERM_DAYS: u32 = 365;

/// Terms there may be keys of, counted in [`TERM_DAYS`] since 1970: until the year 2119.
const TERMS: core::ops::Range<u32> = 50..150;

/// Later terms with keys of their own, without which no key is destroyed.
const LATER_KEYS: usize = 2;

const DAY_SECONDS: i64 = 24 * 3600;

/// The keys that open now, the one of the present term first.
pub(super) struct Ring {
    /// Grown from the master secret: what was sealed before keys had terms.
    first: OpeningKey,
    keys: RwLock<Arc<OpeningKeys>>,
}

/// What turning the keys came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turned {
    /// Whether the present term had no key before.
    pub is_new: bool,
    /// Keys destroyed.
    pub destroyed: usize,
}

impl Ring {
    pub(super) fn new(first: OpeningKey) -> Self {
        let keys = RwLock::new(Arc::new(OpeningKeys::new(vec![first.clone()])));
        Self { first, keys }
    }

    pub(super) fn keys(&self) -> Arc<OpeningKeys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    /// What bundles are to be sealed to.
    pub(super) fn sealing(&self) -> SealingKey {
        let keys = self.keys();
        let preferred = keys.sealing().next();
        preferred.expect("a ring is never without its first key")
    }

    /// Reads the keys of all terms, makes the present one's, and destroys what is over.
    pub(super) fn turn(
        &self,
        vault: &Vault,
        (now, seed): (UnixSeconds, [u8; 32]),
    ) -> Result<Turned, VaultError> {
        let present = term_of(now);
        let mut made = made(vault)?;
        let is_new = !made.iter().any(|(term, _)| *term == present);
        if is_new {
            let fresh = DataKey(digest("sampan/opening-key", &[&seed]));
            match vault.obtain(BlockId::OPENING, name(present), fresh) {
                Ok(key) => made.push((present, key)),
                // Its key is destroyed: the clock went back by years. The newest serves on.
                Err(VaultError::Lost) => {}
                Err(error) => return Err(error),
            }
            vault.flush()?;
        }
        let over = over(&made, now);
        let names = over.iter().map(|term| (BlockId::OPENING, name(*term)));
        if !over.is_empty() {
            vault.destroy(
                &names.collect::<Vec<_>>(),
                digest("sampan/opening-over", &[&seed]),
            )?;
        }
        made.retain(|(term, _)| !over.contains(term));
        made.sort_by_key(|(term, _)| (*term != present, u32::MAX - term));
        let keys = made.iter().map(|(_, key)| OpeningKey::from_bytes(key.0));
        let keys = OpeningKeys::new(keys.chain([self.first.clone()]).collect());
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        Ok(Turned {
            is_new,
            destroyed: over.len(),
        })
    }
}

/// The keys there are, oldest first.
fn made(vault: &Vault) -> Result<Vec<(u32, DataKey)>, VaultError> {
    let mut made = Vec::new();
    for term in TERMS {
        match vault.key(BlockId::OPENING, name(term)) {
            Ok(Some(key)) => made.push((term, key)),
            Ok(None) | Err(VaultError::Lost) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}

/// Terms whose keys nobody may need any more.
fn over(made: &[(u32, DataKey)], now: UnixSeconds) -> Vec<u32> {
    let terms = || made.iter().map(|(term, _)| *term);
    let is_over = |term: &u32| {
        let end = i64::from((term + 1) * TERM_DAYS + FORMER_KEYS_DAYS_MAX) * DAY_SECONDS;
        now.0 >= end && terms().filter(|later| later > term).count() >= LATER_KEYS
    };
    terms().filter(is_over).collect()
}

fn term_of(now: UnixSeconds) -> u32 {
    let days = u32::try_from(now.0 / DAY_SECONDS).unwrap_or(0);
    (days / TERM_DAYS).clamp(TERMS.start, TERMS.end - 1)
}

fn name(term: u32) -> KeyName {
    KeyName(derive("sampan/opening-term", &[&term.to_le_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first moment of a term.
    fn begin(term: u32) -> UnixSeconds {
        UnixSeconds(i64::from(term * TERM_DAYS) * DAY_SECONDS)
    }

    fn after(begin: UnixSeconds, days: i64) -> UnixSeconds {
        begin.plus(days * DAY_SECONDS)
    }

    fn ring() -> (Ring, Vault) {
        let ring = Ring::new(OpeningKey::from_bytes([7; 32]));
        (ring, Vault::in_memory([8; 32]))
    }

    fn turn(ring: &Ring, vault: &Vault, now: UnixSeconds) -> Turned {
        let seed = digest("test", &[&now.0.to_le_bytes()]);
        ring.turn(vault, (now, seed)).unwrap()
    }

    #[test]
    fn each_term_has_a_key_that_a_restarted_server_finds_again() {
        let (ring, vault) = ring();
        assert!(turn(&ring, &vault, begin(60)).is_new);
        let sealing = ring.sealing();
        assert!(!turn(&ring, &vault, after(begin(60), 364)).is_new);
        let restarted = Ring::new(OpeningKey::from_bytes([7; 32]));
        assert!(!turn(&restarted, &vault, after(begin(60), 364)).is_new);
        assert_eq!(restarted.sealing(), sealing);
        assert!(turn(&ring, &vault, begin(61)).is_new);
        assert_ne!(ring.sealing(), sealing);
    }

    #[test]
    fn a_key_opens_for_400_days_beyond_its_term_and_is_gone_then() {
        let (ring, vault) = ring();
        let old = OpeningKey::from_bytes([7; 32]).sealing();
        turn(&ring, &vault, begin(60));
        let carried = ring.sealing();
        turn(&ring, &vault, begin(61));
        let last = after(begin(61), 400);
        assert_eq!(turn(&ring, &vault, last.plus(-1)).destroyed, 0);
        assert!(ring.keys().get(carried.id()).is_some());
        assert_eq!(turn(&ring, &vault, last).destroyed, 1);
        assert!(ring.keys().get(carried.id()).is_none());
        let gone = vault.key(BlockId::OPENING, name(60)).unwrap();
        assert!(gone.is_none(), "no file has it any more");
        assert!(ring.keys().get(old.id()).is_some());
    }

    #[test]
    fn a_clock_that_leaps_by_years_and_back_loses_no_key() {
        let (ring, vault) = ring();
        turn(&ring, &vault, begin(60));
        let before = ring.sealing();
        assert_eq!(turn(&ring, &vault, begin(70)).destroyed, 0);
        let during = ring.sealing();
        turn(&ring, &vault, after(begin(60), 9));
        assert_eq!(ring.sealing(), before);
        assert!(ring.keys().get(during.id()).is_some());
    }
}
