//! A server with a commune at work on it, or with a published campaign played again.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;
use shared::hash::derive;
use shared::id::{TeamId, UnitId};
use shared::permission::{Grant, Role};
use tempfile::TempDir;

use super::serve::{Ground, serve_on};
use super::{Demo, Stop};
use crate::account::{Password, StoredPassword};
use crate::clock::{Clock, random};
use crate::config::DataFolder;
use crate::crew::{Crew, CrewConfig};
use crate::demo::{
    Headway, Manner, Mode, Populated, Replay, ReplayReport, populate, replay, world,
};
use crate::foundation::{self, NewSecrets};
use crate::http::{Front, Token};
use crate::pills::Pills;
use crate::server::{NewAccount, Server};
use crate::store::Redb;
use crate::verify::{Report, verify};
use crate::writer::{Writer, WriterConfig};

/// The same people and the same work in every demo.
const SEED: [u8; 32] = *b"sampan demo, the same every time";

pub(super) async fn demo(demo: Demo) -> Result<(), Stop> {
    let made = make(&demo).await?;
    if let Some(campaign) = demo.replay {
        let begun = Instant::now();
        let headway = |headway| tell_headway(headway, begun);
        let manner = Manner {
            mode: demo.mode(),
            seed: SEED,
            headway: &headway,
        };
        let report = replay(&made.server, campaign, manner).await;
        let report = report.map_err(Box::new)?;
        if demo.serve {
            tell(&report, &demo)?;
            return serve_played(made, campaign, &demo).await;
        }
        let (seconds, peak_rss_mib) = (begun.elapsed().as_secs_f64(), peak_rss_mib());
        let begun = Instant::now();
        let recount = verify(&made.server).await?;
        let played = Played {
            report,
            seconds,
            peak_rss_mib,
            store_bytes: fs::metadata(&made.store).map_err(Stop::System)?.len(),
            recount,
            recount_seconds: begun.elapsed().as_secs_f64(),
        };
        return played.tell(&demo);
    }
    let clock = demo.clock.clock();
    let populated = populate(&made.server, SEED, (demo.residents, clock.now())).await;
    let populated = populated.map_err(Box::new)?;
    let units = made.server.units();
    let name = |id: &UnitId| {
        let unit = units.get(*id, clock.now().local_day());
        unit.map_or_else(|| id.to_string(), |unit| unit.name.vi.to_string())
    };
    let hamlets: Vec<String> = populated.hamlets.iter().map(name).collect();
    let commune = name(&populated.commune);
    println!(
        "commune {} is at work: {commune}, with {}",
        populated.commune,
        hamlets.join(", ")
    );
    println!("for a phone: sign in to the console as dieuphoi, make an invite, open its link");
    add_accounts(&made.server, &populated, &clock).await?;
    let ground = Ground {
        server: made.server,
        clock,
        token: made.token.hash(),
        web: demo.web.read()?,
        front: Front::Plain,
    };
    serve_on(ground, &demo.listen).await
}

/// Serves a campaign that was played, to a coordinator of its provinces.
async fn serve_played(made: Made, campaign: Replay, demo: &Demo) -> Result<(), Stop> {
    let day = campaign.morning_after();
    let clock = Clock::starting_at(day.start());
    let units = made.server.units();
    let province = |code: &&str| units.by_code(code, day).map(|unit| unit.id);
    let part = AccountPart {
        name: "dieuphoi",
        person: "Mai Thị Út",
        role: Role::Coordinator,
        units: campaign.provinces().iter().filter_map(province).collect(),
    };
    add_account(&made.server, part, &demo_password()?, &clock).await?;
    let ground = Ground {
        server: made.server,
        clock,
        token: made.token.hash(),
        web: demo.web.read()?,
        front: Front::Plain,
    };
    serve_on(ground, &demo.listen).await
}

/// Makes accounts of four roles, with one password that is shown here and nowhere else.
async fn add_accounts(
    server: &Server<Redb>,
    populated: &Populated,
    clock: &Clock,
) -> Result<(), Stop> {
    let password = demo_password()?;
    let hamlet = populated.hamlets.first().copied();
    for (name, person, role, unit) in [
        (
            "congan",
            "Trần Văn Tâm",
            Role::CommunePolice,
            Some(populated.commune),
        ),
        (
            "dieuphoi",
            "Mai Thị Út",
            Role::Coordinator,
            Some(populated.province),
        ),
        ("totruong", "Danh Thị Thắm", Role::TeamLead, hamlet),
        (
            "dulieu",
            "Lý Thị Na",
            Role::Auditor,
            Some(populated.province),
        ),
    ] {
        let part = AccountPart {
            name,
            person,
            role,
            units: unit.into_iter().collect(),
        };
        add_account(server, part, &password, clock).await?;
    }
    Ok(())
}

/// Whom an account of the demo is for.
struct AccountPart {
    name: &'static str,
    person: &'static str,
    role: Role,
    units: Vec<UnitId>,
}

