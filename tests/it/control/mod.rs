//! The control API, over a real socket.

mod asking;
mod expect;
mod golden;
mod har;
mod journal;
mod parallel;
mod state;
mod state_broken;
mod stream;
