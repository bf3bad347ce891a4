//! Published campaigns, played again on a file, count what was published.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::path::Path;
use std::sync::Arc;

use server::demo::{Mode, Replay, ReplayReport, replay, world};
use server::secrets::Secrets;
use server::server::{Foundation, Server};
use server::store::{Redb, RedbConfig};
use server::writer::{Writer, WriterConfig};

const CACHE_BYTES: usize = 16 * 1024 * 1024;

async fn played(folder: &Path, seed: u8) -> ReplayReport {
    let config = RedbConfig {
        path: folder.join("sampan.redb"),
        cache_bytes: CACHE_BYTES,
    };
    let store = Redb::create(&config).unwrap();
    let writer = Writer::queued(store.clone(), WriterConfig::default()).unwrap();
    let foundation = Foundation {
        secrets: Arc::new(Secrets::from_master(&[seed; 32])),
        units: world([seed; 32]).unwrap(),
        epoch: 1,
    };
    let server = Server::new(store, writer, foundation);
    let report = replay(&server, Replay::SocTrang, Mode::Sample, [seed; 32]).await;
    report.unwrap()
}

#[tokio::test]
async fn soc_trang_comes_out_as_published_whoever_lives_there() {
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let report = played(folder.path(), seed).await;
        assert!(report.holds(), "seed {seed}: {:#?}", report.checks);
        assert!(!report.record_bytes.is_empty());
    }
}
