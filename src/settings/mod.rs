//! The program's own settings: built-in defaults, then the settings file, then `PLATFORM_*` variables, then
//! flags. The later wins, and every value remembers where it came from.

mod layers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::{PolicyEngine, redact};

pub use layers::load;

/// What the program was told, from all layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where commands act: `sqlite:…`, `postgres://…`, or `http(s)://…` for a daemon. Empty means the
    /// embedded database in the data directory
    pub url: String,
    pub server: Server,
    pub database: Database,
    pub search: Search,
    pub auth: Auth,
    pub policy: Policy,
    pub log: Log,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port that the daemon listens on; port 0 takes a free one
    pub listen: String,
    /// How long the daemon waits for requests under way when it is told to stop
    #[serde(with = "humantime_serde")]
    pub drain_timeout: Duration,
    /// The largest request body the daemon reads, in bytes
    pub max_body_bytes: usize,
    /// How long a request may take
    #[serde(with = "humantime_serde")]
    pub request_timeout: Duration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// The most connections that one process opens
    pub max_connections: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    /// How long a change may wait before it can be found
    #[serde(with = "humantime_serde")]
    pub commit_interval: Duration,
    /// Memory for documents not yet committed to the index, in bytes
    pub writer_memory_bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// How long a token counts
    #[serde(with = "humantime_serde")]
    pub token_lifetime: Duration,
    /// How many passwords are hashed at once; each takes 19 MiB
    pub hash_concurrency: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Who decides: `native`, `regorus`, or `both`, which have to agree
    pub engine: PolicyEngine,
    /// How long one evaluation may take
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// What the daemon logs: `error`, `warn`, `info`, `debug`, `trace`, or a filter by module
    pub level: String,
    /// `text` or `json`
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8700".into(),
            drain_timeout: Duration::from_secs(30),
            max_body_bytes: 16 << 20,
            request_timeout: Duration::from_secs(300),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { max_connections: 8 }
    }
}

impl Default for Search {
    fn default() -> Self {
        Self { commit_interval: Duration::from_millis(500), writer_memory_bytes: 64 << 20 }
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self { token_lifetime: Duration::from_secs(12 * 3600), hash_concurrency: 2 }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { engine: PolicyEngine::default(), timeout: Duration::from_secs(10) }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text }
    }
}

/// One setting, for a person to see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    pub key: String,
    pub value: serde_json::Value,
    /// `default`, a file, a variable or a flag
    pub origin: String,
}

/// The settings with their origins, and the directory that everything is kept in.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Settings,
    pub entries: Vec<Entry>,
    pub data_dir: PathBuf,
    /// The settings file, which need not exist
    pub file: PathBuf,
}

/// What the command line says of the settings themselves.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub url: Option<String>,
    pub data_dir: Option<PathBuf>,
    pub file: Option<PathBuf>,
    pub listen: Option<String>,
}

impl Loaded {
    /// Whether commands act through a daemon.
    pub fn is_remote(&self) -> bool {
        let url = &self.settings.url;
        url.starts_with("http://") || url.starts_with("https://")
    }

    /// Where commands act.
    pub fn url(&self) -> String {
        if self.settings.url.is_empty() {
            let path = self.data_dir.join("platform.db").display().to_string();
            format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F"))
        } else {
            self.settings.url.clone()
        }
    }
}

/// The directory that holds the database, the index and the settings file (XDG base directories).
pub fn default_data_dir() -> Result<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().map_err(|e| {
        Error::settings("cannot find your home directory").hint("set HOME, or give --data-dir").source(e)
    })?;
    Ok(base.data_dir().join("platform"))
}

/// Where the program keeps what belongs to a person, such as tokens.
pub fn config_dir() -> Result<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy()
        .map_err(|e| Error::settings("cannot find your home directory").hint("set HOME").source(e))?;
    Ok(base.config_dir().join("platform"))
}

/// A value as it may be shown: passwords in URLs are not.
fn shown(key: &str, value: serde_json::Value) -> serde_json::Value {
    match (key, value) {
        ("url", serde_json::Value::String(url)) if !url.is_empty() => redact(&url).into(),
        (_, value) => value,
    }
}

/// The settings file that `platform init` writes: every key with its default, commented out.
pub fn template() -> Result<String> {
    let defaults = layers::defaults()?;
    let mut text =
        String::from("# Settings of platform. Every line shows a default; take the `# ` away to change it.\n");
    let mut section = "";
    // Keys of no section come first: in TOML a section lasts until the next begins.
    let (in_sections, alone): (Vec<_>, Vec<_>) = defaults.iter().partition(|(key, _)| key.contains('.'));
    for (key, value) in alone.into_iter().chain(in_sections) {
        let (head, name) = key.split_once('.').unwrap_or(("", key));
        if head != section {
            section = head;
            text.push_str(&format!("\n# [{section}]\n"));
        }
        text.push_str(&format!("# {name} = {value}\n"));
    }
    Ok(text)
}

/// Makes a directory that only its owner may enter.
pub fn create_private_dir(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| Error::io(format_args!("make the directory {}", path.display()), e))
}
