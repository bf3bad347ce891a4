//! Every cell of the one table of permissions, tried against the real server over HTTP.
//!
//! A cell is a role, a kind of document, something done to it, and where it stands to the role's
//! grant. The table says what is allowed; the server must store exactly that, hold what is
//! allowed elsewhere, and reject the rest. Nothing is listed here: cells are made of the table of
//! keys, the kinds and the events there are.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use server::author::{Author, AuthorStanding, Progress, Write};
use server::ledger::device::DeviceState;
use server::secrets::Secrets;
use server::server::Circumstances;
use server::store::Memory;
use shared::catalogue::Language;
use shared::engine::Slot;
use shared::event::{
    Confirmed, Consent, ConsentHow, Event, EventKind, Figure, Opening, OutcomeResult, Source,
    Stage, Stamp, Visit, VisitResult, Void, VoidReason, What,
};
use shared::facts::{Name, Origin};
use shared::id::{Audience, Companion, DocumentId, EventId, Incarnation, StreamId, TeamId, UnitId};
use shared::key::{Key, TABLE};
use shared::kind::Kind;
use shared::loan::Purpose;
use shared::permission::{
    Grant, Operation, Role, Standing, may_borrow, may_void, may_write, needs_loan,
};
use shared::receipt::{HoldReason, Outcome, Receipt, RejectReason, Verdict};
use shared::row::Row;
use shared::signed::verify;
use shared::tally::{Indicator, NO_DAY, TallyKey};
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use shared::value::Value;

use crate::http::phone::{MORNING, Phone, put};
use crate::http::wire::Site;

const PROVINCE: UnitId = UnitId(1);
const COMMUNE: UnitId = UnitId(2);
const HAMLET: UnitId = UnitId(3);
const NEIGHBOUR: UnitId = UnitId(4);
const FAR_COMMUNE: UnitId = UnitId(5);
const FAR_HAMLET: UnitId = UnitId(6);

/// Where the documents are that everybody tries.
const PLACES: [UnitId; 3] = [HAMLET, NEIGHBOUR, FAR_HAMLET];

/// A province with two communes.
fn units() -> UnitTree {
    let unit = |id, kind, parent: Option<UnitId>| UnitVersion {
        id,
        code: None,
        kind,
        name: UnitName::vietnamese(&format!("Đơn vị {id}")),
        parent,
        valid: Period::default(),
        successors: Vec::new(),
    };
    UnitTree::new(vec![
        unit(PROVINCE, UnitKind::Province, None),
        unit(COMMUNE, UnitKind::Commune, Some(PROVINCE)),
        unit(HAMLET, UnitKind::Hamlet, Some(COMMUNE)),
        unit(NEIGHBOUR, UnitKind::Hamlet, Some(COMMUNE)),
        unit(FAR_COMMUNE, UnitKind::Commune, Some(PROVINCE)),
        unit(FAR_HAMLET, UnitKind::Hamlet, Some(FAR_COMMUNE)),
    ])
    .unwrap()
}

/// The roles of devices, each with the unit of its grant.
const HOLDERS: [(Role, UnitId); 10] = [
    (Role::TeamMember, HAMLET),
    (Role::TeamLead, HAMLET),
    (Role::CommunePolice, COMMUNE),
    (Role::MobileCardTeam, COMMUNE),
    (Role::CommuneTeam, COMMUNE),
    (Role::Desk, COMMUNE),
    (Role::Coordinator, PROVINCE),
    (Role::Leader, PROVINCE),
    (Role::Auditor, PROVINCE),
    (Role::Admin, PROVINCE),
];

/// One thing to try on a document.
#[derive(Debug, Clone)]
enum Deed {
    Create,
    Write(Key),
    Add(EventKind),
    /// Take back an event of this sort.
    Void(EventKind),
}

