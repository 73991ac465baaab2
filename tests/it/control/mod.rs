//! The control API, over a socket.

mod clock;
mod events;
mod openapi;
mod routing;
mod settings;
mod universes;
mod years;
