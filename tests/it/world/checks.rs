//! What must be true of a world once it has fallen silent.

use std::collections::{BTreeMap, BTreeSet};

use client_core::views::Query;
use server::store::{RangeQuery, Table, TallyQuery};
use shared::account::Account;
use shared::engine::Engine;
use shared::id::{Audience, Companion, DocumentId, UnitId};
use shared::kind::Kind;
use shared::row::Row;
use shared::tally::{Indicator, Tallies, contributions};
use shared::time::LocalDay;

use super::phone::Phone;
use super::{Ground, HAMLETS, World, at_once};
use server::ledger::document::Found;

/// Every document of the server with its row.
pub fn server_rows<E: Engine, S: Ground>(world: &World<'_, E, S>) -> BTreeMap<DocumentId, Row> {
    let ledger = world.server.ledger();
    let page = at_once(ledger.store().range(RangeQuery::new(Table::Row, []))).expect("readable");
    assert!(!page.more, "a world this large needs paging");
    let ids = page
        .records
        .iter()
        .map(|(key, _)| DocumentId(key.as_slice().try_into().expect("rows stand under ids")));
    ids.map(|id| match at_once(ledger.document(id)).expect("readable") {
        Found::Document(document) => (id, document.row),
        other => panic!("{id} has a row and is {other:?}"),
    })
    .collect()
}

/// The figures of the server, by indicator, over all hamlets and days.
pub fn server_figures<E: Engine, S: Ground>(world: &World<'_, E, S>) -> BTreeMap<u16, i64> {
    let query = TallyQuery {
        units: HAMLETS.to_vec(),
        indicators: Indicator::all().map(Indicator::code).collect(),
        days: LocalDay::MIN..=LocalDay::MAX,
    };
    let mut figures = BTreeMap::new();
    for tally in at_once(world.server.ledger().store().tallies(query)).expect("readable") {
        *figures.entry(tally.indicator).or_default() += tally.count as i64;
    }
    figures
}

/// Figures counted afresh from rows.
pub fn recount<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeMap<u16, i64> {
    let mut tallies = Tallies::default();
    rows.for_each(|row| tallies.add(&contributions(row)));
    by_indicator(&tallies)
}

pub fn by_indicator(tallies: &Tallies) -> BTreeMap<u16, i64> {
    let mut figures = BTreeMap::new();
    for (key, count) in tallies.iter().filter(|(_, count)| *count != 0) {
        *figures.entry(key.indicator.code()).or_default() += count;
    }
    figures
}

