//! Full numbers: none is shown before it is written down that it was.
//!
//! Views withhold full numbers. Whoever wants one says what for; once that is stored the views
//! show it until the phone is locked, and the next pulls tell the server, until it has it.

use serde::{Deserialize, Serialize};
use shared::disclosure::{DisclosedUpto, Disclosure, Disclosures, Way};
use shared::engine::Engine;
use shared::id::DocumentId;
use shared::limits::DISCLOSURES_A_PULL_MAX;

use crate::effect::Notice;
use crate::limits::DISCLOSURES_MAX;
use crate::work::Work;

/// What the server has not confirmed yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Untold {
    /// How many it has confirmed, over all lives.
    before: u64,
    list: Vec<Disclosure>,
}

impl Untold {
    /// What the next request brings.
    pub(crate) fn next(&self) -> Disclosures {
        let list = self.list.iter().take(DISCLOSURES_A_PULL_MAX);
        Disclosures {
            before: self.before,
            list: list.copied().collect(),
        }
    }

    fn confirm(&mut self, count: u64) -> bool {
        let told = count.saturating_sub(self.before);
        let told = usize::try_from(told).unwrap_or(usize::MAX);
        let told = told.min(self.list.len());
        self.list.drain(..told);
        self.before += told as u64;
        told > 0
    }
}

impl<E: Engine> Work<'_, E> {
    /// Writes down that a full number is disclosed; then the views show it. A phone that was
    /// without signal for very long has no room for more: it must tell the server first.
    pub(crate) fn disclose(&mut self, way: Way, dossier: Option<DocumentId>) {
        let untold = std::sync::Arc::make_mut(&mut self.state.untold);
        if untold.list.len() >= DISCLOSURES_MAX {
            return self.show(Notice::NotDisclosed);
        }
        untold.list.push(Disclosure {
            way,
            dossier,
            at: self.now,
        });
        self.touch_untold();
        if let Some(dossier) = dossier {
            let root = self.root(&dossier);
            self.state.disclosed.insert(root);
            self.show(Notice::Disclosed { dossier });
        }
    }

    /// The server has these; what an answer to a former life says counts nothing.
    pub(crate) fn disclosures_told(&mut self, upto: DisclosedUpto) {
        if upto.incarnation != self.state.device.incarnation {
            return;
        }
        if std::sync::Arc::make_mut(&mut self.state.untold).confirm(upto.count) {
            self.touch_untold();
        }
    }
}
