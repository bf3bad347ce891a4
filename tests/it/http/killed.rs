//! A server of another process, killed while phones hand in their work.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use clap::Parser as _;
use server::cli::{Cli, run};
use server::http::Token;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::phone::Phone;
use super::wire::{HAMLET, PROVINCE, Site, try_exchange};

/// Set for the process that is to be the server.
const DATA: &str = "SAMPAN_TEST_DATA";

const UNITS: &str = "id,code,kind,name,parent,valid_from,valid_to,successors
1,,province,Cà Mau,,,,
2,,commune,Đất Mới,1,,,
3,,hamlet,Ấp 1,2,,,
";

const PHONES: usize = 4;

/// Bundles each phone hands in before and after each kill.
const BUNDLES_EACH: usize = 6;

/// How often the server is killed; `SAMPAN_CHECK=long` kills it 200 times, and `cargo xtask kill` as
/// often as it was asked.
const KILLS: usize = 20;
const KILLS_LONG: usize = 200;

/// Serves, when the test below starts this binary a second time for that; otherwise there is
/// nothing to do.
#[tokio::test]
async fn serves_when_asked_to_by_the_test_that_kills_it() {
    if let Ok(data) = std::env::var(DATA) {
        let words = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--clock-at",
            "2023-11-20",
        ];
        command(Path::new(&data), &words).await;
    }
}

#[tokio::test]
async fn killed_while_phones_hand_in_it_has_all_it_acknowledged_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let units = folder.path().join("units.csv");
    fs::write(&units, UNITS).unwrap();
    let made = command(&data, &["init", "--units", units.to_str().unwrap()]).await;
    assert_eq!(made, ExitCode::SUCCESS);

    let kills = kills();
    let (mut child, mut site) = start(&data).await;
    let mut phones = Vec::new();
    for n in 0..PHONES {
        phones.push(site.phone(n as u8 + 1, "team-member", HAMLET).await);
    }
    for kill in 0..kills {
        let uploads: Vec<_> = (phones.iter_mut().enumerate())
            .map(|(n, phone)| work(phone, kill * PHONES + n))
            .collect();
        let acknowledged = killed_amid(&uploads, (&mut child, &site)).await;
        (child, site) = start(&data).await;
        for (bundle, receipt) in &acknowledged {
            assert_eq!(site.push(bundle).await, *receipt, "kill {kill}");
        }
        for bundle in uploads.iter().flatten() {
            site.push(bundle).await;
        }
    }
    let dossiers = super::figure(&site, PROVINCE.0, "dossiers").await;
    assert_eq!(dossiers, (kills * PHONES * BUNDLES_EACH) as u64);
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    assert_eq!(command(&data, &["verify"]).await, ExitCode::SUCCESS);
}

fn kills() -> usize {
    let is_long = std::env::var("SAMPAN_CHECK").is_ok_and(|it| it == "long");
    match std::env::var("SAMPAN_KILLS") {
        Ok(asked) => asked.parse().expect("a number of kills"),
        Err(_) if is_long => KILLS_LONG,
        Err(_) => KILLS,
    }
}

/// All phones hand in at once, and the server dies in the middle of it; what it acknowledged.
async fn killed_amid(
    uploads: &[Vec<Vec<u8>>],
    (child, site): (&mut Child, &Site),
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    for bundles in uploads.iter().cloned() {
        let (told, address) = (told.clone(), site.address);
        tokio::spawn(async move {
            for bundle in bundles {
                let Ok(receipt) = push(address, &bundle).await else {
                    return;
                };
                let _enough_heard = told.send((bundle, receipt));
            }
        });
    }
    drop(told);
    let half = PHONES * BUNDLES_EACH / 2;
    let mut acknowledged = Vec::new();
    while let Some(answered) = heard.recv().await {
        acknowledged.push(answered);
        if acknowledged.len() == half {
            child.start_kill().unwrap();
        }
    }
    child.wait().await.unwrap();
    assert!(acknowledged.len() >= half);
    acknowledged
}

/// A phone's bundles, each with a resident of its own.
fn work(phone: &mut Phone, n: usize) -> Vec<Vec<u8>> {
    let bundle = |m| {
        let number = format!("099085{:06}", n * BUNDLES_EACH + m);
        let written = phone.resident("Nguyễn Văn An", &number);
        phone.bundle(&written)
    };
    (0..BUNDLES_EACH).map(bundle).collect()
}

async fn push(address: SocketAddr, bundle: &[u8]) -> std::io::Result<Vec<u8>> {
    let length = bundle.len();
    let head = format!("POST /v1/bundles HTTP/1.1\r\ncontent-length: {length}");
    let answer = try_exchange(address, &head, bundle).await?;
    assert_eq!(answer.status, 200);
    Ok(answer.body)
}

/// Starts a server of its own process and waits until it says where it listens.
async fn start(data: &Path) -> (Child, Site) {
    let name = "http::killed::serves_when_asked_to_by_the_test_that_kills_it";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(DATA, data)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = loop {
        let line = lines.next_line().await.unwrap().expect("a server");
        if let Some((_, address)) = line.split_once("listening at http://") {
            break address.parse().unwrap();
        }
    };
    let token = fs::read_to_string(data.join("token")).unwrap();
    let token: Token = token.trim().parse().unwrap();
    (child, Site::elsewhere(address, token))
}

/// Runs a command of `sampan` on the folder.
async fn command(data: &Path, words: &[&str]) -> ExitCode {
    let (verb, options) = words.split_first().unwrap();
    let folder = ["--data", data.to_str().unwrap()];
    let words = ["sampan", verb].into_iter().chain(folder);
    let words = words.chain(options.iter().copied());
    run(Cli::try_parse_from(words).unwrap()).await
}
