//! `cargo xtask bench storm`: hamlets of phones that recorded without signal all come back at
//! once, to a server in a process of its own.
//!
//! Each phone is the real client core. It records residents and edits some of the fifty roster
//! records that its whole hamlet edits, all without signal; then every phone has signal at the
//! same moment. The storm is over when every phone holds its peers' records and edits. A second
//! storm is cut by `kill -9` when half of the phones are answered, and counts what was
//! acknowledged and is gone after the restart.

#[path = "storm/fieldwork.rs"]
mod fieldwork;
#[path = "figure.rs"]
mod figure;
#[path = "storm/hostile.rs"]
mod hostile;
#[path = "storm/office.rs"]
mod office;
#[path = "storm/site.rs"]
mod site;
#[path = "storm/wire.rs"]
mod wire;
#[path = "storm/worker.rs"]
mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use cpu_time::ProcessTime;
use fieldwork::Plan;
use figure::{
    HOSTILE_P95_RATIO, STORM_ACKED_LOST, STORM_CHANGES_PER_SERVER_CPU_S, STORM_MESSAGES_PER_PHONE,
    STORM_RSS_MIB,
};
use office::Office;
use serde::Serialize;
use site::{Site, Usage};
use worker::{Answered, Worker};

#[derive(Parser, Debug, Clone)]
struct Arguments {
    /// Phones
    #[arg(long, default_value_t = 50)]
    devices: usize,
    /// Residents each phone records
    #[arg(long, default_value_t = 40)]
    records: usize,
    /// Roster records each phone edits
    #[arg(long, default_value_t = 10)]
    edits: usize,
    /// Phones of one hamlet
    #[arg(long, default_value_t = 10)]
    per_hamlet: usize,
    /// Residents each hamlet has before
    #[arg(long, default_value_t = 1_000)]
    roster: usize,
    /// Phones of the storm that is cut by a kill; 0 = none
    #[arg(long)]
    kill_devices: Option<usize>,
    /// A third storm, in which so many of a hundred devices send bombs and garbage; 0 = none
    #[arg(long, default_value_t = 0)]
    hostile_percent: usize,
    /// A server that runs already, `host:port`; its process cannot be measured or killed
    #[arg(long)]
    server: Option<SocketAddr>,
    /// The token of that server
    #[arg(long, requires = "server")]
    token: Option<String>,
    /// The first of that server's hamlets, which have numbers in a row
    #[arg(long, default_value_t = site::FIRST_HAMLET)]
    first_hamlet: u32,
    /// The server's program, for the others
    #[arg(long, required_unless_present = "server")]
    sampan: Option<PathBuf>,
    /// Cargo adds it
    #[arg(long, hide = true)]
    bench: bool,
}

/// One line of JSON: what the storm took.
#[derive(Debug, Serialize)]
struct Line {
    devices: usize,
    records: usize,
    edits: usize,
    roster: usize,
    wall_s: f64,
    server_cpu_s: Option<f64>,
    generator_cpu_s: f64,
    bytes_up: u64,
    bytes_down: u64,
    messages_per_phone: f64,
    messages_per_phone_max: u64,
    put_off: u64,
    post_p95_ms: f64,
    peak_rss_bytes: Option<u64>,
    disk_bytes: Option<u64>,
    changes_per_server_cpu_s: Option<f64>,
    kill_devices: usize,
    acked: u64,
    acked_lost: Option<u64>,
}

/// What all phones together sent and got.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Bytes of requests, heads included.
    pub up: AtomicU64,
    /// Bytes of answers, heads included.
    pub down: AtomicU64,
    /// Answers that told to come again later.
    pub put_off: AtomicU64,
    /// Milliseconds from sending a bundle to its receipt.
    pub post_ms: Mutex<Vec<f64>>,
}

impl Traffic {
    fn post_p95_ms(&self) -> f64 {
        let mut took = self.post_ms.lock().expect("nobody panics here").clone();
        took.sort_by(f64::total_cmp);
        took.get(took.len() * 95 / 100).copied().unwrap_or_default()
    }
}

fn main() {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(weather(arguments));
}

async fn weather(arguments: Arguments) {
    let line = calm_then_storm(&arguments, 0).await;
    let kill_devices = arguments.kill_devices.unwrap_or(arguments.devices.min(200));
    let (acked, lost) = match (&arguments.server, kill_devices) {
        (Some(_), _) | (_, 0) => (0, None),
        (None, devices) => {
            let cut = Arguments {
                devices,
                ..arguments.clone()
            };
            let (acked, lost) = storm_with_a_kill(&cut).await;
            (acked, Some(lost))
        }
    };
    let line = Line {
        kill_devices,
        acked,
        acked_lost: lost,
        ..line
    };
    println!(
        "{}",
        serde_json::to_string(&line).expect("numbers are JSON")
    );
    let cpu = line.changes_per_server_cpu_s;
    cpu.inspect(|rate| println!("{}", STORM_CHANGES_PER_SERVER_CPU_S.line(*rate)));
    let rss = line.peak_rss_bytes;
    rss.inspect(|rss| println!("{}", STORM_RSS_MIB.line(*rss as f64 / 1_048_576.0)));
    println!("{}", STORM_MESSAGES_PER_PHONE.line(line.messages_per_phone));
    lost.inspect(|lost| println!("{}", STORM_ACKED_LOST.line(*lost as f64)));
    if arguments.hostile_percent > 0 {
        let bombed = calm_then_storm(&arguments, arguments.hostile_percent).await;
        let ratio = bombed.post_p95_ms / line.post_p95_ms;
        println!("{}", HOSTILE_P95_RATIO.line(ratio));
    }
}

