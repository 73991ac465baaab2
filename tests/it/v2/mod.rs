//! The v2 surface, over a real socket.

mod auth;
mod bad_bodies;
mod bad_requests;
mod client_config;
mod errors;
mod event_bounds;
mod event_clocks;
mod event_failures;
mod events;
mod first_steps;
mod manual_clock_warning;
mod receivers;
mod school;
mod service_config;
mod token_life;
mod transport;
