//! What a first sync, a sync without news and a stored change cost the server.

use std::sync::Arc;

use cpu_time::ProcessTime;
use server::author::{Author, Progress, Write};
use server::closer::Closer;
use server::crew::{Crew, CrewConfig};
use server::pills::Pills;
use server::secrets::Secrets;
use server::server::{Circumstances, DeviceStep, Foundation, Offer, Server};
use server::store::{Memory, OpenError, Redb, RedbConfig, Store};
use server::writer::{Writer, WriterConfig};
use shared::enrol::{EnrolAnswer, EnrolState, Invite};
use shared::event::Step;
use shared::facts::Name;
use shared::id::{DeviceId, Incarnation, StreamId, TeamId, UnitId};
use shared::permission::{Grant, Role};
use shared::pull::{Cursor, PullAnswer, PullRequest, Reply};
use shared::seal::SealingKey;
use shared::signed::{DeviceKey, Signed, sign};
use shared::time::UnixSeconds;
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use shared::version::PROTOCOL;
use tokio::runtime::Runtime;

use crate::fieldwork::{Plan, listed, stage, with_stage};
use crate::figure::{
    CPU_US_PER_CHANGE_STORED, CPU_US_PER_DOSSIER_CLOSED, FILE_BYTES_PER_DOSSIER_CLOSED,
    FILE_BYTES_PER_DOSSIER_LOGGED, FIRST_SYNC_BYTES_PER_DOSSIER, FIRST_SYNC_SERVER_CPU_S,
    IDLE_SYNC_BODY_BYTES,
};

const HAMLETS: usize = 12;
const ROSTER: usize = 1_000;

/// 2023-11-20 08:00 in Vietnam.
pub const MORNING: UnixSeconds = UnixSeconds(1_700_442_000);

/// 12 hamlets with 1,000 dossiers each, pulled by one phone that has none, and by a second one.
pub fn measure() {
    let runtime = Runtime::new().expect("threads");
    runtime.block_on(async {
        first_sync().await;
        stored().await;
        closed().await;
    });
}

async fn first_sync() {
    let site = Site::over(Memory::new(), tree());
    let plan = plan();
    for hamlet in 0..HAMLETS {
        let mut author = site.lister(hamlet).await;
        for bundle in roster(&mut author, &plan, hamlet) {
            site.push(&bundle).await;
        }
    }
    let units: Vec<UnitId> = (0..HAMLETS).map(|n| plan.hamlet(n)).collect();
    let mut first = site.phone(0xf1, &units).await;
    let (bytes, _) = site.sync(&mut first).await;
    println!(
        "{}",
        FIRST_SYNC_BYTES_PER_DOSSIER.line(bytes as f64 / (HAMLETS * ROSTER) as f64)
    );
    let mut second = site.phone(0xf2, &units).await;
    let (_, cpu_s) = site.sync(&mut second).await;
    println!("{}", FIRST_SYNC_SERVER_CPU_S.line(cpu_s));
    second.cursors.truncate(15);
    let request = second.request();
    let answer = site
        .server
        .pull(&request, site.now())
        .await
        .expect("an answer");
    let body = request.len() + answer.len();
    println!("{}", IDLE_SYNC_BODY_BYTES.line(body as f64));
}

/// 20 bundles of usual size into a file, one after the other: all that the process takes.
async fn stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = RedbConfig {
        path: folder.path().join("store"),
        cache_bytes: 64 * 1024 * 1024,
    };
    let site = Site::over(Redb::create(&config).expect("a store"), tree());
    let plan = plan();
    let mut author = site.lister(0).await;
    let bundles = roster(&mut author, &plan, 0);
    let (warm, measured) = bundles.split_at(2);
    for bundle in warm {
        site.push(bundle).await;
    }
    let changes = ROSTER * (bundles.len() - 2) / bundles.len();
    let cpu = ProcessTime::now();
    for bundle in measured {
        site.push(bundle).await;
    }
    let us = cpu.elapsed().as_secs_f64() * 1e6;
    println!("{}", CPU_US_PER_CHANGE_STORED.line(us / changes as f64));
}

