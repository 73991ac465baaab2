//! The control API.

mod diff;
mod levers;
mod marks;
mod privileges;
mod verb_errors;
mod verb_histories;
mod verbs;
