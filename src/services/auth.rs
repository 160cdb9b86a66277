//! Signing in and out, and who a token belongs to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::normal_email;
use crate::context::{Actor, Context};
use crate::engines::{password, token};
use crate::error::{Error, Result};
use crate::model::{IssuedToken, Permission, Secret, Session};
use crate::operation::{Operation, Route};
use crate::store::{self, transaction};

/// Signs in and returns a token
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// E-mail address
    pub email: String,
    pub password: Secret,
}

impl Operation for Login {
    type Output = IssuedToken;
    const ROUTE: Route = Route::post("/v1/login");
    const NEEDS: Permission = Permission::Public;

    async fn run(self, cx: &Context) -> Result<IssuedToken> {
        // The same words for a wrong address, a wrong password and a disabled user: who exists is not told.
        let refused = || Error::unauthenticated("e-mail address or password is wrong");
        let email = normal_email(&self.email).map_err(|_| refused())?;
        let hash = store::user::password_hash(&cx.db, &email).await?;
        if !cx.passwords.verify(self.password, hash.clone()).await? {
            tracing::warn!(email, "sign-in refused");
            return Err(refused());
        }
        let key = signing_key(cx).await?;
        let now = cx.now();
        let lifetime = chrono::TimeDelta::from_std(cx.loaded.settings.auth.token_lifetime)
            .map_err(|e| Error::settings("`auth.token_lifetime` is too long").source(e))?;
        let expires_at = now + lifetime;
        let id = cx.new_id();
        let user = transaction!(cx.db, |tx| {
            let user = store::user::lock(&mut tx, &email).await?.filter(|user| !user.disabled).ok_or_else(refused)?;
            // The password may have been changed while the old one was being checked.
            if store::user::password_hash_within(&mut tx, &email).await? != hash {
                return Err(refused());
            }
            store::session::purge(&mut tx, user.id, now).await?;
            let session = Session { id, user_id: user.id, created_at: now, expires_at };
            store::session::insert(&mut tx, &session).await?;
            user
        })?;
        let token = token::sign(&key.1, key.0, user.id, id, now, expires_at)?;
        Ok(IssuedToken { token, expires_at, email: user.email, role: user.role })
    }
}

/// Signs out: the token stops counting
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Logout {}

impl Operation for Logout {
    type Output = SignedOut;
    const ROUTE: Route = Route::post("/v1/logout");
    const NEEDS: Permission = Permission::SignedIn;

    async fn run(self, cx: &Context) -> Result<SignedOut> {
        if let Some(session) = cx.actor.session {
            transaction!(cx.db, |tx| store::session::revoke(&mut tx, session, cx.now()).await?)?;
        }
        Ok(SignedOut { name: cx.actor.name.clone() })
    }
}

/// Who is signed out now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignedOut {
    pub name: String,
}

/// Says who is asking, and what they may do
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct WhoAmI {}

/// Who is asking.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Who {
    /// E-mail address, or `local:` and the operating system's user who acts directly on the database
    pub name: String,
    pub role: Option<String>,
    pub permissions: Vec<String>,
}

impl Operation for WhoAmI {
    type Output = Who;
    const ROUTE: Route = Route::get("/v1/whoami");
    const NEEDS: Permission = Permission::SignedIn;

    async fn run(self, cx: &Context) -> Result<Who> {
        let Actor { name, role, permissions, .. } = cx.actor.as_ref().clone();
        Ok(Who { name, role, permissions })
    }
}

/// Who a token belongs to, as the database knows them now: a disabled user, a changed role and a sign-out
/// count at once.
pub async fn authenticate(cx: &Context, token: &Secret) -> Result<Actor> {
    let seed = store::signing_key::get(&cx.db, token::key_id(token)?).await?.ok_or_else(token::refused)?;
    let session = token::verify(token, &seed, cx.now())?;
    let identity = store::session::identity(&cx.db, session).await?.ok_or_else(token::refused)?;
    if identity.disabled || identity.revoked_at.is_some() {
        return Err(token::refused());
    }
    if identity.expires_at <= cx.now() {
        return Err(token::expired());
    }
    Ok(Actor {
        name: identity.email,
        role: Some(identity.role),
        permissions: identity.permissions.0,
        session: Some(session),
    })
}

/// A password for somebody who did not choose one.
pub fn generate_password() -> Secret {
    password::generate(rand::random())
}

/// The key that new tokens are signed with, made when there is none.
async fn signing_key(cx: &Context) -> Result<(uuid::Uuid, Vec<u8>)> {
    if let Some(key) = store::signing_key::newest(&cx.db).await? {
        return Ok(key);
    }
    let (id, seed) = (cx.new_id(), cx.random_bytes::<32>());
    transaction!(cx.db, |tx| store::signing_key::insert(&mut tx, id, &seed, cx.now()).await?)?;
    // Two that sign in at the same first moment make two keys: both count, tokens name theirs.
    Ok((id, seed.to_vec()))
}
