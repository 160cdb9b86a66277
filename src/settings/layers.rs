//! How the layers are read and laid over each other.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use config::{Config, FileFormat, Map, Source, Value, ValueKind};

use super::{Entry, Flags, Loaded, Settings, default_data_dir, shown};
use crate::error::{Error, ErrorKind, Result};

/// Variables that are no settings: what they mean stands at the flag of the same name.
const OTHER_VARIABLES: [&str; 4] =
    ["PLATFORM_DATA_DIR", "PLATFORM_SETTINGS", "PLATFORM_TOKEN", "PLATFORM_TEST_POSTGRES"];

/// Values with the name of where they came from.
#[derive(Debug, Clone, Default)]
struct Layer(Map<String, Value>);

impl Layer {
    fn set(&mut self, key: &str, origin: &str, value: &str) {
        self.0.insert(key.to_owned(), Value::new(Some(&origin.to_owned()), value));
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }
    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

/// Every key with its default, in TOML and JSON notation alike, sorted by section.
pub fn defaults() -> Result<BTreeMap<String, serde_json::Value>> {
    let tree = serde_json::to_value(Settings::default()).map_err(|e| Error::internal(e.to_string()))?;
    let mut flat = BTreeMap::new();
    flatten("", tree, &mut flat);
    Ok(flat)
}

fn flatten(prefix: &str, value: serde_json::Value, into: &mut BTreeMap<String, serde_json::Value>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                flatten(&key, value, into);
            }
        }
        value => {
            into.insert(prefix.to_owned(), value);
        }
    }
}

/// Reads all layers. `environment` is the process's variables.
pub fn load(flags: &Flags, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Loaded> {
    let known = defaults()?;
    let environment = ours(environment)?;
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());

    let (data_dir, data_dir_origin) = match (&flags.data_dir, variable("PLATFORM_DATA_DIR")) {
        (Some(dir), _) => (dir.clone(), "--data-dir".to_owned()),
        (None, Some(dir)) => (dir.into(), "PLATFORM_DATA_DIR".to_owned()),
        (None, None) => (default_data_dir()?, "default".to_owned()),
    };
    let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
    let named = flags.file.clone().or_else(|| variable("PLATFORM_SETTINGS").map(Into::into));
    let file = named.clone().unwrap_or_else(|| data_dir.join("settings.toml"));

    let mut builder = Config::builder();
    if let Some(layer) = read_file(&file, named.is_some(), &known)? {
        builder = builder.add_source(layer);
    }
    builder = builder.add_source(from_environment(&environment, &known)?).add_source(from_flags(flags));
    let merged = builder.build().map_err(|e| wrong(&e))?;

    let mut entries =
        vec![Entry { key: "data_dir".into(), value: data_dir.display().to_string().into(), origin: data_dir_origin }];
    let values: Settings = merged.clone().try_deserialize().map_err(|e| wrong(&e))?;
    check(&values)?;
    let mut flat = BTreeMap::new();
    flatten("", serde_json::to_value(&values).map_err(|e| Error::internal(e.to_string()))?, &mut flat);
    for (key, value) in flat {
        let origin = origin_of(&merged.cache, &key).unwrap_or("default").to_owned();
        entries.push(Entry { value: shown(&key, value), key, origin });
    }
    Ok(Loaded { settings: values, entries, data_dir, file })
}

/// Which layer a value came from; none when no layer has it.
fn origin_of<'a>(merged: &'a Value, key: &str) -> Option<&'a str> {
    let value = key.split('.').try_fold(merged, |value, name| match &value.kind {
        ValueKind::Table(fields) => fields.get(name),
        _ => None,
    })?;
    value.origin()
}

/// The variables that are ours. Others may be no text at all.
fn ours(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<BTreeMap<String, String>> {
    let named = environment.into_iter().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    named
        .filter(|(name, _)| name.starts_with("PLATFORM_"))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(Error::settings(format!("the value of {name} is not UTF-8"))),
        })
        .collect()
}

/// The settings file as a layer; none if there is no file and nobody named one.
fn read_file(path: &Path, named: bool, known: &BTreeMap<String, serde_json::Value>) -> Result<Option<Layer>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !named => return Ok(None),
        // Whoever may not enter the data directory learns so from what needs it.
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied && !named => return Ok(None),
        Err(e) => return Err(Error::io(format_args!("read the settings file {}", path.display()), e)),
    };
    let parsed = Config::builder()
        .add_source(config::File::from_str(&text, FileFormat::Toml))
        .build()
        .map_err(|e| Error::settings(format!("{}: {}", path.display(), without_snippet(&e.to_string()))))?;
    let tree: serde_json::Value = parsed.try_deserialize().map_err(|e| wrong(&e))?;
    let mut flat = BTreeMap::new();
    flatten("", tree, &mut flat);
    let mut layer = Layer::default();
    for (key, value) in flat {
        if !known.contains_key(&key) {
            let line = line_of(&text, &key);
            return Err(Error::settings(format!("{}:{line}: there is no setting `{key}`", path.display()))
                .nearest(&key, known.keys().map(String::as_str))
                .hint("`platform settings show` lists them all"));
        }
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        layer.set(&key, &path.display().to_string(), &plain);
    }
    Ok(Some(layer))
}

/// The line of a settings file on which the last part of a key first stands.
fn line_of(text: &str, key: &str) -> usize {
    let name = key.rsplit('.').next().unwrap_or(key);
    1 + text.lines().position(|line| line.trim_start().trim_start_matches('[').starts_with(name)).unwrap_or(0)
}

