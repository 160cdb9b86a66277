//! Policies and data from files and folders, mounted under `data` as OPA's `--data` does it.

use std::path::Path;

use rego::Value;
use rego::value::Object;

use super::Module;
use crate::error::{Error, Result};

/// What was read: modules, and one merged base document.
#[derive(Debug, Default)]
pub struct Sources {
    pub modules: Vec<Module>,
    pub data: Object,
}

/// Reads files and folders. `PREFIX:PATH` mounts a data file under a dotted path.
pub fn load(paths: &[String]) -> Result<Sources> {
    let mut sources = Sources::default();
    for given in paths {
        let (prefix, path) = match given.split_once(':') {
            Some((prefix, path)) if !prefix.contains(['/', '\\']) && !path.starts_with("//") => (Some(prefix), path),
            _ => (None, given.strip_prefix("file://").unwrap_or(given)),
        };
        let mount: Vec<String> = prefix.map(|p| p.split('.').map(str::to_owned).collect()).unwrap_or_default();
        let path = Path::new(path);
        let info = std::fs::metadata(path).map_err(|e| Error::io(format_args!("read {}", path.display()), e))?;
        if info.is_dir() {
            load_dir(path, &mount, &mut sources)?;
        } else {
            load_file(path, &mount, &mut sources, true)?;
        }
    }
    Ok(sources)
}

fn load_dir(dir: &Path, mount: &[String], sources: &mut Sources) -> Result<()> {
    let failed = |e| Error::io(format_args!("read the folder {}", dir.display()), e);
    let mut entries = std::fs::read_dir(dir).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // `metadata` follows links; a link to a folder above would make this endless.
        if entry.file_type().map_err(failed)?.is_dir() {
            let mut inner = mount.to_vec();
            inner.push(entry.file_name().to_string_lossy().into_owned());
            load_dir(&path, &inner, sources)?;
        } else {
            load_file(&path, mount, sources, false)?;
        }
    }
    Ok(())
}

fn load_file(path: &Path, mount: &[String], sources: &mut Sources, named: bool) -> Result<()> {
    let read = || std::fs::read_to_string(path).map_err(|e| Error::io(format_args!("read {}", path.display()), e));
    let value = match path.extension().and_then(|extension| extension.to_str()) {
        Some("rego") => {
            sources.modules.push(Module { name: path.display().to_string(), text: read()? });
            return Ok(());
        }
        Some("json") => parse_json(path, &read()?)?,
        Some("yaml" | "yml") => parse_yaml(path, &read()?)?,
        _ if named => {
            return Err(Error::invalid(format!("{}: neither .rego nor .json nor .yaml", path.display())));
        }
        _ => return Ok(()),
    };
    let nested = mount.iter().rev().fold(value, |inner, name| Value::object([(Value::string(name), inner)]));
    let Value::Object(fields) = nested else {
        return Err(Error::invalid(format!("{}: data must be an object at its root", path.display()))
            .hint("give it a name: `-d NAME:FILE`"));
    };
    merge(&mut sources.data, &fields, path, "data")
}

/// Parses an input document, JSON or YAML by its name; the error says where.
pub fn parse_input(path: &Path, text: &str) -> Result<Value> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("yaml" | "yml") => parse_yaml(path, text),
        _ => parse_json(path, text),
    }
}

fn parse_json(path: &Path, text: &str) -> Result<Value> {
    Value::from_json(text)
        .map_err(|e| Error::invalid(format!("{}:{}:{}: {}", path.display(), e.line, e.column, e.message)))
}

fn parse_yaml(path: &Path, text: &str) -> Result<Value> {
    yaml_serde::from_str(text).map_err(|e| {
        let place = e.location().map(|at| format!(":{}:{}", at.line(), at.column())).unwrap_or_default();
        Error::invalid(format!("{}{place}: {e}", path.display()))
    })
}

fn merge(into: &mut Object, from: &Object, path: &Path, at: &str) -> Result<()> {
    for (name, value) in from.iter() {
        let here = format!("{at}.{}", name.as_str().unwrap_or_default());
        let merged = match (into.get(name), value) {
            (None, value) => value.clone(),
            (Some(Value::Object(old)), Value::Object(new)) => {
                let mut old = (**old).clone();
                merge(&mut old, new, path, &here)?;
                Value::Object(old.into())
            }
            (Some(_), _) => {
                return Err(Error::invalid(format!("{}: {here} is there already, from another file", path.display())));
            }
        };
        into.insert(name.clone(), merged);
    }
    Ok(())
}