/// A hamlet whose dossiers have four changes each, in a file without slack, before and after they
/// are closed.
async fn closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = |name: &str| RedbConfig {
        path: folder.path().join(name),
        cache_bytes: 16 * 1024 * 1024,
    };
    let store = Redb::create(&config("store")).expect("a store");
    let site = Site::over(store.clone(), tree());
    let plan = plan();
    let mut author = site.lister(0).await;
    let unit = plan.hamlet(0);
    let names: Vec<Name> = plan
        .roster(0)
        .iter()
        .map(|_| author.new_document())
        .collect();
    for round in 0..4_i64 {
        for (n, (person, name)) in plan.roster(0).iter().zip(&names).enumerate() {
            let at = MORNING.plus(round * 3_600 + n as i64 * 3);
            let first = with_stage(listed(*name, person, unit), unit, at);
            let later = Write::to(*name).event(&stage(Step::EidActivated, unit, at));
            author.save(at, if round == 0 { first } else { vec![later] });
        }
        for bundle in author.seal_all([7; 32]).expect("sealed") {
            site.push(&bundle.bytes).await;
        }
    }
    let before = file_bytes(&store, &config("before"));
    let mut closer = Closer::new(site.server.clone());
    let cpu = ProcessTime::now();
    let mut documents = 0;
    loop {
        let tick = closer.tick(UnixSeconds(i64::MAX)).await.expect("closed");
        documents += tick.closed;
        if !tick.more {
            break;
        }
    }
    assert_eq!(documents, ROSTER, "every dossier is closed");
    let us = cpu.elapsed().as_secs_f64() * 1e6 / documents as f64;
    let after = file_bytes(&store, &config("after"));
    println!("{}", FILE_BYTES_PER_DOSSIER_LOGGED.line(before));
    println!("{}", FILE_BYTES_PER_DOSSIER_CLOSED.line(after));
    println!("{}", CPU_US_PER_DOSSIER_CLOSED.line(us));
}

/// Bytes a dossier takes in a copy of the store that was written in one go.
fn file_bytes(store: &Redb, copy: &RedbConfig) -> f64 {
    let moment = store.moment().expect("readable");
    Redb::create_of(copy, |filling| {
        moment.each_row(|row| filling.put(&row).map_err(OpenError::Store))
    })
    .expect("a copy");
    let bytes = std::fs::metadata(&copy.path).expect("a file").len();
    bytes as f64 / ROSTER as f64
}

fn plan() -> Plan {
    Plan {
        devices: HAMLETS,
        records: 0,
        edits: 0,
        per_hamlet: 1,
        roster: ROSTER,
        first_hamlet: 10,
    }
}

fn roster(author: &mut Author, plan: &Plan, hamlet: usize) -> Vec<Vec<u8>> {
    let unit = plan.hamlet(hamlet);
    for (n, person) in plan.roster(hamlet).iter().enumerate() {
        let name = author.new_document();
        // All of it lies before the moment it is handed in.
        let at = MORNING.plus(n as i64 * 10);
        author.save(at, with_stage(listed(name, person, unit), unit, at));
    }
    let bundles = author.seal_all([7; 32]).expect("a roster can be sealed");
    bundles.into_iter().map(|bundle| bundle.bytes).collect()
}

/// A server in this process.
pub struct Site<S> {
    pub server: Server<S>,
}

/// A phone that only pulls.
struct Puller {
    key: DeviceKey,
    device: DeviceId,
    cursors: Vec<Cursor>,
}

impl Puller {
    fn request(&self) -> Vec<u8> {
        let request = PullRequest {
            protocol: PROTOCOL,
            device: self.device,
            incarnation: Incarnation(0),
            at: MORNING,
            assignment: 1,
            epoch: 1,
            cursors: self.cursors.clone(),
            receipts_upto: 0,
            wait_seconds: 0,
            bytes_max: 640 * 1024,
            reply: Reply::Open,
            lent: 0,
            disclosures: Default::default(),
            unsent: None,
        };
        sign(&request, &self.key).expect("a short request")
    }
}

