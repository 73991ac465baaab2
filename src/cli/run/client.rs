//! The client: a command in a process group of its own, which ends with it.
//!
//! Invariants: nothing of the group outlives the client, whatever happens to us; the client reads nothing from our
//! standard input, because a group of its own may not read from a terminal.

use std::ffi::OsString;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::capture::Capture;

/// How long a group has between being told to stop and being killed.
const GRACE: Duration = Duration::from_secs(5);

/// The same for what is left of a group whose client has ended by itself.
const GRACE_OF_OTHERS: Duration = Duration::from_millis(500);

/// What a client shall be like.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Program and arguments.
    pub command: &'a [OsString],
    /// Variables that it gets, in order: a later one wins.
    pub variables: &'a [(String, String)],
    /// Variables of ours that it does not get.
    pub without: &'a [String],
    /// Whether its output is kept instead of passed through.
    pub captured: bool,
}

/// A running client.
#[derive(Debug)]
pub struct Client {
    child: Child,
    group: Group,
    captured: Option<(Capture, Capture)>,
}

/// What a client printed, if that was kept: standard output and standard error.
#[derive(Debug, Default)]
pub struct Printed {
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: Vec<u8>,
}

impl Client {
    /// Starts a client.
    pub fn start(wanted: &Wanted<'_>) -> io::Result<Self> {
        let Some((program, arguments)) = wanted.command.split_first() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        for name in wanted.without {
            command.env_remove(name);
        }
        command.envs(wanted.variables.iter().map(|(name, value)| (name, value)));
        if wanted.captured {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let group = Group::of(&child);
        let out = child.stdout.take().map(Capture::new);
        let err = child.stderr.take().map(Capture::new);
        Ok(Self { child, group, captured: out.zip(err) })
    }

    /// Waits until it has ended by itself. May be given up and called again.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Stops it and everything it started: told first, killed after some seconds.
    pub async fn stop(&mut self) {
        self.group.tell_to_stop(&mut self.child);
        let _ = timeout(GRACE, async {
            let _ = self.child.wait().await;
            self.group.gone().await;
        })
        .await;
        self.group.kill();
        let _ = self.child.kill().await;
    }

    /// Ends what is left of its group, and gives what it printed.
    pub async fn finish(mut self) -> Printed {
        if self.group.is_there() {
            self.group.tell_to_stop(&mut self.child);
            let _ = timeout(GRACE_OF_OTHERS, self.group.gone()).await;
            self.group.kill();
        }
        match self.captured.take() {
            Some((out, err)) => Printed { out: out.take().await, err: err.take().await },
            None => Printed::default(),
        }
    }
}

/// How a client ended, for people, and its exit code if it has one.
pub fn told(status: ExitStatus) -> (Option<i32>, String) {
    if let Some(code) = status.code() {
        return (Some(code), format!("exited with {code}"));
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return (None, format!("was killed by signal {signal}"));
    }
    (None, "ended without an exit code".to_owned())
}

/// The processes that a client started, itself included. Those that are left are killed when it is dropped.
#[cfg(unix)]
#[derive(Debug)]
struct Group(Option<rustix::process::Pid>);

#[cfg(unix)]
impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(rustix::process::Pid::from_raw))
    }

    fn is_there(&self) -> bool {
        self.0.is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
    }

    fn signal(&self, signal: rustix::process::Signal) {
        if let Some(group) = self.0 {
            // It may be gone.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    fn tell_to_stop(&self, _: &mut Child) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// Kills what is left; afterwards the number may belong to others and is forgotten.
    fn kill(&mut self) {
        self.signal(rustix::process::Signal::KILL);
        self.0 = None;
    }

    async fn gone(&self) {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        while self.is_there() {
            ticks.tick().await;
        }
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Without groups, the client alone.
#[cfg(not(unix))]
#[derive(Debug)]
struct Group;

#[cfg(not(unix))]
impl Group {
    fn of(_: &Child) -> Self {
        Self
    }

    fn is_there(&self) -> bool {
        false
    }

    fn tell_to_stop(&self, child: &mut Child) {
        let _ = child.start_kill();
    }

    fn kill(&mut self) {}

    async fn gone(&self) {}
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use rustix::process::{Pid, test_kill_process};

    use super::*;

    fn shell(script: &str) -> Client {
        let command = ["sh", "-c", script].map(OsString::from);
        let variables = [("GREETING".to_owned(), "hello".to_owned())];
        let without = ["HOME".to_owned()];
        let (command, variables, without) = (&command, &variables, &without);
        Client::start(&Wanted { command, variables, without, captured: true }).unwrap()
    }

    /// Whether the process runs whose number was printed.
    fn runs(printed: &[u8]) -> bool {
        let id = str::from_utf8(printed).unwrap().trim().parse().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/stat"));
        // A dead one that nobody asked about is a zombie.
        let is_zombie = status.is_ok_and(|status| status.contains(") Z "));
        test_kill_process(Pid::from_raw(id).unwrap()).is_ok() && !is_zombie
    }

    #[tokio::test]
    async fn a_client_has_its_variables_and_an_empty_standard_input() {
        let mut client = shell("cat; echo $GREETING $HOME; echo no >&2; exit 7");
        assert_eq!(told(client.ended().await.unwrap()), (Some(7), "exited with 7".to_owned()));
        let printed = client.finish().await;
        assert_eq!(
            (printed.out.as_slice(), printed.err.as_slice()),
            (&b"hello\n"[..], &b"no\n"[..])
        );
    }

    #[tokio::test]
    async fn who_is_stopped_takes_its_children_along() {
        let mut client = shell("sleep 1000 & echo $!; wait");
        // The number is printed before the shell waits.
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while client.captured.as_ref().is_some_and(|(out, _)| out.is_empty()) {
            ticks.tick().await;
        }
        client.stop().await;
        assert!(!runs(&client.finish().await.out));
    }

    #[tokio::test]
    async fn who_ends_leaves_nobody_behind() {
        let mut client = shell("sleep 1000 & echo $!; exit 0");
        assert_eq!(told(client.ended().await.unwrap()).0, Some(0));
        assert!(!runs(&client.finish().await.out));
        let mut killed = shell("kill -9 $$");
        let how = told(killed.ended().await.unwrap());
        assert_eq!(how, (None, "was killed by signal 9".to_owned()));
    }
}