fn plan(arguments: &Arguments) -> Plan {
    Plan {
        devices: arguments.devices,
        records: arguments.records,
        edits: arguments.edits,
        per_hamlet: arguments.per_hamlet,
        roster: arguments.roster,
        first_hamlet: arguments.first_hamlet,
    }
}

async fn site(arguments: &Arguments, plan: &Plan) -> Site {
    match (arguments.server, &arguments.token) {
        (Some(address), Some(token)) => Site::elsewhere(address, token),
        _ => {
            let sampan = arguments.sampan.as_ref().expect("asked for by clap");
            Site::start(sampan, plan.hamlets()).await
        }
    }
}

/// Everything before the storm: devices, rosters, what every phone recorded without signal.
async fn calm(site: &Site, plan: &Plan) -> Vec<Worker> {
    let office = Office::new(site);
    eprintln!("{} phones enrol", plan.devices);
    let phones = office.phones(plan).await;
    eprintln!("{} residents on the rosters", plan.roster * plan.hamlets());
    let rosters = office.rosters(plan).await;
    eprintln!("phones pull the rosters and record without signal");
    office.record(plan, phones, &rosters).await
}

async fn calm_then_storm(arguments: &Arguments, hostile_percent: usize) -> Line {
    let plan = plan(arguments);
    let site = site(arguments, &plan).await;
    let phones = calm(&site, &plan).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut raging = Vec::new();
    for hostile in Office::new(&site).hostile(&plan, hostile_percent).await {
        raging.push(tokio::spawn(hostile.rage(site.address(), stop.clone())));
    }
    let before = site.usage();
    eprintln!("the storm, with {} hostile devices", raging.len());
    let traffic = Arc::new(Traffic::default());
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    let phones = all_at_once(&site, phones, &traffic).await;
    let (wall_s, generator_cpu_s) = (wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
    stop.store(true, Ordering::Relaxed);
    worker::agree(&phones, &plan);
    let taken = Taken {
        before,
        after: site.usage(),
        wall_s,
        generator_cpu_s,
    };
    line(&plan, &taken, &phones, &traffic)
}

/// Every phone has signal at the same moment; ends when every phone has everything.
async fn all_at_once(site: &Site, phones: Vec<Worker>, traffic: &Arc<Traffic>) -> Vec<Worker> {
    let mut sessions = Vec::new();
    for mut phone in phones {
        phone.connect(site.address(), traffic.clone(), None);
        sessions.push(tokio::spawn(phone.back_in_signal(site.clock())));
    }
    let mut phones = Vec::new();
    for session in sessions {
        phones.push(session.await.expect("no phone panics"));
    }
    phones
}

/// What a storm took.
struct Taken {
    before: Option<Usage>,
    after: Option<Usage>,
    wall_s: f64,
    generator_cpu_s: f64,
}

fn line(plan: &Plan, taken: &Taken, phones: &[Worker], traffic: &Traffic) -> Line {
    let messages = || phones.iter().map(Worker::messages);
    let begun = taken.before.as_ref().map_or(0.0, |before| before.cpu_s);
    let server_cpu_s = taken.after.as_ref().map(|after| after.cpu_s - begun);
    let changes = plan.devices * (2 * plan.records + plan.edits);
    Line {
        devices: plan.devices,
        records: plan.devices * plan.records,
        edits: plan.devices * plan.edits,
        roster: plan.roster,
        wall_s: taken.wall_s,
        server_cpu_s,
        generator_cpu_s: taken.generator_cpu_s,
        bytes_up: traffic.up.load(Ordering::Relaxed),
        bytes_down: traffic.down.load(Ordering::Relaxed),
        messages_per_phone: messages().sum::<u64>() as f64 / plan.devices as f64,
        messages_per_phone_max: messages().max().unwrap_or_default(),
        put_off: traffic.put_off.load(Ordering::Relaxed),
        post_p95_ms: traffic.post_p95_ms(),
        peak_rss_bytes: taken.after.as_ref().map(|after| after.peak_rss_bytes),
        disk_bytes: taken.after.as_ref().map(|after| after.disk_bytes),
        changes_per_server_cpu_s: server_cpu_s.map(|cpu_s| changes as f64 / cpu_s),
        kill_devices: 0,
        acked: 0,
        acked_lost: None,
    }
}

/// Acknowledged changes, and how many of them a restarted server does not know.
async fn storm_with_a_kill(arguments: &Arguments) -> (u64, u64) {
    let plan = plan(arguments);
    let mut site = site(arguments, &plan).await;
    let mut phones = calm(&site, &plan).await;
    eprintln!("a storm that is cut");
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let traffic = Arc::new(Traffic::default());
    for phone in &mut phones {
        phone.connect(site.address(), traffic.clone(), Some(told.clone()));
    }
    drop(told);
    let clock = site.clock();
    let sessions: Vec<_> = (phones.into_iter())
        .map(|phone| tokio::spawn(phone.back_in_signal(clock.clone())))
        .collect();
    let mut acked: Vec<Answered> = Vec::new();
    while acked.len() < plan.devices.div_ceil(2) {
        acked.push(heard.recv().await.expect("half of the phones are answered"));
    }
    site.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    while let Ok(answered) = heard.try_recv() {
        acked.push(answered);
    }
    site.start_again().await;
    let mut lost = 0;
    for answered in &acked {
        lost += answered.lost(site.address()).await;
    }
    eprintln!("the others go on");
    let mut phones = Vec::new();
    for session in sessions {
        phones.push(session.await.expect("no phone panics"));
    }
    worker::agree(&phones, &plan);
    (acked.iter().map(Answered::changes).sum(), lost)
}
