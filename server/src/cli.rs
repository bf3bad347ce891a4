//! The commands of `sampan`.

mod account;
mod demo;
mod files;
mod import;
mod people;
mod serve;
mod units;

use core::net::IpAddr;
use core::str::FromStr as _;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use shared::event::Step;
use shared::id::{DocumentId, TeamId, UnitId};
use shared::permission::Role;
use shared::tally::Indicator;
use shared::time::LocalDay;
use shared::unit::UnitTreeError;

use crate::account::{BadPassword, LoginName};
use crate::backup::BackupError;
use crate::backup::restore::RestoreError;
use crate::clock::{Clock, NoRandomness};
use crate::config::{CACHE_BYTES, DataFolder};
use crate::demo::units::UnitFileError;
use crate::demo::{DemoError, RESIDENTS_PER_HAMLET, Replay};
use crate::foundation::FoundationError;
use crate::http::{Front, ListenError, Tls, TlsError, TlsFiles, Web};
use crate::import::ImportError;
use crate::import::carry_out::CarryOutError;
use crate::import::order::What;
use crate::import::plan::PlanError;
use crate::import::units::{ImportUnitsError, UnitListError};
use crate::ledger::LedgerError;
use crate::retention::CONTACT_DAYS;
use crate::room::ROOM_MIB_MIN;
use crate::server::{AccountError, CommitError, EraseError, EraseReason, InviteError};
use crate::vault::VaultError;
use crate::writer::WriteError;

/// Keeps the records of field teams and brings them together
#[derive(Debug, Parser)]
#[command(name = "sampan", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the files of a new server
    Init(Init),
    /// Serve phones and consoles until Ctrl-C or SIGTERM
    Serve(Serve),
    /// Invite one device and print the code it scans; the server must be stopped, a running one
    /// takes `POST /v1/invites`
    Invite(Invite),
    /// People who sign in to the console; the server must be stopped
    #[command(subcommand)]
    Account(AccountStep),
    /// Import a table of people, steps, targets or balances from CSV or XLSX, and say what becomes of each
    /// row; the server must be stopped, a running one takes `POST /v1/imports`
    Import(ImportTable),
    /// Import the units of the country, or of a province, as they are published: before a reform,
    /// since, and which went into which. The server must be stopped; see data/README.md
    ImportUnits(ImportUnits),
    /// Take in what flat automerge documents of elsewhere show, one from the plain changes in each
    /// file; the same name, day and files again change nothing. The server must be stopped
    ImportAutomerge(ImportAutomerge),
    /// Erase a person: destroy the keys of everything about them; the server must be stopped
    Erase(Erase),
    /// Print everything held on a person as JSON, for them; the server must be stopped
    ExportPerson(ExportPerson),
    /// The record of who did what; the server must be stopped
    #[command(subcommand)]
    Audit(AuditStep),
    /// Count everything anew from the log, print what was found, fail if anything differs; the
    /// server must be stopped
    Verify(Folder),
    /// Back up into two files, the store's and the keys'; the server must be stopped, a running
    /// one does it by itself (`serve --backups`)
    Backup(Backup),
    /// Make the files of a server from a backup, in a new folder; phones send again what is not
    /// in it
    Restore(Restore),
    /// Serve a commune at work, with invented people, or play a published campaign again
    Demo(Demo),
}

