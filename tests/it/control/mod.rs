//! The control API, over a real socket.

mod asking;
mod clock;
mod diff;
mod events;
mod expect;
mod har;
mod journal;
mod levers;
mod marks;
mod openapi;
mod parallel;
mod privileges;
mod routing;
mod settings;
mod stream;
mod universes;
mod verb_errors;
mod verb_histories;
mod verbs;
mod years;
