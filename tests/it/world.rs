//! A world in one thread, from one seed: phones with the real client core, the real server, and a
//! network that loses, doubles and delays. Tests tell stories in its words.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use client_core::effect::Carried;
use client_core::input::{DocumentWrite, DossierTarget, Put, Save, Target};
use server::backup::reach::Reach;
use server::closer::Closer;
use server::gate::Decided;
use server::secrets::Secrets;
use server::server::{Circumstances, DeviceStep, EraseReason, Foundation, Offer, Server};
use server::store::{Memory, Redb, Store};
use server::writer::Writer;
use shared::engine::Engine;
use shared::event::{Event, Source, Stage, Stamp, Step, What};
use shared::id::{BundleId, Companion, DeviceId, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Grant, Role};
use shared::receipt::{Receipt, Verdict};
use shared::row::Row;
use shared::signed::verify;
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use shared::value::Value;

pub mod checks;
pub mod diary;
pub mod disk;
pub mod ending;
pub mod luck;
pub mod marks;
pub mod phone;
pub mod shrink;
pub mod story;

use luck::Luck;
use marks::{Mark, Reader};
use phone::{Outbound, Phone};

pub const PROVINCE: UnitId = UnitId(1);
pub const COMMUNE: UnitId = UnitId(10);
pub const HAMLETS: [UnitId; 2] = [UnitId(101), UnitId(102)];

/// What becomes of a message and of its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fate {
    /// Which of the waiting messages moves, counted round; 0 is the oldest.
    pub which: usize,
    /// It arrives now, and once more later.
    pub doubled: bool,
    /// It never arrives.
    pub lost: bool,
    /// It arrives and its answer does not.
    pub unanswered: bool,
    /// Half of it arrives, if it is a bundle.
    pub cut_off: bool,
}

impl Fate {
    /// The oldest message arrives and is answered.
    pub const FAIR: Self = Self {
        which: 0,
        doubled: false,
        lost: false,
        unanswered: false,
        cut_off: false,
    };
}

/// Messages after which a world that still talks never falls silent.
const QUIET_MESSAGES_MAX: usize = 100_000;

/// Something on its way.
#[derive(Debug, Clone)]
struct Parcel {
    phone: usize,
    message: Outbound,
}

/// What a world's server can stand on.
pub trait Ground: Store {
    /// Another store with the same content.
    fn copied(&self) -> Self;
}

impl Ground for Redb {
    fn copied(&self) -> Self {
        panic!("a store on files is copied by a backup")
    }
}

impl Ground for Memory {
    fn copied(&self) -> Self {
        self.copy().expect("a readable store")
    }
}

/// Phones, a server, and what is between them.
pub struct World<'e, E, S = Memory> {
    pub seed: u64,
    pub now: UnixSeconds,
    pub luck: Luck,
    pub server: Server<S>,
    pub phones: Vec<Phone<'e, E>>,
    server_copy: Option<S>,
    secrets: Arc<Secrets>,
    engine: &'e E,
    parcels: Vec<Parcel>,
    /// Every bundle that was sent, by its bytes, in the order of its first sending.
    pub bundles: Vec<BundleId>,
    numbers: u64,
    /// How often each outcome or rejection stood in a receipt.
    pub outcomes: BTreeMap<&'static str, usize>,
    /// What rare things happened, and what was answered before.
    pub memory: marks::Memory,
    readers: Vec<Reader>,
    /// Whether work is held for no fault of its own: a phone was lost, or somebody works elsewhere.
    must_look_through: bool,
}

/// Drives a future that never waits: the memory store answers at once.
pub fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a future waited in a world without time"),
    }
}

impl<'e, E: Engine> World<'e, E> {
    /// A commune with two hamlets and nobody in it yet.
    pub fn seeded(seed: u64, engine: &'e E) -> Self {
        Self::on(seed, engine, Memory::new())
    }
}

impl<'e, E: Engine, S: Ground> World<'e, E, S> {
    /// The same commune, its server on this empty store.
    pub fn on(seed: u64, engine: &'e E, store: S) -> Self {
        let secrets = Arc::new(Secrets::from_master(&Luck::new(seed).seed()));
        Self::of(seed, engine, (store, secrets))
    }

