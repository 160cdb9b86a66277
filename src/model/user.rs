use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct User {
    pub id: Uuid,
    /// E-mail address, in lower case; also the sign-in name
    pub email: String,
    /// The person's name
    pub name: Option<String>,
    /// The role, which says what the user may do
    pub role: String,
    /// A disabled user cannot sign in, and tokens issued before no longer count
    pub disabled: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Role {
    pub name: String,
    pub description: String,
    pub permissions: Json<Vec<String>>,
}

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Anybody, signed in or not
    Public,
    /// Anybody who is signed in
    SignedIn,
    UserRead,
    UserWrite,
    PolicyRead,
    PolicyWrite,
    PolicyEval,
    DocumentRead,
    DocumentWrite,
    SeedWrite,
    SystemRead,
    SystemWrite,
}

impl Permission {
    /// The name that roles grant it by. `*` in a role grants all.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::SignedIn => "signed-in",
            Self::UserRead => "user:read",
            Self::UserWrite => "user:write",
            Self::PolicyRead => "policy:read",
            Self::PolicyWrite => "policy:write",
            Self::PolicyEval => "policy:eval",
            Self::DocumentRead => "document:read",
            Self::DocumentWrite => "document:write",
            Self::SeedWrite => "seed:write",
            Self::SystemRead => "system:read",
            Self::SystemWrite => "system:write",
        }
    }
}
