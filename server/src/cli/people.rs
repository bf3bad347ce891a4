//! Erasing people, and the record of who did what, on the files of a server that is not running.

use std::fs;

use shared::id::Audience;
use shared::permission::Role;

use super::files::open;
use super::{AuditStep, AuditVerify, Erase, ExportPerson, Stop};
use crate::audit::{SignedHead, verify_chain};
use crate::clock::Clock;
use crate::ledger::audit::Act;
use crate::server::ExportScope;

pub(super) async fn erase(erase: Erase) -> Result<(), Stop> {
    let server = open(&erase.folder).await?;
    let circumstances = erase.clock.clock().circumstances()?;
    let linked = server
        .erase(erase.dossier, erase.reason, circumstances)
        .await?;
    println!(
        "erased {}; phones forget when they next reach the server",
        erase.dossier
    );
    for other in linked {
        println!("another dossier has the same personal number and stays: {other}");
    }
    Ok(())
}

/// A keeper holds every key: the export has everything.
pub(super) async fn export(asked: ExportPerson) -> Result<(), Stop> {
    let server = open(&asked.folder).await?;
    let now = asked.clock.clock().now();
    let found = server.find_dossier(asked.dossier).await?;
    let (id, document) = found.ok_or(Stop::NoDossier)?;
    let scope = ExportScope {
        role: Role::Auditor,
        audience: Audience::Police,
    };
    let exported = server.export_person((id, &document), scope, now).await?;
    server.note(Act::Exported { dossier: id }, now).await?;
    let text = serde_json::to_string_pretty(&exported);
    println!("{}", text.unwrap_or_default());
    Ok(())
}

pub(super) async fn audit(step: AuditStep) -> Result<(), Stop> {
    match step {
        AuditStep::Verify(asked) => verify(asked).await,
        AuditStep::Head(folder) => {
            let head = open(&folder)
                .await?
                .audit_head(Clock::system().now())
                .await?;
            println!("{head}");
            Ok(())
        }
    }
}

async fn verify(asked: AuditVerify) -> Result<(), Stop> {
    let given = match asked.heads {
        None => Vec::new(),
        Some(path) => {
            let text = fs::read_to_string(&path);
            heads(&text.map_err(|source| Stop::Read { path, source })?)?
        }
    };
    let report = verify_chain(&open(&asked.folder).await?, &given).await?;
    println!("{}", serde_json::to_string(&report).unwrap_or_default());
    match report.is_clean() {
        true => Ok(()),
        false => Err(Stop::ChainBroken),
    }
}

fn heads(text: &str) -> Result<Vec<SignedHead>, Stop> {
    let lines = text.lines().enumerate();
    let head = |(n, line): (usize, &str)| {
        let line_number = n + 1;
        line.parse().map_err(|source| Stop::BadHead {
            line: line_number,
            source,
        })
    };
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(head)
        .collect()
}
