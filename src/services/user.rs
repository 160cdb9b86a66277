//! Users: who may sign in, and as what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::model::{Permission, Secret, User};
use crate::operation::{Operation, Route};
use crate::store::{self, Tx, transaction};

const ADMIN: &str = "admin";

/// Adds a user
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct AddUser {
    /// E-mail address, which is also the sign-in name
    pub email: String,
    /// What the user may do: admin, operator or reader
    #[arg(long, default_value = "reader")]
    #[serde(default = "reader")]
    pub role: String,
    /// The person's name
    #[arg(long)]
    #[serde(default)]
    pub name: Option<String>,
    /// Succeed, and change nothing, when the user is there already
    #[arg(long)]
    #[serde(default)]
    pub if_not_exists: bool,
    /// The password, at least eight characters
    #[arg(skip)]
    pub password: Option<Secret>,
}

fn reader() -> String {
    "reader".into()
}

impl Operation for AddUser {
    type Output = User;
    const ROUTE: Route = Route::post("/v1/users");
    const NEEDS: Permission = Permission::UserWrite;

    async fn run(self, cx: &Context) -> Result<User> {
        let email = normal_email(&self.email)?;
        check_role(cx, &self.role).await?;
        if let Some(user) = store::user::get(&cx.db, &email).await? {
            return if self.if_not_exists { Ok(user) } else { Err(exists(&email)) };
        }
        let password = self.password.ok_or_else(|| Error::invalid("a new user needs a password"))?;
        check_password(&password)?;
        let hash = cx.passwords.hash(password).await?;
        let now = cx.now();
        let name = self.name.filter(|name| !name.trim().is_empty());
        if name.as_deref().is_some_and(|name| name.contains('\0')) {
            return Err(Error::invalid("a name must not contain a NUL character"));
        }
        let user =
            User { id: cx.new_id(), email, name, role: self.role, disabled: false, created_at: now, updated_at: now };
        let made: Result<()> = transaction!(cx.db, |tx| {
            store::user::insert(&mut tx, &user, &hash).await?;
            record(cx, &mut tx, &user.email, "add").await?;
        });
        match made {
            // Somebody else added the same address since we looked.
            Err(e) if e.kind == crate::error::ErrorKind::Conflict => match store::user::get(&cx.db, &user.email).await?
            {
                Some(other) if self.if_not_exists => Ok(other),
                _ => Err(exists(&user.email)),
            },
            made => made.map(|()| user),
        }
    }
}

/// Lists users by e-mail address
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListUsers {
    /// Only those with this role
    #[arg(long)]
    #[serde(default)]
    pub role: Option<String>,
    /// Only those after this e-mail address
    #[arg(long, default_value = "")]
    #[serde(default)]
    pub after: String,
    /// At most this many
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    #[serde(default = "thousand")]
    #[schema(minimum = 1, maximum = 10000)]
    pub limit: i64,
}

fn thousand() -> i64 {
    1000
}

impl Operation for ListUsers {
    type Output = Vec<User>;
    const ROUTE: Route = Route::get("/v1/users");
    const NEEDS: Permission = Permission::UserRead;

    async fn run(self, cx: &Context) -> Result<Vec<User>> {
        if let Some(role) = &self.role {
            check_role(cx, role).await?;
        }
        if !(1..=10_000).contains(&self.limit) {
            return Err(Error::invalid(format!("limit is {}, and must be from 1 to 10000", self.limit)));
        }
        store::user::list(&cx.db, self.role.as_deref(), &self.after, self.limit).await
    }
}

/// Shows one user
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct GetUser {
    /// E-mail address
    pub email: String,
}

impl Operation for GetUser {
    type Output = User;
    const ROUTE: Route = Route::get("/v1/users/{email}");
    const NEEDS: Permission = Permission::UserRead;

    async fn run(self, cx: &Context) -> Result<User> {
        let email = normal_email(&self.email)?;
        store::user::get(&cx.db, &email).await?.ok_or_else(|| unknown(&email))
    }
}

/// Disables a user: no sign-in, and tokens issued before stop counting
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct DisableUser {
    /// E-mail address
    pub email: String,
}

impl Operation for DisableUser {
    type Output = User;
    const ROUTE: Route = Route::post("/v1/users/{email}/disable");
    const NEEDS: Permission = Permission::UserWrite;

    async fn run(self, cx: &Context) -> Result<User> {
        set_disabled(cx, &self.email, true).await
    }
}

/// Enables a disabled user again
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct EnableUser {
    /// E-mail address
    pub email: String,
}

impl Operation for EnableUser {
    type Output = User;
    const ROUTE: Route = Route::post("/v1/users/{email}/enable");
    const NEEDS: Permission = Permission::UserWrite;

    async fn run(self, cx: &Context) -> Result<User> {
        set_disabled(cx, &self.email, false).await
    }
}

/// Sets a user's password; whoever was signed in as this user must sign in again
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// E-mail address
    pub email: String,
    /// The new password, at least eight characters
    #[arg(skip)]
    pub password: Option<Secret>,
}

