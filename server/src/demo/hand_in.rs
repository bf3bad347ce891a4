//! Handing bundles to a server and reading its receipts, as phones and consoles do.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::hash::digest;
use shared::receipt::{Outcome, Receipt, Verdict};
use shared::signed::verify;
use shared::time::UnixSeconds;

use super::draw::Seed;
use super::world::DemoError;
use crate::author::{Author, SealedBundle};
use crate::server::{Circumstances, Server};
use crate::store::Store;

/// What a server was handed and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Taken {
    /// Bundles.
    pub bundles: u64,
    /// Saves in them.
    pub records: u64,
    /// Changes in them.
    pub changes: u64,
    /// Changes by the name of their outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
}

impl Taken {
    /// Adds what was handed in elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.bundles += other.bundles;
        self.records += other.records;
        self.changes += other.changes;
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }
}

/// Brings bundles to a server on a clock of its own, which never goes back.
#[derive(Debug)]
pub struct Courier<'s, S> {
    server: &'s Server<S>,
    now: UnixSeconds,
    seed: Seed,
    taken: Taken,
}

impl<'s, S: Store> Courier<'s, S> {
    /// A courier that sets out at `now`.
    #[must_use]
    pub fn new(server: &'s Server<S>, now: UnixSeconds, seed: Seed) -> Self {
        Self {
            server,
            now,
            seed,
            taken: Taken::default(),
        }
    }

    /// Where it goes.
    #[must_use]
    pub fn server(&self) -> &'s Server<S> {
        self.server
    }

    /// The courier's clock.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        self.now
    }

    /// What was handed in so far.
    #[must_use]
    pub fn taken(&self) -> &Taken {
        &self.taken
    }

    /// Counts what another courier handed in.
    pub fn add(&mut self, taken: &Taken) {
        self.taken.add(taken);
    }

    /// Everything that was handed in, once nothing more will be.
    #[must_use]
    pub fn into_taken(self) -> Taken {
        self.taken
    }

    /// Hands in one bundle at `at`, or now if that has passed.
    ///
    /// # Errors
    /// [`DemoError`], also when the bundle was rejected as a whole.
    pub async fn hand_in(
        &mut self,
        bundle: &SealedBundle,
        at: UnixSeconds,
    ) -> Result<Vec<Outcome>, DemoError> {
        self.now = self.now.max(at);
        let count = self.taken.bundles.to_le_bytes();
        let circumstances = Circumstances {
            now: self.now,
            seed: digest("sampan/demo-intake", &[&self.seed, &count]),
        };
        let receipt = self
            .server
            .take_bundle(&bundle.bytes, circumstances)
            .await?;
        let signing = self.server.ledger().secrets().public().signing;
        let receipt: Receipt = verify(&receipt, &signing)?;
        let outcomes = match receipt.verdict {
            Verdict::Taken(outcomes) => outcomes.to_vec(),
            other => return Err(DemoError::NotTaken(other)),
        };
        self.taken.bundles += 1;
        self.taken.records += bundle.records as u64;
        self.taken.changes += bundle.changes as u64;
        for outcome in &outcomes {
            *self.taken.outcomes.entry(outcome.code()).or_default() += 1;
        }
        Ok(outcomes)
    }

    /// Seals and hands in everything the author has open.
    ///
    /// # Errors
    /// As [`Self::hand_in`].
    pub async fn hand_in_all(
        &mut self,
        author: &mut Author,
        at: UnixSeconds,
    ) -> Result<Vec<Outcome>, DemoError> {
        let mut outcomes = Vec::new();
        for bundle in author.seal_all(self.seed)? {
            outcomes.extend(self.hand_in(&bundle, at).await?);
        }
        Ok(outcomes)
    }
}
