//! What every view of the console costs over HTTP at 100,000 dossiers, and how soon a durable
//! change is on an open page.
//!
//! One server in this process over a file, asked on one connection like a browser's. Figures are
//! the slowest of a view's variants, each at the 99th of a hundred.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use server::auditor::Findings;
use server::author::Write;
use server::clock::Clock;
use server::demo::desk;
use server::http::{self, AddressRates, Front, Parts, Token, Web};
use server::rate::Rate;
use server::store::{Redb, RedbConfig};
use shared::catalogue::{NoticeKind, SessionKind, TargetKind};
use shared::event::{self, Event, OutcomeResult, Stamp, What};
use shared::facts::Name;
use shared::id::{Companion, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::Role;
use shared::tally::Indicator;
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use shared::value::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::fieldwork::{Plan, listed, with_stage};
use crate::figure::{CONSOLE_DOSSIERS, CONSOLE_FIRST_MS, CONSOLE_NEWS_MS, CONSOLE_VIEWS};
use crate::sync::{MORNING, Site};

const COMMUNES: u32 = 20;
const HAMLETS_EACH: u32 = 10;
const DOSSIERS_EACH: usize = 500;
const SESSIONS_EACH: usize = 20;
const FIRST_COMMUNE: u32 = 100;
const FIRST_HAMLET: u32 = 1_000;
const PROVINCE: u32 = 1;
/// Days over which the work is spread.
const DAYS: i64 = 60;
const ROUNDS: usize = 100;
pub const TOKEN: [u8; 32] = [5; 32];

/// Each view with its variants, by the place of its figure in [`CONSOLE_VIEWS`].
const VIEWS: [&[&str]; 11] = [
    &[
        "progress?unit=1",
        "progress?unit=100",
        "progress?unit=1000",
        "progress?unit=1&day=2023-11-01",
    ],
    &[
        "breakdown?unit=1&by=team",
        "breakdown?unit=1&by=day",
        "breakdown?unit=1&by=area",
        "breakdown?unit=1&by=place",
        "breakdown?unit=1&by=shift",
    ],
    &["services?unit=1"],
    &["reported?unit=1"],
    &["doubles?unit=1"],
    &["freshness?unit=1"],
    &["pace?unit=1&indicator=eid-collected"],
    &["units?parent=1", "units?parent=100"],
    &["devices"],
    &["held"],
    &["cohorts?unit=1"],
];

/// Builds the province and asks.
pub fn measure() {
    Runtime::new().expect("threads").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let config = RedbConfig {
            path: folder.path().join("store"),
            cache_bytes: 256 * 1024 * 1024,
        };
        let site = Site::over(Redb::create(&config).expect("a store"), tree());
        fill(&site).await;
        let address = serve(&site).await;
        let mut browser = Browser::at(address).await;
        let begun = Instant::now();
        browser.ask("progress?unit=1").await;
        browser.ask("services?unit=1").await;
        println!("{}", CONSOLE_FIRST_MS.line(ms(begun)));
        let dossiers = browser.ask("progress?unit=1").await;
        println!("{}", CONSOLE_DOSSIERS.line(dossiers_in(&dossiers)));
        for (figure, paths) in CONSOLE_VIEWS.iter().zip(VIEWS) {
            let mut slowest: f64 = 0.0;
            for path in paths {
                slowest = slowest.max(p99(&mut browser, path).await);
            }
            println!("{}", figure.line(slowest));
        }
        println!("{}", CONSOLE_NEWS_MS.line(news(&site, address).await));
    });
}

pub fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

pub fn dossiers_in(progress: &str) -> f64 {
    let answer: serde_json::Value = serde_json::from_str(progress).expect("JSON");
    let figures = answer["unit"]["figures"].as_array().expect("figures");
    let found = figures.iter().find(|one| one["indicator"] == "dossiers");
    found.and_then(|one| one["count"].as_f64()).unwrap_or(0.0)
}

async fn p99(browser: &mut Browser, path: &str) -> f64 {
    let mut took = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        browser.ask(path).await;
        took.push(ms(begun));
    }
    took.sort_by(f64::total_cmp);
    took[(ROUNDS * 99).div_ceil(100) - 1]
}

