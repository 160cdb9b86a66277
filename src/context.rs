//! What an operation may reach: the database, the engines, the clock, randomness, and who asks.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::engines::password::Passwords;
use crate::engines::search::SearchIndex;
use crate::error::{Error, Result};
use crate::model::Permission;
use crate::settings::Loaded;
use crate::store::{self, Db};

/// Everything that an operation may use. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub db: Db,
    pub loaded: Arc<Loaded>,
    pub clock: Clock,
    pub passwords: Passwords,
    pub actor: Arc<Actor>,
    index: Arc<OnceCell<Arc<SearchIndex>>>,
    /// The daemon's follower, which applies changes to the index by itself
    pub follower: Option<Follower>,
}

/// A way to reach the task that keeps the daemon's index up with the database.
#[derive(Clone)]
pub struct Follower {
    /// Tells it to look for changes now
    pub wake: Arc<tokio::sync::Notify>,
    /// Asks it to build the index anew
    pub rebuild: tokio::sync::mpsc::Sender<tokio::sync::oneshot::Sender<Result<()>>>,
    /// The change that the index has reached
    pub position: tokio::sync::watch::Receiver<i64>,
}

/// Who asks for an operation, and what they may do.
#[derive(Debug, Clone)]
pub struct Actor {
    /// A user's e-mail address, or `local:` and the name of the operating system's user
    pub name: String,
    pub role: Option<String>,
    pub permissions: Vec<String>,
    /// The session that a token belongs to
    pub session: Option<Uuid>,
}

impl Actor {
    /// Whoever can open the database is its operator: they may do everything, and are named in the change feed.
    pub fn local() -> Self {
        let user = whoami::username().unwrap_or_else(|_| "unknown".into());
        Self { name: format!("local:{user}"), role: None, permissions: vec!["*".into()], session: None }
    }

    /// Somebody who has not signed in.
    pub fn anonymous() -> Self {
        Self { name: "anonymous".into(), role: None, permissions: Vec::new(), session: None }
    }

    pub fn is_anonymous(&self) -> bool {
        self.session.is_none() && self.permissions.is_empty()
    }

    pub fn may(&self, needed: Permission) -> bool {
        match needed {
            Permission::Public => true,
            Permission::SignedIn => !self.is_anonymous(),
            _ => self.permissions.iter().any(|granted| granted == "*" || granted == needed.name()),
        }
    }
}

/// Tells the time. Tests give it a fixed one.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time comes in")]
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Arc::new(move || at))
    }

    /// The time, to the microsecond: what both engines store.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)().trunc_subsecs(6)
    }
}

impl Context {
    pub fn new(db: Db, loaded: Arc<Loaded>, clock: Clock, actor: Actor) -> Self {
        let passwords = Passwords::new(loaded.settings.auth.hash_concurrency);
        Self { db, loaded, clock, passwords, actor: Arc::new(actor), index: Arc::default(), follower: None }
    }

    /// The same context for somebody else.
    pub fn with_actor(&self, actor: Actor) -> Self {
        Self { actor: Arc::new(actor), ..self.clone() }
    }

    /// The same context in a daemon whose follower keeps the index up.
    pub fn with_follower(self, follower: Follower) -> Self {
        Self { follower: Some(follower), ..self }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id (UUID version 7, RFC 9562): sorts by time.
    pub fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos()))
    }

    /// Random bytes from the operating system's generator.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        rand::random()
    }

    /// The search index that belongs to this database, opened when first asked for. It is derived state:
    /// a damaged one is thrown away here and filled again by whoever follows the feed.
    pub async fn index(&self) -> Result<Arc<SearchIndex>> {
        let open = || async {
            let head = store::change::head(&self.db).await?;
            let dir = self.loaded.data_dir.join("index").join(head.instance.to_string());
            tokio::task::spawn_blocking(move || SearchIndex::open(&dir).map(Arc::new))
                .await
                .map_err(|e| Error::internal("opening the search index was cut short").source(e))?
        };
        self.index.get_or_try_init(open).await.cloned()
    }
}
