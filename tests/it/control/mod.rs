//! The control API, over a real socket.

mod asking;
mod diff;
mod expect;
mod har;
mod journal;
mod levers;
mod marks;
mod parallel;
mod privileges;
mod stream;
mod verb_errors;
mod verb_histories;
mod verbs;
