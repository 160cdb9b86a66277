use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::{Identity, Session};

pub async fn insert(tx: &mut Tx, session: &Session) -> Result<()> {
    const SQL: &str = "insert into sessions (id, user_id, created_at, expires_at) values ($1, $2, $3, $4)";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(session.id)
            .bind(session.user_id)
            .bind(session.created_at)
            .bind(session.expires_at)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Who is behind a session, as of now.
pub async fn identity(db: &Db, id: Uuid) -> Result<Option<Identity>> {
    const SQL: &str = "select u.id as user_id, u.email, u.role, u.disabled, r.permissions, s.expires_at, s.revoked_at \
                       from sessions s join users u on u.id = s.user_id join roles r on r.name = u.role \
                       where s.id = $1";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(id).fetch_optional(pool).await)?)
}

pub async fn revoke(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "update sessions set revoked_at = $2 where id = $1 and revoked_at is null";
    within!(tx, |connection| sqlx::query(SQL).bind(id).bind(at).execute(connection).await.map(drop))?;
    Ok(())
}

/// Ends all sessions of a user.
pub async fn revoke_all(tx: &mut Tx, user_id: Uuid, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "update sessions set revoked_at = $2 where user_id = $1 and revoked_at is null";
    within!(tx, |connection| sqlx::query(SQL).bind(user_id).bind(at).execute(connection).await.map(drop))?;
    Ok(())
}

/// Forgets a user's sessions that no longer count.
pub async fn purge(tx: &mut Tx, user_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "delete from sessions where user_id = $1 and expires_at < $2";
    within!(tx, |connection| sqlx::query(SQL).bind(user_id).bind(now).execute(connection).await.map(drop))?;
    Ok(())
}
