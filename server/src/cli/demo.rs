//! A server with a commune at work on it, or with a published campaign played again.

use shared::hash::derive;
use shared::id::{TeamId, UnitId};
use shared::permission::{Grant, Role};
use tempfile::TempDir;

use super::serve::{Ground, serve_on};
use super::{Demo, Stop};
use crate::account::{Password, StoredPassword};
use crate::clock::{Clock, random};
use crate::config::DataFolder;
use crate::demo::{Mode, Populated, ReplayReport, populate, replay, world};
use crate::foundation::{self, NewSecrets};
use crate::http::Token;
use crate::server::{NewAccount, Server};
use crate::store::Redb;
use crate::writer::{Writer, WriterConfig};

/// The same people and the same work in every demo.
const SEED: [u8; 32] = *b"sampan demo, the same every time";

pub(super) async fn demo(demo: Demo) -> Result<(), Stop> {
    let made = make(&demo).await?;
    if let Some(campaign) = demo.replay {
        let report = replay(&made.server, campaign, Mode::Sample, SEED).await;
        return tell(&report.map_err(Box::new)?, &demo);
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
    };
    serve_on(ground, &demo.listen).await
}

/// Makes accounts of three roles, with one password that is shown here and nowhere else.
async fn add_accounts(
    server: &Server<Redb>,
    populated: &Populated,
    clock: &Clock,
) -> Result<(), Stop> {
    let hamlet = populated.hamlets.first().copied();
    let password = Password::made(derive("sampan/demo-password", &[&random()?]));
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
    ] {
        let circumstances = clock.circumstances()?;
        let salt = derive("sampan/salt", &[&circumstances.seed]);
        let new = NewAccount {
            name: name.parse().expect("the demo's names are names"),
            person: person.to_owned(),
            grant: Grant {
                role,
                units: unit.into_iter().collect(),
                team: TeamId::default(),
            },
            password: StoredPassword::of(&password, salt),
        };
        server.add_account(new, circumstances).await?;
        println!(
            "account {name} ({}), password {}",
            role.name(),
            password.reveal()
        );
    }
    Ok(())
}

/// A new server on a file.
struct Made {
    server: Server<Redb>,
    token: Token,
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
    let units = world(SEED).map_err(Box::new)?;
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
    Ok(Made {
        server: Server::new(opened.store, writer, opened.foundation),
        token,
        _scratch: scratch,
    })
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
