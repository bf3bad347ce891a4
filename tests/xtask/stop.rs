//! Why a command stopped, in one sentence that names the remedy where there is one.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Something outside the project has to be done first; `remedy` says what.
    #[error("{missing}: {remedy}")]
    Missing {
        /// What is not there.
        missing: String,
        /// What to do about it, as an order.
        remedy: &'static str,
    },
    /// A child ended badly; its whole output is kept.
    #[error("{what} failed ({status}); the whole output is in {}", log.display())]
    Child {
        /// What the child was doing.
        what: String,
        /// How it ended.
        status: ExitStatus,
        /// Where its output is.
        log: PathBuf,
    },
    /// A child whose output was on the screen ended badly.
    #[error("{what} failed ({status})")]
    Foreground {
        /// What the child was doing.
        what: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A program is there but could not be started.
    #[error("{program} could not be started")]
    Start {
        /// The program's name.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file could not be read or written.
    #[error("{} could not be {doing}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// "read", "written", ...
        doing: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bindings between JavaScript and a module could not be generated.
    #[error("the bindings of {module} could not be generated")]
    Bindings {
        /// The module's package.
        module: &'static str,
        /// What the generator said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A tool answered something this command does not understand.
    #[error("{tool} answered something unexpected: {answer}")]
    Answer {
        /// Who answered.
        tool: String,
        /// The beginning of the answer.
        answer: String,
    },
}

/// The error and its causes as one line, outermost first.
pub fn sentence(stop: &Stop) -> String {
    let mut line = stop.to_string();
    let mut cause = stop.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}
