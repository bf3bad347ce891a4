//! The server under the storm: a process of its own, measured from outside.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use shared::time::{LocalDay, UnixSeconds};

/// The first hamlet of a server that is started here.
pub const FIRST_HAMLET: u32 = 10_001;

/// Hamlets of one commune.
const COMMUNE_HAMLETS: usize = 20;

/// Clock ticks of the system in a second, as `/proc` counts them.
const TICKS: f64 = 100.0;

/// A running server.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    pub token: String,
    clock: Clock,
    here: Option<Here>,
}

/// A server started here.
#[derive(Debug)]
struct Here {
    sampan: PathBuf,
    data: PathBuf,
    child: Child,
    _folder: tempfile::TempDir,
}

/// The time everywhere in the storm: a day of the campaign, going on at its usual pace.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<(UnixSeconds, Instant)>>);

impl Clock {
    fn at(day: LocalDay) -> Self {
        Self(Arc::new(Mutex::new((day.start(), Instant::now()))))
    }

    fn set(&self, day: LocalDay) {
        *self.0.lock().expect("nobody panics here") = (day.start(), Instant::now());
    }

    pub fn now(&self) -> UnixSeconds {
        let (start, since) = *self.0.lock().expect("nobody panics here");
        start.plus(since.elapsed().as_secs() as i64)
    }
}

/// What a process has taken so far.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub cpu_s: f64,
    pub peak_rss_bytes: u64,
    pub disk_bytes: u64,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Site {
    /// A new server with this many hamlets.
    pub async fn start(sampan: &Path, hamlets: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, units) = (folder.path().join("data"), folder.path().join("units.csv"));
        fs::write(&units, tree(hamlets)).expect("a file");
        let mut init = Command::new(sampan);
        init.arg("init").arg("--data").arg(&data);
        init.arg("--units").arg(&units).stdout(Stdio::null());
        let made = init.status().expect("a server");
        assert!(made.success(), "the server's files are made");
        let day = day(20);
        let (child, address) = serve(sampan, &data, "127.0.0.1:0", day);
        let token = fs::read_to_string(data.join("token")).expect("a token");
        Self {
            address,
            token: token.trim().to_owned(),
            clock: Clock::at(day),
            here: Some(Here {
                sampan: sampan.to_owned(),
                data,
                child,
                _folder: folder,
            }),
        }
    }

    /// One that runs already.
    pub fn elsewhere(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            token: token.to_owned(),
            clock: Clock::at(day(20)),
            here: None,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// What the server has taken; `None` where it cannot be seen.
    pub fn usage(&self) -> Option<Usage> {
        let here = self.here.as_ref()?;
        let id = here.child.id();
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name in parentheses may hold spaces.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = peak.split_whitespace().next()?.parse().ok()?;
        Some(Usage {
            cpu_s: (ticks(11)? + ticks(12)?) / TICKS,
            peak_rss_bytes: kib * 1024,
            disk_bytes: allocated(&here.data),
        })
    }

    /// Ends the server as a power cut would, but for what the system still writes.
    pub fn kill(&mut self) {
        if let Some(here) = &mut self.here {
            let _gone_already = here.child.kill();
            let _gone_already = here.child.wait();
        }
    }

    /// Starts it again where it was, a day later: what is received now bears another time.
    pub async fn start_again(&mut self) {
        let listen = self.address.to_string();
        let here = self.here.as_mut().expect("started here");
        (here.child, self.address) = serve(&here.sampan, &here.data, &listen, day(21));
        self.clock.set(day(21));
    }
}

fn day(day: u32) -> LocalDay {
    LocalDay::from_date(2023, 11, day).expect("a day")
}

fn serve(sampan: &Path, data: &Path, listen: &str, day: LocalDay) -> (Child, SocketAddr) {
    let mut command = Command::new(sampan);
    command.arg("serve").arg("--data").arg(data);
    command.arg("--listen").arg(listen);
    command.arg("--clock-at").arg(day.to_string());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a server");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let address = lines.map_while(Result::ok).find_map(|line| {
        let (_, address) = line.split_once("listening at http://")?;
        address.parse().ok()
    });
    (child, address.expect("the server says where it listens"))
}

/// Units for `sampan init`: a province, communes, hamlets in a row.
fn tree(hamlets: usize) -> String {
    let mut text = "id,code,kind,name,parent,valid_from,valid_to,successors\n".to_owned();
    text.push_str("1,,province,Cà Mau,,,,\n");
    for commune in 0..hamlets.div_ceil(COMMUNE_HAMLETS) {
        let _ = writeln!(text, "{},,commune,Xã {},1,,,", commune + 2, commune + 1);
    }
    for hamlet in 0..hamlets {
        let (id, commune) = (FIRST_HAMLET as usize + hamlet, hamlet / COMMUNE_HAMLETS + 2);
        let _ = writeln!(text, "{id},,hamlet,Ấp {},{commune},,,", hamlet + 1);
    }
    text
}

/// Bytes the files of a folder take on the disk.
fn allocated(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => allocated(&entry.path()),
        Ok(found) => found.blocks() * 512,
        Err(_) => 0,
    };
    entries.map(size).sum()
}
