//! The transport seen through raw sockets, where bytes, FIN and RST can be told apart.

mod cuts;
mod limits;
mod serving;
mod stopping;
mod support;
