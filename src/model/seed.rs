use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What applying a seed profile did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeedReport {
    pub profile: String,
    /// Roles, policies and documents that were new or different
    pub written: u64,
    /// Those that were there already, just so
    pub unchanged: u64,
}

/// A seed profile and when it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeedStatus {
    pub profile: String,
    pub description: String,
    pub applied_at: Option<DateTime<Utc>>,
    /// Whether this program's version of it is the one applied
    pub current: bool,
}
