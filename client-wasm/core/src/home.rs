//! A household with those who live there.

use serde::Serialize;
use shared::engine::Engine;
use shared::id::DocumentId;
use shared::key::Key;
use shared::kind::Kind;
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::client::Client;
use crate::today::Task;
use crate::views::{Line, home_of, line};

/// The home of one resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HomeView {
    /// The household.
    pub household: DocumentId,
    /// By whose name it goes.
    pub name: String,
    /// The canal it lies on; may be empty.
    pub canal: String,
    /// Where it is; may be empty.
    pub address: String,
    /// Who lives there, the resident asked about, too; in the order of lists.
    pub members: Vec<Line>,
    /// What is to be done for the others.
    pub tasks: Vec<Task>,
}

impl<E: Engine> Client<E> {
    /// The home of a dossier, by any of its ids, at `now`; `None` if nobody wrote it.
    pub fn home(&self, dossier: &DocumentId, now: UnixSeconds) -> Option<HomeView> {
        let state = self.state()?;
        let root = state.confirmed.root(dossier);
        let (household, home) = home_of(state, state.found.get(&root)?)?;
        let row = state.row(&self.engine, &household);
        let text = |key: &Key| row.get(key).and_then(Value::as_text).unwrap_or_default();
        let lives_here = |one: DocumentId| state.confirmed.root(&one) == household;
        let mut members: Vec<_> = (state.found.iter())
            .filter(|(_, found)| found.kind == Kind::Dossier && !found.is_withdrawn)
            .filter(|(_, found)| found.household.is_some_and(lives_here))
            .collect();
        members.sort_by_key(|(id, found)| (found.order.clone(), **id));
        let members = members
            .into_iter()
            .map(|(id, found)| line(state, id, found));
        Some(HomeView {
            household,
            name: home.name.clone(),
            canal: text(&Key::CANAL).to_owned(),
            address: text(&Key::HOUSEHOLD_ADDRESS).to_owned(),
            members: members.collect(),
            tasks: self.rest_of_home(&root, now),
        })
    }

    /// Canals that households of this phone lie on, by name.
    pub fn canals(&self) -> Vec<String> {
        let found = self
            .state()
            .into_iter()
            .flat_map(|state| state.found.iter());
        let canals = found.filter_map(|(_, found)| found.canal.as_deref());
        let named: std::collections::BTreeSet<&str> =
            canals.filter(|canal| !canal.is_empty()).collect();
        named.into_iter().map(str::to_owned).collect()
    }
}
