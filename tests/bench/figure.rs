//! Every figure the project measures: its name, its goal, its unit, and its one line of JSON.
//!
//! A figure is measured by a benchmark or a build, never by a test: tests do not look at clocks.
//! A new figure is one constant here, named in [`ALL`].

// The benchmarks and the commands both include this file, and each uses its own part of it.
#![allow(dead_code)]

use serde::Serialize;

/// What a value is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Smaller is better, and this is small enough.
    AtMost(f64),
    /// Larger is better, and this is large enough.
    AtLeast(f64),
    /// Printed for comparison only.
    None,
}

/// One figure: what is measured, against which goal, in which unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Its name, unit or scale last.
    pub name: &'static str,
    /// What its value is held against.
    pub goal: Goal,
    /// The unit of value and goal.
    pub unit: &'static str,
}

/// The app module as a phone downloads it.
pub const WASM_APP_BROTLI_KB: Figure = at_most("wasm_app_brotli_kb", 60.0, "kB");
/// The history module as a phone downloads it.
pub const WASM_HISTORY_BROTLI_KB: Figure = at_most("wasm_history_brotli_kb", 240.0, "kB");

/// Everything a phone downloads before it can be used: page, worker, app module.
pub const APP_FIRST_USE_BROTLI_KB: Figure = at_most("app_first_use_brotli_kb", 160.0, "kB");
/// Everything the web app is made of: field app, console, both modules, service worker.
pub const APP_BROTLI_KB: Figure = at_most("app_brotli_kb", 480.0, "kB");

/// Facts of one of 50 records that travel together, in codec 0 (columns).
pub const BYTES_UP_PER_RECORD_50_CODEC_0: Figure = shown("bytes_up_per_record_50_codec_0", "B");
/// The same in codec 1 (columns, deflated).
pub const BYTES_UP_PER_RECORD_50_CODEC_1: Figure = shown("bytes_up_per_record_50_codec_1", "B");
/// The same in codec 2 (guesses), which phones send.
pub const BYTES_UP_PER_RECORD_50_CODEC_2: Figure =
    at_most("bytes_up_per_record_50_codec_2", 20.0, "B");
/// A bundle of two sections without its facts.
pub const BUNDLE_ENVELOPE_BYTES: Figure = at_most("bundle_envelope_bytes", 360.0, "B");
/// Facts of a record that travels alone, in codec 0.
pub const LONE_RECORD_BYTES_CODEC_0: Figure = shown("lone_record_bytes_codec_0", "B");
/// The same in codec 1.
pub const LONE_RECORD_BYTES_CODEC_1: Figure = shown("lone_record_bytes_codec_1", "B");
/// The same in codec 2.
pub const LONE_RECORD_BYTES_CODEC_2: Figure = at_most("lone_record_bytes_codec_2", 60.0, "B");
/// A record that travels alone, sealed: what one QR code must hold.
pub const LONE_RECORD_BUNDLE_BYTES: Figure = at_most("lone_record_bundle_bytes", 430.0, "B");
/// Decode, derive, hash, fold; the row read and written.
pub const CPU_US_PER_CHANGE: Figure = at_most("cpu_us_per_change", 20.0, "us");
/// Automerge loading, applying and saving the same documents.
pub const CPU_US_PER_CHANGE_AUTOMERGE: Figure = shown("cpu_us_per_change_automerge", "us");
/// How many times more CPU that takes.
pub const AUTOMERGE_TO_ROW_CPU_RATIO: Figure = at_least("automerge_to_row_cpu_ratio", 4.0, "x");
/// What a phone does for one change: edit, hash, fold.
pub const CPU_US_PER_EDIT: Figure = shown("cpu_us_per_edit", "us");