async fn add_account(
    server: &Server<Redb>,
    part: AccountPart,
    password: &Password,
    clock: &Clock,
) -> Result<(), Stop> {
    let circumstances = clock.circumstances()?;
    let salt = derive("sampan/salt", &[&circumstances.seed]);
    let new = NewAccount {
        name: part.name.parse().expect("the demo's names are names"),
        person: part.person.to_owned(),
        grant: Grant {
            role: part.role,
            units: part.units,
            team: TeamId::default(),
        },
        password: StoredPassword::of(password, salt),
    };
    server.add_account(new, circumstances).await?;
    let (name, role) = (part.name, part.role.name());
    println!("account {name} ({role}), password {}", password.reveal());
    Ok(())
}

fn demo_password() -> Result<Password, Stop> {
    let seed = derive("sampan/demo-password", &[&random()?]);
    Ok(Password::made(seed))
}

/// A new server on a file.
struct Made {
    server: Server<Redb>,
    token: Token,
    /// The store's file.
    store: PathBuf,
    /// Removed with everything in it when the demo ends, unless a folder was named.
    _scratch: Option<TempDir>,
}

async fn make(demo: &Demo) -> Result<Made, Stop> {
    let scratch = match demo.data {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(Stop::System)?),
    };
    let path = demo.data.clone();
    let path = path.or_else(|| scratch.as_ref().map(|scratch| scratch.path().to_owned()));
    let folder = DataFolder::new(path.unwrap_or_default());
    let units = match demo.replay {
        Some(campaign) => campaign.units(demo.mode(), SEED),
        None => world(SEED),
    };
    let units = units.map_err(Box::new)?;
    let token = Token::from_bytes(random()?);
    let master = random()?;
    let vault = random()?;
    let secrets = NewSecrets {
        master,
        token,
        vault,
    };
    foundation::create(&folder, &units, secrets).await?;
    let opened = foundation::open(&folder).await?;
    let writer = Writer::queued(opened.store.clone(), WriterConfig::default());
    let writer = writer.map_err(Stop::System)?;
    let server = Server::new(opened.store, writer, opened.foundation);
    let crew = Crew::start(CrewConfig::default()).map_err(Stop::System)?;
    let pills = Pills::open(&folder.in_flight()).map_err(Stop::System)?;
    Ok(Made {
        server: server.with_crew(crew, pills),
        token,
        store: folder.store().path,
        _scratch: scratch,
    })
}

impl Demo {
    fn mode(&self) -> Mode {
        match self.full {
            true => Mode::Full,
            false => Mode::Sample,
        }
    }
}

/// Says on standard error how far a replay is: standard output is for what it finds.
fn tell_headway(headway: Headway, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!(
        "up to {}: {}/{} hamlets, {} records, {:.0} a second",
        headway.as_of,
        headway.hamlets_done,
        headway.hamlets,
        headway.records,
        headway.records as f64 / seconds,
    );
}

/// The most memory this process had, where the system tells.
fn peak_rss_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024)
}

/// What a replay found, what it took, and what the log says of it.
#[derive(Serialize)]
struct Played {
    #[serde(flatten)]
    report: ReplayReport,
    /// How long it was played, without the recount.
    seconds: f64,
    /// The most memory this process had, where the system tells.
    peak_rss_mib: Option<u64>,
    /// Of the store's file.
    store_bytes: u64,
    /// Everything counted anew from the log.
    recount: Report,
    /// How long that took.
    recount_seconds: f64,
}

impl Played {
    /// Prints it; a figure that is not as published is a failure, and so is one that a recount
    /// does not find.
    fn tell(&self, demo: &Demo) -> Result<(), Stop> {
        if demo.json {
            let text = serde_json::to_string_pretty(self);
            println!("{}", text.expect("text and numbers are always JSON"));
        } else {
            tell(&self.report, demo)?;
            let (records, changes) = (self.report.taken.records, self.report.taken.changes);
            let rate = records as f64 / self.seconds;
            println!(
                "{records} records, {changes} changes in {:.1} s, {rate:.0} records a second",
                self.seconds
            );
            let rss = self
                .peak_rss_mib
                .map(|mib| format!(", {mib} MiB of memory"));
            println!("{} bytes{}", self.store_bytes, rss.unwrap_or_default());
            let entries = self.recount.entries as f64;
            println!(
                "recounted from the log in {:.1} s, {:.0} entries a second: {}",
                self.recount_seconds,
                entries / self.recount_seconds,
                match self.recount.is_clean() {
                    true => "the same",
                    false => "DIFFERS",
                }
            );
        }
        self.report
            .holds()
            .then_some(())
            .ok_or(Stop::ReplayDiffers)?;
        self.recount.is_clean().then_some(()).ok_or(Stop::Differs)
    }
}

/// Prints what a replay found; a figure that is not as published is a failure.
fn tell(report: &ReplayReport, demo: &Demo) -> Result<(), Stop> {
    if demo.json {
        let text = serde_json::to_string_pretty(report);
        println!("{}", text.expect("text and numbers are always JSON"));
    } else {
        for check in &report.checks {
            let word = if check.holds() { "holds" } else { "DIFFERS" };
            let (name, found, expected) = (check.name, &check.found, &check.expected);
            println!("{name}: {found}, published {expected}: {word}");
        }
    }
    report.holds().then_some(()).ok_or(Stop::ReplayDiffers)
}