impl<S: Store> Site<S> {
    pub fn over(store: S, units: UnitTree) -> Self {
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[9; 32])),
            units,
            epoch: 1,
        };
        Self::of(store, foundation)
    }

    pub fn of(store: S, foundation: Foundation) -> Self {
        let writer = Writer::queued(store.clone(), WriterConfig::default()).expect("a thread");
        let crew = Crew::start(CrewConfig::default()).expect("threads");
        let server = Server::new(store, writer, foundation);
        let server = server.with_crew(crew, Pills::default());
        Self { server }
    }

    fn now(&self) -> Circumstances {
        Circumstances {
            now: MORNING.plus(4 * 3600),
            seed: [3; 32],
        }
    }

    pub async fn push(&self, bundle: &[u8]) {
        self.server
            .take_bundle(bundle, self.now())
            .await
            .expect("taken");
    }

    async fn lister(&self, hamlet: usize) -> Author {
        let units = vec![plan().hamlet(hamlet)];
        self.author([hamlet as u8 + 1; 32], Role::TeamMember, units)
            .await
    }

    pub async fn author(&self, secret: [u8; 32], role: Role, units: Vec<UnitId>) -> Author {
        let (sealing, _) = self.enrol(secret, (role, units)).await;
        Author::from_secret(&secret, Progress::of_new(Incarnation(0)), sealing)
    }

    async fn phone(&self, seed: u8, units: &[UnitId]) -> Puller {
        let (_, streams) = self
            .enrol([seed; 32], (Role::TeamMember, units.to_vec()))
            .await;
        let cursors = streams.into_iter().map(|stream| Cursor { stream, upto: 0 });
        Puller {
            key: Author::signing(&[seed; 32]),
            device: Author::keys_of(&[seed; 32]).device(),
            cursors: cursors.collect(),
        }
    }

    async fn enrol(
        &self,
        secret: [u8; 32],
        (role, units): (Role, Vec<UnitId>),
    ) -> (SealingKey, Vec<StreamId>) {
        let offer = Offer {
            grant: Grant {
                role,
                units,
                team: TeamId(1),
            },
            label: "Máy".to_owned(),
        };
        let circumstances = Circumstances {
            seed: secret,
            ..self.now()
        };
        let invite: Invite = self
            .server
            .invite(offer, circumstances)
            .await
            .expect("invited");
        let request = Author::enrolment(&secret, &invite).expect("a short request");
        let answer = self
            .server
            .enrol(&request, self.now())
            .await
            .expect("enrolled");
        let device = Author::keys_of(&secret).device();
        let answer = EnrolAnswer::receive(&answer, device, &invite).expect("the server's answer");
        let steered = self
            .server
            .steer(device, DeviceStep::Confirm, self.now())
            .await;
        steered.expect("confirmed");
        let EnrolState::Pending(assignment) = answer.state else {
            panic!("a new device waits to be confirmed");
        };
        (answer.server.sealing[0], assignment.streams)
    }

    /// Pulls everything: bytes of answers, and the seconds of CPU they took.
    async fn sync(&self, phone: &mut Puller) -> (usize, f64) {
        let (mut bytes, mut cpu_s) = (0, 0.0);
        loop {
            let request = phone.request();
            let cpu = ProcessTime::now();
            let answer = self
                .server
                .pull(&request, self.now())
                .await
                .expect("an answer");
            cpu_s += cpu.elapsed().as_secs_f64();
            bytes += answer.len();
            let answer = Signed::<PullAnswer>::read(&answer)
                .expect("an answer")
                .claimed()
                .clone();
            for page in &answer.pages {
                let at = phone.cursors.iter_mut().find(|c| c.stream == page.stream);
                at.expect("a stream that is followed").upto = page.upto;
            }
            if !answer.more {
                return (bytes, cpu_s);
            }
        }
    }
}

fn tree() -> UnitTree {
    let unit = |id: u32, kind, parent: Option<u32>| UnitVersion {
        id: UnitId(id),
        code: None,
        kind,
        name: UnitName::vietnamese("Ấp 1"),
        parent: parent.map(UnitId),
        valid: Period::default(),
        successors: Vec::new(),
    };
    let above = [
        unit(1, UnitKind::Province, None),
        unit(2, UnitKind::Commune, Some(1)),
    ];
    let hamlets = (0..HAMLETS as u32).map(|n| unit(10 + n, UnitKind::Hamlet, Some(2)));
    UnitTree::new(above.into_iter().chain(hamlets).collect()).expect("a tree")
}
