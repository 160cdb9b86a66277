//! What an operation may reach: the database, the engines, the clock, randomness, and who asks.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::{OwnedSemaphorePermit, RwLock, Semaphore};
use uuid::Uuid;

use crate::engines::password::Passwords;
use crate::engines::search::SearchIndex;
use crate::error::{Error, Result};
use crate::model::Permission;
use crate::settings::Loaded;
use crate::store::{self, Db};

/// How many policies are evaluated at once in one process: each takes a thread, and not every one can be stopped.
const EVALUATIONS: usize = 32;

/// Everything that an operation may use. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub db: Db,
    pub loaded: Arc<Loaded>,
    pub clock: Clock,
    pub passwords: Passwords,
    pub actor: Arc<Actor>,
    index: Arc<RwLock<Option<Arc<SearchIndex>>>>,
    evaluations: Arc<Semaphore>,
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
        let evaluations = Arc::new(Semaphore::new(EVALUATIONS));
        Self {
            db,
            loaded,
            clock,
            passwords,
            actor: Arc::new(actor),
            index: Arc::default(),
            evaluations,
            follower: None,
        }
    }

    /// The same context for somebody else.
    pub fn with_actor(&self, actor: Actor) -> Self {
        Self { actor: Arc::new(actor), ..self.clone() }
    }

    /// The same context in a daemon whose follower keeps the index up.
    pub fn with_follower(self, follower: Follower) -> Self {
        Self { follower: Some(follower), ..self }
    }

    /// The right to evaluate policies; waits while too many are being evaluated.
    pub async fn evaluation_permit(&self) -> Result<OwnedSemaphorePermit> {
        let permit = self.evaluations.clone().acquire_owned().await;
        permit.map_err(|e| Error::internal("evaluation was shut down").source(e))
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
        if let Some(index) = self.index.read().await.as_ref() {
            return Ok(index.clone());
        }
        let mut slot = self.index.write().await;
        if let Some(index) = slot.as_ref() {
            return Ok(index.clone());
        }
        let head = store::change::head(&self.db).await?;
        let dir = self.loaded.data_dir.join("index").join(head.instance.to_string());
        let opened = tokio::task::spawn_blocking(move || SearchIndex::open(&dir).map(Arc::new)).await;
        let index = opened.map_err(|e| Error::internal("opening the search index was cut short").source(e))??;
        *slot = Some(index.clone());
        Ok(index)
    }

    /// Opens the index again when it is next asked for: it may have been damaged, or belong to a database that this
    /// one has since become another than.
    pub async fn forget_index(&self) {
        *self.index.write().await = None;
    }
}
