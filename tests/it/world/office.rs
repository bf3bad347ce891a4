//! What people at desks do: coordinators who decide, assign and erase, keepers of the server.

use std::collections::{BTreeMap, BTreeSet};

use server::audit::{SignedHead, verify_chain};
use server::backup::reach::Reach;
use server::closer::Closer;
use server::gate::{Decided, Leaving};
use server::ledger::document::{Alias, Found};
use server::server::{
    Circumstances, DeviceStep, EraseReason, Foundation, PageLengths, RefoundError, Server,
};
use server::store::Store;
use server::verify::verify;
use server::writer::Writer;
use shared::bundle::Bundle;
use shared::engine::Engine;
use shared::id::{BundleId, DeviceId, DocumentId, TeamId, UnitId};
use shared::key::{Key, TABLE};
use shared::kind::Kind;
use shared::permission::{Grant, Role};
use shared::receipt::{Receipt, Verdict};
use shared::row::Row;
use shared::signed::sign;
use shared::spoken::Spoken;
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use shared::value::Value;
use shared::version::PROTOCOL;

use super::marks::{Mark, Reader};
use super::phone::Phone;
use super::{Ground, HAMLETS, Outbound, Parcel, World, at_once, checks};

pub const PROVINCE: UnitId = UnitId(1);
pub const COMMUNE: UnitId = UnitId(10);
/// What the commune becomes on the day of the reform.
pub const NEW_COMMUNE: UnitId = UnitId(11);

/// What somebody works as, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// In the team of both hamlets.
    Team,
    /// In the team of one of them.
    TeamOf(UnitId),
    /// In the police of the commune.
    Police,
}

impl Post {
    /// The post with its role and units, while the hamlets belong to this commune.
    fn grant(self, commune: UnitId) -> Grant {
        let (role, units) = match self {
            Self::Team => (Role::TeamMember, HAMLETS.to_vec()),
            Self::TeamOf(hamlet) => (Role::TeamMember, vec![hamlet]),
            Self::Police => (Role::CommunePolice, vec![commune]),
        };
        Grant {
            role,
            units,
            team: TeamId(7),
        }
    }
}

/// The protocol a server speaks, seen from this build's phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The phones'.
    #[default]
    Same,
    /// An earlier one: bundles and pulls are too new for it.
    Earlier,
    /// A later one, which does not answer these phones' pulls any more.
    Later,
}

/// A backup of the server.
#[derive(Debug, Clone)]
pub struct ServerCopy<S> {
    store: S,
    /// Heads of the audit chain signed by then.
    heads: usize,
}

