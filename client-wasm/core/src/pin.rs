//! From the digits a person remembers to bytes that a data key is wrapped with.
//!
//! Six digits are a million guesses, so each guess has to cost time and memory: Argon2id
//! (RFC 9106), as dear as this phone can pay. What a phone paid at set-up is stored beside the
//! wrapped key. This module neither stores nor counts tries: whoever calls it does.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::limits::{PIN_COST_MS_MAX, PIN_PASSES_MAX};

/// Bytes of salt at least.
pub const SALT_BYTES_MIN: usize = 16;

/// What one guess costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// Never less, however slow the phone: the least that OWASP's password storage cheat sheet
    /// accepts.
    pub const LEAST: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };

    /// Run once at set-up, to learn what this phone can pay.
    pub const TRIAL: Self = Self {
        memory_kib: 19 * 1024,
        passes: 1,
    };

    /// Memory of a phone that can pay it twice over.
    const MEMORY_KIB: u32 = 32 * 1024;

    /// The dearest cost that [`PIN_COST_MS_MAX`] allows where [`Cost::TRIAL`] took so long.
    #[must_use]
    pub fn after_trial(trial_ms: u32) -> Self {
        let pass_ms = trial_ms.max(1).saturating_mul(Self::MEMORY_KIB) / Self::TRIAL.memory_kib;
        match PIN_COST_MS_MAX / pass_ms.max(1) {
            0 | 1 => Self::LEAST,
            passes => Self {
                memory_kib: Self::MEMORY_KIB,
                passes: passes.min(PIN_PASSES_MAX),
            },
        }
    }
}

/// Why there are no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// The salt or the cost is none that this program stores: what was stored is damaged.
    #[error("the stored salt or cost is damaged")]
    Damaged,
    /// The phone has no room for it just now: close other programs, then try again.
    #[error("the phone has too little free memory")]
    Memory,
}

/// 32 bytes that only these digits, this salt and this cost give.
///
/// # Errors
/// [`PinError`].
pub fn derive(digits: &str, salt: &[u8], cost: Cost) -> Result<[u8; 32], PinError> {
    if salt.len() < SALT_BYTES_MIN || cost.memory_kib > Cost::MEMORY_KIB {
        return Err(PinError::Damaged);
    }
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32));
    let params = params.map_err(|_| PinError::Damaged)?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(digits.as_bytes(), salt, &mut key)
        .map_err(|error| match error {
            argon2::Error::OutOfMemory => PinError::Memory,
            _ => PinError::Damaged,
        })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &[u8] = &[7; SALT_BYTES_MIN];

    #[test]
    fn digits_salt_and_cost_all_change_the_bytes() {
        let small = Cost {
            memory_kib: 64,
            passes: 1,
        };
        let twice = Cost { passes: 2, ..small };
        let bytes = [
            derive("790815", SALT, small),
            derive("790816", SALT, small),
            derive("790815", &[8; SALT_BYTES_MIN], small),
            derive("790815", SALT, twice),
        ];
        assert!(bytes.iter().all(Result::is_ok));
        for (at, one) in bytes.iter().enumerate() {
            assert!(!bytes[..at].contains(one));
        }
        assert_eq!(derive("790815", SALT, small), bytes[0]);
    }

    #[test]
    fn a_damaged_record_asks_for_no_memory() {
        let huge = Cost {
            memory_kib: u32::MAX,
            passes: 1,
        };
        assert_eq!(derive("790815", SALT, huge), Err(PinError::Damaged));
        assert_eq!(derive("790815", &[], Cost::LEAST), Err(PinError::Damaged));
    }

    #[test]
    fn a_slow_phone_pays_the_least_and_a_fast_one_what_fits() {
        assert_eq!(Cost::after_trial(u32::MAX), Cost::LEAST);
        assert_eq!(Cost::after_trial(600), Cost::LEAST);
        let middle = Cost::after_trial(100);
        assert_eq!((middle.memory_kib, middle.passes), (32 * 1024, 2));
        assert_eq!(Cost::after_trial(0).passes, PIN_PASSES_MAX);
    }
}
