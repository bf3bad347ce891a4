//! What is lent to this phone: single documents until a moment, shown beside its own streams.
//!
//! Lent rows come whole and replace what was lent before, so nothing needs to be remembered of
//! how they came to be. When a loan is over the rows go, in the same transaction that everything
//! stored is written anew in; own changes that have not arrived stay in *mine* and travel on.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::engine::Engine;
use shared::id::{Companion, DocumentId};
use shared::loan::{Lent, Loan, Purpose};
use shared::time::UnixSeconds;

use crate::confirmed::{Held, Home, Marks};
use crate::mine::OwnId;
use crate::views::LoanView;
use crate::work::Work;

/// The loans of this phone, without the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loans {
    /// When the server said so, by its clock: what it said before counts no more.
    pub(crate) at: UnixSeconds,
    pub(crate) mark: u64,
    pub(crate) loans: Vec<Loan>,
    /// Former ids of the lent documents.
    pub(crate) marks: Marks,
}

impl Loans {
    /// Until when the document is lent; a companion as long as its dossier.
    pub(crate) fn until(&self, is_named: impl Fn(&DocumentId) -> bool) -> Option<UnixSeconds> {
        let naming = self.loans.iter();
        let naming = naming.filter(|loan| loan.dossiers.iter().any(&is_named));
        naming.map(|loan| loan.until).max()
    }

    pub(crate) fn next_end(&self) -> Option<UnixSeconds> {
        self.loans.iter().map(|loan| loan.until).min()
    }

    pub(crate) fn views(&self) -> Vec<LoanView> {
        let view = |loan: &Loan| LoanView {
            is_day_list: loan.purpose == Purpose::DayList,
            until: loan.until,
            title: loan.title.clone(),
            dossiers: loan
                .dossiers
                .iter()
                .map(|dossier| self.marks.root(dossier))
                .collect(),
        };
        self.loans.iter().map(view).collect()
    }
}

impl<E: Engine> Work<'_, E> {
    /// Takes what is lent now in the place of what was, unless something later was taken in.
    pub(crate) fn take_loans(&mut self, lent: &Lent, at: UnixSeconds) {
        if at < self.state.confirmed.loans.at {
            return;
        }
        let rows: Option<Vec<_>> = lent.documents.iter().map(|lent| lent.row()).collect();
        let Some(rows) = rows else {
            return self.show(crate::effect::Notice::Unusable("bad-loan".to_owned()));
        };
        let mut marks = Marks::default();
        let mut fresh = crate::buckets::Buckets::default();
        for (lent, row) in lent.documents.iter().zip(rows) {
            let former = lent.joined.iter().map(|former| (*former, lent.document));
            marks.aliases.extend(former);
            fresh.insert(lent.document, Held::new(&row));
        }
        let before = core::mem::replace(&mut self.state.confirmed.lent, fresh);
        self.state.confirmed.loans = Arc::new(Loans {
            at,
            mark: lent.mark,
            loans: lent.loans.clone(),
            marks,
        });
        let ids = before.iter().map(|(id, _)| *id);
        let ids: BTreeSet<DocumentId> = ids
            .chain(lent.documents.iter().map(|lent| lent.document))
            .collect();
        self.confirm_lent();
        self.leave_to_mine(before.iter().map(|(id, held)| (*id, held.clone())));
        self.settle_loans(ids);
        // Two that met may have lost a loan meanwhile.
        self.end_loans();
    }

    /// Forgets what is lent no longer, by the server's clock as far as this phone knows it.
    pub(crate) fn end_loans(&mut self) {
        let now = self.server_now();
        let is_over = |loan: &Loan| loan.until <= now;
        if !self.state.confirmed.loans.loans.iter().any(is_over) {
            return;
        }
        let loans = Arc::make_mut(&mut self.state.confirmed.loans);
        loans.loans.retain(|loan| !is_over(loan));
        // The mark stays: it names what the server once sent, which it will send no more.
        let kept: BTreeSet<DocumentId> = loans
            .loans
            .iter()
            .flat_map(|loan| &loan.dossiers)
            .map(|dossier| loans.marks.root(dossier))
            .flat_map(|root| [root, root.companion(Companion::Identity)])
            .collect();
        let all = self.state.confirmed.lent.iter();
        let gone: Vec<(DocumentId, Held)> = all
            .filter(|(id, _)| !kept.contains(*id))
            .map(|(id, held)| (*id, held.clone()))
            .collect();
        let ids = gone.iter().map(|(id, _)| *id).collect();
        for (id, _) in &gone {
            self.state.confirmed.lent.remove(id);
        }
        self.leave_to_mine(gone.into_iter());
        self.settle_loans(ids);
    }

    /// When the next loan is over, by this phone's clock.
    pub(crate) fn next_loan_end(&self) -> Option<UnixSeconds> {
        let end = self.state.confirmed.loans.next_end()?;
        Some(end.plus(-self.state.device.clock_offset))
    }

    fn server_now(&self) -> UnixSeconds {
        self.now.plus(self.state.device.clock_offset)
    }

    /// Own changes that the lent rows show are confirmed.
    fn confirm_lent(&mut self) {
        let shown: Vec<OwnId> = (self.state.mine.all())
            .filter(|own| {
                let root = self.root(&own.document);
                let held = self.state.confirmed.lent.get(&root);
                let last = held.and_then(|h| h.row().actors.get(&own.change.actor).copied());
                last.is_some_and(|last| last.seq >= own.change.seq)
            })
            .map(|own| own.id)
            .collect();
        for id in shown {
            self.remove_own(id);
        }
    }

    /// What is no longer lent and still has own changes upon it is kept as a stub: enough to edit
    /// and to settle them, and nothing that anybody could read.
    fn leave_to_mine(&mut self, gone: impl Iterator<Item = (DocumentId, Held)>) {
        for (id, held) in gone {
            let is_lent = self.state.confirmed.lent.get(&id).is_some();
            if is_lent || self.state.mine.of(&id).next().is_none() {
                continue;
            }
            let stub = Held::new(&held.row().stub());
            self.state.confirmed.alone.insert(id, stub);
            self.touch_row(Home::Alone, id);
            self.settle(&id);
        }
    }

    fn settle_loans(&mut self, ids: BTreeSet<DocumentId>) {
        for id in ids {
            self.touch_row(Home::Lent, id);
        }
        self.touch_loans();
        self.rewrite_rows();
        self.reroot();
    }
}
