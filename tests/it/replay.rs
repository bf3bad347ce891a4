//! Published campaigns, played again on a file, count what was published.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::path::Path;
use std::sync::Arc;

use server::demo::{Manner, Mode, Replay, ReplayReport, replay, world};
use server::secrets::Secrets;
use server::server::{Foundation, Server};
use server::store::{Redb, RedbConfig};
use server::writer::{Writer, WriterConfig};

const CACHE_BYTES: usize = 16 * 1024 * 1024;

async fn played(campaign: Replay, folder: &Path, seed: u8) -> ReplayReport {
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
    let report = replay(&server, campaign, Manner::quiet(Mode::Sample, [seed; 32])).await;
    report.unwrap()
}

async fn comes_out_as_published(campaign: Replay, seed: u8) {
    let folder = tempfile::tempdir().unwrap();
    let report = played(campaign, folder.path(), seed).await;
    let wrong: Vec<_> = report.checks.iter().filter(|one| !one.holds()).collect();
    assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
    assert!(!report.record_bytes.is_empty());
}

#[tokio::test]
async fn soc_trang_comes_out_as_published_whoever_lives_there() {
    for seed in [1, 2] {
        comes_out_as_published(Replay::SocTrang, seed).await;
    }
}

#[tokio::test]
async fn ca_mau_has_every_resident_classified() {
    comes_out_as_published(Replay::CaMau, 3).await;
}

#[tokio::test]
async fn thanh_hoa_comes_out_as_published() {
    comes_out_as_published(Replay::ThanhHoa, 4).await;
}

#[tokio::test]
async fn ha_noi_comes_out_cut_and_rounded() {
    comes_out_as_published(Replay::HaNoi, 5).await;
}

#[tokio::test]
async fn binh_duong_comes_out_beyond_its_target_and_its_plan() {
    comes_out_as_published(Replay::BinhDuong, 6).await;
}

#[tokio::test]
async fn the_reform_loses_no_figure_and_no_late_record() {
    comes_out_as_published(Replay::ReformDay, 7).await;
}
