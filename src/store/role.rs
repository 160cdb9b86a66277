use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::Role;

/// Writes a role, unless there is one of its name; says whether it did.
pub async fn put_absent(tx: &mut Tx, role: &Role) -> Result<bool> {
    const SQL: &str = "insert into roles (name, description, permissions) values ($1, $2, $3) \
                       on conflict (name) do nothing";
    let rows = within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(&role.name)
            .bind(&role.description)
            .bind(&role.permissions)
            .execute(connection)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(rows == 1)
}

pub async fn names(db: &Db) -> Result<Vec<String>> {
    Ok(on!(db, |pool| sqlx::query_scalar("select name from roles order by name").fetch_all(pool).await)?)
}
