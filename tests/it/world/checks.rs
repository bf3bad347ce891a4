//! What must be true of a world once it has fallen silent.

use std::collections::{BTreeMap, BTreeSet};

use client_core::views::Query;
use server::store::{RangeQuery, Table, TallyQuery};
use shared::account::Account;
use shared::engine::Engine;
use shared::id::{Audience, Companion, DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::tally::{Indicator, Tallies, contributions};
use shared::time::LocalDay;
use shared::value::Value;

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

/// Whether a row has no values but what it is and where it belongs.
fn says_nothing(row: &Row) -> bool {
    let kept = |key: &Key| *key == Key::KIND || *key == Key::UNIT;
    let withheld = |key: &Key| (row.live(key).iter()).all(|cell| cell.value == Value::Withheld);
    row.cells.keys().all(|key| kept(key) || withheld(key))
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
    /// Tallies equal a recount of the rows, every row equals automerge's own of its history, and
    /// nobody changed what was written down of who did what.
    pub fn assert_server_agrees_with_itself(&self) {
        let rows = server_rows(self);
        assert_eq!(
            self.server_figures(),
            recount(rows.values()),
            "seed {}",
            self.seed
        );
        self.assert_server_verifies();
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

    /// A phone that follows every hamlet counts what the server counts, the forgotten included.
    pub fn assert_figures_equal(&self, phone: usize) {
        let client = self.phones[phone].client();
        let seed = self.seed;
        assert_eq!(
            by_indicator(&client.figures()),
            self.server_figures(),
            "seed {seed}: figures differ"
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
                // Its name may have been a copy's, too.
                let document = &phone.client().present_name(*document);
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

    /// Nothing waits for a coordinator who has approved everything.
    pub fn assert_nobody_waits(&self) {
        let held = at_once(self.server.held()).expect("readable");
        assert!(held.is_empty(), "seed {}: still held: {held:?}", self.seed);
    }

    /// No phone holds a value of what its device may not read, or of anybody who is forgotten.
    pub fn assert_everybody_sees_their_own(&self) {
        let rows = server_rows(self);
        let ledger = self.server.ledger();
        for phone in &self.phones {
            let device = at_once(ledger.device(self.device_named(phone.name))).expect("readable");
            let streams = device.record.expect("enrolled").assignment.streams;
            for id in rows.keys() {
                let Ok(Found::Document(document)) = at_once(ledger.document(*id)) else {
                    panic!("{id} vanished");
                };
                let row = phone.client().row(id);
                assert!(
                    streams.contains(&document.place.stream) || says_nothing(&row),
                    "seed {}: {} may not read {id} and does: {row:?}",
                    self.seed,
                    phone.name
                );
            }
            for erased in &self.erased {
                for id in [*erased, erased.companion(Companion::Identity)] {
                    let row = phone.client().row(&id);
                    assert!(
                        says_nothing(&row),
                        "seed {}: {} still knows {id}, who is forgotten",
                        self.seed,
                        phone.name
                    );
                }
            }
        }
    }

    /// Every phone has handed in everything, and nothing it handed in is in limbo: all of it was
    /// answered for good.
    pub fn assert_outboxes_empty(&self) {
        for phone in &self.phones {
            let sync = phone.client().sync();
            assert_eq!(
                (sync.unsent, sync.sending, sync.parked, sync.received),
                (0, 0, 0, 0),
                "seed {}: {} still has something to send, or to hear about",
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
        let record = at_once(self.server.ledger().device(self.device_named(name)))
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
