//! How long a server with 100,000 dossiers is away: from the files that a killed one leaves to its
//! first answer.
//!
//! The files are copied while the server runs, which is what `kill -9` leaves. Measured is what a
//! start does: keys and store opened and checked, erasures gone on with, the first view of the
//! whole province asked for over HTTP.

use std::fs;
use std::path::Path;
use std::time::Instant;

use server::config::DataFolder;
use server::foundation::{self, NewSecrets, Opened};
use server::http::Token;
use server::server::Circumstances;
use server::store::Redb;
use tokio::runtime::Runtime;

use crate::console::{Browser, TOKEN, dossiers_in, fill, ms, serve, tree};
use crate::figure::{RESTART_DOSSIERS, RESTART_MS};
use crate::sync::{MORNING, Site};

/// Fills a province, leaves it as a kill does, and starts again.
pub fn measure() {
    Runtime::new().expect("threads").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let running = DataFolder::new(folder.path().join("running"));
        let new = NewSecrets {
            master: [9; 32],
            token: Token::from_bytes(TOKEN),
            vault: [2; 32],
        };
        let made = foundation::create(&running, &tree(), new).await;
        made.expect("a server's files");
        let site = site(foundation::open(&running).await.expect("its files"));
        fill(&site).await;
        let left = DataFolder::new(folder.path().join("left"));
        copy_all(running.path(), left.path());
        let begun = Instant::now();
        let site = self::site(foundation::open(&left).await.expect("a killed one's files"));
        let circumstances = Circumstances {
            now: MORNING.plus(5 * 3600),
            seed: [4; 32],
        };
        let finished = site.server.finish_erasures(circumstances).await;
        finished.expect("nothing to erase");
        let mut browser = Browser::at(serve(&site).await).await;
        let progress = browser.ask("progress?unit=1").await;
        let took = ms(begun);
        println!("{}", RESTART_DOSSIERS.line(dossiers_in(&progress)));
        println!("{}", RESTART_MS.line(took));
    });
}

fn site(opened: Opened) -> Site<Redb> {
    Site::of(opened.store, opened.foundation)
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("readable").path();
        let there = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy_all(&path, &there),
            false => drop(fs::copy(&path, &there).expect("a writable folder")),
        }
    }
}
