//! Checks policies as `opa check -f json` does: `cargo run --example check -- [--strict] file.rego …`

use std::{env, error::Error, fs, io::Write};

use rego::{
    compile::{self, Options},
    parse,
};

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, files): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let options = Options { strict: flags.iter().any(|flag| flag == "--strict"), print: true, ..Options::default() };
    let mut modules = Vec::new();
    let mut errors = Vec::new();
    for file in &files {
        match parse::module(file, &fs::read_to_string(file)?, &parse::Options::default()) {
            Ok(module) => modules.push(module),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() {
        errors = compile::compile(modules, &options).err().unwrap_or_default();
    }
    let report = match errors.is_empty() {
        true => serde_json::json!({}),
        false => serde_json::json!({ "errors": errors }),
    };
    writeln!(std::io::stdout(), "{report:#}")?;
    Ok(())
}
