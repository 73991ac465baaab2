//! The binary: a thin user of the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    quince::cli::main(std::env::args_os(), std::env::vars_os())
}
