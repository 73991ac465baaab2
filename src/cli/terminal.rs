//! The only place that writes to the standard streams (the log apart, which owns its writer).

use std::io::{self, Write};

/// Writes `text` and a line end to stdout, at once.
///
/// A reader that has gone away is no error: it has seen what it wanted.
pub fn out(text: &str) -> io::Result<()> {
    write(&mut io::stdout().lock(), text)
}

/// Writes `text` and a line end to stderr. If that fails, there is nobody left to tell.
pub fn err(text: &str) {
    let _ = write(&mut io::stderr().lock(), text);
}

/// Writes what somebody else printed, as it is. If that fails, there is nobody left to tell.
pub fn pass_on(out: &[u8], err: &[u8]) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(out).and_then(|()| stdout.flush());
    let _ = io::stderr().lock().write_all(err);
}

fn write(stream: &mut impl Write, text: &str) -> io::Result<()> {
    let written = writeln!(stream, "{text}").and_then(|()| stream.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::write;

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_but_a_full_disk_is() {
        assert!(write(&mut Broken(io::ErrorKind::BrokenPipe), "ready").is_ok());
        assert!(write(&mut Broken(io::ErrorKind::StorageFull), "ready").is_err());
    }
}
