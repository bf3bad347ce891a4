//! Replays: published campaigns, played again on a server from sealed bundles alone.
//!
//! A replay enrols authors, hands in targets, field work and opening figures on its own clock,
//! then asks the server what it counts. What was published appears only as the inputs and as
//! what the answers are compared with.

use serde::Serialize;
use shared::percent::{NumberStyle, Percent, PercentMode, Share};
use shared::time::LocalDay;
use shared::unit::UnitTree;

use super::draw::Seed;
use super::fieldwork::RECORDS_PER_BUNDLE;
use super::hand_in::Taken;
use super::world::{DemoError, world, world_with};
use crate::author::SealedBundle;
use crate::server::Server;
use crate::store::Store;

mod answers;
mod binh_duong;
mod ca_mau;
mod ha_noi;
mod journeys;
mod office;
mod play;
mod reform_day;
mod roster;
mod sample;
mod script;
mod shares;
mod soc_trang;
mod thanh_hoa;
mod whole;

/// Which campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replay {
    /// Cà Mau, February and March 2023: residents without a card, classified one by one.
    CaMau,
    /// Thanh Hóa, to August 2023: cards, e-IDs and online services of the big province.
    ThanhHoa,
    /// Hà Nội, July and August 2022: registers cleaned at three levels.
    HaNoi,
    /// Bình Dương, July to September 2023: e-IDs activated, beyond target and plan.
    BinhDuong,
    /// Sóc Trăng, October and November 2023: e-ID accounts collected, accepted, activated.
    SocTrang,
    /// 1 July 2025: Cà Mau and Sóc Trăng under the units of the reform.
    ReformDay,
}

impl Replay {
    /// Every replay.
    pub const ALL: [Self; 6] = [
        Self::CaMau,
        Self::ThanhHoa,
        Self::HaNoi,
        Self::BinhDuong,
        Self::SocTrang,
        Self::ReformDay,
    ];

    /// Its stable kebab-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CaMau => "ca-mau",
            Self::ThanhHoa => "thanh-hoa",
            Self::HaNoi => "ha-noi",
            Self::BinhDuong => "binh-duong",
            Self::SocTrang => "soc-trang",
            Self::ReformDay => "reform-day",
        }
    }

    /// The morning after its last day, on which its figures are read.
    #[must_use]
    pub fn morning_after(self) -> LocalDay {
        match self.script() {
            Some(script) => LocalDay(script.last_day().0 + 1),
            None => reform_day::morning_after(),
        }
    }

    /// The codes of the provinces whose figures it makes, as they are named on that morning.
    #[must_use]
    pub fn provinces(self) -> Vec<&'static str> {
        match self.script() {
            Some(script) => vec![script.province],
            None => reform_day::PROVINCES.to_vec(),
        }
    }

    /// What was published; `None` where campaigns are played again on other units.
    fn script(self) -> Option<script::Script> {
        match self {
            Self::CaMau => Some(ca_mau::script()),
            Self::ThanhHoa => Some(thanh_hoa::script()),
            Self::HaNoi => Some(ha_noi::script()),
            Self::BinhDuong => Some(binh_duong::script()),
            Self::SocTrang => Some(soc_trang::script()),
            Self::ReformDay => None,
        }
    }

    /// The units it plays on: hamlets everywhere in the provinces whose hamlets the reform moved,
    /// elsewhere in the whole province or only in the commune with records.
    ///
    /// # Errors
    /// [`DemoError::UnitFile`] or [`DemoError::Units`], if the build is damaged.
    pub fn units(self, mode: Mode, seed: Seed) -> Result<UnitTree, DemoError> {
        match (self, self.script()) {
            (Self::ThanhHoa | Self::HaNoi | Self::BinhDuong, Some(script)) => {
                let under = match mode {
                    Mode::Sample => script.sample.commune,
                    Mode::Full => script.province,
                };
                world_with(seed, &[under])
            }
            _ => world(seed),
        }
    }
}

/// How much of a campaign is made of single records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// One commune's hamlets have residents and phones; everything else is opening figures.
    Sample,
    /// Every commune's: whoever took a published step is a resident with a dossier. What offices
    /// report stays opening figures, for nobody's step is in it.
    Full,
}

/// How a campaign is played.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// How much of it is made of single records.
    pub mode: Mode,
    /// Of everything that is generated.
    pub seed: Seed,
    /// Is told how far it is, now and then; only [`Mode::Full`] takes long enough.
    pub headway: &'a dyn Fn(Headway),
}

impl Manner<'_> {
    /// Tells nobody how far it is.
    #[must_use]
    pub fn quiet(mode: Mode, seed: Seed) -> Self {
        Self {
            mode,
            seed,
            headway: &|_| {},
        }
    }
}

