//! The only reader of time and randomness.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use shared::time::UnixSeconds;

use crate::server::Circumstances;

/// A clock: the computer's, or one that began at a chosen moment.
#[derive(Debug, Clone)]
pub struct Clock(Face);

#[derive(Debug, Clone)]
enum Face {
    System,
    Chosen(Arc<(UnixSeconds, Instant)>),
}

/// The system gave no random bytes. Without them nothing may be sealed: try again.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness(#[source] getrandom::Error);

impl Clock {
    /// The computer's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Face::System)
    }

    /// A clock that shows `start` now and goes on from there: for replays of past campaigns.
    #[must_use]
    pub fn starting_at(start: UnixSeconds) -> Self {
        Self(Face::Chosen(Arc::new((start, Instant::now()))))
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        match &self.0 {
            Face::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                let seconds = since.map_or(0, |since| since.as_secs());
                UnixSeconds(i64::try_from(seconds).unwrap_or(i64::MAX))
            }
            Face::Chosen(chosen) => {
                let (start, since) = chosen.as_ref();
                start.plus(i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX))
            }
        }
    }

    /// The moment, with fresh random bytes.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn circumstances(&self) -> Result<Circumstances, NoRandomness> {
        Ok(Circumstances {
            now: self.now(),
            seed: random()?,
        })
    }
}

/// 32 fresh random bytes from the system.
///
/// # Errors
/// [`NoRandomness`].
pub fn random() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}