/// From handing in a bundle until an open page has heard of it and has the new figure.
async fn news(site: &Site<Redb>, address: SocketAddr) -> f64 {
    let mut listener = Browser::at(address).await;
    listener.write("events").await;
    listener.until("\r\n\r\n").await;
    let mut author = site
        .author([250; 32], Role::TeamMember, vec![UnitId(FIRST_HAMLET)])
        .await;
    let name = author.new_document();
    let unit = UnitId(FIRST_HAMLET);
    let write = Write::founding(name, Kind::Dossier, unit).put(Key::NAME, "Nguyễn Văn Mới");
    author.save(MORNING, vec![write]);
    let bundles = author.seal_all([8; 32]).expect("sealed");
    let mut page = Browser::at(address).await;
    let before = dossiers_in(&page.ask("progress?unit=1").await);
    let begun = Instant::now();
    for bundle in bundles {
        site.push(&bundle.bytes).await;
    }
    listener.until("grown").await;
    let after = dossiers_in(&page.ask("progress?unit=1").await);
    assert!(after > before, "the page heard of news and asked in vain");
    ms(begun)
}

pub fn tree() -> UnitTree {
    let unit = |id: u32, kind, parent: Option<u32>, name: String| UnitVersion {
        id: UnitId(id),
        code: None,
        kind,
        name: UnitName::vietnamese(&name),
        parent: parent.map(UnitId),
        valid: Period::default(),
        successors: Vec::new(),
    };
    let mut units = vec![unit(PROVINCE, UnitKind::Province, None, "Cà Mau".into())];
    for commune in 0..COMMUNES {
        let id = FIRST_COMMUNE + commune;
        let kind = [UnitKind::Commune, UnitKind::Ward][commune as usize % 4 / 3];
        units.push(unit(id, kind, Some(PROVINCE), format!("Số {commune}")));
        for n in 0..HAMLETS_EACH {
            let hamlet = FIRST_HAMLET + commune * HAMLETS_EACH + n;
            units.push(unit(hamlet, UnitKind::Hamlet, Some(id), format!("Ấp {n}")));
        }
    }
    UnitTree::new(units).expect("a tree")
}

/// Everything the province has: targets from above, and the work of each hamlet's phone.
pub async fn fill(site: &Site<Redb>) {
    let hamlets = (COMMUNES * HAMLETS_EACH) as usize;
    let units = vec![UnitId(PROVINCE)];
    let mut office = site.author([251; 32], Role::Coordinator, units).await;
    let day = MORNING.local_day();
    let plan = desk::Plan {
        unit: UnitId(PROVINCE),
        name: "Sáu mươi ngày",
        days: LocalDay(day.0 - DAYS as i32)..LocalDay(day.0 + 30),
    };
    let campaign = desk::campaign(&mut office, &plan, MORNING);
    let communes = (0..COMMUNES).map(|n| FIRST_COMMUNE + n);
    let below = (0..hamlets as u32).map(|n| FIRST_HAMLET + n);
    for unit in core::iter::once(PROVINCE).chain(communes).chain(below) {
        for indicator in [Indicator::EidActivated, Indicator::EidCollected] {
            let wanted = desk::Wanted {
                unit: UnitId(unit),
                indicator,
                kind: TargetKind::Assigned,
                value: 500,
                from: None,
                due: Some(LocalDay(day.0 + 30)),
            };
            desk::target(&mut office, campaign, wanted, MORNING);
        }
    }
    for bundle in office.seal_all([9; 32]).expect("sealed") {
        site.push(&bundle.bytes).await;
    }
    for hamlet in 0..hamlets {
        work(site, hamlet).await;
    }
}

