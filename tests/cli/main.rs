//! The command line, as its users meet it.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod crash;
mod house;
mod local;
mod manners;
mod opa;
mod readme;
mod stories;
