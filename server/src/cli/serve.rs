//! The running server.

use core::time::Duration;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::time::UnixSeconds;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Serve, Stop};
use crate::audit::{HEAD_SECONDS, SignedHead};
use crate::auditor::{Auditor, Findings};
use crate::backup::{self, Progress};
use crate::clock::Clock;
use crate::closer::Closer;
use crate::crew::{Crew, CrewConfig};
use crate::foundation;
use crate::http::limits::CERTIFICATE_LOOK_TIME;
use crate::http::{self, AddressRates, Front, Parts, Tls, TokenHash, Web};
use crate::pills::Pills;
use crate::retention::Retention;
use crate::server::{Circumstances, DEVICE_RATE, DeviceRates, Server};
use crate::store::{Redb, Store};
use crate::writer::{WriteError, Writer, WriterConfig};

/// Rest between two looks at which opening key the day asks for.
const KEYS_REST: Duration = Duration::from_secs(24 * 3_600);

/// What is served.
pub(super) struct Ground<S> {
    pub(super) server: Server<S>,
    pub(super) clock: Clock,
    pub(super) token: TokenHash,
    pub(super) web: Web,
    pub(super) front: Front,
}

pub(super) async fn serve(serve: Serve) -> Result<(), Stop> {
    let files = serve.folder.files().with_cache(serve.cache_mib << 20);
    let opened = foundation::open(&files).await?;
    let writer = Writer::queued(opened.store.clone(), WriterConfig::default());
    let writer = writer.map_err(Stop::System)?;
    let crew = Crew::start(CrewConfig::default()).map_err(Stop::System)?;
    let pills = Pills::open(&files.in_flight()).map_err(Stop::System)?;
    let server = Server::new(opened.store, writer, opened.foundation);
    let server = server
        .with_crew(crew, pills)
        .with_device_rates(DeviceRates::counted(DEVICE_RATE));
    let clock = serve.clock.clock();
    let backing_up = serve.backups.map(|folder| {
        let hours = serve.backup_hours.max(1);
        tokio::spawn(back_up(server.clone(), (folder, hours), clock.clone()))
    });
    let folder = serve.folder.files();
    let room = server.room().clone();
    let watching = tokio::spawn(room.watch(folder.path().to_owned(), serve.room_mib << 20));
    let ground = Ground {
        server,
        clock,
        token: opened.token,
        web: serve.web.read()?,
        front: serve.front.front()?,
    };
    let circumstances = ground.clock.circumstances()?;
    let secrets = ground.server.ledger().secrets();
    secrets.turn_opening_keys(circumstances.now, circumstances.seed)?;
    ground.server.finish_erasures(circumstances).await?;
    let heads = tokio::spawn(sign_heads(
        ground.server.clone(),
        ground.clock.clone(),
        serve.audit_heads,
    ));
    let turning = tokio::spawn(turn_keys(ground.server.clone(), ground.clock.clone()));
    let keeping = (serve.contact_days > 0).then(|| {
        let retention = Retention::new(ground.server.clone(), serve.contact_days);
        tokio::spawn(retention.run(ground.clock.clone()))
    });
    let served = serve_on(ground, &serve.listen).await;
    keeping.iter().for_each(JoinHandle::abort);
    watching.abort();
    heads.abort();
    turning.abort();
    if let Some(backing_up) = backing_up {
        backing_up.abort();
    }
    served
}

/// Backs up at once and then every so many hours; a backup that fails is tried again after one.
async fn back_up(server: Server<Redb>, (folder, hours): (PathBuf, u32), clock: Clock) {
    loop {
        let now = clock.now();
        let told = |Progress { rows, rows_all }| tracing::info!(rows, rows_all, "backing up");
        let saved = backup::save(&server, &folder, now, told).await;
        let rest = match saved.and_then(|pair| backup::prune(&folder, now).map(|()| pair)) {
            Ok(pair) => {
                tracing::info!(store = ?pair.store, "backed up");
                hours
            }
            Err(error) => {
                tracing::error!(%error, "there is no new backup");
                1
            }
        };
        tokio::time::sleep(Duration::from_secs(u64::from(rest) * 3_600)).await;
    }
}

/// Signs the end of the audit again and again, and adds each head to the file, until it is
/// dropped.
async fn sign_heads<S: Store>(server: Server<S>, clock: Clock, file: Option<PathBuf>) {
    loop {
        tokio::time::sleep(Duration::from_secs(HEAD_SECONDS)).await;
        sign_head(&server, clock.now(), file.as_deref()).await;
    }
}

/// Signs the end of the audit as it is now, and adds the head to the file. What fails is told, and
/// tried again with the next.
async fn sign_head<S: Store>(server: &Server<S>, now: UnixSeconds, file: Option<&Path>) {
    match server.audit_head(now).await {
        Ok(head) => {
            if let Some(Err(error)) = file.map(|file| add_line(file, &head)) {
                tracing::error!(%error, "the audit's head cannot be given out");
            }
        }
        Err(error) => tracing::error!(%error, "the audit's head cannot be signed"),
    }
}