    /// The same commune, its server on this empty store with these secrets.
    pub fn of(seed: u64, engine: &'e E, (store, secrets): (S, Arc<Secrets>)) -> Self {
        let mut luck = Luck::new(seed);
        luck.seed();
        let foundation = Foundation {
            secrets: secrets.clone(),
            units: units(),
            epoch: 1,
        };
        let writer = Writer::direct(store.clone());
        Self {
            seed,
            now: LocalDay::from_date(2023, 11, 1)
                .expect("a day")
                .start()
                .plus(8 * 3600),
            luck,
            server: Server::new(store, writer, foundation),
            phones: Vec::new(),
            server_copy: None,
            secrets,
            engine,
            parcels: Vec::new(),
            bundles: Vec::new(),
            numbers: 0,
            outcomes: BTreeMap::new(),
            memory: marks::Memory::default(),
            readers: Vec::new(),
            must_look_through: false,
        }
    }

    pub fn circumstances(&mut self) -> Circumstances {
        Circumstances {
            now: self.now,
            seed: self.luck.seed(),
        }
    }

    /// A new phone, invited, enrolled and confirmed.
    pub fn phone(&mut self, name: &'static str, role: Role, units: &[UnitId]) -> usize {
        let id = self.unconfirmed_phone(name, role, units);
        let device = self.device_of(id);
        let circumstances = self.circumstances();
        at_once(
            self.server
                .steer(device, DeviceStep::Confirm, circumstances),
        )
        .expect("a waiting device");
        self.advance(120);
        self.run_until_quiet();
        id
    }

    /// A coordinator confirms every phone that waits for it.
    pub fn confirm_everybody(&mut self) {
        for phone in 0..self.phones.len() {
            self.steer(phone, DeviceStep::Confirm);
        }
        self.advance(120);
        self.run_until_quiet();
    }

    /// A new phone, enrolled but not yet confirmed by a coordinator.
    pub fn unconfirmed_phone(&mut self, name: &'static str, role: Role, units: &[UnitId]) -> usize {
        let grant = Grant {
            role,
            units: units.to_vec(),
            team: TeamId(7),
        };
        let circumstances = self.circumstances();
        let offer = Offer {
            grant,
            label: name.to_owned(),
        };
        let invite = at_once(self.server.invite(offer, circumstances)).expect("an invite");
        let mut phone = Phone::new(name, self.engine, self.luck.fork());
        phone.enrol(invite.to_string(), self.now);
        self.phones.push(phone);
        self.readers.push(Reader {
            role,
            units: units.to_vec(),
        });
        self.run_until_quiet();
        self.phones.len() - 1
    }

    pub fn device_of(&mut self, phone: usize) -> DeviceId {
        let label = self.phones[phone].name;
        let devices = at_once(self.server.devices()).expect("a readable ledger");
        let found = devices.iter().find(|device| device.label == label);
        found
            .expect("an enrolled phone")
            .device
            .parse()
            .expect("a device id")
    }

    /// Time passes; phones whose hour has come wake up.
    pub fn advance(&mut self, seconds: i64) {
        self.now = self.now.plus(seconds);
        for phone in &mut self.phones {
            if phone.tick_at.is_some_and(|at| at <= self.now) {
                phone.tick(self.now);
            }
        }
    }

    /// A phone finds signal, or its owner presses the button.
    pub fn reachable(&mut self, phone: usize) {
        self.phones[phone].reachable(self.now);
        self.collect();
    }

    /// A worker gives everything unsent to somebody who travels.
    pub fn hand_out(&mut self, phone: usize) {
        self.phones[phone].hand_out(self.now);
        self.collect();
    }

