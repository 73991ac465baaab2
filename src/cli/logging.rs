//! The log: one line per event on stderr.
//!
//! Human: compact, coloured only on a terminal that wants it. JSON: one object per line.
//!
//! Not here: what is logged. That stands where it happens, as `tracing` events.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::environment::Environment;
use super::error::Error;

/// How events look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A line to read.
    Human,
    /// A JSON object to parse.
    Json,
}

/// Starts the log of the process, on stderr. Once per process: a second call is an error.
pub fn init(level: LevelFilter, format: LogFormat, env: &Environment) -> Result<(), Error> {
    let colour = wants_colour(io::stderr().is_terminal(), env);
    tracing::subscriber::set_global_default(subscriber(level, format, colour, io::stderr))
        .map_err(|cause| Error::internal_because("the log is started twice", cause))
}

/// Colour is for terminals, unless the user (`NO_COLOR`) or the terminal says otherwise.
fn wants_colour(terminal: bool, env: &Environment) -> bool {
    terminal && env.get("NO_COLOR").is_none() && env.get("TERM").is_none_or(|term| term != "dumb")
}

/// What turns events into lines for `writer`.
fn subscriber<W>(
    level: LevelFilter,
    format: LogFormat,
    colour: bool,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines =
        tracing_subscriber::fmt().with_max_level(level).with_ansi(colour).with_writer(writer);
    match format {
        LogFormat::Human => Box::new(lines.compact().with_target(false).finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Arc;

    use parking_lot::Mutex;
    use tracing::level_filters::LevelFilter;

    use super::{Environment, LogFormat, subscriber, wants_colour};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of one warning, and of one piece of information.
    fn lines(level: LevelFilter, format: LogFormat, colour: bool) -> Vec<String> {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = subscriber(level, format, colour, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(status = 503, "the token is old");
            tracing::info!("GET /mdm/v2/assets");
        });
        let bytes = sink.0.lock().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_human_reads_one_plain_line_per_event() {
        let lines = lines(LevelFilter::INFO, LogFormat::Human, false);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].ends_with("WARN the token is old status=503"), "{lines:?}");
        assert!(lines[1].ends_with("INFO GET /mdm/v2/assets"), "{lines:?}");
    }

    #[test]
    fn a_program_reads_one_object_per_event() {
        let lines = lines(LevelFilter::INFO, LogFormat::Json, false);
        assert_eq!(lines.len(), 2, "{lines:?}");
        let event: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(event["level"], "WARN");
        assert_eq!(event["message"], "the token is old");
        assert_eq!(event["status"], 503);
    }

    #[test]
    fn the_level_decides_what_is_written() {
        assert_eq!(lines(LevelFilter::WARN, LogFormat::Human, false).len(), 1);
        assert_eq!(lines(LevelFilter::OFF, LogFormat::Human, false).len(), 0);
    }

    #[test]
    fn colour_needs_a_terminal_that_wants_it() {
        assert!(lines(LevelFilter::WARN, LogFormat::Human, true)[0].contains("\u{1b}["));
        let check = |terminal, variables: &[(&str, &str)], expected| {
            let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
            assert_eq!(wants_colour(terminal, &Environment::new(variables)), expected);
        };
        check(true, &[("TERM", "xterm")], true);
        check(true, &[("NO_COLOR", "")], true);
        check(true, &[("NO_COLOR", "1")], false);
        check(true, &[("TERM", "dumb")], false);
        check(false, &[], false);
    }
}
