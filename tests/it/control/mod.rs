//! The control API, over a real socket.

mod asking;
mod expect;
mod har;
mod journal;
mod parallel;
mod stream;
