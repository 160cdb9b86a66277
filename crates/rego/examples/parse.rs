//! Reads policies and says what is wrong with them: `cargo run --example parse FILE…`, v0 first for old ones.
#![allow(clippy::print_stdout)]

use rego::{ast::RegoVersion, parse};

fn main() {
    let mut options = parse::Options { annotations: true, ..parse::Options::default() };
    for argument in std::env::args().skip(1) {
        if argument == "v0" {
            options.version = RegoVersion::V0;
            continue;
        }
        let text = std::fs::read_to_string(&argument).unwrap_or_default();
        match parse::module(&argument, &text, &options) {
            Ok(module) => println!("{argument}: {} rules", module.rules.len()),
            Err(errors) => errors.iter().for_each(|error| println!("{error}")),
        }
    }
}