async fn work(site: &Site<Redb>, hamlet: usize) {
    let plan = Plan {
        devices: (COMMUNES * HAMLETS_EACH) as usize,
        records: 0,
        edits: 0,
        per_hamlet: 1,
        roster: DOSSIERS_EACH,
        first_hamlet: FIRST_HAMLET,
    };
    let unit = plan.hamlet(hamlet);
    let secret = [hamlet as u8 + 1; 32];
    let mut author = site.author(secret, Role::TeamMember, vec![unit]).await;
    let at = |n: usize| MORNING.plus(-((n as i64 % DAYS) * 86_400));
    // The first of every hundred is known in the hamlet before, too.
    let neighbours = plan.roster(hamlet & !1);
    for (n, person) in plan.roster(hamlet).iter().enumerate() {
        let person = match n % 100 {
            0 => &neighbours[n],
            _ => person,
        };
        let name = author.new_document();
        let mut writes = with_stage(listed(name, person, unit), unit, at(n));
        if let Some(number) = person.number.as_ref().filter(|_| n % 10 == 0) {
            writes.push(identity(name, unit, number.as_u64()));
        }
        author.save(at(n), writes);
    }
    for n in 0..SESSIONS_EACH {
        let (place, session) = (author.new_document(), author.new_document());
        let mut writes = vec![held(session, unit, place, at(n))];
        writes.push(
            Write::founding(place, Kind::Place, unit)
                .put(Key::PLACE_NAME, format!("Nhà văn hóa {n}").as_str()),
        );
        author.save(at(n), writes);
    }
    let notice = Write::founding(author.new_document(), Kind::Notice, unit)
        .put(Key::NOTICE_KIND, u64::from(NoticeKind::Obstacle.code()))
        .put(Key::NOTICE_TEXT, "Nước ròng, vỏ lãi không vô được.");
    author.save(MORNING, vec![notice]);
    for bundle in author.seal_all([7; 32]).expect("sealed") {
        site.push(&bundle.bytes).await;
    }
}

fn identity(dossier: Name, unit: UnitId, number: u64) -> Write {
    let name = Name {
        companion: Some(Companion::Identity),
        ..dossier
    };
    let digits = format!("{number:012}");
    Write::founding(name, Kind::Identity, unit).put(Key::NUMBER, digits.as_str())
}

fn held(session: Name, unit: UnitId, place: Name, at: UnixSeconds) -> Write {
    let minute = at.local_minute();
    let outcome = |service| {
        let what = What::Outcome(event::Outcome {
            dossier: None,
            session: None,
            result: OutcomeResult::Submitted,
            service,
        });
        let team = TeamId(unit.0);
        let stamp = Stamp {
            at: minute,
            unit,
            team,
        };
        Event { what, stamp }
    };
    let mut write = Write::founding(session, Kind::Session, unit)
        .put(Key::SESSION_KIND, u64::from(SessionKind::Group.code()))
        .put(Key::STARTED, minute.0.unsigned_abs())
        .put(Key::HEADCOUNT, 20)
        .put(
            Key::SESSION_PLACE,
            Value::Bytes(place.document().0.to_vec()),
        );
    for n in 0..5 {
        write = write.event(&outcome(101 + n));
    }
    write
}

/// Serves until this process ends.
pub async fn serve(site: &Site<Redb>) -> SocketAddr {
    let countless = Rate {
        burst: u32::MAX,
        per_minute: u32::MAX,
    };
    let parts = Parts {
        server: site.server.clone(),
        clock: Clock::starting_at(MORNING.plus(4 * 3600)),
        token: Token::from_bytes(TOKEN).hash(),
        findings: Arc::new(Findings::default()),
        web: Web::default(),
        front: Front::default(),
        address_rates: AddressRates {
            failures: countless,
            passwords: countless,
            pages: countless,
        },
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let until = core::future::pending::<()>();
    tokio::spawn(async move { http::serve(listener, parts, until).await });
    address
}

/// One connection, kept open.
pub struct Browser {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Browser {
    pub async fn at(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        let unread = Vec::new();
        Self { stream, unread }
    }

    async fn write(&mut self, path: &str) {
        let token = Token::from_bytes(TOKEN);
        let head = format!(
            "GET /v1/{path} HTTP/1.1\r\nhost: sampan\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        self.stream.write_all(head.as_bytes()).await.expect("sent");
    }

    /// Reads until `end` has come; everything before it.
    async fn until(&mut self, end: &str) -> String {
        loop {
            let found = self
                .unread
                .windows(end.len())
                .position(|it| it == end.as_bytes());
            if let Some(at) = found {
                let before = self.unread.drain(..at + end.len()).collect();
                return String::from_utf8(before).expect("text");
            }
            self.more().await;
        }
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.unread).await.expect("bytes");
        assert!(read > 0, "the server went");
    }

    pub async fn ask(&mut self, path: &str) -> String {
        self.write(path).await;
        let head = self.until("\r\n\r\n").await.to_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.and_then(|length| length.trim().parse().ok());
        let length: usize = length.expect("a length");
        while self.unread.len() < length {
            self.more().await;
        }
        let body = self.unread.drain(..length).collect();
        String::from_utf8(body).expect("text")
    }
}