/// Everything there is to try on a kind: its own keys and one of another's, its events.
fn deeds(kind: Kind) -> Vec<Deed> {
    let owned = |spec: &&shared::key::KeySpec| spec.kind.is_none_or(|owner| owner == kind);
    let keys = TABLE.iter().filter(owned).map(Key::from);
    // Kind and unit are written once, by whoever creates the document.
    let keys = keys.filter(|key| *key != Key::KIND && *key != Key::UNIT);
    let sorts = || EventKind::all().filter(move |sort| sort.belongs_in(kind));
    let added = || sorts().filter(|sort| *sort != EventKind::Void);
    [Deed::Create]
        .into_iter()
        .chain(keys.map(Deed::Write))
        .chain(added().map(Deed::Add))
        .chain(added().map(Deed::Void))
        .collect()
}

impl Deed {
    fn is_allowed(&self, role: Role, kind: Kind) -> bool {
        match self {
            Self::Create => may_write(role, kind, Operation::Create),
            Self::Write(key) => may_write(role, kind, Operation::Write(key)),
            Self::Add(sort) => may_write(role, kind, Operation::AddEvent(*sort)),
            Self::Void(target) => may_void(role, kind, *target),
        }
    }
}

/// An event of this sort in a document of this kind, counted in `unit`.
fn event(kind: Kind, sort: EventKind, unit: UnitId) -> Event {
    let what = match sort {
        EventKind::Stage(step) => What::Stage(Stage {
            step,
            on: None,
            source: Source::Witnessed,
        }),
        EventKind::Visit => What::Visit(Visit {
            result: VisitResult::Met,
            note: String::new(),
        }),
        EventKind::Void => unreachable!("a void names events"),
        EventKind::Confirmed => What::Confirmed(Confirmed::choosing(&Key::WITHDRAWN).unwrap()),
        EventKind::Consent => What::Consent(Consent {
            text_version: 1,
            language: Language::ALL[0],
            how: ConsentHow::Spoken,
            withdrawn: false,
        }),
        EventKind::Outcome => What::Outcome(shared::event::Outcome {
            dossier: None,
            // A dossier's half names the session it comes from.
            session: (kind == Kind::Dossier).then_some(DocumentId([8; 16])),
            result: OutcomeResult::Submitted,
            service: 0,
        }),
        EventKind::Opening => What::Opening(Opening {
            figures: vec![Figure {
                place: TallyKey {
                    unit,
                    indicator: Indicator::Dossiers,
                    day: NO_DAY,
                    team: TeamId(0),
                },
                count: 1,
            }],
        }),
    };
    let stamp = Stamp {
        at: MORNING.local_minute(),
        unit,
        team: TeamId(1),
    };
    Event { what, stamp }
}

/// A document that everybody tries to write to.
struct Doc {
    kind: Kind,
    unit: UnitId,
    name: Name,
    row: Row,
    /// One event of each sort it may have.
    events: Vec<(EventKind, EventId)>,
}

/// A server with a document of each kind in each place, made by the server's own author.
struct Field {
    site: Site,
    maker: Author,
    docs: Vec<Doc>,
    seeds: u8,
}

fn everywhere() -> Grant {
    Grant {
        role: Role::Server,
        units: Vec::new(),
        team: TeamId(0),
    }
}

impl Field {
    async fn new() -> Self {
        let secrets = Secrets::from_master(&[9; 32]);
        let site = Site::start_in(units(), Memory::new(), secrets, MORNING).await;
        let sealing = site.server().ledger().secrets().sealing();
        let progress = Progress::of_new(Incarnation(1));
        let maker = Author::from_secret(&[77; 32], progress, sealing);
        let standing = AuthorStanding {
            grant: everywhere(),
            state: DeviceState::Active,
            label: "Máy chủ".into(),
        };
        let enrolled = site.server().enrol_author(maker.keys(), standing, MORNING);
        enrolled.await.unwrap();
        let mut field = Self {
            site,
            maker,
            docs: Vec::new(),
            seeds: 0,
        };
        for unit in PLACES {
            field.furnish(unit).await;
        }
        field
    }

    fn dossier_in(&self, unit: UnitId) -> DocumentId {
        let is_it = |doc: &&Doc| doc.kind == Kind::Dossier && doc.unit == unit;
        self.docs.iter().find(is_it).unwrap().name.document()
    }