impl<E: Engine, S: Ground> World<'_, E, S> {
    /// A coordinator decides on one of the held changes, counted round.
    pub fn decide(&mut self, which: usize, decided: Decided) {
        let held = at_once(self.server.held()).expect("a readable ledger");
        if held.is_empty() {
            return;
        }
        let view = &held[which % held.len()];
        let document = view.document.parse().expect("a document id");
        let change = view.change.parse().expect("a change hash");
        let circumstances = self.circumstances();
        // Another must be decided first: the coordinator tries again another day.
        let _not_yet = at_once(
            self.server
                .decide((document, change), decided, circumstances),
        );
    }

    /// What still waits for somebody's word is looked through, and taken.
    pub fn approve_everything(&mut self) {
        let held = at_once(self.server.held()).expect("a readable ledger");
        for which in 0..held.len() {
            self.decide(which, Decided::Approved);
        }
    }

    /// A coordinator puts a phone aside, or back to work.
    pub fn steer(&mut self, phone: usize, step: DeviceStep) {
        let device = self.device_of(phone);
        let circumstances = self.circumstances();
        // A phone that stands so already is no news.
        let _same = at_once(self.server.steer(device, step, circumstances));
    }

    /// Somebody gets other work.
    pub fn assign(&mut self, phone: usize, post: Post) {
        let grant = post.grant(self.commune);
        let device = self.device_of(phone);
        self.assign_device(device, &grant);
    }

    fn assign_device(&mut self, device: DeviceId, grant: &Grant) {
        let now = self.now;
        at_once(self.server.assign(device, grant.clone(), now)).expect("a grant in this commune");
        for phone in 0..self.phones.len() {
            if self.device_of(phone) == device {
                self.readers[phone] = self.reader(phone);
            }
        }
    }

    /// Who reads on a phone, as the server has it.
    pub(super) fn reader(&self, phone: usize) -> Reader {
        let device = at_once(self.server.ledger().device(self.device_of(phone)));
        let record = device.expect("readable").record.expect("enrolled");
        let Grant { role, units, .. } = record.assignment.grant;
        Reader { role, units }
    }

    /// The day of the reform: the hamlets belong to another commune, and everybody's work does.
    pub fn reform(&mut self) {
        if self.commune == NEW_COMMUNE {
            return;
        }
        self.commune = NEW_COMMUNE;
        self.units = units(Some(self.now.local_day()));
        self.server.set_units(self.units.clone());
        self.everybody_works_in_the_new_commune();
        self.memory.marks.insert(Mark::Reformed);
    }

    fn everybody_works_in_the_new_commune(&mut self) {
        for (device, record) in at_once(self.server.ledger().devices(None)).expect("readable") {
            let mut grant = record.assignment.grant;
            for unit in &mut grant.units {
                if *unit == COMMUNE {
                    *unit = NEW_COMMUNE;
                }
            }
            self.assign_device(device, &grant);
        }
    }

    /// Somebody wants to be forgotten: one of the residents, counted round.
    pub fn erase(&mut self, which: usize) {
        let dossiers = self.dossiers();
        if dossiers.is_empty() {
            return;
        }
        let dossier = dossiers[which % dossiers.len()];
        let circumstances = self.circumstances();
        at_once(
            self.server
                .erase(dossier, EraseReason::Request, circumstances),
        )
        .unwrap_or_else(|error| panic!("seed {}: {dossier} is not erased: {error}", self.seed));
        self.erased.push(dossier);
        self.memory.marks.insert(Mark::Erased);
    }

    /// A secret stood in a dossier, one of all, counted round: its phone number goes, with
    /// everything that was ever written there.
    pub fn refound(&mut self, which: usize) {
        let dossiers = self.dossiers();
        if dossiers.is_empty() {
            return;
        }
        let leaving = Leaving {
            removed: [Key::PHONE].into_iter().collect(),
            settled: TABLE.iter().map(Key::from).collect(),
        };
        let dossier = dossiers[which % dossiers.len()];
        let circumstances = self.circumstances();
        match at_once(self.server.refound(dossier, &leaving, circumstances)) {
            Ok(_) => drop(self.memory.marks.insert(Mark::Refounded)),
            Err(RefoundError::NotRefoundable(_)) => {}
            Err(error) => panic!("seed {}: {dossier} is not re-founded: {error}", self.seed),
        }
    }

    /// Two people were taken for one: one of the unions is undone, counted round.
    pub fn separate(&mut self, which: usize) {
        let ledger = self.server.ledger();
        let saved = self.phones.iter().flat_map(|phone| phone.saved.values());
        let is_joined = |id: &&DocumentId| {
            matches!(
                at_once(ledger.document(**id)),
                Ok(Found::Alias(Alias::United(_)))
            )
        };
        let joined: BTreeSet<DocumentId> = saved.flatten().filter(is_joined).copied().collect();
        let dossiers = self.dossiers();
        let is_dossier = |id: &DocumentId| {
            (self.goes_on_as(*id)).is_some_and(|present| dossiers.contains(&present))
        };
        let joined: Vec<DocumentId> = joined.into_iter().filter(is_dossier).collect();
        if joined.is_empty() {
            return;
        }
        let joined = joined[which % joined.len()];
        let circumstances = self.circumstances();
        let leaving = Leaving {
            settled: TABLE.iter().map(Key::from).collect(),
            ..Leaving::default()
        };
        match at_once(self.server.undo_union(joined, &leaving, circumstances)) {
            Ok(parts) => self.separated.push(parts),
            Err(RefoundError::NotRefoundable(_)) => {}
            Err(error) => panic!("seed {}: {joined} stays united: {error}", self.seed),
        }
    }

    /// Whoever was separated is still two.
    pub fn assert_the_separated_stay_so(&mut self) {
        for parts in self.separated.clone() {
            let now: Vec<DocumentId> = parts.iter().filter_map(|id| self.goes_on_as(*id)).collect();
            let different: BTreeSet<&DocumentId> = now.iter().collect();
            let seed = self.seed;
            assert_eq!(
                different.len(),
                now.len(),
                "seed {seed}: {parts:?} are one again"
            );
            if now.len() > 1 {
                self.memory.marks.insert(Mark::UnionUndoneForGood);
            }
        }
    }

    /// The document that carries an id's work now, unless its person is forgotten.
    fn goes_on_as(&self, id: DocumentId) -> Option<DocumentId> {
        let mut id = id;
        loop {
            match at_once(self.server.ledger().document(id)).expect("readable") {
                Found::Alias(Alias::United(to) | Alias::Refounded(to)) => id = to,
                Found::Document(_) => return Some(id),
                _ => return None,
            }
        }
    }

    fn dossiers(&self) -> Vec<DocumentId> {
        let rows = checks::server_rows(self).into_iter();
        let dossiers = rows.filter(|(_, row)| row.kind() == Some(Kind::Dossier));
        dossiers.map(|(id, _)| id).collect()
    }

    /// Packs every document, however young.
    pub fn close_documents(&mut self) {
        let mut closer = Closer::new(self.server.clone());
        while at_once(closer.tick(UnixSeconds(i64::MAX)))
            .expect("a writable store")
            .more
        {}
    }

    /// The server is backed up.
    pub fn server_copies_itself(&mut self) {
        let store = self.server.ledger().store().copied();
        let reach = at_once(Reach::of(&store)).expect("a readable store");
        at_once(self.server.note_backup(&reach)).expect("a writable store");
        // Whoever is restored from it knows that, too.
        let restored = self.server_on(store.clone(), self.server.epoch());
        at_once(restored.note_backup(&reach)).expect("a writable store");
        let heads = self.heads.len();
        self.server_copy = Some(ServerCopy { store, heads });
    }

    /// The server is restored from its backup, if there is one, and says so by a new epoch.
    pub fn server_goes_back(&mut self) {
        let Some(ServerCopy { store, heads }) = &self.server_copy else {
            return;
        };
        let store = store.copied();
        self.heads.truncate(*heads);
        let before = checks::server_rows(self);
        self.server = self.server_on(store, self.server.epoch() + 1);
        let unknown = at_once(self.server.ledger().unknown_erasures());
        if !unknown.expect("a readable store").is_empty() {
            self.memory.marks.insert(Mark::ErasedAgain);
        }
        // Not by this world's chance: what is drawn after it stays the same.
        let circumstances = Circumstances {
            now: self.now,
            seed: [self.server.epoch() as u8; 32],
        };
        at_once(self.server.finish_erasures(circumstances))
            .unwrap_or_else(|error| panic!("seed {}: the restored server: {error}", self.seed));
        for phone in 0..self.phones.len() {
            self.readers[phone] = self.reader(phone);
        }
        if self.commune == NEW_COMMUNE {
            self.everybody_works_in_the_new_commune();
        }
        let after = checks::server_rows(self);
        let dropped = |phone: &Phone<'_, E>, id: &DocumentId| {
            let number = |row: &Row| {
                row.get(&Key::NUMBER)
                    .is_some_and(|it| *it != Value::Withheld)
            };
            before.get(id).is_some_and(number)
                && !after.contains_key(id)
                && !number(&phone.client().row(id))
        };
        let lost =
            |phone: &Phone<'_, E>| phone.saved.values().flatten().any(|id| dropped(phone, id));
        if self.phones.iter().any(lost) {
            self.memory
                .marks
                .insert(Mark::RestoredAfterValuesWereDropped);
        }
    }

    /// A phone is gone with all that is on it: lost and reported, or emptied by its own system
    /// and given back. Its person gets another under this name.
    pub fn loses(&mut self, phone: usize, (step, name): (DeviceStep, &'static str)) {
        let device = self.device_of(phone);
        let circumstances = self.circumstances();
        // One that is put aside already stays so.
        let _same = at_once(self.server.steer(device, step, circumstances));
        let carried = |parcel: &Parcel| matches!(parcel.message, Outbound::Carried(_));
        self.collect();
        self.parcels
            .retain(|parcel| parcel.phone != phone || carried(parcel));
        let Reader { role, units } = self.readers[phone].clone();
        let another = self.phone(name, role, &units);
        self.phones[phone] = self.phones.remove(another);
        self.readers.truncate(another);
        self.memory.marks.insert(match step {
            DeviceStep::Lose => Mark::PhoneLost,
            _ => Mark::PhoneEmptied,
        });
    }

    /// This world's server on another store.
    pub fn server_on<T: Store>(&self, store: T, epoch: u32) -> Server<T> {
        let foundation = Foundation {
            secrets: self.secrets.clone(),
            units: self.units.clone(),
            epoch,
        };
        let writer = Writer::direct(store.clone());
        Server::new(store, writer, foundation).with_page_lengths(page_lengths(self.seed))
    }

    /// The answer of an earlier server to a bundle of a later protocol.
    pub(super) fn too_new(&self, bytes: &[u8]) -> Vec<u8> {
        let secrets = self.server.ledger().secrets();
        let receipt = Receipt {
            epoch: self.server.epoch(),
            serial: Bundle::read(bytes)
                .expect("phones seal bundles")
                .header()
                .serial,
            bundle: BundleId::of(bytes),
            received: self.now,
            verdict: Verdict::TooNew,
            backed_up_to: None,
            sealing_keys: secrets.public().sealing,
            wipe: None,
        };
        sign(&receipt, secrets.signing()).expect("a receipt within its limit")
    }

    /// The answer to a pull in a protocol that is not spoken here.
    pub(super) fn spoken(&mut self, phone: usize) -> Vec<u8> {
        let device = self.device_of(phone);
        let secrets = self.server.ledger().secrets();
        let (oldest, newest) = match self.dialect {
            Dialect::Earlier => (PROTOCOL - 1, PROTOCOL - 1),
            Dialect::Same => (PROTOCOL, PROTOCOL),
            Dialect::Later => (PROTOCOL + 1, PROTOCOL + 1),
        };
        let spoken = Spoken {
            device,
            oldest,
            newest,
            epoch: self.server.epoch(),
            now: self.now,
            sealing_keys: secrets.public().sealing,
        };
        sign(&spoken, secrets.signing()).expect("an answer within its limit")
    }

    /// The end of the audit chain is signed and given out.
    pub fn sign_chain(&mut self) {
        let now = self.now;
        self.heads
            .push(at_once(self.server.audit_head(now)).expect("a writable store"));
    }

    /// Everything counted anew is what the server counts, automerge makes the same of every
    /// history, and the audit chain leads to every head ever given out.
    pub fn assert_server_verifies(&self) {
        let report = at_once(verify(&self.server)).expect("a readable store");
        assert!(report.is_clean(), "seed {}: {report:?}", self.seed);
        let heads: &[SignedHead] = &self.heads;
        let chain = at_once(verify_chain(&self.server, heads)).expect("a readable store");
        assert!(
            chain.is_clean() && chain.heads >= heads.len() as u64,
            "seed {}: the chain was changed: {chain:?}",
            self.seed
        );
    }
}

