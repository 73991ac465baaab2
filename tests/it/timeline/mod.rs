//! Timelines: what the steps of a scenario do, wait for and expect, and what their report says.

mod control;
mod journal;
mod making;
mod seats;
mod steps;
mod waits;