/// Where the server's files are.
#[derive(Debug, Args)]
struct Folder {
    /// Folder with the server's files
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct Init {
    #[command(flatten)]
    folder: Folder,
    /// Units to serve, as in data/units.csv; otherwise the nation as built in, without hamlets
    #[arg(long, value_name = "CSV")]
    units: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    folder: Folder,
    /// Address and port; port 0 takes any free one and prints it
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Folder on another disk to back up into, at once and then every so many hours
    #[arg(long, value_name = "DIR")]
    backups: Option<PathBuf>,
    /// Hours between two backups
    #[arg(long, value_name = "N", default_value_t = 24, requires = "backups")]
    backup_hours: u32,
    /// Days after which notes and phone numbers leave dossiers nobody has written to; 0 keeps them
    #[arg(long, value_name = "N", default_value_t = CONTACT_DAYS)]
    contact_days: u32,
    /// MiB to keep free on the disk: with less, nothing is stored and everything can be read
    #[arg(long, value_name = "MIB", default_value_t = ROOM_MIB_MIN)]
    room_mib: u64,
    /// MiB of the store's page cache: memory grows by so much and no further while it fills
    #[arg(long, value_name = "MIB", default_value_t = CACHE_BYTES >> 20)]
    cache_mib: usize,
    #[command(flatten)]
    front: FrontOptions,
    #[command(flatten)]
    web: WebFolder,
    /// File, best on another computer's disk, that gets a signed head of the audit every hour
    #[arg(long, value_name = "FILE")]
    audit_heads: Option<PathBuf>,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct Backup {
    #[command(flatten)]
    folder: Folder,
    /// Folder for the backup, on another disk
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct Restore {
    /// New folder for the server's files
    #[command(flatten)]
    folder: Folder,
    /// The backup of the store, the newest there is
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// The backup of the keys, the newest there is
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// The master secret, `sampan.key`, unless the environment holds it
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct Demo {
    /// Address and port; port 0 takes any free one and prints it
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// New folder for the server's files, which are kept then
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Play this campaign through phones' bundles, compare every figure with what was published,
    /// and end: ca-mau, thanh-hoa, ha-noi, binh-duong, soc-trang or reform-day
    #[arg(long, value_name = "NAME", value_parser = campaign)]
    replay: Option<Replay>,
    /// Residents of each of the three hamlets
    #[arg(long, value_name = "NUMBER", default_value_t = RESIDENTS_PER_HAMLET)]
    residents: usize,
    /// Replay with single records for one commune and opening figures for all others: the default
    #[arg(long, conflicts_with = "full", requires = "replay")]
    sample: bool,
    /// Replay with single records for everybody, which takes minutes; best from a release build
    #[arg(long, requires = "replay")]
    full: bool,
    /// Print what a replay found as JSON
    #[arg(long)]
    json: bool,
    /// After a replay, serve what was played, on the morning after its last day
    #[arg(long, requires = "replay")]
    serve: bool,
    #[command(flatten)]
    web: WebFolder,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct Invite {
    #[command(flatten)]
    folder: Folder,
    /// Number of a unit; may be given several times
    #[arg(long, required = true)]
    unit: Vec<u32>,
    /// Role, such as team-member
    #[arg(long, value_parser = role)]
    role: Role,
    /// Number of the team; 0 = none
    #[arg(long, default_value_t = 0)]
    team: u32,
    /// Name of the device for people
    #[arg(long)]
    label: String,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct ImportTable {
    #[command(flatten)]
    folder: Folder,
    /// What its rows are: roster, cohort, steps, targets or balances
    #[arg(long, value_parser = what_imported)]
    what: What,
    /// Number of the unit the rows belong to
    #[arg(long)]
    unit: u32,
    /// Where the table comes from, for people
    #[arg(long)]
    source: String,
    /// Day on which it is true
    #[arg(long, value_name = "DAY", value_parser = LocalDay::from_str)]
    as_of: LocalDay,
    /// What the list is called, for a cohort
    #[arg(long, default_value = "")]
    list: String,
    /// The step every row tells, where no column does, such as eid-accepted
    #[arg(long, value_parser = step_named)]
    step: Option<Step>,
    /// What every row counts, where no column says so, such as eid-activated
    #[arg(long, value_parser = Indicator::from_str)]
    indicator: Option<Indicator>,
    /// Only say what would become of each row
    #[arg(long)]
    dry_run: bool,
    /// The table
    file: PathBuf,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct ImportUnits {
    #[command(flatten)]
    folder: Folder,
    /// List of the units until the reform, as CSV or XLSX
    #[arg(long, value_name = "FILE", required_unless_present = "after")]
    before: Option<PathBuf>,
    /// List of the units since
    #[arg(long, value_name = "FILE")]
    after: Option<PathBuf>,
    /// Which unit of before went into which since
    #[arg(long, value_name = "FILE", requires_all = ["before", "after"])]
    mapping: Option<PathBuf>,
    /// First day of the units since
    #[arg(long, value_name = "DAY", value_parser = LocalDay::from_str, default_value = "2025-07-01")]
    reform: LocalDay,
    /// Where the lists come from, for people
    #[arg(long)]
    source: String,
    /// Day on which they are true
    #[arg(long, value_name = "DAY", value_parser = LocalDay::from_str)]
    as_of: LocalDay,
    /// Only say what would become of the units
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct ImportAutomerge {
    #[command(flatten)]
    folder: Folder,
    /// Name of the import for people
    #[arg(long)]
    label: String,
    /// Day on which what is imported is true
    #[arg(long, value_name = "DAY", value_parser = LocalDay::from_str)]
    day: LocalDay,
    /// Number of the hamlet the residents belong to
    #[arg(long)]
    unit: u32,
    /// Files, each with the uncompressed changes of one document, causes first
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct Erase {
    #[command(flatten)]
    folder: Folder,
    /// The person's dossier, 32 hexadecimal digits
    dossier: DocumentId,
    /// Why: request, retention or mistake
    #[arg(long, value_parser = erase_reason)]
    reason: EraseReason,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct ExportPerson {
    #[command(flatten)]
    folder: Folder,
    /// The person's dossier, 32 hexadecimal digits
    dossier: DocumentId,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Subcommand)]
enum AuditStep {
    /// Hold the chain of records against every head kept, print what was found, fail if anything
    /// was changed
    Verify(AuditVerify),
    /// Sign the end of the chain and print it, to be kept elsewhere
    Head(Folder),
}

#[derive(Debug, Args)]
struct AuditVerify {
    #[command(flatten)]
    folder: Folder,
    /// File with heads kept elsewhere, one a line
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum AccountStep {
    /// Make an account; its password is asked for, or read from standard input
    Add(AddAccount),
    /// Print every account as one line of JSON
    List(Folder),
    /// Close an account and sign it out everywhere; what it wrote stays
    Disable(NamedAccount),
    /// Give an account another password and sign it out everywhere
    Password(NamedAccount),
}

#[derive(Debug, Args)]
struct AddAccount {
    #[command(flatten)]
    account: NamedAccount,
    /// Its owner's name, for people
    #[arg(long)]
    person: String,
    /// Role, such as commune-police
    #[arg(long, value_parser = role)]
    role: Role,
    /// Number of a unit; may be given several times
    #[arg(long, required = true)]
    unit: Vec<u32>,
    #[command(flatten)]
    clock: ClockOptions,
}

#[derive(Debug, Args)]
struct NamedAccount {
    #[command(flatten)]
    folder: Folder,
    /// Name to sign in with
    #[arg(value_parser = LoginName::from_str)]
    name: LoginName,
}

#[derive(Debug, Args)]
struct WebFolder {
    /// Folder with the built browser app, to be served beside; otherwise none is
    #[arg(long, value_name = "DIR")]
    web: Option<PathBuf>,
}

/// How requests reach the server; plainly, without any of these.
#[derive(Debug, Args)]
struct FrontOptions {
    /// File with the certificate and those it rests on, in PEM: the server speaks TLS itself. It
    /// is read again every minute, and on SIGHUP
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// File with the certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address of a proxy that speaks TLS and says in `X-Forwarded-For` whom it speaks for; from
    /// others that is not believed. May be given several times
    #[arg(long, value_name = "IP", conflicts_with = "tls_cert")]
    behind_proxy: Vec<IpAddr>,
}

impl FrontOptions {
    fn front(self) -> Result<Front, Stop> {
        match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => {
                let tls = Tls::read(TlsFiles { certificate, key })?;
                Ok(Front::Tls(Arc::new(tls)))
            }
            _ if self.behind_proxy.is_empty() => Ok(Front::Plain),
            _ => Ok(Front::Proxy(self.behind_proxy.into())),
        }
    }
}

impl WebFolder {
    fn read(&self) -> Result<Web, Stop> {
        let Some(path) = &self.web else {
            return Ok(Web::default());
        };
        let unread = |source| Stop::Read {
            path: path.clone(),
            source,
        };
        Web::read(path).map_err(unread)
    }
}

#[derive(Debug, Args)]
struct ClockOptions {
    /// Begin at local midnight of this day instead of now, for replays
    #[arg(long, value_name = "DAY", value_parser = LocalDay::from_str)]
    clock_at: Option<LocalDay>,
}

impl ClockOptions {
    fn clock(&self) -> Clock {
        match self.clock_at {
            Some(day) => Clock::starting_at(day.start()),
            None => Clock::system(),
        }
    }
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Foundation(#[from] FoundationError),
    #[error(transparent)]
    Units(#[from] UnitFileError),
    #[error(transparent)]
    Tree(#[from] UnitTreeError),
    #[error("{path:?} cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("nobody can listen at {address}")]
    Listen {
        address: String,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Keys(#[from] VaultError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the system gives no thread, signal or folder")]
    System(#[source] io::Error),
    #[error("a figure is not as published; see the checks above")]
    ReplayDiffers,
    #[error(transparent)]
    Serving(#[from] ListenError),
    #[error("the demo cannot be played")]
    Demo(#[from] Box<DemoError>),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    UnitLists(#[from] UnitListError),
    #[error(transparent)]
    ImportUnits(#[from] ImportUnitsError),
    #[error(transparent)]
    ImportTable(#[from] CarryOutError),
    #[error(transparent)]
    ImportPlan(#[from] PlanError),
    #[error(transparent)]
    Invite(#[from] InviteError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Password(#[from] BadPassword),
    #[error("the password cannot be read")]
    Unread(#[source] io::Error),
    #[error("the two passwords are not the same")]
    PasswordsDiffer,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("nothing can be written any more: start the server again")]
    Writing(#[source] WriteError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Restore(#[from] RestoreError),
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[error("there is no such dossier")]
    NoDossier,
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error("line {line} of the heads is no head")]
    BadHead {
        line: usize,
        #[source]
        source: base64::DecodeError,
    },
    #[error("the record of who did what was changed: keep it as it is and tell the auditor")]
    ChainBroken,
    #[error(transparent)]
    Random(#[from] NoRandomness),
    #[error("the store differs from what its log says: keep it as it is and restore a backup")]
    Differs,
}

/// Runs a command and says on standard error why it failed.
pub async fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Init(init) => files::init(init).await,
        Command::Serve(serve) => serve::serve(serve).await,
        Command::Invite(invite) => files::invite(invite).await,
        Command::Import(asked) => import::table(asked).await,
        Command::ImportUnits(asked) => units::import(asked).await,
        Command::ImportAutomerge(asked) => import::automerge(asked).await,
        Command::Account(account) => account::account(account).await,
        Command::Erase(erase) => people::erase(erase).await,
        Command::ExportPerson(asked) => people::export(asked).await,
        Command::Audit(step) => people::audit(step).await,
        Command::Verify(folder) => files::verify(folder).await,
        Command::Backup(backup) => files::backup(backup).await,
        Command::Restore(restore) => files::restore(restore).await,
        Command::Demo(demo) => demo::demo(demo).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("sampan: {}", in_full(&stop));
            ExitCode::FAILURE
        }
    }
}

/// An error and what led to it.
fn in_full(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

fn campaign(name: &str) -> Result<Replay, String> {
    one_of(&Replay::ALL, Replay::name, name)
}

fn what_imported(name: &str) -> Result<What, String> {
    one_of(What::ALL, What::name, name)
}

fn step_named(name: &str) -> Result<Step, String> {
    one_of(Step::ALL, Step::name, name)
}

fn erase_reason(name: &str) -> Result<EraseReason, String> {
    one_of(EraseReason::ALL, EraseReason::name, name)
}

fn role(name: &str) -> Result<Role, String> {
    one_of(Role::ALL, Role::name, name)
}

/// The choice of this name; otherwise the names there are.
fn one_of<T: Copy>(all: &[T], name: fn(T) -> &'static str, said: &str) -> Result<T, String> {
    let found = all.iter().copied().find(|one| name(*one) == said);
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|one| name(*one)).collect();
        format!("one of {}", names.join(", "))
    })
}

impl Invite {
    fn units(&self) -> Vec<UnitId> {
        self.unit.iter().copied().map(UnitId).collect()
    }

    fn team(&self) -> TeamId {
        TeamId(self.team)
    }
}

impl Folder {
    fn files(&self) -> DataFolder {
        DataFolder::new(&self.data)
    }
}
