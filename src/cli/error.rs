//! How quince fails: one line on stderr and an exit code.
//!
//! The line starts with `quince: `, is in lower case and has the chain of causes joined by colons.
//! Diagnostics with several lines (where in a world file?) follow it. What clap refuses it tells in
//! its own form.
//!
//! | code | who must act |
//! |---|---|
//! | 1 | a check failed: `healthcheck` found no ready server; whoever wrote the client: an expectation of `run` failed |
//! | 2 | whoever wrote the client: the gate of `run` failed |
//! | 3 | whoever wrote the client: it failed, was not found or ran out of time |
//! | 64 | whoever typed the command line |
//! | 65 | whoever wrote the environment, the configuration or the world |
//! | 69 | whoever owns the machine: cannot bind |
//! | 70 | quince |
//! | 130, 143 | nobody: `run` was stopped by SIGINT or SIGTERM |
//!
//! Of several, the first in the order 70, 64, 65, 69, 1, 2, 3 is the one.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use super::options::{BadValue, Source};
use super::terminal;

/// A check failed.
pub const EXIT_FAILED: u8 = 1;
/// A gate failed.
pub const EXIT_GATE: u8 = 2;
/// A client failed.
pub const EXIT_CLIENT: u8 = 3;
/// The command line makes no sense.
pub const EXIT_USAGE: u8 = 64;
/// A world or a configuration is invalid.
pub const EXIT_INVALID: u8 = 65;
/// A socket cannot be bound.
pub const EXIT_UNAVAILABLE: u8 = 69;
/// quince's own fault.
pub const EXIT_INTERNAL: u8 = 70;
/// What a shell adds to the number of the signal that stopped a command.
const EXIT_SIGNAL: u8 = 128;

/// Whatever made something fail.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line was not understood, or asked for help.
    #[error(transparent)]
    Typed(#[from] clap::Error),
    /// An option has a value that cannot be used; its source decides between 64 and 65.
    #[error(transparent)]
    Value(#[from] BadValue),
    /// A world, a configuration or a file that they name is invalid.
    #[error("{what}")]
    Invalid {
        /// What is invalid, and how.
        what: String,
        /// Lines that show the place.
        details: Option<String>,
        /// What made it so.
        #[source]
        cause: Option<Cause>,
    },
    /// The address cannot be bound.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// No ready server was found.
    #[error("{url} is not ready")]
    NotReady {
        /// The URL that was asked.
        url: String,
        /// What happened at the last attempt.
        #[source]
        cause: Cause,
    },
    /// What was typed makes no sense together with what it is about.
    #[error("{0}")]
    Usage(String),
    /// A run did not pass.
    #[error("{what}")]
    Run {
        /// In which way.
        outcome: Outcome,
        /// Which scenario, and how.
        what: String,
    },
    /// quince's own fault.
    #[error("internal error: {what}")]
    Internal {
        /// What is broken.
        what: String,
        /// What broke it.
        #[source]
        cause: Option<Cause>,
    },
}

/// How a run did not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An expectation of a step failed.
    ExpectationFailed,
    /// The gate failed.
    GateFailed,
    /// The client failed, was not found or ran out of time.
    ClientFailed,
    /// SIGINT stopped it.
    Interrupted,
    /// SIGTERM stopped it.
    Terminated,
}

impl Outcome {
    /// Whether somebody stopped it.
    pub const fn is_stop(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated)
    }
}

/// Takes the error that decides the exit code; the others are handed to `tell`, unless they are of its kind. Whoever
/// stopped us comes first.
pub fn worst(errors: Vec<Error>, mut tell: impl FnMut(&Error)) -> Option<Error> {
    const ORDER: [u8; 7] = [
        EXIT_INTERNAL,
        EXIT_USAGE,
        EXIT_INVALID,
        EXIT_UNAVAILABLE,
        EXIT_FAILED,
        EXIT_GATE,
        EXIT_CLIENT,
    ];
    let rank = |error: &Error| {
        // What is in no order was stopped.
        ORDER.iter().position(|code| *code == error.exit_code()).map_or(0, |place| place + 1)
    };
    let place = (0..errors.len()).min_by_key(|place| rank(&errors[*place]))?;
    let mut errors = errors;
    let worst = errors.remove(place);
    errors.iter().filter(|error| !matches!(error, Error::Run { .. })).for_each(&mut tell);
    Some(worst)
}

