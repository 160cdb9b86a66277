//! The settings as an operation: one's own directly, the daemon's through it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::error::Result;
use crate::model::Permission;
use crate::operation::{Operation, Route};
use crate::settings::Entry;

/// Shows all settings
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowSettings {}

impl Operation for ShowSettings {
    type Output = Vec<Entry>;
    const ROUTE: Route = Route::get("/v1/settings");
    const NEEDS: Permission = Permission::SystemRead;

    async fn run(self, cx: &Context) -> Result<Vec<Entry>> {
        Ok(cx.loaded.entries.clone())
    }
}
