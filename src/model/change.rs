use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One entry of the change feed: who changed what, in commit order. It is also the audit trail.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Change {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    /// The kind of thing: `user`, `policy`, `document`, …
    pub noun: String,
    pub key: String,
    /// `put`, `delete`, or a verb of the noun's own
    pub action: String,
}

/// Where the feed stands, and which database it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    pub seq: i64,
    pub instance: Uuid,
}
