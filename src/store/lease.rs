//! Leases instead of advisory locks: a row says who holds what until when. They work the same on every
//! engine, and the fencing token lets a write notice that its holder has been replaced.

use chrono::{DateTime, Utc};

use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::Lease;

/// Takes the lease if it is free or has expired; otherwise returns none.
pub async fn acquire(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Option<i64>> {
    const SQL: &str = "insert into leases (name, holder, token, acquired_at, expires_at) values ($1, $2, 1, $3, $4) \
                       on conflict (name) do update set holder = excluded.holder, token = leases.token + 1, \
                       acquired_at = excluded.acquired_at, expires_at = excluded.expires_at \
                       where leases.expires_at <= $3 returning token";
    Ok(within!(tx, |connection| {
        sqlx::query_scalar(SQL).bind(name).bind(holder).bind(now).bind(expires_at).fetch_optional(connection).await
    })?)
}

/// Extends the lease; false if it is no longer ours.
pub async fn renew(tx: &mut Tx, name: &str, token: i64, expires_at: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "update leases set expires_at = $3 where name = $1 and token = $2";
    let rows = within!(tx, |connection| {
        sqlx::query(SQL).bind(name).bind(token).bind(expires_at).execute(connection).await.map(|d| d.rows_affected())
    })?;
    Ok(rows == 1)
}

/// Gives the lease back. The row stays, so that tokens go on growing.
pub async fn release(tx: &mut Tx, name: &str, token: i64, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "update leases set expires_at = $3 where name = $1 and token = $2";
    within!(tx, |connection| sqlx::query(SQL).bind(name).bind(token).bind(now).execute(connection).await.map(drop))?;
    Ok(())
}

pub async fn get(db: &Db, name: &str) -> Result<Option<Lease>> {
    const SQL: &str = "select * from leases where name = $1";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(name).fetch_optional(pool).await)?)
}
