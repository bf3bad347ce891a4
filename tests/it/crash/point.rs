//! One loss of power, perhaps a second one in the recovery, and what must be true after it.

use server::ledger::LedgerError;
use server::store::{OpenError, Redb, Store as _, StoreError};
use server::verify::{Report, verify};

use super::Print;
use super::disk::{Content, Deed, Disk, Followed};
use super::life::{CACHE_BYTES, Life};
use crate::world::at_once;
use crate::world::luck::Luck;

/// Every so many-th store that comes back is counted anew as a whole.
const VERIFIED_EVERY: u64 = 100;

/// What a run over crash points came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Points {
    pub single: u64,
    /// Those with a second loss of power while the first was recovered from.
    pub double: u64,
    pub verified: u64,
}

/// What was not as promised, and where.
#[derive(Debug, thiserror::Error)]
#[error("life {seed}, power lost at deed {deed}: {why:?}")]
pub struct Broken {
    seed: u64,
    deed: usize,
    #[source]
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("the store does not open")]
    Shut(#[from] OpenError),
    #[error("the store cannot be read or written")]
    Store(#[from] StoreError),
    #[error("it shows neither {0} acknowledged groups nor one more")]
    Differs(usize),
    #[error("after {0} groups work cannot go on as if nothing had happened")]
    Stuck(usize),
    #[error("it cannot be counted anew")]
    Uncounted(#[from] LedgerError),
    #[error("counted anew it differs: {0:?}")]
    Unclean(Box<Report>),
}

impl Life {
    /// Loses power once at each of the life's moments, at most `most` of them.
    ///
    /// # Errors
    /// The first moment after which something was not as promised.
    pub fn lose_power_everywhere(&self, most: usize) -> Result<Points, Broken> {
        self.lose_power_on(Followed::from(self.start.clone()), most)
    }

    /// The same on a disk that may lie.
    ///
    /// # Errors
    /// As [`Self::lose_power_everywhere`].
    pub fn lose_power_on(&self, mut followed: Followed, most: usize) -> Result<Points, Broken> {
        let mut luck = Luck::new(self.seed).fork();
        let mut points = Points::default();
        for (done, deed) in self.deeds.iter().enumerate().take(most) {
            // A flush that power is lost in has done nothing for certain.
            let flush = matches!(deed, Deed::Flushed);
            if !flush {
                followed.follow(deed);
            }
            let content = followed.after_power_loss(&mut luck);
            let allowed = self.acknowledged_by(done);
            let lost = self.recover(content, allowed, (&mut luck, &mut points));
            lost.map_err(|why| Broken {
                seed: self.seed,
                deed: done,
                why,
            })?;
            if flush {
                followed.follow(deed);
            }
        }
        Ok(points)
    }

    /// Opens what was left; `acknowledged` groups must be there, and one more may.
    fn recover(
        &self,
        content: Content,
        acknowledged: usize,
        (luck, points): (&mut Luck, &mut Points),
    ) -> Result<(), Why> {
        points.single += 1;
        let disk = Disk::holding(content.clone());
        let store = opened(&disk)?;
        let there = self.groups_in(&store, acknowledged)?;
        let recovered = disk.deeds_done();
        let store = self.go_on(store, there)?;
        if points.single.is_multiple_of(VERIFIED_EVERY) {
            points.verified += 1;
            self.count_anew(store)?;
        }
        if luck.below(3) > 0 {
            return Ok(());
        }
        points.double += 1;
        let deeds = disk.deeds();
        let second = luck.below(deeds.len().max(1));
        let mut followed = Followed::from(content);
        deeds
            .iter()
            .take(second + 1)
            .for_each(|deed| followed.follow(deed));
        let again = opened(&Disk::holding(followed.after_power_loss(luck)))?;
        // What the first recovery showed stays; before its end nobody had seen anything.
        let least = if second < recovered {
            acknowledged
        } else {
            there
        };
        let most = if second < recovered {
            acknowledged + 1
        } else {
            there + 1
        };
        let there = self.groups_between(&again, least..=most)?;
        self.go_on(again, there).map(drop)
    }

    fn groups_in(&self, store: &Redb, acknowledged: usize) -> Result<usize, Why> {
        self.groups_between(store, acknowledged..=acknowledged + 1)
    }

    fn groups_between(
        &self,
        store: &Redb,
        wanted: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, Why> {
        let print = at_once(Print::of(store))?;
        let acknowledged = *wanted.start();
        let mut possible = wanted.filter(|groups| *groups <= self.acknowledged.len());
        let found = possible.find(|groups| self.print(*groups) == print);
        found.ok_or(Why::Differs(acknowledged))
    }

    /// The next group leads to what it led to without the loss.
    fn go_on(&self, store: Redb, acknowledged: usize) -> Result<Redb, Why> {
        let Some(next) = self.acknowledged.get(acknowledged) else {
            return Ok(store);
        };
        at_once(store.commit(next.group.clone()))?;
        let print = at_once(Print::of(&store))?;
        if print != next.print {
            return Err(Why::Stuck(acknowledged));
        }
        Ok(store)
    }

    fn count_anew(&self, store: Redb) -> Result<(), Why> {
        let report = at_once(verify(&self.server_on(store)))?;
        match report.is_clean() {
            true => Ok(()),
            false => Err(Why::Unclean(Box::new(report))),
        }
    }
}

fn opened(disk: &Disk) -> Result<Redb, Why> {
    Ok(Redb::with_backend(disk.clone(), CACHE_BYTES)?)
}
