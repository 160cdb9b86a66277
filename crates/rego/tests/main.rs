//! Tests of the whole engine.

#![allow(clippy::unwrap_used, reason = "tests")]

mod check;
mod conformance;
mod print;
mod tree;
mod types;
