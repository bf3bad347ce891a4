//! Hours of phones over real HTTP: whether memory, file and waiting stay as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Parser as _;
use serde::{Deserialize, Serialize};
use server::cli::{Cli, run};
use server::http::Token;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

use crate::figure::{
    SOAK_BUNDLES, SOAK_FILE_BYTES, SOAK_LOST, SOAK_MINUTES, SOAK_P99_MS, SOAK_RSS_DRIFT,
    SOAK_RSS_MIB,
};
use crate::http::phone::Phone;
use crate::http::wire::{HAMLET, Site};
use crate::tally;

#[derive(clap::Args)]
pub struct Options {
    /// Minutes of it
    #[arg(long, default_value_t = 60)]
    minutes: u64,
}

#[derive(clap::Args)]
pub struct Served {
    data: PathBuf,
}

/// What all runs on this machine came to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    minutes: u64,
    bundles: u64,
    /// Receipts that were not the same after the server was started again.
    lost: u64,
}

const PHONES: u8 = 16;

/// Between two bundles of one phone: a busy day, a few hundred times as fast.
const REST: Duration = Duration::from_millis(400);

/// Every so many-th bundle is followed by a pull.
const PULL_EVERY: u64 = 5;

/// Less than the file has after some minutes. A cache that is still filling looks like a leak: with
/// the usual one, memory follows the file for hours.
const CACHE_MIB: &str = "8";

const UNITS: &str = "id,code,kind,name,parent,valid_from,valid_to,successors
1,,province,Cà Mau,,,,
2,,commune,Đất Mới,1,,,
3,,hamlet,Ấp 1,2,,,
";

const MIB: f64 = 1024.0 * 1024.0;

/// What was measured in one run.
#[derive(Debug, Default)]
struct Measured {
    waited: Vec<Duration>,
    /// Bytes of memory and of the file, by the minute.
    memory: Vec<f64>,
    file: Vec<f64>,
    bundles: u64,
    /// Some bundles and what was answered.
    kept: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The server's process.
pub fn serve(served: &Served) -> bool {
    let words = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--clock-at",
        "2023-11-20",
        "--cache-mib",
        CACHE_MIB,
    ];
    block_on(command(&served.data, &words)) == ExitCode::SUCCESS
}

/// Whether nothing acknowledged was lost, in this run and before.
pub fn soak(options: &Options, kept: &Path) -> bool {
    let mut tally: Tally = tally::read(kept);
    let (measured, lost) = block_on(soaked(options.minutes));
    tally.minutes += options.minutes;
    tally.bundles += measured.bundles;
    tally.lost += lost;
    tally::write(kept, &tally);
    println!("{}", SOAK_MINUTES.line(tally.minutes as f64));
    println!("{}", SOAK_BUNDLES.line(tally.bundles as f64));
    println!("{}", SOAK_LOST.line(tally.lost as f64));
    println!("{}", SOAK_P99_MS.line(p99_ms(measured.waited)));
    println!("{}", SOAK_RSS_DRIFT.line(drift_percent(&measured.memory)));
    let last = measured.memory.last().unwrap_or(&0.0);
    println!("{}", SOAK_RSS_MIB.line(last / MIB));
    let grown = measured.file.last().unwrap_or(&0.0) - measured.file.first().unwrap_or(&0.0);
    println!(
        "{}",
        SOAK_FILE_BYTES.line(grown / measured.bundles.max(1) as f64)
    );
    tally.lost == 0
}

async fn soaked(minutes: u64) -> (Measured, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let units = folder.path().join("units.csv");
    fs::write(&units, UNITS).expect("a writable folder");
    let made = command(&data, &["init", "--units", units.to_str().expect("a path")]).await;
    assert_eq!(made, ExitCode::SUCCESS);
    let (mut child, site) = start(&data).await;
    let measured = work(&site, &child, (&data, minutes)).await;
    end(&mut child).await;
    let (mut child, site) = start(&data).await;
    let mut lost = 0;
    for (bundle, receipt) in &measured.kept {
        lost += u64::from(site.push(bundle).await != *receipt);
    }
    end(&mut child).await;
    (measured, lost)
}

