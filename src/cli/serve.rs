//! `quince serve`: runs the server until it is told to stop.

use super::error::Error;
use super::options::ServeOptions;

/// Serves until SIGINT, SIGTERM or, if asked, the end of the parent process.
///
/// The log is running and the warnings of `options` are in it already.
#[expect(clippy::needless_pass_by_value, reason = "the server keeps the options")]
pub fn run(options: ServeOptions) -> Result<(), Error> {
    tracing::debug!(?options, "options");
    Err(Error::internal("serve is not wired"))
}
