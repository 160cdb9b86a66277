//! Tests of the whole engine.
mod conformance;
