use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::Policy;

pub async fn put(tx: &mut Tx, policy: &Policy) -> Result<()> {
    const SQL: &str = "insert into policies (id, package, module, created_at, updated_at) values ($1, $2, $3, $4, $5) \
                       on conflict (id) do update set package = excluded.package, module = excluded.module, \
                       updated_at = excluded.updated_at";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(&policy.id)
            .bind(&policy.package)
            .bind(&policy.module)
            .bind(policy.created_at)
            .bind(policy.updated_at)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

pub async fn get(db: &Db, id: &str) -> Result<Option<Policy>> {
    Ok(on!(db, |pool| sqlx::query_as("select * from policies where id = $1").bind(id).fetch_optional(pool).await)?)
}

/// The policy as a write transaction sees it.
pub async fn get_within(tx: &mut Tx, id: &str) -> Result<Option<Policy>> {
    const SQL: &str = "select * from policies where id = $1";
    Ok(within!(tx, |connection| sqlx::query_as(SQL).bind(id).fetch_optional(connection).await)?)
}

pub async fn all(db: &Db) -> Result<Vec<Policy>> {
    Ok(on!(db, |pool| sqlx::query_as("select * from policies order by id").fetch_all(pool).await)?)
}

/// All policies as a write transaction sees them.
pub async fn all_within(tx: &mut Tx) -> Result<Vec<Policy>> {
    const SQL: &str = "select * from policies order by id";
    Ok(within!(tx, |connection| sqlx::query_as(SQL).fetch_all(connection).await)?)
}

/// Removes a policy; false if there was none.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    const SQL: &str = "delete from policies where id = $1";
    let rows = within!(tx, |connection| {
        sqlx::query(SQL).bind(id).execute(connection).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}