    /// A worker gives everything unsent to a colleague, who carries it on and may look at it.
    pub fn hand_over(&mut self, from: usize, to: usize) {
        let (now, name) = (self.now, self.phones[from].name);
        for bundle in self.phones[from].hand_over(now) {
            self.phones[to].take_custody(name, bundle, now);
        }
        self.collect();
    }

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
        let copy = self.server.ledger().store().copied();
        let reach = at_once(Reach::of(&copy)).expect("a readable store");
        at_once(self.server.note_backup(&reach)).expect("a writable store");
        // Whoever is restored from it knows that, too.
        let restored = self.server_on(copy.clone(), self.server.epoch());
        at_once(restored.note_backup(&reach)).expect("a writable store");
        self.server_copy = Some(copy);
    }

    /// The server is restored from its backup, if there is one, and says so by a new epoch.
    pub fn server_goes_back(&mut self) {
        let Some(store) = &self.server_copy else {
            return;
        };
        let store = store.copied();
        let before = checks::server_rows(self);
        self.server = self.server_on(store, self.server.epoch() + 1);
        let after = checks::server_rows(self);
        let dropped = |phone: &Phone<'_, E>, id: &DocumentId| {
            let number = |row: &Row| row.get(&Key::NUMBER).is_some();
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

    /// Somebody works in the team of one hamlet from now on.
    pub fn assign(&mut self, phone: usize, hamlet: UnitId) {
        let grant = Grant {
            role: Role::TeamMember,
            units: vec![hamlet],
            team: TeamId(7),
        };
        let (device, now) = (self.device_of(phone), self.now);
        self.readers[phone].units = grant.units.clone();
        at_once(self.server.assign(device, grant, now)).expect("a grant in this commune");
        self.must_look_through = true;
    }

    /// Somebody wants to be forgotten: one of the residents, counted round.
    pub fn erase(&mut self, which: usize) {
        let rows = checks::server_rows(self).into_iter();
        let dossiers = rows.filter(|(_, row)| row.kind() == Some(Kind::Dossier));
        let dossiers: Vec<DocumentId> = dossiers.map(|(id, _)| id).collect();
        if dossiers.is_empty() {
            return;
        }
        let dossier = dossiers[which % dossiers.len()];
        let circumstances = self.circumstances();
        let erased = self
            .server
            .erase(dossier, EraseReason::Request, circumstances);
        at_once(erased)
            .unwrap_or_else(|error| panic!("seed {}: {dossier} is not erased: {error}", self.seed));
    }

    /// A phone is lost or stolen, and reported; its person gets another under this name.
    pub fn loses(&mut self, phone: usize, name: &'static str) {
        let device = self.device_of(phone);
        let circumstances = self.circumstances();
        // One that is put aside already stays so.
        let _same = at_once(self.server.steer(device, DeviceStep::Lose, circumstances));
        self.must_look_through = true;
        let carried = |parcel: &Parcel| matches!(parcel.message, Outbound::Carried(_));
        self.collect();
        self.parcels
            .retain(|parcel| parcel.phone != phone || carried(parcel));
        let Reader { role, units } = self.readers[phone].clone();
        let another = self.phone(name, role, &units);
        self.phones[phone] = self.phones.remove(another);
        self.readers.truncate(another);
        self.memory.marks.insert(Mark::PhoneLost);
    }

    /// What couriers carry now stays in their pockets.
    pub fn take_carried(&mut self) -> Vec<Carried> {
        self.collect();
        let mut taken = Vec::new();
        for parcel in core::mem::take(&mut self.parcels) {
            match parcel.message {
                Outbound::Carried(bundle) => taken.push(bundle),
                message => self.parcels.push(Parcel { message, ..parcel }),
            }
        }
        taken
    }

    /// The couriers go on their way; their receipts come back to the first phone.
    pub fn give_back(&mut self, taken: Vec<Carried>) {
        let messages = taken.into_iter().map(Outbound::Carried);
        self.parcels
            .extend(messages.map(|message| Parcel { phone: 0, message }));
    }

    /// Everything arrives and is answered, but for changes of keys, whose answers are lost.
    pub fn leave_rekeying_unanswered(&mut self) {
        for _ in 0..QUIET_MESSAGES_MAX {
            self.collect();
            let Some(next) = self.parcels.first() else {
                return;
            };
            let unanswered = matches!(next.message, Outbound::Rekey { .. });
            self.deliver_one(Fate {
                unanswered,
                ..Fate::FAIR
            });
        }
        panic!("seed {}: the world does not fall silent", self.seed);
    }

    /// A phone whose storage was erased is enrolled anew, with another key and perhaps by somebody
    /// else.
    pub fn enrols_anew(&mut self, phone: usize, name: &'static str, units: &[UnitId]) {
        let offer = Offer {
            grant: Grant {
                role: Role::TeamMember,
                units: units.to_vec(),
                team: TeamId(7),
            },
            label: name.to_owned(),
        };
        let circumstances = self.circumstances();
        let invite = at_once(self.server.invite(offer, circumstances)).expect("an invite");
        let now = self.now;
        self.phones[phone].begins_anew(name, now);
        self.phones[phone].enrol(invite.to_string(), now);
        self.run_until_quiet();
        let (device, circumstances) = (self.device_of(phone), self.circumstances());
        let confirmed = self
            .server
            .steer(device, DeviceStep::Confirm, circumstances);
        at_once(confirmed).expect("a waiting device");
        self.advance(120);
        self.run_until_quiet();
    }

    /// This world's server on another store.
    pub fn server_on<T: Store>(&self, store: T, epoch: u32) -> Server<T> {
        let foundation = Foundation {
            secrets: self.secrets.clone(),
            units: units(),
            epoch,
        };
        let writer = Writer::direct(store.clone());
        Server::new(store, writer, foundation)
    }

    /// A coordinator puts a phone aside, or back to work.
    pub fn steer(&mut self, phone: usize, step: DeviceStep) {
        let device = self.device_of(phone);
        let circumstances = self.circumstances();
        // A phone that stands so already is no news.
        let _same = at_once(self.server.steer(device, step, circumstances));
    }

    fn collect(&mut self) {
        for (index, phone) in self.phones.iter_mut().enumerate() {
            for message in phone.outbound.drain(..) {
                if let Outbound::Post { bytes, .. } = &message {
                    let id = BundleId::of(bytes);
                    if !self.bundles.contains(&id) {
                        self.bundles.push(id);
                    }
                }
                self.parcels.push(Parcel {
                    phone: index,
                    message,
                });
            }
        }
    }

    /// One of the waiting messages moves. Whether there was one.
    pub fn deliver_one(&mut self, fate: Fate) -> bool {
        self.collect();
        if self.parcels.is_empty() {
            return false;
        }
        let parcel = self.parcels.remove(fate.which % self.parcels.len());
        if fate.doubled {
            self.parcels.push(parcel.clone());
        }
        self.deliver(parcel, fate);
        true
    }

    /// Delivers what was sent last.
    pub fn deliver_last(&mut self) {
        self.collect();
        let which = self.parcels.len().saturating_sub(1);
        self.deliver_one(Fate {
            which,
            ..Fate::FAIR
        });
    }

    /// A second in which the server answers this many messages, whichever they are, and turns the
    /// others away. The phones they were from, one for each message.
    pub fn busy_second(&mut self, answers_max: usize) -> Vec<usize> {
        self.collect();
        let mut waiting = std::mem::take(&mut self.parcels);
        let mut asked = Vec::new();
        while !waiting.is_empty() {
            let parcel = waiting.swap_remove(self.luck.below(waiting.len()));
            asked.push(parcel.phone);
            let lost = asked.len() > answers_max;
            self.deliver(parcel, Fate { lost, ..Fate::FAIR });
        }
        self.advance(1);
        asked
    }

    /// Whether a phone has handed in everything and heard so.
    pub fn is_done(&self, phone: usize) -> bool {
        let sync = self.phones[phone].client().sync();
        (sync.unsent, sync.sending) == (0, 0)
    }

    /// Everything under way is lost, and so is what is sent because of that.
    pub fn lose_everything(&mut self) {
        let lost = Fate {
            lost: true,
            ..Fate::FAIR
        };
        for _ in 0..QUIET_MESSAGES_MAX {
            if !self.deliver_one(lost) {
                return;
            }
        }
        panic!("seed {}: the world does not fall silent", self.seed);
    }

    fn deliver(&mut self, parcel: Parcel, fate: Fate) {
        let circumstances = self.circumstances();
        let arrives = !fate.lost;
        let answered = arrives && !fate.unanswered;
        let (now, phone) = (self.now, parcel.phone);
        match parcel.message {
            Outbound::Post { serial, bytes } if arrives && fate.cut_off => {
                self.half_arrives(&bytes);
                self.phones[phone].posted(serial, None, now);
            }
            Outbound::Carried(bundle) if arrives && fate.cut_off => {
                self.half_arrives(&bundle.bytes);
            }
            Outbound::Post { serial, bytes } => {
                let receipt = arrives.then(|| {
                    at_once(self.server.take_bundle(&bytes, circumstances))
                        .unwrap_or_else(|error| panic!("seed {}: {error}", self.seed))
                });
                receipt
                    .iter()
                    .for_each(|receipt| self.count_outcomes(receipt, answered));
                self.phones[phone].posted(serial, receipt.filter(|_| answered), now);
            }
            Outbound::Carried(bundle) if arrives => {
                let receipt = at_once(self.server.take_bundle(&bundle.bytes, circumstances))
                    .unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
                self.count_outcomes(&receipt, answered);
                if answered {
                    self.phones[phone].receipt(receipt, now);
                }
            }
            Outbound::Carried(_) => {}
            Outbound::Pull { bytes } => {
                let answer = arrives.then(|| {
                    at_once(self.server.pull(&bytes, circumstances)).expect("an honest pull")
                });
                if let Some(answer) = &answer {
                    let server = self.server.ledger().secrets().public().signing;
                    self.memory.see_pull(answer, &server, &self.readers[phone]);
                }
                self.phones[phone].pulled(answer.filter(|_| answered), now);
            }
            Outbound::LookUp { bytes } if answered => {
                let answer = at_once(self.server.look_up(&bytes, now));
                self.phones[phone].looked_up(answer.expect("an honest question"), now);
            }
            Outbound::Rekey { bytes } if arrives => {
                let answer = at_once(self.server.rekey(&bytes, now));
                let answer = answer.expect("an honest hand-over");
                if answered {
                    self.phones[phone].rekeyed(answer, now);
                }
            }
            Outbound::LookUp { .. } | Outbound::Rekey { .. } => {}
            Outbound::Enrol { bytes } => {
                let answer = at_once(self.server.enrol(&bytes, circumstances));
                self.phones[phone].enrol_answered(answer.expect("an honest request"), now);
            }
        }
    }

    /// Half a bundle is turned away at the door and changes nothing.
    fn half_arrives(&mut self, bundle: &[u8]) {
        let circumstances = self.circumstances();
        let half = &bundle[..bundle.len() / 2];
        let answer = at_once(self.server.take_bundle(half, circumstances));
        assert!(
            answer.is_err(),
            "seed {}: half a bundle was taken",
            self.seed
        );
        self.memory.marks.insert(Mark::CutOff);
    }

    fn count_outcomes(&mut self, receipt: &[u8], reaches_the_phone: bool) {
        let server = self.server.ledger().secrets().public().signing;
        let receipt: Receipt = verify(receipt, &server).expect("the server signs its receipts");
        let codes: Vec<&'static str> = match &receipt.verdict {
            Verdict::Taken(outcomes) => outcomes.iter().map(|outcome| outcome.code()).collect(),
            Verdict::Rejected(rejection) => vec![rejection.reason.code()],
            Verdict::TooNew => vec!["too-new"],
        };
        self.memory.see_receipt(&receipt, reaches_the_phone);
        let serial = receipt.serial;
        diary::note(|| {
            let (life, number) = (serial.incarnation.0, serial.number.0);
            let device = &serial.device.to_string()[..6];
            format!("bundle {life}/{number} of {device} is answered {codes:?}")
        });
        for code in codes {
            *self.outcomes.entry(code).or_default() += 1;
        }
    }

    /// Delivers until nobody has anything to say. A world that never falls silent is a bug.
    pub fn run_until_quiet(&mut self) {
        for _ in 0..QUIET_MESSAGES_MAX {
            if !self.deliver_one(Fate::FAIR) {
                return;
            }
        }
        panic!("seed {}: the world does not fall silent", self.seed);
    }

    /// The bad time is over: everybody has signal, again and again, until nothing is left to do.
    pub fn heal(&mut self) {
        for phone in 0..self.phones.len() {
            self.phones[phone].skew_seconds = 0;
            let now = self.now;
            self.phones[phone].starts_anew(now);
            self.steer(phone, DeviceStep::Reinstate);
        }
        for _ in 0..12 {
            for phone in 0..self.phones.len() {
                self.reachable(phone);
            }
            self.run_until_quiet();
            self.accept_held_work();
            self.advance(3_600);
            self.run_until_quiet();
        }
    }

    /// What is held of work from elsewhere is looked through, and taken.
    fn accept_held_work(&mut self) {
        if !self.must_look_through {
            return;
        }
        let held = at_once(self.server.held()).expect("a readable ledger");
        for which in 0..held.len() {
            self.decide(which, Decided::Approved);
        }
    }

    /// A personal number nobody else has.
    pub fn number(&mut self, sex: u64, year: u64) -> String {
        self.numbers += 1;
        let century = if year < 2000 { 0 } else { 2 } + sex;
        format!("099{century}{:02}{:06}", year % 100, self.numbers)
    }

    /// A worker records a resident: dossier and identity in one save.
    pub fn add_resident(&mut self, phone: usize, resident: &NewResident) -> Option<DocumentId> {
        let save = resident.save(self.now);
        let now = self.now;
        let documents = self.phones[phone].save(save, now);
        self.collect();
        documents.and_then(|documents| documents.first().copied())
    }

    /// A worker writes to an existing dossier.
    pub fn write(&mut self, phone: usize, document: DocumentId, puts: Vec<Put>) -> bool {
        let writes = vec![DocumentWrite {
            target: Target::Existing(document),
            puts,
        }];
        let now = self.now;
        let saved = self.phones[phone]
            .save(Save { tag: 0, writes }, now)
            .is_some();
        self.collect();
        saved
    }

    /// A worker enters the personal number of a resident who is known.
    pub fn number_entered(&mut self, phone: usize, dossier: DocumentId, number: &str) -> bool {
        let of = DossierTarget::Existing(dossier);
        let which = Companion::Identity;
        let writes = vec![DocumentWrite {
            target: Target::Companion { which, of },
            puts: vec![Put::key(Key::NUMBER, number.into())],
        }];
        let now = self.now;
        let saved = self.phones[phone].save(Save { tag: 0, writes }, now);
        self.collect();
        saved.is_some()
    }

    /// A worker notes that a resident reached a stage.
    pub fn reach(
        &mut self,
        phone: usize,
        document: DocumentId,
        hamlet: UnitId,
        step: Step,
    ) -> bool {
        let event = Event {
            what: What::Stage(Stage {
                step,
                on: None,
                source: Source::Witnessed,
            }),
            stamp: Stamp {
                at: self.now.local_minute(),
                unit: hamlet,
                team: TeamId(7),
            },
        };
        self.write(phone, document, vec![Put::event(event.to_payload())])
    }

    /// The figures of the server, by indicator, over all units.
    pub fn server_figures(&self) -> BTreeMap<u16, i64> {
        checks::server_figures(self)
    }
}

