//! Bounds of the network side: name with unit, value, and why that number.

use core::time::Duration;

use crate::rate::Rate;

/// Connections open at once. A province has some 3,000 phones, each there for seconds a day;
/// consoles and waiting pulls take one each.
pub const CONNECTIONS_MAX: usize = 4_096;

/// Connections one address may have open: half of all, for many phones share one.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = CONNECTIONS_MAX / 2;

/// How long greeting by TLS may take: some four flights on a bad line.
pub const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);

/// How often the files of the certificate are looked at.
pub const CERTIFICATE_LOOK_TIME: Duration = Duration::from_secs(60);

/// Bytes of a file with a certificate, or of one with a key.
pub const CERTIFICATE_BYTES_MAX: u64 = 256 * 1024;

/// Addresses whose doings are remembered, of each kind: some 4 MiB.
pub const ADDRESSES_MAX: usize = 65_536;

/// Requests of an address that failed. A commune has some 60 phones; those a restored server does
/// not know any more ask once a minute each.
pub const FAILURES: Rate = Rate {
    burst: 600,
    per_minute: 120,
};

/// Passwords typed at one address, right or wrong: a school of coordinators on one morning.
pub const PASSWORDS: Rate = Rate {
    burst: 60,
    per_minute: 12,
};

/// Pages and files of the app fetched from one address: 200 phones load it at once, and a
/// phone that has it asks for one file a day.
pub const PAGES: Rate = Rate {
    burst: 6_000,
    per_minute: 3_000,
};

/// How long a request's head may take, also the first on a silent connection.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(10);

/// Bytes of a request's head and of the read buffer.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Header fields of a request.
pub const HEAD_FIELDS_MAX: usize = 64;

/// How long a body may stand still. Slow is normal in villages, silence is not.
pub const BODY_STALL_TIME_MAX: Duration = Duration::from_secs(20);

/// How long a whole body may take: the longest bundle at 20 kbit/s.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(120);

/// Bytes of a console's JSON.
pub const JSON_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a request to import: the largest file in base64, and what is said about it.
pub const IMPORT_BYTES_MAX: usize = crate::import::limits::FILE_BYTES_MAX / 3 * 4 + 64 * 1024;

/// Bytes of a table that is to leave as a file.
pub const EXPORT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Frozen reports in one answer.
pub const REPORTS_LISTED_MAX: usize = 200;

/// Lines of the audit in one answer.
pub const AUDIT_LINES_MAX: usize = 1_000;

/// How long one connection may live: a client that reads too slowly is cut off at last.
pub const CONNECTION_TIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// Consoles that listen to events at once.
pub const EVENT_LISTENERS_MAX: usize = 256;

/// Events that wait for a slow console before it is told to load anew.
pub const EVENTS_QUEUED_MAX: usize = 16;

/// How long hints are gathered into one event.
pub const EVENT_GATHER_TIME: Duration = Duration::from_millis(250);

/// Streams one event may name; more are told as `all`.
pub const EVENT_STREAMS_MAX: usize = 256;

/// How often a silent event stream shows that it lives.
pub const EVENT_HEARTBEAT: Duration = Duration::from_secs(15);

/// How long stopping waits for open requests.
pub const STOP_TIME_MAX: Duration = Duration::from_secs(10);

/// How long stopping then waits for the writer.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(20);

/// How long accepting pauses when the system has no more connections to give.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a sender is told to wait after a failure that may pass.
pub const RETRY_SECONDS: u32 = 30;

/// Files of the browser app in one folder and its `assets`.
pub const WEB_FILES_MAX: usize = 256;

/// Bytes of one file of the browser app.
pub const WEB_FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What a sender is told to wait while the disk is nearly full: somebody has to make room.
pub const NO_ROOM_RETRY_SECONDS: u32 = 300;

/// Hamlets of which unions are listed at once: several times a large commune's.
pub const UNION_UNITS_MAX: usize = 256;
