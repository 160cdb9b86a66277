//! The REST API, over real sockets.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod http;
mod openapi;
mod routes;
