use chrono::{DateTime, Utc};

use super::{Db, Tx, on, within};
use crate::error::Result;

/// Remembers that a profile was applied.
pub async fn put(tx: &mut Tx, profile: &str, checksum: &str, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "insert into seeds (profile, checksum, applied_at) values ($1, $2, $3) \
                       on conflict (profile) do update set checksum = excluded.checksum, \
                       applied_at = excluded.applied_at";
    within!(tx, |connection| {
        sqlx::query(SQL).bind(profile).bind(checksum).bind(at).execute(connection).await.map(drop)
    })?;
    Ok(())
}

/// The checksum under which a profile was applied, and when.
pub async fn get(db: &Db, profile: &str) -> Result<Option<(String, DateTime<Utc>)>> {
    const SQL: &str = "select checksum, applied_at from seeds where profile = $1";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(profile).fetch_optional(pool).await)?)
}
