//! Starting other programs: from argument lists only, with output kept and progress shown.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use crate::project;
use crate::stage::Progress;
use crate::stop::Stop;

/// How many of the last output lines are shown when a child fails.
const TAIL_LINES_MAX: usize = 40;

/// One program about to be started.
#[derive(Debug)]
pub struct Tool {
    command: Command,
    remedy: &'static str,
}

impl Tool {
    /// `remedy`: the order given to the user when the program is not there.
    pub fn new(program: impl AsRef<OsStr>, remedy: &'static str) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self { command, remedy }
    }

    /// The cargo that started us.
    pub fn cargo() -> Self {
        Self::new(project::cargo(), "install Rust from https://rustup.rs")
    }

    /// Node, which runs the modules' self-tests.
    pub fn node() -> Self {
        Self::new("node", "install Node.js 20 or newer")
    }

    /// Node's package manager.
    pub fn npm() -> Self {
        Self::new("npm", "install Node.js 20 or newer with npm")
    }

    /// Adds arguments, one string each; nothing is split or expanded.
    pub fn arguments<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets the working directory.
    pub fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Sets one variable of the child's environment.
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Keeps the named variables of our own environment from the child.
    pub fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    /// Runs to the end; all output goes to `log`, its last line to the progress display.
    ///
    /// On failure the end of the output is printed and the error names the log.
    pub fn logged(mut self, what: &str, log: PathBuf) -> Result<(), Stop> {
        let mut file = open_log(&log)?;
        let written = |source| Stop::File {
            path: log.clone(),
            doing: "written",
            source,
        };
        writeln!(file, "{:?}", self.command).map_err(written)?;
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.start()?;
        let lines = output_lines(&mut child);
        let mut progress = Progress::begin(what);
        loop {
            match lines.recv_timeout(progress.patience()) {
                Ok(line) => {
                    writeln!(file, "{line}").map_err(written)?;
                    progress.line(&line);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => progress.still_working(),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.ended(child.wait())?;
        progress.end();
        if status.success() {
            return Ok(());
        }
        print_tail(&log);
        Err(Stop::Child {
            what: what.into(),
            status,
            log,
        })
    }

    /// Runs to the end with the user's own screen and keyboard.
    pub fn foreground(mut self, what: &str) -> Result<(), Stop> {
        self.command.stdin(Stdio::inherit());
        let status = self.start()?.wait();
        let status = self.ended(status)?;
        if status.success() {
            return Ok(());
        }
        Err(Stop::Foreground {
            what: what.into(),
            status,
        })
    }

    /// Runs to the end and returns standard output as text; standard error goes to the screen.
    pub fn answer(mut self, what: &str) -> Result<String, Stop> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        let output = self.start()?.wait_with_output();
        let output = self.ended(output)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(Stop::Foreground {
            what: what.into(),
            status: output.status,
        })
    }

    /// Whether the program is there and ends well; its output is thrown away.
    pub fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    fn start(&mut self) -> Result<Child, Stop> {
        self.command.spawn().map_err(|source| {
            let program = self.program();
            if source.kind() == io::ErrorKind::NotFound {
                let missing = format!("{program} is missing");
                return Stop::Missing {
                    missing,
                    remedy: self.remedy,
                };
            }
            Stop::Start { program, source }
        })
    }

    fn ended<T>(&self, result: io::Result<T>) -> Result<T, Stop> {
        result.map_err(|source| Stop::Start {
            program: self.program(),
            source,
        })
    }

    fn program(&self) -> String {
        self.command.get_program().to_string_lossy().into_owned()
    }
}

/// Our own search path with more folders behind it.
pub fn search_path_with(folder: PathBuf) -> OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&own).chain([folder]);
    // A folder whose name holds the separator cannot be on a path at all: go on without it.
    std::env::join_paths(folders).unwrap_or(own)
}

fn open_log(log: &Path) -> Result<File, Stop> {
    let unwritable = |source| Stop::File {
        path: log.into(),
        doing: "written",
        source,
    };
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    File::create(log).map_err(unwritable)
}

/// Both output streams of a child as one channel of lines; it closes when both have ended.
fn output_lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        forward(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        forward(stderr, sender);
    }
    receiver
}

fn forward(stream: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            if lines
                .send(String::from_utf8_lossy(&line).into_owned())
                .is_err()
            {
                return;
            }
        }
    });
}

/// Shows the end of a failed child's output; the error itself names the file.
fn print_tail(log: &Path) {
    let Ok(text) = fs::read_to_string(log) else {
        return;
    };
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(TAIL_LINES_MAX)..] {
        eprintln!("    {line}");
    }
}
