//! The v2 surface, over a real socket.

mod first_steps;
