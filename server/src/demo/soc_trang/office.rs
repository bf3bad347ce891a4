//! Who works at a desk: the province's coordinator and the sample commune's officer.

use std::collections::BTreeMap;

use shared::event::{Event, Figure as Carried, Opening, Stamp, What};
use shared::facts::Name;
use shared::id::{TeamId, UnitId};
use shared::kind::Kind;
use shared::limits::EVENT_FIGURES_MAX;
use shared::permission::Role;
use shared::tally::Indicator;
use shared::time::UnixSeconds;

use super::campaign::{Campaign, Recorded, Report, recorded};
use crate::author::{Author, Write};
use crate::demo::desk::{self, Crew, Plan, Wanted};
use crate::demo::draw::Seed;
use crate::demo::fieldwork::{EidStep, team_of};
use crate::demo::world::{DemoError, Part, enrolled};
use crate::server::Server;
use crate::store::Store;

/// The two of them, and the balances they keep.
pub(super) struct Office {
    pub(super) coordinator: Author,
    pub(super) officer: Author,
    balances: BTreeMap<UnitId, Name>,
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
            label: label.to_owned(),
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
            opened: now,
        })
    }

    /// The campaign, the targets of province, districts and communes, and the sample's teams.
    pub(super) fn set_targets(&mut self, campaign: &Campaign<'_>) {
        let (author, now) = (&mut self.coordinator, self.opened);
        let campaign_name = desk::campaign(
            author,
            &Plan {
                unit: campaign.province,
                name: "90 ngày đêm kích hoạt tài khoản định danh điện tử",
                days: campaign.days.campaign.clone(),
            },
            now,
        );
        let day = campaign.days.last();
        let is_hamlet = |unit: UnitId| campaign.tree.children(unit, day).next().is_none();
        for (&unit, &value) in campaign
            .targets
            .iter()
            .filter(|(unit, _)| !is_hamlet(**unit))
        {
            let wanted = Wanted {
                unit,
                indicator: Indicator::EidActivated,
                value,
            };
            desk::target(author, campaign_name, wanted, now);
        }
        for hamlet in campaign.hamlets(campaign.sample) {
            let named = campaign
                .tree
                .get(hamlet, day)
                .map(|unit| unit.full_name_vi());
            let crew = Crew {
                unit: campaign.sample,
                team: team_of(hamlet),
                name: named.unwrap_or_default(),
            };
            desk::team(author, &crew, now);
        }
    }

    /// Carries one report's figures of every commune but the sample.
    pub(super) fn carry(
        &mut self,
        campaign: &Campaign<'_>,
        report: Report,
        time: UnixSeconds,
    ) -> Result<(), DemoError> {
        for commune in campaign
            .communes()
            .filter(|commune| *commune != campaign.sample)
        {
            let figures = campaign.carried(commune, report, &Recorded::default())?;
            self.book(commune, &figures, time);
        }
        Ok(())
    }

    /// Carries what the records of the sample commune do not say.
    pub(super) fn carry_rest(
        &mut self,
        campaign: &Campaign<'_>,
        eid: &[EidStep],
        time: UnixSeconds,
    ) -> Result<(), DemoError> {
        let recorded = recorded(eid, &campaign.days);
        for report in [Report::October, Report::November] {
            let figures = campaign.carried(campaign.sample, report, &recorded)?;
            self.book(campaign.sample, &figures, time);
        }
        Ok(())
    }

    /// Adds figures to a commune's balance.
    fn book(&mut self, commune: UnitId, figures: &[Carried], time: UnixSeconds) {
        let mut write = match self.balances.get(&commune) {
            Some(name) => Write::to(*name),
            None => {
                let name = self.coordinator.new_document();
                self.balances.insert(commune, name);
                Write::founding(name, Kind::Balance, commune)
            }
        };
        for figures in figures.chunks(EVENT_FIGURES_MAX) {
            let figures = figures.to_vec();
            let stamp = Stamp {
                at: time.local_minute(),
                unit: commune,
                team: TeamId::default(),
            };
            write = write.event(&Event {
                what: What::Opening(Opening { figures }),
                stamp,
            });
        }
        self.coordinator.save(time, vec![write]);
    }
}