impl Error {
    /// What was typed makes no sense together with what it is about.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    /// Something invalid in a world or a configuration.
    pub fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), details: None, cause: None }
    }

    /// Something invalid in a world or a configuration, with lines that show the place.
    pub fn invalid_at(what: impl Into<String>, details: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), details: Some(details.into()), cause: None }
    }

    /// Something invalid in a world or a configuration, with its cause.
    pub fn invalid_because(what: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Invalid { what: what.into(), details: None, cause: Some(cause.into()) }
    }

    /// A fault of quince.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal { what: what.into(), cause: None }
    }

    /// A fault of quince, with its cause.
    pub fn internal_because(what: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Internal { what: what.into(), cause: Some(cause.into()) }
    }

    /// The exit code that says who must act.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Typed(refusal) if refusal.use_stderr() => EXIT_USAGE,
            Self::Typed(_) => 0,
            Self::Value(bad) => match bad.origin {
                Source::Flag(_) => EXIT_USAGE,
                Source::Variable(_) | Source::File { .. } => EXIT_INVALID,
                Source::Default => EXIT_INTERNAL,
            },
            Self::Invalid { .. } => EXIT_INVALID,
            Self::Bind { .. } => EXIT_UNAVAILABLE,
            Self::NotReady { .. } => EXIT_FAILED,
            Self::Usage(_) => EXIT_USAGE,
            Self::Run { outcome, .. } => match outcome {
                Outcome::ExpectationFailed => EXIT_FAILED,
                Outcome::GateFailed => EXIT_GATE,
                Outcome::ClientFailed => EXIT_CLIENT,
                Outcome::Interrupted => EXIT_SIGNAL + 2,
                Outcome::Terminated => EXIT_SIGNAL + 15,
            },
            Self::Internal { .. } => EXIT_INTERNAL,
        }
    }

    /// What goes to stderr: the line, then what details there are.
    pub fn message(&self) -> String {
        let mut message = format!("quince: {}", chain(self));
        if let Self::Invalid { details: Some(details), .. } = self {
            // Writing to a string cannot fail.
            let _ = write!(message, "\n{}", details.trim_end());
        }
        message
    }

    /// Tells stderr and gives the exit code. Help, which clap hands over as an error, goes to stdout.
    pub fn report(&self) -> ExitCode {
        match self {
            // clap has its own form, with a usage line. Nobody is left to tell if the stream is closed.
            Self::Typed(refusal) => drop(refusal.print()),
            _ => terminal::err(&self.message()),
        }
        ExitCode::from(self.exit_code())
    }
}

/// An error and its causes as one line.
pub fn chain(error: &dyn StdError) -> String {
    let mut line = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&lower_first(&error.to_string().replace('\n', " ")));
        next = error.source();
    }
    line
}

/// Lower case for a sentence's first letter; abbreviations and the names of variables stay.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{BadValue, Error, Outcome, Source, worst};

    fn check(error: &Error, code: u8, message: &str) {
        assert_eq!(error.message(), message);
        assert_eq!(error.exit_code(), code, "{message}");
    }

    #[test]
    fn each_failure_is_one_lower_case_line_with_its_causes() {
        let taken = || io::Error::other("Address already in use");
        let address = ([127, 0, 0, 1], 80).into();
        check(
            &Error::Bind { address, cause: taken() },
            69,
            "quince: cannot listen on 127.0.0.1:80: address already in use",
        );
        check(
            &Error::NotReady { url: "http://a/readyz".to_owned(), cause: Box::new(taken()) },
            1,
            "quince: http://a/readyz is not ready: address already in use",
        );
        check(
            &Error::internal_because("no runtime", "TLS broke\nhere"),
            70,
            "quince: internal error: no runtime: TLS broke here",
        );
    }

    #[test]
    fn diagnostics_follow_the_line() {
        check(
            &Error::invalid_at("w.toml:1:3: no such key", " |\n1| x\n"),
            65,
            "quince: w.toml:1:3: no such key\n |\n1| x",
        );
    }

    #[test]
    fn of_several_failures_the_first_in_order_decides_and_no_fault_is_hidden() {
        let run = |outcome| Error::Run { outcome, what: "x".to_owned() };
        let decides = |errors: Vec<Error>| {
            let mut told = Vec::new();
            let worst = worst(errors, |error| told.push(error.exit_code()));
            (worst.map(|worst| worst.exit_code()), told)
        };
        assert_eq!(decides(Vec::new()), (None, vec![]));
        let (expectation, gate) = (Outcome::ExpectationFailed, Outcome::GateFailed);
        assert_eq!(decides(vec![run(gate), run(expectation)]), (Some(1), vec![]));
        assert_eq!(decides(vec![run(Outcome::ClientFailed), run(gate)]), (Some(2), vec![]));
        let others = vec![run(gate), Error::internal("a"), Error::usage("b"), Error::invalid("c")];
        assert_eq!(decides(others), (Some(70), vec![64, 65]));
        let stopped = vec![Error::internal("a"), run(Outcome::Interrupted)];
        assert_eq!(decides(stopped), (Some(130), vec![70]));
        assert_eq!(decides(vec![run(Outcome::Terminated)]), (Some(143), vec![]));
    }

    #[test]
    fn who_wrote_a_bad_value_decides_the_code() {
        let bad = |origin| Error::from(BadValue { origin, problem: "is odd".to_owned() });
        check(&bad(Source::Flag("seed")), 64, "quince: --seed: is odd");
        check(&bad(Source::Variable("seed")), 65, "quince: QUINCE_SEED: is odd");
        let file = Source::File { path: "q.toml".to_owned(), line: 3, column: 10 };
        check(&bad(file), 65, "quince: q.toml:3:10: is odd");
    }
}