    async fn furnish(&mut self, unit: UnitId) {
        let mut dossier = None;
        for kind in Kind::ALL {
            let base = dossier.unwrap_or_else(|| self.maker.new_document());
            let name = match kind {
                Kind::Dossier => *dossier.insert(base),
                Kind::Identity | Kind::Case => companion(base, kind),
                _ => self.maker.new_document(),
            };
            let mut write = Write::founding(name, kind, unit);
            let sorts = EventKind::all().filter(|sort| sort.belongs_in(kind));
            for sort in sorts.filter(|sort| *sort != EventKind::Void) {
                write = write.event(&event(kind, sort, unit));
            }
            self.maker.save(MORNING, vec![write]);
            let row = self.maker.row(name.document()).unwrap().clone();
            let sort = |payload: &[u8]| Event::from_payload(payload).unwrap().kind();
            self.docs.push(Doc {
                kind,
                unit,
                name: elsewhere(name),
                events: row.events().map(|(id, bytes)| (sort(bytes), id)).collect(),
                row,
            });
        }
        self.hand_in().await;
    }

    /// Dossiers without companions, for those who create these.
    async fn bare_dossier(&mut self, unit: UnitId) -> (Name, Row) {
        let name = self.maker.new_document();
        let write = Write::founding(name, Kind::Dossier, unit);
        self.maker.save(MORNING, vec![write]);
        let row = self.maker.row(name.document()).unwrap().clone();
        self.hand_in().await;
        (elsewhere(name), row)
    }

    async fn hand_in(&mut self) {
        self.seeds += 1;
        for bundle in self.maker.seal_all([self.seeds; 32]).unwrap() {
            let circumstances = Circumstances {
                now: MORNING,
                seed: [self.seeds; 32],
            };
            let server = self.site.server();
            let receipt = server.take_bundle(&bundle.bytes, circumstances).await;
            let signing = server.ledger().secrets().public().signing;
            let receipt: Receipt = verify(&receipt.unwrap(), &signing).unwrap();
            let Verdict::Taken(outcomes) = receipt.verdict else {
                panic!("{:?}", receipt.verdict);
            };
            assert!(outcomes.to_vec().iter().all(|o| *o == Outcome::Stored));
        }
    }
}

/// The companion of this kind, or the document itself.
fn companion(dossier: Name, kind: Kind) -> Name {
    let companion = match kind {
        Kind::Identity => Some(Companion::Identity),
        Kind::Case => Some(Companion::Case),
        _ => None,
    };
    Name {
        companion,
        ..dossier
    }
}

/// The same document as those name it who did not create it.
fn elsewhere(name: Name) -> Name {
    let base = Name {
        companion: None,
        ..name
    };
    Name {
        origin: Origin::Elsewhere(base.document()),
        ..name
    }
}

/// What the phone of one role tried, and what the table says about it.
struct Trial<'f> {
    field: &'f mut Field,
    phone: Phone,
    grant: Grant,
    /// Where the dossier is that is lent to the phone.
    lent: Option<UnitId>,
    cells: usize,
}

