use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::Role;

/// Writes a role; false if it was there already, just so.
pub async fn put(tx: &mut Tx, role: &Role) -> Result<bool> {
    let old: Option<Role> = within!(tx, |connection| {
        sqlx::query_as("select * from roles where name = $1").bind(&role.name).fetch_optional(connection).await
    })?;
    if old.as_ref() == Some(role) {
        return Ok(false);
    }
    const SQL: &str = "insert into roles (name, description, permissions) values ($1, $2, $3) \
                       on conflict (name) do update set description = excluded.description, \
                       permissions = excluded.permissions";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(&role.name)
            .bind(&role.description)
            .bind(&role.permissions)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(true)
}

pub async fn names(db: &Db) -> Result<Vec<String>> {
    Ok(on!(db, |pool| sqlx::query_scalar("select name from roles order by name").fetch_all(pool).await)?)
}
