//! Tests of the whole engine.

#![allow(clippy::unwrap_used, reason = "tests")]

mod builtins;
mod check;
mod compile;
mod conformance;
mod load;
mod parse;
mod print;
mod tree;
mod types;
