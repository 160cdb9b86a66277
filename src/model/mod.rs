//! Plain types that the rooms hand to each other: what is stored, and what travels.

mod change;
mod document;
mod health;
mod hex;
mod json;
mod migration;
mod policy;
mod redact;
mod secret;
mod seed;
mod session;
mod user;

pub use change::{Change, Head};
pub use document::{Document, Hit, IndexStats, NewDocument, SearchResults};
pub use health::{Check, CheckStatus, HealthReport};
pub use hex::hex;
pub use json::{MAX_DEPTH, contains_nul, depth};
pub use migration::{AppliedMigration, Lease, Migration, MigrationState, MigrationStatus};
pub use policy::{Evaluation, Expression, Policy, PolicyEngine, Position, QueryResult};
pub use redact::redact;
pub use secret::Secret;
pub use seed::{SeedReport, SeedStatus};
pub use session::{Identity, IssuedToken, Session};
pub use user::{Permission, Role, User};
