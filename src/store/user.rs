use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::User;

/// The columns of a [`User`]; the password hash leaves the database only where it is checked.
const COLUMNS: &str = "id, email, name, role, disabled, created_at, updated_at";

pub async fn insert(tx: &mut Tx, user: &User, password_hash: &str) -> Result<()> {
    const SQL: &str = "insert into users (id, email, name, role, password_hash, disabled, created_at, updated_at) \
                       values ($1, $2, $3, $4, $5, $6, $7, $8)";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(user.id)
            .bind(&user.email)
            .bind(&user.name)
            .bind(&user.role)
            .bind(password_hash)
            .bind(user.disabled)
            .bind(user.created_at)
            .bind(user.updated_at)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

pub async fn list(db: &Db, role: Option<&str>, after: &str, limit: i64) -> Result<Vec<User>> {
    const SQL: &str = "select id, email, name, role, disabled, created_at, updated_at from users \
                       where ($1 is null or role = $1) and email > $2 order by email limit $3";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(role).bind(after).bind(limit).fetch_all(pool).await)?)
}

pub async fn get(db: &Db, email: &str) -> Result<Option<User>> {
    let sql = sqlx::AssertSqlSafe(format!("select {COLUMNS} from users where email = $1"));
    Ok(on!(db, |pool| sqlx::query_as(sql).bind(email).fetch_optional(pool).await)?)
}

/// The user as a write transaction sees it; the row stays locked until the transaction ends.
pub async fn lock(tx: &mut Tx, email: &str) -> Result<Option<User>> {
    let suffix = match tx {
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => " for update",
    };
    let sql = sqlx::AssertSqlSafe(format!("select {COLUMNS} from users where email = $1{suffix}"));
    Ok(within!(tx, |connection| sqlx::query_as(sql).bind(email).fetch_optional(connection).await)?)
}

pub async fn password_hash(db: &Db, email: &str) -> Result<Option<String>> {
    const SQL: &str = "select password_hash from users where email = $1 and not disabled";
    Ok(on!(db, |pool| sqlx::query_scalar(SQL).bind(email).fetch_optional(pool).await)?)
}

/// The password hash as a write transaction sees it.
pub async fn password_hash_within(tx: &mut Tx, email: &str) -> Result<Option<String>> {
    const SQL: &str = "select password_hash from users where email = $1 and not disabled";
    Ok(within!(tx, |connection| sqlx::query_scalar(SQL).bind(email).fetch_optional(connection).await)?)
}

pub async fn set_disabled(tx: &mut Tx, id: Uuid, disabled: bool, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "update users set disabled = $2, updated_at = $3 where id = $1";
    within!(tx, |connection| sqlx::query(SQL).bind(id).bind(disabled).bind(at).execute(connection).await.map(drop))?;
    Ok(())
}

pub async fn set_password_hash(tx: &mut Tx, id: Uuid, hash: &str, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "update users set password_hash = $2, updated_at = $3 where id = $1";
    within!(tx, |connection| sqlx::query(SQL).bind(id).bind(hash).bind(at).execute(connection).await.map(drop))?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    within!(tx, |connection| {
        sqlx::query("delete from users where id = $1").bind(id).execute(connection).await.map(drop)
    })?;
    Ok(())
}

/// How many users with this role may sign in.
pub async fn count_enabled(tx: &mut Tx, role: &str) -> Result<i64> {
    const SQL: &str = "select count(*) from users where role = $1 and not disabled";
    Ok(within!(tx, |connection| sqlx::query_scalar(SQL).bind(role).fetch_one(connection).await)?)
}