/// A resident as a worker enters them.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResident {
    pub hamlet: UnitId,
    pub name: String,
    pub birth_year: u64,
    pub number: Option<String>,
    pub phone: Option<String>,
}

impl NewResident {
    fn save(&self, _now: UnixSeconds) -> Save {
        let put = |key: Key, value: Value| Put::key(key, value);
        let mut dossier = vec![
            put(Key::NAME, Value::Text(self.name.clone())),
            put(Key::BIRTH_YEAR, Value::Uint(self.birth_year)),
        ];
        if let Some(phone) = &self.phone {
            dossier.push(put(Key::PHONE, Value::Text(phone.clone())));
        }
        let mut writes = vec![DocumentWrite {
            target: Target::New {
                kind: Kind::Dossier,
                unit: self.hamlet,
            },
            puts: Vec::new(),
        }];
        if let Some(number) = &self.number {
            dossier.push(put(Key::LAST3, Value::Text(number[9..].to_owned())));
            let of = DossierTarget::Written(0);
            writes.push(DocumentWrite {
                target: Target::Companion {
                    which: Companion::Identity,
                    of,
                },
                puts: vec![put(Key::NUMBER, Value::Text(number.clone()))],
            });
        }
        writes[0].puts = dossier;
        Save { tag: 0, writes }
    }
}

pub fn units() -> UnitTree {
    let version = |id: UnitId, kind: UnitKind, name: &str, parent: Option<UnitId>| UnitVersion {
        id,
        code: None,
        kind,
        name: UnitName {
            vi: name.into(),
            km: None,
        },
        parent,
        valid: Period {
            from: None,
            to: None,
        },
        successors: Vec::new(),
    };
    UnitTree::new(vec![
        version(PROVINCE, UnitKind::Province, "Cà Mau", None),
        version(COMMUNE, UnitKind::Commune, "Lâm Hải", Some(PROVINCE)),
        version(HAMLETS[0], UnitKind::Hamlet, "Ấp 1", Some(COMMUNE)),
        version(HAMLETS[1], UnitKind::Hamlet, "Ấp 2", Some(COMMUNE)),
    ])
    .expect("a sound tree")
}
