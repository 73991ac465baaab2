//! The binary, as whoever types it meets it.

mod commands;
mod refusals;
mod run;
mod serve;