/// Pages as they are, or so short that what one story brings goes through many of them.
pub fn page_lengths(seed: u64) -> PageLengths {
    match seed % 4 {
        0 => PageLengths::default(),
        n => PageLengths {
            run: 4 << (2 * n),
            joint: 1 << (n - 1),
        },
    }
}

/// The commune and its two hamlets; since the day of the reform, if there was one, they belong to
/// another.
pub fn units(reform: Option<LocalDay>) -> UnitTree {
    let version = |id: UnitId, kind: UnitKind, name: &str, parent: Option<UnitId>| UnitVersion {
        id,
        code: None,
        kind,
        name: UnitName {
            vi: name.into(),
            km: None,
        },
        parent,
        valid: Period::default(),
        successors: Vec::new(),
    };
    let since = |unit: UnitVersion| UnitVersion {
        valid: Period {
            from: reform,
            to: None,
        },
        ..unit
    };
    let until = |unit: UnitVersion| UnitVersion {
        valid: Period {
            from: None,
            to: reform,
        },
        ..unit
    };
    let below = |commune| {
        let names: BTreeMap<_, _> = HAMLETS.into_iter().zip(["Ấp 1", "Ấp 2"]).collect();
        names
            .into_iter()
            .map(move |(id, name)| version(id, UnitKind::Hamlet, name, Some(commune)))
    };
    let mut all = vec![
        version(PROVINCE, UnitKind::Province, "Cà Mau", None),
        until(version(
            COMMUNE,
            UnitKind::Commune,
            "Lâm Hải",
            Some(PROVINCE),
        )),
    ];
    all.extend(below(COMMUNE).map(until));
    if reform.is_some() {
        let commune = version(NEW_COMMUNE, UnitKind::Commune, "Đất Mới", Some(PROVINCE));
        all.push(since(commune));
        all.extend(below(NEW_COMMUNE).map(since));
    }
    UnitTree::new(all).expect("a sound tree")
}
