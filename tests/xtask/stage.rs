//! What a long command shows: the stage it is in, that it still lives, and at the end the minutes.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::stop::Stop;

/// How often a spinner turns on a terminal.
const TICK: Duration = Duration::from_millis(120);
/// How long a log without terminal stays silent before it says that work goes on.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Runs stages one after another and remembers how long each took.
#[derive(Debug, Default)]
pub struct Stages {
    done: Vec<(String, Duration)>,
}

impl Stages {
    /// Runs one stage; a failure is remembered with its time and handed on.
    pub fn run<T>(
        &mut self,
        name: &str,
        stage: impl FnOnce() -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        eprintln!("== {name}");
        let begin = Instant::now();
        let result = stage();
        let mark = if result.is_ok() { "ok" } else { "FAILED" };
        self.done
            .push((format!("{mark:>6}  {name}"), begin.elapsed()));
        result
    }

    /// Prints one line of minutes per stage and their sum.
    pub fn print(&self) {
        eprintln!();
        for (name, took) in &self.done {
            eprintln!("{:>6.1} min  {name}", minutes(*took));
        }
        let sum = self.done.iter().map(|(_, took)| *took).sum();
        eprintln!("{:>6.1} min  in all", minutes(sum));
    }
}

/// One running child as the user sees it: a spinner on a terminal, else a line now and then.
#[derive(Debug)]
pub struct Progress {
    what: String,
    bar: Option<ProgressBar>,
    begin: Instant,
    shown: Instant,
    line: String,
}

impl Progress {
    /// Shows that `what` has begun.
    pub fn begin(what: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| spinner(what));
        if bar.is_none() {
            eprintln!("   {what} ...");
        }
        let now = Instant::now();
        Self {
            what: what.into(),
            bar,
            begin: now,
            shown: now,
            line: String::new(),
        }
    }

    /// How long to wait for a line of output before calling [`Progress::still_working`].
    pub fn patience(&self) -> Duration {
        SILENCE_MAX
    }

    /// Takes notice of one line of the child's output.
    pub fn line(&mut self, line: &str) {
        line.trim().clone_into(&mut self.line);
        match &self.bar {
            Some(bar) => bar.set_message(format!("{}: {}", self.what, self.line)),
            None if self.shown.elapsed() >= SILENCE_MAX => self.still_working(),
            None => {}
        }
    }

    /// Says where the child is, in a log without terminal.
    pub fn still_working(&mut self) {
        if self.bar.is_some() {
            return;
        }
        self.shown = Instant::now();
        let seconds = self.begin.elapsed().as_secs();
        eprintln!("   {} ... {seconds} s: {}", self.what, self.line);
    }

    /// Takes the display away and leaves one line with the time taken.
    pub fn end(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.begin.elapsed().as_secs_f64();
        eprintln!("   {}: {seconds:.1} s", self.what);
    }
}

fn spinner(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("   {spinner} {elapsed:>4} {wide_msg}")
        .expect("the template is a constant and parses");
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}

fn minutes(took: Duration) -> f64 {
    took.as_secs_f64() / 60.0
}