/// What the app takes with 12,000 dossiers: how many there were and how many times slower its
/// browser was made; from the last digit of the PIN until the list is painted; from a key in the
/// search box until what was found is painted; from the tap that saves until "saved" is painted;
/// what page and worker hold in scripts, buffers and the core's module.
pub const PHONE: [Figure; 6] = [
    shown("phone_dossiers", "dossiers"),
    shown("phone_throttle", "x"),
    at_most("phone_unlock_to_list_ms", 1_500.0, "ms"),
    at_most("phone_search_ms", 50.0, "ms"),
    at_most("phone_save_ms", 100.0, "ms"),
    at_most("phone_heap_mib_12000", 60.0, "MiB"),
];
/// The same with 100,000 dossiers.
pub const PHONE_LARGE: [Figure; 6] = [
    shown("phone_dossiers_100000", "dossiers"),
    shown("phone_throttle_100000", "x"),
    shown("phone_unlock_to_list_ms_100000", "ms"),
    shown("phone_search_ms_100000", "ms"),
    shown("phone_save_ms_100000", "ms"),
    at_most("phone_heap_mib_100000", 150.0, "MiB"),
];
/// At 256 kbit/s, from when a slow phone first asks for its dossiers: until a hamlet's 500 are
/// listed, and until a commune's 6,000 are.
pub const PHONE_FIRST_SYNC: [Figure; 2] = [
    at_most("first_hamlet_usable_s", 3.0, "s"),
    at_most("commune_s", 15.0, "s"),
];

/// Bytes of a phone's first pull of 12,000 dossiers, for each.
pub const FIRST_SYNC_BYTES_PER_DOSSIER: Figure = at_most("first_sync_bytes_per_dossier", 20.0, "B");
/// What that costs the server once another phone has asked the same.
pub const FIRST_SYNC_SERVER_CPU_S: Figure = at_most("first_sync_server_cpu_s", 0.05, "s");
/// Request and answer of a pull that finds nothing new in 15 streams.
pub const IDLE_SYNC_BODY_BYTES: Figure = at_most("idle_sync_body_bytes", 300.0, "B");
/// A change from sealed bundle to durable file: crypto, gate, store.
pub const CPU_US_PER_CHANGE_STORED: Figure = at_most("cpu_us_per_change_stored", 50.0, "us");

/// A dossier with four changes in the file, its changes standing in the log one by one.
pub const FILE_BYTES_PER_DOSSIER_LOGGED: Figure = shown("file_bytes_per_dossier_logged", "B");
/// The same once it is closed.
pub const FILE_BYTES_PER_DOSSIER_CLOSED: Figure =
    at_most("file_bytes_per_dossier_closed", 1_300.0, "B");
/// What closing one takes: history read, automerge asked, facts packed, durable commit.
pub const CPU_US_PER_DOSSIER_CLOSED: Figure = shown("cpu_us_per_dossier_closed", "us");

/// Durable changes a server takes in for each second of its processors, in a storm.
pub const STORM_CHANGES_PER_SERVER_CPU_S: Figure =
    at_least("storm_changes_per_server_cpu_s", 15_000.0, "changes/s");
/// The most memory a server took in a storm.
pub const STORM_RSS_MIB: Figure = at_most("storm_rss_mib", 60.0, "MiB");
/// Requests of one phone until it holds its peers' work.
pub const STORM_MESSAGES_PER_PHONE: Figure = at_most("storm_messages_per_phone", 4.0, "requests");
/// Changes acknowledged and gone after the server was killed in a storm.
pub const STORM_ACKED_LOST: Figure = at_most("storm_acked_lost", 0.0, "changes");

/// How much longer honest bundles wait when a fifth of all devices sends bombs.
pub const HOSTILE_P95_RATIO: Figure = at_most("hostile_p95_ratio", 2.0, "x");

/// Random worlds lived since the tally was begun.
pub const SIM_WORLDS: Figure = at_least("sim_worlds", 50_000.0, "worlds");
/// Those of 20 to 60 people.
pub const SIM_WORLDS_LARGE: Figure = at_least("sim_worlds_large", 100.0, "worlds");
/// Worlds of both that did not end as they must.
pub const SIM_FAILED: Figure = at_most("sim_failed", 0.0, "worlds");
/// How fast a core lives them, in the last run.
pub const SIM_WORLDS_PER_MINUTE: Figure =
    at_least("sim_worlds_per_minute_per_core", 500.0, "worlds");