impl<E: Engine, S: Ground> World<'_, E, S> {
    /// Tallies equal a recount of the rows, and every row equals automerge's own of its history.
    pub fn assert_server_agrees_with_itself(&self) {
        let rows = server_rows(self);
        assert_eq!(
            self.server_figures(),
            recount(rows.values()),
            "seed {}",
            self.seed
        );
        let ledger = self.server.ledger();
        for (id, row) in &rows {
            let Found::Document(document) = at_once(ledger.document(*id)).expect("readable") else {
                panic!("{id} vanished");
            };
            let history = at_once(ledger.history(*id, &document.place, &document.key));
            let changes: Vec<_> = history
                .expect("readable")
                .into_iter()
                .map(|(_, change)| change)
                .collect();
            if let Err(difference) = crdt::audit(&changes, row) {
                panic!(
                    "seed {}: automerge disagrees about {id}: {difference}",
                    self.seed
                );
            }
        }
    }

    /// Automerge makes the phone's row of the history that the phone has kept.
    fn assert_automerge_confirms(&self, phone: &Phone<'_, E>, id: &DocumentId) {
        let client = phone.client();
        let mut accounting = client.accounting(id).expect("the phone is open");
        for record in phone.disk.facts(accounting.prefix()) {
            client.account_page(&mut accounting, &record);
        }
        let account = client.account(accounting).expect("the phone is open");
        let account = Account::from_bytes(&account.to_bytes()).expect("just written");
        if let Err(difference) = crdt::audit(&account.changes, &account.row) {
            panic!(
                "seed {}: automerge disagrees with {} about {id}: {difference}",
                self.seed, phone.name
            );
        }
    }

    /// Phones that follow the same hamlets show the same dossiers, and the server's.
    pub fn assert_all_equal(&self) {
        let rows = server_rows(self);
        for phone in &self.phones {
            let query = Query::all(Kind::Dossier, 1_000);
            let shown = phone.client().list(&query);
            let ids: BTreeSet<DocumentId> = shown.lines.iter().map(|line| line.document).collect();
            let hamlets = self.hamlets_of(phone.name);
            let expected: BTreeSet<DocumentId> = rows
                .iter()
                .filter(|(_, row)| row.kind() == Some(Kind::Dossier))
                .filter(|(_, row)| row.unit().is_some_and(|unit| hamlets.contains(&unit)))
                .map(|(id, _)| *id)
                .collect();
            assert_eq!(
                ids, expected,
                "seed {}: {} lists others",
                self.seed, phone.name
            );
            for id in &expected {
                assert_eq!(
                    phone.client().row(id),
                    rows[id],
                    "seed {}: {} shows another {id}",
                    self.seed,
                    phone.name
                );
                self.assert_automerge_confirms(phone, id);
            }
        }
    }

    /// A phone that follows every hamlet counts what the server counts.
    pub fn assert_figures_equal(&self, phone: usize) {
        let own = by_indicator(&self.phones[phone].client().figures());
        assert_eq!(
            own,
            self.server_figures(),
            "seed {}: figures differ",
            self.seed
        );
    }

    /// Nothing shown as saved is gone: it is in the log, or waits on the server, or stands in the
    /// phone's list of what was not accepted.
    pub fn assert_nothing_lost(&self) {
        let rows = server_rows(self);
        let ledger = self.server.ledger();
        for phone in &self.phones {
            let refused: BTreeSet<DocumentId> = phone
                .client()
                .not_accepted()
                .iter()
                .map(|entry| entry.document)
                .collect();
            for document in phone.saved.values().flatten() {
                let is_alias =
                    || matches!(at_once(ledger.document(*document)), Ok(Found::Alias(_)));
                let waits = || {
                    !at_once(ledger.held_for(*document))
                        .expect("readable")
                        .is_empty()
                        || !at_once(ledger.parked_for(*document))
                            .expect("readable")
                            .is_empty()
                };
                assert!(
                    rows.contains_key(document)
                        || is_alias()
                        || waits()
                        || refused.contains(document),
                    "seed {}: {} saved {document} and it is nowhere",
                    self.seed,
                    phone.name
                );
            }
        }
    }

    /// Every phone has handed in everything.
    pub fn assert_outboxes_empty(&self) {
        for phone in &self.phones {
            let sync = phone.client().sync();
            assert_eq!(
                (sync.unsent, sync.sending),
                (0, 0),
                "seed {}: {} still has something to send",
                self.seed,
                phone.name
            );
        }
    }

    /// The server's row of a resident's companion.
    pub fn companion_row(&self, dossier: DocumentId, which: Companion) -> Option<Row> {
        server_rows(self).remove(&dossier.companion(which))
    }

    /// The hamlets whose dossiers somebody follows, in their order.
    pub fn hamlets_of(&self, name: &str) -> Vec<UnitId> {
        let devices = at_once(self.server.devices()).expect("readable");
        let device = devices
            .iter()
            .find(|device| device.label == name)
            .expect("enrolled");
        let id = device.device.parse().expect("a device id");
        let record = at_once(self.server.ledger().device(id))
            .expect("readable")
            .record;
        let streams = record.expect("enrolled").assignment.streams;
        let follows = |hamlet: &UnitId| {
            (streams.iter())
                .any(|stream| stream.unit == *hamlet && stream.audience == Audience::Team)
        };
        HAMLETS.into_iter().filter(follows).collect()
    }
}
