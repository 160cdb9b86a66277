use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Tx, on, within};
use crate::error::Result;

/// The newest signing key: its id and its Ed25519 seed (RFC 8032, 32 bytes).
pub async fn newest(db: &Db) -> Result<Option<(Uuid, Vec<u8>)>> {
    const SQL: &str = "select id, secret from signing_keys order by created_at desc, id desc limit 1";
    Ok(on!(db, |pool| sqlx::query_as(SQL).fetch_optional(pool).await)?)
}

pub async fn get(db: &Db, id: Uuid) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "select secret from signing_keys where id = $1";
    Ok(on!(db, |pool| sqlx::query_scalar(SQL).bind(id).fetch_optional(pool).await)?)
}

pub async fn insert(tx: &mut Tx, id: Uuid, secret: &[u8], at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "insert into signing_keys (id, secret, created_at) values ($1, $2, $3)";
    within!(tx, |connection| sqlx::query(SQL).bind(id).bind(secret).bind(at).execute(connection).await.map(drop))?;
    Ok(())
}
