//! The v2 surface, over a real socket.

mod assets;
mod assignments;
mod auth;
mod bad_bodies;
mod bad_requests;
mod client_config;
mod deltas;
mod errors;
mod event_bounds;
mod event_clocks;
mod event_failures;
mod events;
mod first_steps;
mod manual_clock_warning;
mod pages;
pub(crate) mod school;
mod service_config;
mod token_life;
mod transport;
mod users;
