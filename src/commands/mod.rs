//! Arguments to operations, and answers to what a person sees.

pub mod auth;
pub mod call;
pub mod completion;
pub mod generate;
pub mod health;
pub mod init;
pub mod migrate;
pub mod policy;
pub mod search;
pub mod seed;
pub mod serve;
pub mod settings;
pub mod user;

use std::sync::Arc;

use crate::backend::{Backend, Readiness};
use crate::error::Result;
use crate::operation::Operation;
use crate::settings::Loaded;
use crate::ui::{Render, Ui};

/// What every command gets: how to print, and where to act.
pub struct Run<'a> {
    pub ui: &'a Ui,
    pub loaded: Arc<Loaded>,
}

impl Run<'_> {
    /// The database or daemon that the settings name, fit for use.
    pub async fn backend(&self) -> Result<Backend> {
        self.backend_as(Readiness::Current).await
    }

    pub async fn backend_as(&self, readiness: Readiness) -> Result<Backend> {
        let backend = Backend::open(self.loaded.clone(), readiness).await?;
        self.ui.detail(&format!("acting on {}", crate::model::redact(&self.loaded.url())));
        Ok(backend)
    }

    /// Does an operation and shows its answer.
    pub async fn show<O: Operation>(&self, operation: O) -> Result<u8>
    where
        O::Output: Render,
    {
        let answer = self.backend().await?.call(operation).await?;
        self.ui.show(&answer)?;
        Ok(0)
    }
}
