//! Commands on the files of a server that is not running.

use std::fs;

use shared::permission::Grant;

use super::{Folder, Init, Invite, Stop};
use crate::clock::random;
use crate::demo::units::{national_tree, parse};
use crate::foundation::{self, NewSecrets};
use crate::http::Token;
use crate::server::{Offer, Server};
use crate::verify::verify as count;
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
    let report = count(&open(&folder).await?).await?;
    let line = serde_json::to_string(&report).unwrap_or_default();
    println!("{line}");
    match report.is_clean() {
        true => Ok(()),
        false => Err(Stop::Differs),
    }
}

pub(super) async fn open(folder: &Folder) -> Result<Server<crate::store::Redb>, Stop> {
    let opened = foundation::open(&folder.files()).await?;
    let writer = Writer::direct(opened.store.clone());
    Ok(Server::new(opened.store, writer, opened.foundation))
}