/// Goes over to the year's opening key, day by day, until it is dropped.
async fn turn_keys<S: Store>(server: Server<S>, clock: Clock) {
    loop {
        tokio::time::sleep(KEYS_REST).await;
        let turned = clock.circumstances().map(|Circumstances { now, seed }| {
            let secrets = server.ledger().secrets();
            secrets.turn_opening_keys(now, seed)
        });
        match turned {
            Ok(Ok(turned)) => tracing::debug!(?turned, "opening keys"),
            Ok(Err(error)) => tracing::error!(%error, "the opening keys cannot be turned"),
            Err(error) => tracing::error!(%error, "the opening keys cannot be turned"),
        }
    }
}

fn add_line(file: &Path, head: &SignedHead) -> io::Result<()> {
    let mut file = File::options().append(true).create(true).open(file)?;
    writeln!(file, "{head}")?;
    file.sync_data()
}

/// Serves until the keeper stops it, with an auditor beside.
pub(super) async fn serve_on<S: Store>(ground: Ground<S>, listen: &str) -> Result<(), Stop> {
    let Ground {
        server,
        clock,
        token,
        web,
        front,
    } = ground;
    let unheard = |source| Stop::Listen {
        address: listen.to_owned(),
        source,
    };
    server.warm().await?;
    let listener = TcpListener::bind(listen).await.map_err(unheard)?;
    let address = listener.local_addr().map_err(Stop::System)?;
    let stop = stop_signal().map_err(Stop::System)?;
    let findings = Arc::new(Findings::default());
    let auditor = Auditor::new(server.clone(), findings.clone());
    let auditing = tokio::spawn(auditor.run(clock.clone()));
    let closing = tokio::spawn(Closer::new(server.clone()).run(clock.clone()));
    let (scheme, renewing) = match &front {
        Front::Tls(tls) => ("https", Some(tokio::spawn(renew(tls.clone())))),
        Front::Plain | Front::Proxy(_) => ("http", None),
    };
    if !web.is_empty() {
        println!("field app {scheme}://{address}/");
        println!("console {scheme}://{address}/console.html");
    }
    let writer = server.writer().clone();
    println!("listening at {scheme}://{address}");
    let parts = Parts {
        server,
        clock,
        token,
        findings,
        web,
        front,
        address_rates: AddressRates::default(),
    };
    let stop = async {
        tokio::select! {
            () = stop => {}
            () = stopped(&writer) => {}
        }
    };
    let served = http::serve(listener, parts, stop).await;
    auditing.abort();
    renewing.inspect(JoinHandle::abort);
    closing.abort();
    match writer.health() {
        Err(cause @ WriteError::Poisoned(_)) => Err(Stop::Writing(cause)),
        _ => Ok(served?),
    }
}

/// Reads the certificate again every so often and when the keeper asks for it by SIGHUP.
async fn renew(tls: Arc<Tls>) -> Result<(), io::Error> {
    #[cfg(unix)]
    let mut asked = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup())?
    };
    loop {
        #[cfg(unix)]
        tokio::select! {
            () = tokio::time::sleep(CERTIFICATE_LOOK_TIME) => {}
            _ = asked.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::time::sleep(CERTIFICATE_LOOK_TIME).await;
        match tls.reload() {
            Ok(true) => tracing::info!("another certificate is in use"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the last certificate stays in use"),
        }
    }
}

/// Between two looks at the writer.
const WRITER_REST: Duration = Duration::from_secs(1);

/// Ends when the writer has failed: what is on the disk then is known only once the store was
/// opened again, so the process ends and whoever keeps it starts it anew.
async fn stopped<S: Store>(writer: &Writer<S>) {
    while writer.health().is_ok() {
        tokio::time::sleep(WRITER_REST).await;
    }
}

/// Ends when the keeper or the system wants the server to stop.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when the keeper wants the server to stop.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::verify_chain;
    use crate::ledger::audit::Act;
    use crate::secrets::Secrets;
    use crate::server::Foundation;
    use crate::store::Memory;
    use shared::unit::UnitTree;

    #[tokio::test]
    async fn every_head_is_a_line_elsewhere_that_the_chain_still_leads_to() {
        let store = Memory::new();
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[1; 32])),
            units: UnitTree::new(Vec::new()).unwrap(),
            epoch: 1,
        };
        let server = Server::new(store.clone(), Writer::direct(store), foundation);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heads");
        for hour in 1..=3 {
            let now = UnixSeconds(hour * 3_600);
            server.note(Act::SignedIn, now).await.unwrap();
            sign_head(&server, now, Some(&file)).await;
        }
        let lines = std::fs::read_to_string(&file).unwrap();
        let heads = lines.lines().map(|line| line.parse().unwrap());
        let heads: Vec<SignedHead> = heads.collect();
        assert_eq!(heads.len(), 3);
        let report = verify_chain(&server, &heads).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(report.entries, 3);
    }
}
