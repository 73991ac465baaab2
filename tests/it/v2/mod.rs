//! The v2 surface, over a real socket.

mod assets;
mod assignments;
mod deltas;
mod first_steps;
mod pages;
mod users;
