//! Formats the files it is given, in place of each a file of the same name with `.out` behind it; errors go to `.err`.
//!
//! `cargo run -p rego --example fmt -- [--v0 | --v0-v1 | --v2] [--drop] [--json | --json-locations | --tree] FILE…`
#![allow(clippy::print_stdout)]

use std::{fs, io, time::Instant};

use rego::{
    ast::{JsonOptions, Module, RegoVersion, module_json, module_tree},
    error::Errors,
    parse, print,
};

fn main() -> io::Result<()> {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|known| known == flag);
    let (from, to) = match () {
        () if has("--v0") => (RegoVersion::V0, RegoVersion::V0),
        () if has("--v0-v1") => (RegoVersion::V0, RegoVersion::V0CompatV1),
        () if has("--v2") => (RegoVersion::V2, RegoVersion::V2),
        () => (RegoVersion::V1, RegoVersion::V1),
    };
    let shows_tree = has("--json") || has("--json-locations") || has("--tree");
    let options = parse::Options { version: from, annotations: shows_tree, ..Default::default() };
    let start = Instant::now();
    let mut failed = 0;
    let show = |module: &Module| -> Result<String, Errors> {
        Ok(if has("--tree") {
            module_tree(module)
        } else if shows_tree {
            let json = JsonOptions { locations: has("--json-locations"), comments: true };
            module_json(module, &json).to_pretty_text() + "\n"
        } else {
            print::module(module, &print::Options { version: to, drop_imports: has("--drop") })?
        })
    };
    for file in &files {
        let text = fs::read_to_string(file)?;
        match parse::module(file, &text, &options).and_then(|module| show(&module)) {
            Ok(text) => fs::write(format!("{file}.out"), text)?,
            Err(errors) => {
                failed += 1;
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                fs::write(format!("{file}.err"), lines.join("\n") + "\n")?;
            }
        }
    }
    println!("{} files, {failed} with errors, {:?}", files.len(), start.elapsed());
    Ok(())
}