fn from_environment(
    environment: &BTreeMap<String, String>,
    known: &BTreeMap<String, serde_json::Value>,
) -> Result<Layer> {
    let variables: BTreeMap<String, &str> =
        known.keys().map(|key| (format!("PLATFORM_{}", key.replace('.', "_").to_uppercase()), key.as_str())).collect();
    let mut layer = Layer::default();
    for (name, value) in environment {
        match variables.get(name) {
            Some(key) => layer.set(key, name, value),
            None if OTHER_VARIABLES.contains(&name.as_str()) || is_service_link(name) => {}
            None => {
                let all = variables.keys().map(String::as_str).chain(OTHER_VARIABLES);
                return Err(Error::settings(format!("the variable {name} stands for no setting")).nearest(name, all));
            }
        }
    }
    Ok(layer)
}

/// Kubernetes gives every container variables for each Service of its namespace, one called `platform` among them.
fn is_service_link(name: &str) -> bool {
    let rest = name.trim_start_matches("PLATFORM_");
    rest == "PORT" || rest.starts_with("PORT_") || rest == "SERVICE_HOST" || rest.starts_with("SERVICE_PORT")
}

fn from_flags(flags: &Flags) -> Layer {
    let mut layer = Layer::default();
    if let Some(url) = &flags.url {
        layer.set("url", "--url", url);
    }
    if let Some(listen) = &flags.listen {
        layer.set("server.listen", "--listen", listen);
    }
    layer
}

/// What a type cannot say of its values.
fn check(settings: &Settings) -> Result<()> {
    let least = [
        ("database.max_connections", settings.database.max_connections as usize, 1),
        ("auth.hash_concurrency", settings.auth.hash_concurrency, 1),
        // tantivy's own minimum for one thread
        ("search.writer_memory_bytes", settings.search.writer_memory_bytes, 15 << 20),
        ("server.max_body_bytes", settings.server.max_body_bytes, 1),
    ];
    match least.into_iter().find(|(_, value, least)| value < least) {
        Some((key, value, least)) => Err(Error::settings(format!("`{key}` is {value}, and must be at least {least}"))),
        None => Ok(()),
    }
}

fn wrong(error: &config::ConfigError) -> Error {
    Error::new(ErrorKind::Settings, format!("wrong settings: {}", without_snippet(&error.to_string())))
        .hint("`platform settings show --origin` shows where each value comes from")
}

/// A parser's message without the lines that it quotes: they may hold a password.
fn without_snippet(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.contains('|') && !line.chars().all(|sign| sign == '^'));
    lines.collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn load_with(file: Option<&str>, env: &[(&str, &str)], flag: Option<&str>) -> Result<Loaded> {
        let dir = tempfile::tempdir().expect("a directory");
        if let Some(text) = file {
            std::fs::write(dir.path().join("settings.toml"), text).expect("written");
        }
        let flags = Flags { data_dir: Some(dir.path().into()), listen: flag.map(str::to_owned), ..Flags::default() };
        load(&flags, env.iter().map(|(k, v)| ((*k).into(), (*v).into())))
    }

    fn shown_origin(loaded: &Loaded, key: &str) -> String {
        loaded.entries.iter().find(|e| e.key == key).expect("known").origin.clone()
    }

    proptest! {
        /// Flag before variable before file before default, whichever of them are there.
        #[test]
        fn the_later_layer_wins(file: bool, env: bool, flag: bool) {
            let variables: &[_] = if env { &[("PLATFORM_SERVER_LISTEN", "127.0.0.1:2")] } else { &[] };
            let loaded = load_with(
                file.then_some("[server]\nlisten = \"127.0.0.1:1\""),
                variables,
                flag.then_some("127.0.0.1:3"),
            ).expect("loads");
            let (want, origin) = match (flag, env, file) {
                (true, ..) => ("127.0.0.1:3", "--listen"),
                (_, true, _) => ("127.0.0.1:2", "PLATFORM_SERVER_LISTEN"),
                (_, _, true) => ("127.0.0.1:1", "settings.toml"),
                _ => ("127.0.0.1:8700", "default"),
            };
            prop_assert_eq!(&loaded.settings.server.listen, want);
            prop_assert!(shown_origin(&loaded, "server.listen").ends_with(origin));
        }
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest() {
        let error = load_with(Some("[server]\nlisten = \"x\"\ndrain_timeot = \"3s\"\n"), &[], None).unwrap_err();
        assert!(error.message.ends_with("settings.toml:3: there is no setting `server.drain_timeot`"), "{error}");
        assert_eq!(error.hints[0], "did you mean `server.drain_timeout`?");
        let error = load_with(None, &[("PLATFORM_SERVER_LISTN", "x")], None).unwrap_err();
        assert_eq!(error.hints, ["did you mean `PLATFORM_SERVER_LISTEN`?"]);
        load_with(None, &[("PLATFORM_SERVICE_HOST", "10.0.0.1"), ("PLATFORM_PORT_8700_TCP", "x")], None)
            .expect("loads");
        let error = load_with(Some("url = \"postgres://ada:s3cret@db\nx"), &[], None).unwrap_err();
        assert!(!error.message.contains("s3cret") && error.message.contains("line "), "{error}");
    }

    #[test]
    fn values_of_the_wrong_type_name_their_key() {
        let error = load_with(None, &[("PLATFORM_DATABASE_MAX_CONNECTIONS", "many")], None).unwrap_err();
        assert!(error.message.contains("database.max_connections"), "{error}");
        assert_eq!(error.kind, ErrorKind::Settings);
    }

    #[test]
    fn every_default_in_the_template_can_be_taken_as_it_is() {
        let template = super::super::template().expect("a template");
        let taken: String =
            template.lines().map(|line| line.trim_start_matches("# ")).skip(1).collect::<Vec<_>>().join("\n");
        let loaded = load_with(Some(&taken), &[], None).expect("loads");
        assert_eq!(loaded.settings, Settings::default());
    }
}
