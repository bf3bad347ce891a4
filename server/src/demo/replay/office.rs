//! Who works at a desk: the province's coordinator and the sample commune's officer.

use std::collections::BTreeMap;

use shared::event::{Event, Figure as Carried, Opening, Stamp, What};
use shared::facts::Name;
use shared::id::{TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::EVENT_FIGURES_MAX;
use shared::permission::Role;
use shared::time::UnixSeconds;
use shared::value::Value;

use super::shares::{Campaign, Recorded};
use crate::author::{Author, Write};
use crate::demo::desk::{self, Crew, Plan, Wanted};
use crate::demo::draw::Seed;
use crate::demo::fieldwork::team_of;
use crate::demo::world::{DemoError, Part, enrolled};
use crate::server::Server;
use crate::store::Store;

/// The two of them, and the balances they keep.
pub(super) struct Office {
    pub(super) coordinator: Author,
    pub(super) officer: Author,
    balances: BTreeMap<UnitId, Name>,
    /// Balances that say how it stands; each is withdrawn when the next one is written.
    standing: BTreeMap<UnitId, Name>,
    opened: UnixSeconds,
}

impl Office {
    pub(super) async fn opened<S: Store>(
        server: &Server<S>,
        campaign: &Campaign<'_>,
        seed: Seed,
        now: UnixSeconds,
    ) -> Result<Self, DemoError> {
        let part = |label: &str, role, unit| Part {
            label: format!("{label} of {}", campaign.script.name),
            role,
            unit,
            team: TeamId::default(),
        };
        let coordinator = part("Coordinator", Role::Coordinator, campaign.province);
        let officer = part("Officer", Role::CommunePolice, campaign.sample);
        Ok(Self {
            coordinator: enrolled(server, coordinator, seed, now).await?,
            officer: enrolled(server, officer, seed, now).await?,
            balances: BTreeMap::new(),
            standing: BTreeMap::new(),
            opened: now,
        })
    }

    /// The campaign, the targets of province, districts and communes, and the sample's teams.
    pub(super) fn set_targets(&mut self, campaign: &Campaign<'_>) {
        let (author, now) = (&mut self.coordinator, self.opened);
        let plan = Plan {
            unit: campaign.province,
            name: campaign.script.campaign,
            days: campaign.script.days.clone(),
        };
        let campaign_name = desk::campaign(author, &plan, now);
        for goal in &campaign.script.goals {
            for (unit, value) in campaign.wanted(goal) {
                let wanted = Wanted {
                    unit,
                    indicator: goal.indicator,
                    kind: goal.kind,
                    value,
                    from: goal.from,
                    due: goal.due,
                };
                desk::target(author, campaign_name, wanted, now);
            }
        }
        let day = campaign.script.last_day();
        for &hamlet in campaign.places_of(campaign.sample) {
            let named = campaign.tree.get(hamlet, day);
            let named = named.map(|unit| unit.full_name_vi());
            let crew = Crew {
                unit: campaign.sample,
                team: team_of(hamlet),
                name: named.unwrap_or_default(),
            };
            desk::team(author, &crew, now);
        }
    }

    /// Carries one report's figures of every unit but the sample.
    pub(super) fn carry(
        &mut self,
        campaign: &Campaign<'_>,
        report: usize,
        time: UnixSeconds,
    ) -> Result<(), DemoError> {
        for owner in campaign.carriers() {
            let figures = campaign.carried(owner, report, &Recorded::new())?;
            self.book(owner, &figures, time);
            let standing = campaign.carried_standing(owner, report);
            self.book_standing(owner, &standing, time);
        }
        Ok(())
    }

    /// Carries what the records of the sample commune do not say.
    pub(super) fn carry_rest(
        &mut self,
        campaign: &Campaign<'_>,
        recorded: &Recorded,
        time: UnixSeconds,
    ) -> Result<(), DemoError> {
        for report in 0..campaign.script.reports.len() {
            let figures = campaign.carried(campaign.sample, report, recorded)?;
            self.book(campaign.sample, &figures, time);
        }
        Ok(())
    }

    /// Adds figures to a unit's balance.
    fn book(&mut self, unit: UnitId, figures: &[Carried], time: UnixSeconds) {
        if figures.is_empty() {
            return;
        }
        let write = match self.balances.get(&unit) {
            Some(name) => Write::to(*name),
            None => {
                let name = self.coordinator.new_document();
                self.balances.insert(unit, name);
                Write::founding(name, Kind::Balance, unit)
            }
        };
        self.coordinator
            .save(time, vec![with_figures(write, unit, figures, time)]);
    }

    /// Says how a unit stands now, and no longer how it stood before.
    fn book_standing(&mut self, unit: UnitId, figures: &[Carried], time: UnixSeconds) {
        let mut writes = Vec::new();
        if let Some(before) = self.standing.remove(&unit) {
            writes.push(Write::to(before).put(Key::WITHDRAWN, Value::Bool(true)));
        }
        if !figures.is_empty() {
            let name = self.coordinator.new_document();
            self.standing.insert(unit, name);
            let write = Write::founding(name, Kind::Balance, unit);
            writes.push(with_figures(write, unit, figures, time));
        }
        self.coordinator.save(time, writes);
    }
}

fn with_figures(mut write: Write, unit: UnitId, figures: &[Carried], time: UnixSeconds) -> Write {
    for figures in figures.chunks(EVENT_FIGURES_MAX) {
        let figures = figures.to_vec();
        let stamp = Stamp {
            at: time.local_minute(),
            unit,
            team: TeamId::default(),
        };
        write = write.event(&Event {
            what: What::Opening(Opening { figures }),
            stamp,
        });
    }
    write
}
