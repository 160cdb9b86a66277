use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Secret;

/// A sign-in. Its id is the `jti` claim (RFC 7519, section 4.1.7) of the token issued for it.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: Uuid,
    pub user_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// The user behind a session, as the database knows them now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Identity {
    pub user_id: Uuid,
    pub email: String,
    pub role: String,
    pub disabled: bool,
    pub permissions: Json<Vec<String>>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token, for `Authorization: Bearer` (RFC 6750).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssuedToken {
    /// A JSON Web Token (RFC 7519) signed with EdDSA
    pub token: Secret,
    /// When it stops counting
    pub expires_at: DateTime<Utc>,
    /// Who signed in
    pub email: String,
    pub role: String,
}
