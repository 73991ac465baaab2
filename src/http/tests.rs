//! The transport seen through raw sockets, where bytes, FIN and RST can be told apart.

mod cuts;
mod drips;
mod frames;
mod garbage;
mod layers;
mod limits;
mod places;
mod serving;
mod stopping;
mod streams;
mod support;