impl Operation for SetPassword {
    type Output = User;
    const ROUTE: Route = Route::put("/v1/users/{email}/password");
    const NEEDS: Permission = Permission::UserWrite;

    async fn run(self, cx: &Context) -> Result<User> {
        let email = normal_email(&self.email)?;
        let password = self.password.ok_or_else(|| Error::invalid("the new password is missing"))?;
        check_password(&password)?;
        if store::user::get(&cx.db, &email).await?.is_none() {
            return Err(unknown(&email));
        }
        let hash = cx.passwords.hash(password).await?;
        let now = cx.now();
        transaction!(cx.db, |tx| {
            // The feed's lock first, as everywhere: two that lock in opposite order wait for each other.
            record(cx, &mut tx, &email, "passwd").await?;
            let user = store::user::lock(&mut tx, &email).await?.ok_or_else(|| unknown(&email))?;
            store::user::set_password_hash(&mut tx, user.id, &hash, now).await?;
            store::session::revoke_all(&mut tx, user.id, now).await?;
            User { updated_at: now, ..user }
        })
    }
}

/// Removes a user for good
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RemoveUser {
    /// E-mail address
    pub email: String,
}

impl Operation for RemoveUser {
    type Output = User;
    const ROUTE: Route = Route::delete("/v1/users/{email}");
    const NEEDS: Permission = Permission::UserWrite;

    async fn run(self, cx: &Context) -> Result<User> {
        let email = normal_email(&self.email)?;
        transaction!(cx.db, |tx| {
            // The feed's lock first: two that remove two admins at once must see each other's work.
            record(cx, &mut tx, &email, "remove").await?;
            let user = store::user::lock(&mut tx, &email).await?.ok_or_else(|| unknown(&email))?;
            store::user::delete(&mut tx, user.id).await?;
            keep_an_admin(&mut tx, &user).await?;
            user
        })
    }
}

async fn set_disabled(cx: &Context, email: &str, disabled: bool) -> Result<User> {
    let email = normal_email(email)?;
    let now = cx.now();
    // Nothing to do leaves no trace in the feed.
    if let Some(user) = store::user::get(&cx.db, &email).await?.filter(|user| user.disabled == disabled) {
        return Ok(user);
    }
    transaction!(cx.db, |tx| {
        record(cx, &mut tx, &email, if disabled { "disable" } else { "enable" }).await?;
        let user = store::user::lock(&mut tx, &email).await?.ok_or_else(|| unknown(&email))?;
        store::user::set_disabled(&mut tx, user.id, disabled, now).await?;
        if disabled {
            store::session::revoke_all(&mut tx, user.id, now).await?;
            keep_an_admin(&mut tx, &user).await?;
        }
        User { disabled, updated_at: now, ..user }
    })
}

/// Refuses what would leave nobody to administer the platform.
async fn keep_an_admin(tx: &mut Tx, gone: &User) -> Result<()> {
    if gone.role == ADMIN && !gone.disabled && store::user::count_enabled(tx, ADMIN).await? == 0 {
        return Err(Error::conflict(format!("{} is the last administrator", gone.email))
            .hint("add another one first: `platform user add EMAIL --role admin`"));
    }
    Ok(())
}

async fn record(cx: &Context, tx: &mut Tx, email: &str, action: &str) -> Result<()> {
    store::change::append(tx, cx.now(), &cx.actor.name, "user", email, action).await.map(drop)
}

async fn check_role(cx: &Context, role: &str) -> Result<()> {
    let known = store::role::names(&cx.db).await?;
    if known.iter().any(|name| name == role) {
        return Ok(());
    }
    if known.is_empty() {
        return Err(Error::invalid("there are no roles yet").hint("run `platform seed apply --profile base`"));
    }
    Err(Error::invalid(format!("there is no role `{role}`"))
        .nearest(role, known.iter().map(String::as_str))
        .hint(format!("roles: {}", known.join(", "))))
}

/// The address in the one form in which it is stored and compared.
pub fn normal_email(email: &str) -> Result<String> {
    let normal = email.trim().to_lowercase();
    let well_formed = normal
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    let clean = !normal.chars().any(|sign| sign.is_whitespace() || sign.is_control() || sign == '/');
    // RFC 5321 allows no longer path.
    if well_formed && clean && normal.len() <= 254 {
        Ok(normal)
    } else {
        Err(Error::invalid(format!("`{}` is no e-mail address", email.escape_debug())))
    }
}

/// NIST SP 800-63B asks for at least eight characters; the upper bound keeps hashing cheap.
pub fn check_password(password: &Secret) -> Result<()> {
    let length = password.expose().chars().count();
    match length {
        0..8 => Err(Error::invalid("the password is too short").hint("use at least eight characters")),
        8..=1024 => Ok(()),
        _ => Err(Error::invalid("the password is too long").hint("use at most 1024 characters")),
    }
}

fn unknown(email: &str) -> Error {
    Error::not_found(format!("there is no user {email}")).hint("`platform user list` shows them")
}

fn exists(email: &str) -> Error {
    Error::conflict(format!("there is a user {email} already"))
        .hint("`--if-not-exists` takes that as success; `platform user passwd` sets a new password")
}