/// Losses of power under the server's store since the tally was begun.
pub const CRASH_POINTS: Figure = at_least("crash_points", 100_000.0, "points");
/// Those of them with a second one in the recovery.
pub const CRASH_DOUBLE: Figure = shown("crash_points_double", "points");
/// Lives of a server in which something acknowledged was gone, or the store did not open.
pub const CRASH_FAILED: Figure = at_most("crash_failed", 0.0, "lives");
/// How fast a core loses power, in the last run.
pub const CRASH_POINTS_PER_SECOND: Figure = shown("crash_points_per_second_per_core", "points");
/// How often the server was killed amid uploads since the tally was begun.
pub const KILLS: Figure = at_least("kills", 200.0, "kills");
/// What it had acknowledged and did not have any more.
pub const KILLS_LOST: Figure = at_most("kills_acked_lost", 0.0, "bundles");
/// Inputs that nobody honest sends, read by parsers since the tally was begun.
pub const FUZZ_RUNS: Figure = at_least("fuzz_runs", 50e6, "inputs");
/// Those that the gate decided about.
pub const FUZZ_RUNS_GATE: Figure = at_least("fuzz_runs_gate", 2e6, "inputs");
/// How many of them made a reader panic or broke a promise.
pub const FUZZ_PANICS: Figure = at_most("fuzz_panics", 0.0, "inputs");
/// The longest that one took.
pub const FUZZ_SLOWEST_MS: Figure = at_most("fuzz_slowest_ms", 250.0, "ms");
/// The most memory all of them took.
pub const FUZZ_RSS_MIB: Figure = at_most("fuzz_rss_mib", 256.0, "MiB");

/// Minutes of phones over real HTTP since the tally was begun.
pub const SOAK_MINUTES: Figure = at_least("soak_minutes", 60.0, "min");
/// Bundles handed in meanwhile.
pub const SOAK_BUNDLES: Figure = shown("soak_bundles", "bundles");
/// Receipts that were not the same after the server was killed and started again.
pub const SOAK_LOST: Figure = at_most("soak_acked_lost", 0.0, "bundles");
/// From a bundle to its receipt, in the last run.
pub const SOAK_P99_MS: Figure = shown("soak_p99_ms", "ms");
/// Memory of the last quarter against the second, in the last run, once the store's cache is full.
pub const SOAK_RSS_DRIFT: Figure = at_most("soak_rss_drift_percent", 5.0, "%");
/// Memory at the end of the last run, of which 8 MiB are the store's cache.
pub const SOAK_RSS_MIB: Figure = shown("soak_rss_mib", "MiB");
/// Growth of the file for each bundle of one resident, in the last run.
pub const SOAK_FILE_BYTES: Figure = shown("soak_file_bytes_per_bundle", "B");

/// Dossiers behind the console's figures.
pub const CONSOLE_DOSSIERS: Figure = at_least("console_dossiers", 100_000.0, "dossiers");
/// The first answers after a start, with everything that is remembered from then on.
pub const CONSOLE_FIRST_MS: Figure = shown("console_first_answers_ms", "ms");
/// From handing in a bundle until an open page has heard of it and has the new figure.
pub const CONSOLE_NEWS_MS: Figure = at_most("console_news_ms", 5_000.0, "ms");
/// Each view of the console over HTTP: the slowest of its variants.
pub const CONSOLE_VIEWS: [Figure; 11] = [
    at_most("console_progress_p99_ms", 100.0, "ms"),
    at_most("console_breakdown_p99_ms", 100.0, "ms"),
    at_most("console_services_p99_ms", 100.0, "ms"),
    at_most("console_reported_p99_ms", 100.0, "ms"),
    at_most("console_doubles_p99_ms", 100.0, "ms"),
    at_most("console_freshness_p99_ms", 100.0, "ms"),
    at_most("console_pace_p99_ms", 100.0, "ms"),
    at_most("console_units_p99_ms", 100.0, "ms"),
    at_most("console_devices_p99_ms", 100.0, "ms"),
    at_most("console_held_p99_ms", 100.0, "ms"),
    at_most("console_cohorts_p99_ms", 100.0, "ms"),
];

