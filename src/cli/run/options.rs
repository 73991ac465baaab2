//! What `quince run` was told to do.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::super::args::RunArgs;
use super::super::options::{BadValue, Raw, Source, values};
use super::template::Template;
use crate::sim::Settings;

/// How long a client may take if nobody says so.
pub const TIMEOUT: Duration = Duration::from_mins(10);

/// What to run, and how.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The scenarios' files, in the order in which they were named.
    pub scenarios: Vec<PathBuf>,
    /// The client's command: a program and its arguments.
    pub command: Vec<OsString>,
    /// How long the client may take.
    pub timeout: Duration,
    /// Whether scenarios run side by side.
    pub parallel: bool,
    /// Which reports go where.
    pub reports: Vec<(Kind, Target)>,
    /// Whether conversations are accepted as they are.
    pub update: bool,
    /// More variables of the client, in order.
    pub env: Vec<(String, Template)>,
    /// The seed, in place of the scenarios' own.
    pub seed: Option<u64>,
    /// Settings on top of the scenarios'.
    pub set: Vec<(String, String)>,
    /// Presets on top of the scenarios'.
    pub presets: Vec<String>,
    /// Where the states of `snapshot` steps go.
    pub snapshots: Option<PathBuf>,
}

/// What a report looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As people read it.
    Text,
    /// As it is.
    Json,
    /// XML as `JUnit` writes it.
    Junit,
    /// Annotations of GitHub.
    Github,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file.
    File(PathBuf),
    /// Standard output, where GitHub looks for annotations.
    Stdout,
}

/// What was typed, understood.
pub fn options(args: &RunArgs) -> Result<RunOptions, BadValue> {
    // Taken apart, so that a new option does not compile before it has a meaning.
    let RunArgs {
        scenarios,
        command,
        timeout,
        parallel,
        report,
        update,
        env,
        seed,
        set,
        preset,
        snapshots,
    } = args;
    Ok(RunOptions {
        scenarios: scenarios.iter().map(PathBuf::from).collect(),
        command: command.clone(),
        timeout: Raw::flag("timeout", timeout).as_ref().map_or(Ok(TIMEOUT), self::timeout)?,
        parallel: *parallel,
        reports: each("report", report, self::report)?,
        update: *update,
        env: each("env", env, variable)?,
        seed: Raw::flag("seed", seed).as_ref().map(values::number).transpose()?,
        set: each("set", set, setting)?,
        presets: each("preset", preset, values::preset)?,
        snapshots: Raw::flag("snapshots", snapshots)
            .as_ref()
            .map(|raw| values::text(raw).map(PathBuf::from))
            .transpose()?,
    })
}

/// The values of an option that can be repeated.
fn each<T>(
    key: &'static str,
    texts: &[String],
    read: impl Fn(&Raw) -> Result<T, BadValue>,
) -> Result<Vec<T>, BadValue> {
    texts.iter().map(|text| read(&Raw::new(text, Source::Flag(key)))).collect()
}

fn timeout(raw: &Raw) -> Result<Duration, BadValue> {
    let timeout = values::duration(raw)?;
    if timeout.is_zero() {
        return Err(raw.refuse("leaves the client no time; write it like 90s or 10m"));
    }
    Ok(timeout)
}

fn report(raw: &Raw) -> Result<(Kind, Target), BadValue> {
    let kinds = [
        ("text", Kind::Text),
        ("json", Kind::Json),
        ("junit", Kind::Junit),
        ("github", Kind::Github),
    ];
    let advice =
        "is not KIND=FILE; write it like junit=report.xml, kinds are text, json, junit and github";
    let (kind, file) = raw.text.split_once('=').ok_or_else(|| raw.refuse(advice))?;
    let kind = values::choice(&Raw::new(kind, raw.origin.clone()), "a kind of report", &kinds)?;
    match (kind, file) {
        (_, "") => Err(raw.refuse(advice)),
        (Kind::Github, "-") => Ok((kind, Target::Stdout)),
        (_, "-") => {
            Err(raw.refuse("needs a file: stdout belongs to the client, and people read stderr"))
        }
        (_, file) => Ok((kind, Target::File(PathBuf::from(file)))),
    }
}

fn variable(raw: &Raw) -> Result<(String, Template), BadValue> {
    let advice = "is not NAME=TEMPLATE; write it like BASE_URL={url}/mdm/v2";
    let (name, text) = raw.text.split_once('=').ok_or_else(|| raw.refuse(advice))?;
    if name.is_empty() {
        return Err(raw.refuse(advice));
    }
    let template = Template::new(text).map_err(|error| raw.refuse(error))?;
    Ok((name.to_owned(), template))
}

/// A setting that there is, with a value that it takes.
fn setting(raw: &Raw) -> Result<(String, String), BadValue> {
    let (key, value) = values::setting(raw)?;
    let tried = Settings::observed().set(&key, &value);
    tried.map_err(|error| BadValue { origin: raw.origin.clone(), problem: error.to_string() })?;
    Ok((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut RunArgs)) -> String {
        let mut args = RunArgs::default();
        change(&mut args);
        options(&args).unwrap_err().to_string()
    }

    #[test]
    fn defaults_need_nothing_said() {
        let options = options(&RunArgs::default()).unwrap();
        assert_eq!((options.timeout, options.parallel, options.seed), (TIMEOUT, false, None));
    }

    #[test]
    fn reports_go_to_files_but_for_annotations() {
        let read = |text: &str| report(&Raw::new(text, Source::Flag("report")));
        assert_eq!(read("junit=a=b.xml").unwrap(), (Kind::Junit, Target::File("a=b.xml".into())));
        assert_eq!(read("github=-").unwrap(), (Kind::Github, Target::Stdout));
        assert!(read("json=-").unwrap_err().to_string().contains("stdout belongs to the client"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let messages = [
            refused(|args| args.timeout = Some("0s".to_owned())),
            refused(|args| args.report = vec!["junit".to_owned()]),
            refused(|args| args.report = vec!["junitt=x".to_owned()]),
            refused(|args| args.env = vec!["=x".to_owned()]),
            refused(|args| args.env = vec!["X={nope}".to_owned()]),
            refused(|args| args.set = vec!["v2.page_sze=5".to_owned()]),
            refused(|args| args.set = vec!["v2.page_size=many".to_owned()]),
        ];
        insta::assert_snapshot!(messages.join("\n"));
    }
}
