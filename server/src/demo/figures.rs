//! What a server counts, summed over the leaves of a unit, and what its targets want.

use std::collections::BTreeSet;

use shared::id::{Audience, StreamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::tally::{Indicator, NO_DAY};
use shared::time::LocalDay;
use shared::value::Value;

use super::world::DemoError;
use crate::ledger::document::Found;
use crate::ledger::history::{Step, read_step};
use crate::server::Server;
use crate::store::{ScanLimit, Store, TallyQuery};

/// How often `indicator` was counted at the leaves of `unit` up to and including `as_of`.
///
/// # Errors
/// [`DemoError`].
pub async fn counted<S: Store>(
    server: &Server<S>,
    unit: UnitId,
    indicator: Indicator,
    as_of: LocalDay,
) -> Result<u64, DemoError> {
    let query = TallyQuery {
        units: server.units().leaves_under(unit, as_of),
        indicators: vec![indicator.code()],
        days: NO_DAY..=as_of,
    };
    let tallies = server.ledger().store().tallies(query).await;
    let tallies = tallies.map_err(crate::ledger::LedgerError::from)?;
    Ok(tallies.iter().map(|tally| tally.count).sum())
}

/// The sum of `unit`'s own targets for `indicator`; `None` if it has none.
///
/// # Errors
/// [`DemoError`].
pub async fn target<S: Store>(
    server: &Server<S>,
    unit: UnitId,
    indicator: Indicator,
) -> Result<Option<u64>, DemoError> {
    let mut sum = None;
    for row in documents(server, unit).await? {
        let number = |key: &Key| row.get(key).and_then(Value::as_uint);
        let is_it = row.kind() == Some(Kind::Target)
            && number(&Key::TARGET_INDICATOR) == Some(indicator.code().into());
        if let Some(value) = number(&Key::TARGET_VALUE).filter(|_| is_it) {
            sum = Some(sum.unwrap_or(0) + value);
        }
    }
    Ok(sum)
}

/// The documents of a unit's team stream.
pub(super) async fn documents<S: Store>(
    server: &Server<S>,
    unit: UnitId,
) -> Result<Vec<Row>, DemoError> {
    let (ledger, audience) = (server.ledger(), Audience::Team);
    let stream = StreamId { unit, audience };
    let page = ledger.store().scan(stream, 0, ScanLimit::WIDEST).await;
    let page = page.map_err(crate::ledger::LedgerError::from)?;
    let mut ids = BTreeSet::new();
    for (_, bytes) in &page.entries {
        if let Step::Change(sealed) = read_step(bytes)? {
            ids.insert(sealed.document);
        }
    }
    let mut rows = Vec::new();
    for id in ids {
        if let Found::Document(found) = ledger.document(id).await? {
            rows.push(found.row);
        }
    }
    Ok(rows)
}