impl Trial<'_> {
    /// Lends the dossier of the one hamlet to whoever borrows, and that of the other for a moment.
    async fn borrow(&mut self) {
        let role = self.grant.role;
        if !may_borrow(role, Purpose::DayList, Audience::Team) {
            return;
        }
        for (unit, stays) in [(NEIGHBOUR, false), (HAMLET, true)] {
            let number = self.lend(unit).await;
            if !stays {
                let path = format!("/v1/devices/{}/loans/{number}", self.phone.device);
                let ended = self.field.site.console("DELETE", &path, "").await;
                assert_eq!(ended.status, 204, "{ended:?}");
            }
        }
        self.lent = Some(HAMLET);
    }

    async fn lend(&mut self, unit: UnitId) -> u64 {
        let dossier = self.field.dossier_in(unit);
        let until = MORNING.plus(3_600);
        let path = format!("/v1/devices/{}/loans", self.phone.device);
        let body = format!(r#"{{"dossiers":["{dossier}"],"until":{}}}"#, until.0);
        let answer = self.field.site.console("POST", &path, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["numbers"][0].as_u64().unwrap()
    }

    /// What is lent comes with a pull: the dossier, and its number where the role may have it.
    async fn pulls_what_is_lent(&mut self) {
        let role = self.grant.role;
        let request = self.phone.pull_request(0);
        let answer = self.field.site.post("/v1/pull", &request).await;
        let lent = self.phone.answer(&answer.body).lent;
        let came: Vec<DocumentId> = lent
            .iter()
            .flat_map(|lent| &lent.documents)
            .map(|lent| lent.document)
            .collect();
        let dossier = self.field.dossier_in(HAMLET);
        let expected = self.lent.iter().flat_map(|_| {
            let identity = may_borrow(role, Purpose::DayList, Audience::Police);
            let identity = identity.then(|| dossier.companion(Companion::Identity));
            [Some(dossier), identity].into_iter().flatten()
        });
        assert_eq!(came, expected.collect::<Vec<_>>(), "{role:?}");
    }

    fn covers(&self, unit: UnitId) -> bool {
        let standing = self.grant.standing(unit, &units(), MORNING.local_day());
        matches!(standing, Standing::Hamlet | Standing::Upper)
    }

    /// Tries everything on one document: what is allowed in one bundle, the rest one by one.
    async fn try_all(&mut self, at: usize) {
        let (kind, unit) = (self.field.docs[at].kind, self.field.docs[at].unit);
        let role = self.grant.role;
        let (allowed, denied): (Vec<Deed>, Vec<Deed>) = deeds(kind)
            .into_iter()
            .partition(|deed| deed.is_allowed(role, kind));
        self.cells += allowed.len() + denied.len();
        if !allowed.is_empty() {
            let outcomes = self.send(at, &allowed).await.unwrap();
            assert_eq!(outcomes.len(), allowed.len());
            let covers = self.covers(unit);
            let lent = !needs_loan(role, kind) || self.lent == Some(unit);
            for (deed, outcome) in allowed.iter().zip(outcomes) {
                let fits = match (covers, lent) {
                    (true, true) => outcome == Outcome::Stored,
                    (true, false) => outcome == Outcome::Held(HoldReason::NotLent),
                    (false, _) => matches!(outcome, Outcome::Held(_)),
                };
                assert!(fits, "{role:?} {kind:?} {deed:?} in {unit}: {outcome:?}");
            }
        }
        for deed in denied {
            let shown = self.phone.shown.clone();
            let answer = self.send(at, std::slice::from_ref(&deed)).await;
            let reason = answer.expect_err(&format!("{role:?} {kind:?} {deed:?} is not allowed"));
            let turned = [RejectReason::NotAllowed, RejectReason::WrongType];
            assert!(
                turned.contains(&reason),
                "{role:?} {kind:?} {deed:?}: {reason:?}"
            );
            self.phone.shown = shown;
        }
    }

    async fn send(&mut self, at: usize, deeds: &[Deed]) -> Result<Vec<Outcome>, RejectReason> {
        let mut written = Vec::new();
        for deed in deeds {
            let (name, puts) = self.puts(at, deed).await;
            written.push(self.phone.write(name, puts));
        }
        let receipt = self.field.site.push(&self.phone.bundle(&written)).await;
        match self.phone.receipt(&receipt).verdict {
            Verdict::Taken(outcomes) => Ok(outcomes.to_vec()),
            Verdict::Rejected(rejection) => Err(rejection.reason),
            Verdict::TooNew => panic!("{deeds:?} is too new"),
        }
    }

    async fn puts(&mut self, at: usize, deed: &Deed) -> (Name, Vec<(Slot, Value)>) {
        let Doc {
            kind, unit, name, ..
        } = self.field.docs[at];
        let add = |event: Event| vec![(Slot::Event, Value::Bytes(event.to_payload()))];
        match deed {
            Deed::Create => {
                let base = match kind.is_companion() {
                    false => self.phone.new_name(),
                    true => {
                        let (name, row) = self.field.bare_dossier(unit).await;
                        self.phone.shown.rows.insert(name.document(), row);
                        name
                    }
                };
                let born = vec![
                    put(Key::KIND, kind.code()),
                    put(Key::UNIT, u64::from(unit.0)),
                ];
                (companion(base, kind), born)
            }
            Deed::Write(key) => (name, vec![put(key.clone(), Value::Null)]),
            Deed::Add(sort) => (name, add(event(kind, *sort, unit))),
            Deed::Void(target) => {
                let doc = &self.field.docs[at];
                let found = doc.events.iter().find(|(sort, _)| sort == target).unwrap();
                let what = What::Void(Void {
                    events: vec![found.1],
                    reason: VoidReason::ALL[0],
                });
                let stamp = event(kind, EventKind::Visit, unit).stamp;
                (name, add(Event { what, stamp }))
            }
        }
    }

    /// Asks for every stream there is; exactly those of the table come.
    async fn pulls_only_its_own(&mut self) {
        let tree = units();
        let streams = |unit| Audience::ALL.map(|audience| StreamId { unit, audience });
        let all: Vec<StreamId> = (1..=6).map(UnitId).flat_map(streams).collect();
        self.phone.follow(&all);
        let answer = self
            .field
            .site
            .post("/v1/pull", &self.phone.pull_request(0))
            .await;
        let answer = self.phone.answer(&answer.body);
        let came: Vec<StreamId> = answer.pages.iter().map(|page| page.stream).collect();
        let is_its_own = |stream: &&StreamId| {
            let standing = self.grant.standing(stream.unit, &tree, MORNING.local_day());
            standing != Standing::Outside && self.grant.may_pull(standing, stream.audience)
        };
        let filled = |stream: &&StreamId| PLACES.contains(&stream.unit);
        let expected: Vec<StreamId> = all
            .iter()
            .filter(filled)
            .filter(is_its_own)
            .copied()
            .collect();
        let mut came: Vec<StreamId> = came
            .into_iter()
            .filter(|s| PLACES.contains(&s.unit))
            .collect();
        came.sort_unstable();
        came.dedup();
        assert_eq!(came, expected, "{:?}", self.grant.role);
    }
}

#[tokio::test]
async fn every_cell_of_the_table_holds_over_http() {
    let mut field = Field::new().await;
    let mut cells = 0;
    for (seed, (role, unit)) in (1..).zip(HOLDERS) {
        let phone = field.site.phone(seed, role.name(), unit).await;
        let grant = Grant {
            role,
            units: vec![unit],
            team: TeamId(1),
        };
        let mut trial = Trial {
            field: &mut field,
            phone,
            grant,
            lent: None,
            cells: 0,
        };
        trial.borrow().await;
        for at in 0..trial.field.docs.len() {
            let Doc { name, row, .. } = &trial.field.docs[at];
            let (document, row) = (name.document(), row.clone());
            trial.phone.shown.rows.insert(document, row);
            trial.try_all(at).await;
        }
        trial.pulls_only_its_own().await;
        trial.pulls_what_is_lent().await;
        cells += trial.cells;
    }
    assert!(cells > 4_000, "{cells} cells");
    println!("{cells} cells");
}

#[tokio::test]
async fn work_under_a_grant_that_ended_is_held_and_its_streams_are_closed() {
    let mut field = Field::new().await;
    let mut phone = field.site.phone(1, "commune-police", COMMUNE).await;
    for doc in &field.docs {
        phone
            .shown
            .rows
            .insert(doc.name.document(), doc.row.clone());
    }
    let moved = format!("/v1/devices/{}/assign", phone.device);
    let body = format!(r#"{{"role":"team-member","units":[{NEIGHBOUR}],"team":1}}"#);
    let answer = field.site.console("POST", &moved, &body).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let cases = field.docs.iter().filter(|doc| doc.kind == Kind::Case);
    let written: Vec<_> = cases
        .map(|doc| phone.write(doc.name, vec![put(Key::IRREGULARITY, "Xem lại")]))
        .collect();
    let receipt = field.site.push(&phone.bundle(&written)).await;
    for outcome in phone.outcomes(&receipt) {
        assert!(matches!(outcome, Outcome::Held(_)), "{outcome:?}");
    }
    let grant = Grant {
        role: Role::TeamMember,
        units: vec![NEIGHBOUR],
        team: TeamId(1),
    };
    let mut trial = Trial {
        field: &mut field,
        phone,
        grant,
        lent: None,
        cells: 0,
    };
    trial.pulls_only_its_own().await;
}
