//! What is written at desks: campaigns, targets and teams by coordinators, and what the ministry
//! accepted by officers.

use core::ops::Range;

use shared::catalogue::TargetKind;
use shared::event::{Event, Source, Stamp, Step};
use shared::facts::Name;
use shared::field::PartialDate;
use shared::id::{DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::tally::Indicator;
use shared::time::{LocalDay, UnixSeconds};
use shared::value::Value;

use super::fieldwork::reached;
use super::world::DemoError;
use crate::author::{Author, Write, elsewhere};
use crate::ledger::document::Found;
use crate::server::Server;
use crate::store::Store;

/// A campaign to be written down.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// Where it is run.
    pub unit: UnitId,
    /// What it is called.
    pub name: &'a str,
    /// First day, and the first day after it.
    pub days: Range<LocalDay>,
}

/// A target to be written down.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Whose target.
    pub unit: UnitId,
    /// What is counted.
    pub indicator: Indicator,
    /// Whose figure it is.
    pub kind: TargetKind,
    /// How many.
    pub value: u64,
    /// The first day that counts, where not every day does.
    pub from: Option<LocalDay>,
    /// When it is due.
    pub due: Option<LocalDay>,
}

/// A team to be written down.
#[derive(Debug, Clone)]
pub struct Crew {
    /// Where its document belongs.
    pub unit: UnitId,
    /// Its number.
    pub team: TeamId,
    /// Where it works, for people.
    pub name: String,
}

/// Writes a campaign.
pub fn campaign(author: &mut Author, plan: &Plan<'_>, now: UnixSeconds) -> Name {
    let name = author.new_document();
    let last = LocalDay(plan.days.end.0 - 1);
    let write = Write::founding(name, Kind::Campaign, plan.unit)
        .put(Key::CAMPAIGN_NAME, plan.name)
        .put(Key::CAMPAIGN_FROM, date(plan.days.start))
        .put(Key::CAMPAIGN_TO, date(last));
    author.save(now, vec![write]);
    name
}

/// Writes a target.
pub fn target(author: &mut Author, campaign: Name, wanted: Wanted, now: UnixSeconds) {
    let link = Value::Bytes(campaign.document().0.to_vec());
    let write = Write::founding(author.new_document(), Kind::Target, wanted.unit)
        .put(Key::TARGET_CAMPAIGN, link)
        .put(Key::TARGET_INDICATOR, u64::from(wanted.indicator.code()))
        .put(Key::TARGET_KIND, u64::from(wanted.kind.code()))
        .put(Key::TARGET_VALUE, wanted.value)
        .put_some(Key::TARGET_FROM, wanted.from.map(date))
        .put_some(Key::TARGET_DUE, wanted.due.map(date));
    author.save(now, vec![write]);
}

fn date(day: LocalDay) -> u64 {
    PartialDate::of_day(day).to_packed().into()
}

/// Writes a team.
pub fn team(author: &mut Author, crew: &Crew, now: UnixSeconds) {
    let name = format!("Tổ công nghệ số cộng đồng {}", crew.name);
    let write = Write::founding(author.new_document(), Kind::Team, crew.unit)
        .put(Key::TEAM_NAME, name.as_str())
        .put(Key::TEAM_NUMBER, u64::from(crew.team.0));
    author.save(now, vec![write]);
}

/// Enters a step that each of these dossiers took, such as that the ministry accepted it, upon
/// what the server shows of it.
///
/// # Errors
/// [`DemoError`].
pub async fn enter<S: Store>(
    server: &Server<S>,
    (officer, step): (&mut Author, Step),
    dossiers: &[DocumentId],
    time: UnixSeconds,
) -> Result<(), DemoError> {
    for &dossier in dossiers {
        let unit = show(server, officer, dossier).await?;
        let stamp = Stamp {
            at: time.local_minute(),
            unit,
            team: TeamId::default(),
        };
        let what = reached(step, Source::Officer);
        let write = Write::to(elsewhere(dossier)).event(&Event { what, stamp });
        officer.save(time, vec![write]);
    }
    Ok(())
}

/// Shows an author what the server has of a document; gives its unit.
///
/// # Errors
/// [`DemoError::NotThere`], and others when the ledger cannot be read.
pub async fn show<S: Store>(
    server: &Server<S>,
    author: &mut Author,
    document: DocumentId,
) -> Result<UnitId, DemoError> {
    let Found::Document(found) = server.ledger().document(document).await? else {
        return Err(DemoError::NotThere);
    };
    author.show(document, found.row)?;
    Ok(found.place.stream.unit)
}
