//! What the console asks first reads as much as there is to tell, however many dossiers there are.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use client_core::input::{DocumentWrite, Put, Save, Target};
use server::server::{GuidanceQuery, SessionsQuery};
use server::store::{
    Commit, Hint, LogPage, Memory, Outcome, RangePage, RangeQuery, ScanLimit, Store, StoreError,
    Sum, Table, Tally, TallyQuery, Versioned,
};
use shared::catalogue::SessionKind;
use shared::engine::RowEngine;
use shared::id::StreamId;
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::Role;
use tokio::sync::broadcast;

use crate::world::office::COMMUNE;
use crate::world::{Ground, HAMLETS, NewResident, World};

/// A store that counts the records read from it.
#[derive(Debug, Clone)]
struct Counted {
    store: Memory,
    records: Arc<AtomicUsize>,
}

impl Counted {
    fn new() -> Self {
        Self {
            store: Memory::new(),
            records: Arc::default(),
        }
    }

    fn read(&self) -> usize {
        self.records.swap(0, Ordering::Relaxed)
    }
}

impl Ground for Counted {
    fn copied(&self) -> Self {
        Self {
            store: self.store.copied(),
            records: Arc::default(),
        }
    }
}

impl Store for Counted {
    async fn commit(&self, group: Vec<Commit>) -> Result<Vec<Outcome>, StoreError> {
        self.store.commit(group).await
    }

    async fn get(
        &self,
        table: Table,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.records.fetch_add(keys.len(), Ordering::Relaxed);
        self.store.get(table, keys).await
    }

    async fn range(&self, query: RangeQuery) -> Result<RangePage, StoreError> {
        let page = self.store.range(query).await?;
        self.records
            .fetch_add(page.records.len(), Ordering::Relaxed);
        Ok(page)
    }

    async fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> Result<LogPage, StoreError> {
        let page = self.store.scan(stream, after, limit).await?;
        self.records
            .fetch_add(page.entries.len(), Ordering::Relaxed);
        Ok(page)
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, StoreError> {
        self.store.heads(streams).await
    }

    async fn tallies(&self, query: TallyQuery) -> Result<Vec<Tally>, StoreError> {
        self.store.tallies(query).await
    }

    async fn sums(&self, query: TallyQuery) -> Result<Vec<Sum>, StoreError> {
        self.store.sums(query).await
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.store.hints()
    }
}

/// Records read by the first question about services, and by the first about doubles, in a
/// commune of so many residents with three sessions.
fn read_by_the_first(residents: usize) -> [usize; 2] {
    let store = Counted::new();
    let mut world = World::on(48, &RowEngine, store.clone());
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    for n in 0..residents {
        let resident = NewResident {
            hamlet: HAMLETS[n % 2],
            name: format!("Lê Thị {n}"),
            birth_year: 1950 + (n % 50) as u64,
            number: Some(format!("0991500{n:05}")),
            phone: None,
        };
        world.add_resident(an, &resident).unwrap();
    }
    let now = world.now;
    for _ in 0..3 {
        let kind = u64::from(SessionKind::Group.code());
        let write = DocumentWrite {
            target: Target::New {
                kind: Kind::Session,
                unit: HAMLETS[0],
            },
            puts: vec![
                Put::key(Key::SESSION_KIND, kind.into()),
                Put::key(Key::HEADCOUNT, 20_u64.into()),
            ],
        };
        let writes = vec![write];
        assert!(
            world.phones[an]
                .save(Save { tag: 0, writes }, now)
                .is_some()
        );
    }
    world.heal();
    let as_of = world.now.local_day();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        store.read();
        let query = GuidanceQuery {
            unit: COMMUNE,
            as_of,
        };
        world.server.services(query).await.unwrap();
        let services = store.read();
        let doubles = world.server.possible_doubles((COMMUNE, as_of), |_| true);
        doubles.await.unwrap();
        let doubles = store.read();
        let query = SessionsQuery {
            unit: COMMUNE,
            from: None,
            as_of,
        };
        let sessions = world.server.sessions(query).await.unwrap();
        assert_eq!(sessions.sessions.len(), 3);
        assert_eq!(store.read(), 0, "it is remembered");
        [services, doubles]
    })
}

#[test]
fn the_first_question_reads_no_more_for_ten_times_the_dossiers() {
    let few = read_by_the_first(20);
    let many = read_by_the_first(200);
    assert_eq!(few, many);
    assert!(few[0] <= 10, "{few:?}");
}