async fn work(site: &Site, child: &Child, (data, minutes): (&Path, u64)) -> Measured {
    let mut phones: Vec<Phone> = Vec::new();
    for seed in 1..=PHONES {
        phones.push(site.phone(seed, "team-member", HAMLET).await);
    }
    let mut measured = Measured::default();
    let (began, mut noted) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(minutes * 60) {
        for phone in &mut phones {
            hand_in(site, phone, &mut measured).await;
            tokio::time::sleep(REST / u32::from(PHONES)).await;
        }
        let minute = began.elapsed().as_secs() / 60;
        if minute >= noted {
            noted = minute + 1;
            measured.memory.push(resident_bytes(child));
            let file = fs::metadata(data.join("sampan.redb"));
            measured
                .file
                .push(file.map_or(0.0, |file| file.len() as f64));
            let mib = measured.memory.last().unwrap_or(&0.0) / MIB;
            eprintln!(
                "{minute} of {minutes} minutes, {} bundles, {mib:.1} MiB",
                measured.bundles
            );
        }
    }
    measured
}

async fn hand_in(site: &Site, phone: &mut Phone, measured: &mut Measured) {
    let number = format!("099085{:06}", measured.bundles % 1_000_000);
    let written = phone.resident("Nguyễn Văn An", &number);
    let bundle = phone.bundle(&written);
    let asked = Instant::now();
    let receipt = site.push(&bundle).await;
    measured.waited.push(asked.elapsed());
    measured.bundles += 1;
    if measured.bundles.is_multiple_of(PULL_EVERY) {
        site.pull(phone).await;
    }
    if measured.bundles.is_multiple_of(50) {
        measured.kept.push((bundle, receipt));
    }
}

async fn start(data: &Path) -> (Child, Site) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg("serve")
        .arg(data)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("this program starts again");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let address = loop {
        let line = lines
            .next_line()
            .await
            .expect("readable")
            .expect("a server");
        if let Some((_, address)) = line.split_once("listening at http://") {
            break address.parse().expect("an address");
        }
    };
    let token = fs::read_to_string(data.join("token")).expect("a token");
    let token: Token = token.trim().parse().expect("a token");
    (child, Site::elsewhere(address, token))
}

async fn end(child: &mut Child) {
    child.start_kill().expect("it runs");
    child.wait().await.expect("it ends");
}

async fn command(data: &Path, words: &[&str]) -> ExitCode {
    let (verb, options) = words.split_first().expect("a command");
    let folder = ["--data", data.to_str().expect("a path")];
    let words = ["sampan", verb].into_iter().chain(folder);
    let words = words.chain(options.iter().copied());
    run(Cli::try_parse_from(words).expect("a command")).await
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    Runtime::new().expect("a runtime").block_on(future)
}

/// Memory that the process has in use; 0 where the system does not tell.
fn resident_bytes(child: &Child) -> f64 {
    let status = child
        .id()
        .map(|id| fs::read_to_string(format!("/proc/{id}/status")));
    let status = status.and_then(Result::ok).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1024.0
}

/// How much the last quarter has more than the second, in percent: the first one warms up.
fn drift_percent(samples: &[f64]) -> f64 {
    let quarter = samples.len() / 4;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let (early, late) = (
        mean(&samples[quarter..2 * quarter]),
        mean(&samples[samples.len() - quarter..]),
    );
    if early == 0.0 {
        0.0
    } else {
        (late / early - 1.0) * 100.0
    }
}

fn p99_ms(mut waited: Vec<Duration>) -> f64 {
    waited.sort();
    let at = waited.len().saturating_sub(1) * 99 / 100;
    waited
        .get(at)
        .map_or(0.0, |waited| waited.as_secs_f64() * 1e3)
}
