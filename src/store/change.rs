//! The change feed. The counter row's lock makes the order of numbers the order of commits on every
//! engine: whoever has read up to number n has missed nothing below it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::{Change, Head};

/// Makes the counter row when there is none.
pub async fn create_counter(tx: &mut Tx, instance: Uuid) -> Result<()> {
    const SQL: &str = "insert into change_counter (id, seq, instance) values (1, 0, $1) on conflict (id) do nothing";
    within!(tx, |connection| sqlx::query(SQL).bind(instance).execute(connection).await.map(drop))?;
    Ok(())
}

/// Makes the database another one in the eyes of whoever has derived state from it.
pub async fn renew_instance(tx: &mut Tx, instance: Uuid) -> Result<()> {
    const SQL: &str = "update change_counter set instance = $1 where id = 1";
    within!(tx, |connection| sqlx::query(SQL).bind(instance).execute(connection).await.map(drop))?;
    Ok(())
}

/// Takes a block of `count` numbers and returns the last of them. The counter row stays locked until the
/// transaction ends: take numbers late in it.
pub async fn take_numbers(tx: &mut Tx, count: i64) -> Result<i64> {
    const SQL: &str = "update change_counter set seq = seq + $1 where id = 1 returning seq";
    Ok(within!(tx, |connection| sqlx::query_scalar(SQL).bind(count).fetch_one(connection).await)?)
}

/// Appends one entry and returns its number.
pub async fn append(tx: &mut Tx, at: DateTime<Utc>, actor: &str, noun: &str, key: &str, action: &str) -> Result<i64> {
    let seq = take_numbers(tx, 1).await?;
    insert(tx, &Change { seq, at, actor: actor.into(), noun: noun.into(), key: key.into(), action: action.into() })
        .await?;
    Ok(seq)
}

/// Writes an entry whose number was taken before.
pub async fn insert(tx: &mut Tx, change: &Change) -> Result<()> {
    const SQL: &str = "insert into changes (seq, at, actor, noun, key, action) values ($1, $2, $3, $4, $5, $6)";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(change.seq)
            .bind(change.at)
            .bind(&change.actor)
            .bind(&change.noun)
            .bind(&change.key)
            .bind(&change.action)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Where the feed stands.
pub async fn head(db: &Db) -> Result<Head> {
    const SQL: &str = "select seq, instance from change_counter where id = 1";
    Ok(on!(db, |pool| sqlx::query_as(SQL).fetch_one(pool).await)?)
}

/// The entries after `position`, in order.
pub async fn after(db: &Db, position: i64, limit: i64) -> Result<Vec<Change>> {
    const SQL: &str = "select * from changes where seq > $1 order by seq limit $2";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(position).bind(limit).fetch_all(pool).await)?)
}
