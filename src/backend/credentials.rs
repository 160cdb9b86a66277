//! The tokens that `platform login` keeps for a person, by the URL they were issued at.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Secret, redact};
use crate::settings::{config_dir, create_private_dir};

/// The credentials file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Credentials {
    /// Token by URL; a password in a URL is not kept
    tokens: BTreeMap<String, Secret>,
}

impl Credentials {
    pub fn path() -> Result<PathBuf> {
        Ok(config_dir()?.join("credentials.json"))
    }

    /// Reads the file; nothing is in it when there is none.
    pub fn load() -> Result<Self> {
        let Ok(path) = Self::path() else { return Ok(Self::default()) };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(Error::io(format_args!("read {}", path.display()), e)),
        };
        // The parser's own words could quote a token.
        serde_json::from_str(&text).map_err(|e| {
            Error::settings(format!("{}:{}:{}: not a credentials file", path.display(), e.line(), e.column()))
                .hint("remove it and sign in again")
        })
    }

    pub fn token(&self, url: &str) -> Option<Secret> {
        self.tokens.get(&key(url)).cloned()
    }

    pub fn put(&mut self, url: &str, token: Secret) {
        self.tokens.insert(key(url), token);
    }

    pub fn remove(&mut self, url: &str) -> Option<Secret> {
        self.tokens.remove(&key(url))
    }

    /// Writes the file, readable by its owner alone, in one step.
    pub fn save(&self) -> Result<()> {
        let path = Self::path()?;
        let dir = path.parent().unwrap_or(&path);
        let failed = |e| Error::io(format_args!("write {}", path.display()), e);
        create_private_dir(dir)?;
        // Temporary files are made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::internal(e.to_string()))?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&path).map_err(|e| failed(e.error))?;
        Ok(())
    }
}

fn key(url: &str) -> String {
    redact(url).trim_end_matches('/').to_owned()
}
