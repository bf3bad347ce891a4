//! Commands on the files of a server that is not running.

use std::fs;

use shared::permission::Grant;

use super::{Backup, Folder, Init, Invite, Restore, Stop};
use crate::backup::restore::{Source, restore as restored};
use crate::backup::{self, KEYS_DAYS_MAX, Pair, Progress};
use crate::clock::random;
use crate::demo::units::{national_tree, parse};
use crate::foundation::{self, NewSecrets, Opened};
use crate::http::Token;
use crate::server::{Offer, Server};
use crate::store::Redb;
use crate::verify::{Report, verify as count};
use crate::writer::Writer;

pub(super) async fn init(init: Init) -> Result<(), Stop> {
    let units = match init.units {
        None => national_tree()?,
        Some(path) => {
            let csv = fs::read_to_string(&path);
            parse(&csv.map_err(|source| Stop::Read { path, source })?)?
        }
    };
    let new = NewSecrets {
        master: random()?,
        token: Token::from_bytes(random()?),
        vault: random()?,
    };
    let folder = init.folder.files();
    foundation::create(&folder, &units, new).await?;
    println!("made {:?}", folder.path());
    println!("back up {:?} apart from the store", folder.key());
    Ok(())
}

pub(super) async fn invite(invite: Invite) -> Result<(), Stop> {
    let server = open(&invite.folder).await?;
    let grant = Grant {
        role: invite.role,
        units: invite.units(),
        team: invite.team(),
    };
    let offer = Offer {
        grant,
        label: invite.label,
    };
    let circumstances = invite.clock.clock().circumstances()?;
    println!("{}", server.invite(offer, circumstances).await?);
    Ok(())
}

pub(super) async fn verify(folder: Folder) -> Result<(), Stop> {
    let opened = foundation::open_checked(&folder.files()).await?;
    tell(&count(&served(opened)).await?)
}

pub(super) async fn backup(backup: Backup) -> Result<(), Stop> {
    let server = open(&backup.folder).await?;
    let now = backup.clock.clock().now();
    let pair = backup::save(&server, &backup.to, now, show).await?;
    println!("{:?}", pair.store);
    println!(
        "{:?}: keep it apart, and for {KEYS_DAYS_MAX} days at most",
        pair.keys
    );
    Ok(())
}

pub(super) async fn restore(restore: Restore) -> Result<(), Stop> {
    let source = Source {
        pair: Pair {
            store: restore.store,
            keys: restore.keys,
        },
        master: restore.key,
        token: Token::from_bytes(random()?),
        now: restore.clock.clock().now(),
    };
    let folder = restore.folder.files();
    let opened = restored(&folder, source, show).await?;
    println!(
        "made {:?}, epoch {}",
        folder.path(),
        opened.foundation.epoch
    );
    println!("programs get a new token, in {:?}", folder.token());
    tell(&count(&served(opened)).await?)
}

/// A word about the progress, for whoever waits.
fn show(progress: Progress) {
    let Progress { rows, rows_all } = progress;
    eprintln!("{rows} of {rows_all} rows");
}

/// Prints what was counted; any difference is a failure.
fn tell(report: &Report) -> Result<(), Stop> {
    let line = serde_json::to_string(report).unwrap_or_default();
    println!("{line}");
    match report.is_clean() {
        true => Ok(()),
        false => Err(Stop::Differs),
    }
}

pub(super) async fn open(folder: &Folder) -> Result<Server<Redb>, Stop> {
    Ok(served(foundation::open(&folder.files()).await?))
}

fn served(opened: Opened) -> Server<Redb> {
    let writer = Writer::direct(opened.store.clone());
    Server::new(opened.store, writer, opened.foundation)
}
