//! The control API, over a real socket.

mod asking;
mod clock;
mod diff;
mod events;
mod expect;
mod golden;
mod har;
mod journal;
mod levers;
mod marks;
mod openapi;
mod parallel;
mod privileges;
mod routing;
mod settings;
mod state;
mod state_broken;
mod stream;
mod universes;
mod verb_errors;
mod verb_histories;
mod verbs;
mod years;