/// Dossiers of the server that starts again.
pub const RESTART_DOSSIERS: Figure = at_least("restart_dossiers", 100_000.0, "dossiers");
/// From the files of a killed server to its first answer.
pub const RESTART_MS: Figure = at_most("restart_ms", 5_000.0, "ms");

/// All figures of `bench`, in the order of the documentation.
pub const ALL: [&[Figure]; 7] = [
    &[
        BYTES_UP_PER_RECORD_50_CODEC_0,
        BYTES_UP_PER_RECORD_50_CODEC_1,
        BYTES_UP_PER_RECORD_50_CODEC_2,
        BUNDLE_ENVELOPE_BYTES,
        LONE_RECORD_BYTES_CODEC_0,
        LONE_RECORD_BYTES_CODEC_1,
        LONE_RECORD_BYTES_CODEC_2,
        LONE_RECORD_BUNDLE_BYTES,
        CPU_US_PER_CHANGE,
        CPU_US_PER_CHANGE_AUTOMERGE,
        AUTOMERGE_TO_ROW_CPU_RATIO,
        CPU_US_PER_EDIT,
        FIRST_SYNC_BYTES_PER_DOSSIER,
        FIRST_SYNC_SERVER_CPU_S,
        IDLE_SYNC_BODY_BYTES,
        CPU_US_PER_CHANGE_STORED,
        FILE_BYTES_PER_DOSSIER_LOGGED,
        FILE_BYTES_PER_DOSSIER_CLOSED,
        CPU_US_PER_DOSSIER_CLOSED,
        CONSOLE_DOSSIERS,
        CONSOLE_FIRST_MS,
        CONSOLE_NEWS_MS,
    ],
    &CONSOLE_VIEWS,
    &[
        RESTART_DOSSIERS,
        RESTART_MS,
        WASM_APP_BROTLI_KB,
        WASM_HISTORY_BROTLI_KB,
        APP_FIRST_USE_BROTLI_KB,
        APP_BROTLI_KB,
    ],
    &PHONE,
    &PHONE_LARGE,
    &PHONE_FIRST_SYNC,
    &[
        STORM_CHANGES_PER_SERVER_CPU_S,
        STORM_RSS_MIB,
        STORM_MESSAGES_PER_PHONE,
        STORM_ACKED_LOST,
    ],
];

impl Figure {
    /// The measured value as one line of JSON: `figure`, `value`, `goal`, `unit`.
    ///
    /// `goal` is text such as `<= 60`, or null. The value is rounded to four decimals, which is
    /// finer than any of our measurements.
    pub fn line(&self, value: f64) -> String {
        self.json(Some((value * 1e4).round() / 1e4))
    }

    /// The same line with null for the value: what is measured, before it is.
    pub fn goal_line(&self) -> String {
        self.json(None)
    }

    fn json(&self, value: Option<f64>) -> String {
        let goal = match self.goal {
            Goal::AtMost(bound) => Some(format!("<= {bound}")),
            Goal::AtLeast(bound) => Some(format!(">= {bound}")),
            Goal::None => None,
        };
        let line = Line {
            figure: self.name,
            value,
            goal,
            unit: self.unit,
        };
        serde_json::to_string(&line).expect("text and numbers are always JSON")
    }
}

/// The order of the keys is the order people read them in.
#[derive(Serialize)]
struct Line {
    figure: &'static str,
    value: Option<f64>,
    goal: Option<String>,
    unit: &'static str,
}

/// A figure that should not grow beyond `bound`.
pub const fn at_most(name: &'static str, bound: f64, unit: &'static str) -> Figure {
    Figure {
        name,
        goal: Goal::AtMost(bound),
        unit,
    }
}

/// A figure that should not fall below `bound`.
pub const fn at_least(name: &'static str, bound: f64, unit: &'static str) -> Figure {
    Figure {
        name,
        goal: Goal::AtLeast(bound),
        unit,
    }
}

/// A figure without a goal, printed for comparison.
pub const fn shown(name: &'static str, unit: &'static str) -> Figure {
    Figure {
        name,
        goal: Goal::None,
        unit,
    }
}