/// How far a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headway {
    /// The reported day that is worked up to.
    pub as_of: LocalDay,
    /// Hamlets that work up to it.
    pub hamlets: usize,
    /// Those of them that are done.
    pub hamlets_done: usize,
    /// Saves handed in, since the first day.
    pub records: u64,
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayReport {
    /// Which campaign.
    pub replay: Replay,
    /// How much of it.
    pub mode: Mode,
    /// Figures as the server counts them.
    pub figures: Vec<Figure>,
    /// What was compared.
    pub checks: Vec<Check>,
    /// What was handed in.
    pub taken: Taken,
    /// What a record costs on its way up, by facts codec.
    pub record_bytes: Vec<RecordBytes>,
}

impl ReplayReport {
    /// Whether every check found what it expected.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.checks.iter().all(Check::holds)
    }
}

/// One figure of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The unit's name.
    pub unit: String,
    /// What is counted.
    pub indicator: String,
    /// The last day counted, ISO 8601.
    pub as_of: String,
    /// How many.
    pub count: u64,
    /// How many were wanted, where a target says so.
    pub target: Option<u64>,
    /// The count in percent of the target, cut to 2 decimals.
    pub percent: Option<String>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What is compared.
    pub name: &'static str,
    /// What was published, or must be so.
    pub expected: String,
    /// What the server says.
    pub found: String,
}

impl Check {
    pub(super) fn new(name: &'static str, expected: &str, found: impl ToString) -> Self {
        Self {
            name,
            expected: expected.to_owned(),
            found: found.to_string(),
        }
    }

    /// Whether it found what it expected.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.expected == self.found
    }
}

/// What the records of phones cost in bundles of [`RECORDS_PER_BUNDLE`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordBytes {
    /// The facts codec.
    pub codec: u8,
    /// Bundles measured.
    pub bundles: u64,
    /// Records in them.
    pub records: u64,
    /// Changes in them.
    pub changes: u64,
    /// Bytes of facts in them, all sections together.
    pub facts_bytes: u64,
    /// Bytes of facts for one record.
    pub facts_bytes_per_record: f64,
    /// Bytes of a sealed bundle that are not facts.
    pub envelope_bytes_per_bundle: f64,
}

impl RecordBytes {
    /// Measures the full bundles among these; those that mix codecs count under the higher.
    #[must_use]
    pub fn of<'b>(bundles: impl Iterator<Item = &'b SealedBundle>) -> Vec<Self> {
        let mut measured = std::collections::BTreeMap::<u8, [u64; 5]>::new();
        for bundle in bundles.filter(|bundle| bundle.records == RECORDS_PER_BUNDLE) {
            let codec = bundle.facts.iter().map(|facts| facts.codec).max();
            let facts: usize = bundle.facts.iter().map(|facts| facts.bytes).sum();
            let sums = measured.entry(codec.unwrap_or_default()).or_default();
            let parts = [1, bundle.records, bundle.changes, facts, bundle.bytes.len()];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part as u64;
            }
        }
        let of = |(codec, [bundles, records, changes, facts_bytes, bytes]): (u8, [u64; 5])| Self {
            codec,
            bundles,
            records,
            changes,
            facts_bytes,
            facts_bytes_per_record: ratio(facts_bytes, records),
            envelope_bytes_per_bundle: ratio(bytes - facts_bytes, bundles),
        };
        measured.into_iter().map(of).collect()
    }
}

/// Plays a campaign on a server that holds nothing of it yet, and replaces the server's units
/// with those the campaign was run on.
///
/// # Errors
/// [`DemoError`]. Checks that fail are no error: see [`ReplayReport::holds`].
pub async fn replay<S: Store>(
    server: &Server<S>,
    replay: Replay,
    manner: Manner<'_>,
) -> Result<ReplayReport, DemoError> {
    server.set_units(replay.units(manner.mode, manner.seed)?);
    match replay {
        Replay::CaMau => ca_mau::played(server, manner).await,
        Replay::ThanhHoa => thanh_hoa::played(server, manner).await,
        Replay::HaNoi => ha_noi::played(server, manner).await,
        Replay::BinhDuong => binh_duong::played(server, manner).await,
        Replay::SocTrang => soc_trang::played(server, manner).await,
        Replay::ReformDay => reform_day::played(server, manner).await,
    }
}

/// A share in percent as reports print it, or a dash.
pub(super) fn percent(part: u64, whole: u64, decimals: u8) -> String {
    let percent = Percent::of(Share { part, whole }, decimals, PercentMode::Truncate);
    NumberStyle::English.percent(percent)
}

fn ratio(part: u64, whole: u64) -> f64 {
    (part as f64 / whole as f64 * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::secrets::Secrets;
    use crate::server::Foundation;
    use crate::store::Memory;
    use crate::writer::Writer;

    fn server() -> Server<Memory> {
        let store = Memory::new();
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[1; 32])),
            units: UnitTree::default(),
            epoch: 1,
        };
        Server::new(store.clone(), Writer::direct(store), foundation)
    }

    #[tokio::test]
    async fn the_server_counts_what_soc_trang_published() {
        let report = replay(
            &server(),
            Replay::SocTrang,
            Manner::quiet(Mode::Sample, [7; 32]),
        )
        .await;
        let report = report.unwrap();
        assert!(report.holds(), "{:#?}", report.checks);
    }
}
