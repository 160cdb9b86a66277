//! Here or there: an operation is done on the database directly, or sent to a daemon.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::context::{Actor, Clock, Context};
use crate::error::{Error, Problem, Result};
use crate::model::{Permission, Secret, redact};
use crate::operation::{self, Operation, Visitor, perform};
use crate::services::{auth, each_operation, migration};
use crate::settings::Loaded;
use crate::store::Db;

mod credentials;

pub use credentials::Credentials;

/// The connections of one short command.
const DIRECT_CONNECTIONS: u32 = 2;

/// Where operations are done.
pub enum Backend {
    Direct(Box<Context>),
    Remote(Client),
}

/// A daemon, reached over HTTP.
pub struct Client {
    base: reqwest::Url,
    http: reqwest::Client,
    token: Option<Secret>,
}

/// What a command asks of a database before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// All migrations are applied
    Current,
    /// It is there, in whatever state
    Any,
    /// It is made when it is not there
    Create,
}

impl Backend {
    /// Opens what the settings say.
    pub async fn open(loaded: Arc<Loaded>, readiness: Readiness) -> Result<Self> {
        let url = loaded.url();
        if loaded.is_remote() {
            return Client::new(&url).map(Self::Remote);
        }
        let cx = Self::open_local(loaded, readiness, DIRECT_CONNECTIONS).await?;
        if readiness != Readiness::Current {
            return Ok(Self::Direct(Box::new(cx)));
        }
        migration::check_current(&cx.db).await?;
        let Some(token) = Credentials::load()?.token(&url) else { return Ok(Self::Direct(Box::new(cx))) };
        // Whoever signed in to this very database acts as that user from then on.
        let actor = auth::authenticate(&cx, &token)
            .await
            .map_err(|e| e.hint(format!("or `platform logout`, to act as {} again", Actor::local().name)))?;
        Ok(Self::Direct(Box::new(cx.with_actor(actor))))
    }

    /// Opens the database itself, as its operator: for the daemon, which serves everybody.
    pub async fn open_local(loaded: Arc<Loaded>, readiness: Readiness, max_connections: u32) -> Result<Context> {
        let url = loaded.url();
        if loaded.is_remote() {
            return Err(local_only("platform serve", &redact(&url)));
        }
        let db = Db::open(&url, readiness == Readiness::Create, max_connections).await?;
        Ok(Context::new(db, loaded, Clock::system(), Actor::local()))
    }

    /// Does an operation and returns its answer.
    pub async fn call<O: Operation>(&self, operation: O) -> Result<O::Output> {
        operation::check_path(&operation)?;
        match self {
            Self::Direct(cx) => perform(operation, cx).await,
            Self::Remote(client) => client.call(operation).await,
        }
    }

    /// Does the operation of this name with arguments in JSON.
    pub async fn call_by_name(&self, name: &str, arguments: Value) -> Result<Value> {
        struct Find<'a> {
            backend: &'a Backend,
            name: &'a str,
            arguments: Value,
            names: Vec<&'static str>,
            found: Option<std::pin::Pin<Box<dyn Future<Output = Result<Value>> + 'a>>>,
        }
        impl Visitor for Find<'_> {
            fn visit<O: Operation>(&mut self) {
                let name = operation::name::<O>();
                self.names.push(name);
                if name != self.name {
                    return;
                }
                let (backend, arguments) = (self.backend, self.arguments.take());
                self.found = Some(Box::pin(async move {
                    let operation: O = operation::from_fields(arguments)?;
                    let answer = backend.call(operation).await?;
                    serde_json::to_value(answer).map_err(|e| Error::internal(e.to_string()))
                }));
            }
        }
        let mut find = Find { backend: self, name, arguments, names: Vec::new(), found: None };
        each_operation(&mut find);
        match find.found {
            Some(call) => call.await,
            None => Err(Error::usage(format!("there is no operation `{name}`"))
                .nearest(name, find.names.iter().copied())
                .hint("`platform call --list` shows them all")),
        }
    }
}

/// The error of a command that cannot act through a daemon.
pub fn local_only(what: &str, url: &str) -> Error {
    Error::usage(format!("`{what}` acts on a database, and {url} is a daemon"))
        .hint("run it on the daemon's machine, with --url sqlite:… or --url postgres://…")
}

impl Client {
    /// A client for the daemon at this address, with the token that PLATFORM_TOKEN or `platform login` gave.
    pub fn new(url: &str) -> Result<Self> {
        let base = reqwest::Url::parse(url)
            .map_err(|e| Error::settings(format!("not a valid URL: {}", redact(url))).source(e))?;
        // Fails only when the process has chosen a provider already: then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("platform/", env!("CARGO_PKG_VERSION")))
            // A token goes to the daemon that was named, and nowhere that it points to.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|e| Error::internal("cannot set up HTTP").source(e))?;
        let from_environment = std::env::var("PLATFORM_TOKEN").ok().filter(|token| !token.is_empty());
        let token = match from_environment {
            Some(token) => Some(Secret::new(token.trim().to_owned())),
            None => Credentials::load()?.token(url),
        };
        Ok(Self { base, http, token })
    }

    /// The same client for the bearer of another token.
    pub fn with_token(self, token: Secret) -> Self {
        Self { token: Some(token), ..self }
    }

    async fn call<O: Operation>(&self, operation: O) -> Result<O::Output> {
        let (url, body) = request::<O>(&self.base, &operation)?;
        let method = reqwest::Method::from_bytes(O::ROUTE.method.name().as_bytes());
        let mut request = self.http.request(method.map_err(|e| Error::internal(e.to_string()))?, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        // A sign-in neither needs nor suffers from a token that is there already.
        if let Some(token) = self.token.as_ref().filter(|_| O::NEEDS != Permission::Public) {
            request = request.bearer_auth(token.expose());
        }
        let answer = request.send().await.map_err(|e| self.unreachable(e))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|e| self.unreachable(e))?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|e| self.strange(&format!("an answer that is none ({e})")));
        }
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(problem.into()),
            Err(_) => Err(self.strange(&format!("HTTP {status}"))),
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> Error {
        let (what, hint) = if error.is_connect() {
            ("cannot reach the daemon", "is it running? `platform serve` starts one")
        } else if error.is_timeout() {
            ("no answer in time from the daemon", "`platform health` says how it is")
        } else {
            ("lost the connection to the daemon", "it may have stopped; `platform health --wait` waits for it")
        };
        Error::unavailable(format!("{what} at {}", redact(self.base.as_str()))).hint(hint).source(error.without_url())
    }

    fn strange(&self, what: &str) -> Error {
        Error::unavailable(format!("{} answered with {what}", redact(self.base.as_str())))
            .hint("is this the address of a platform daemon?")
    }
}

/// The URL and body that carry an operation: placeholders of its route take fields by name, the rest goes into
/// the query string or a JSON body.
pub fn request<O: Operation>(base: &reqwest::Url, operation: &O) -> Result<(reqwest::Url, Option<Value>)> {
    let internal = |what: &dyn std::fmt::Display| Error::internal(format!("{}: {what}", operation::name::<O>()));
    let mut fields = match serde_json::to_value(operation).map_err(|e| internal(&e))? {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut url = base.clone();
    let mut path = base.path().trim_end_matches('/').to_owned();
    for segment in O::ROUTE.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => match fields.remove(name) {
                Some(Value::String(text)) => path.push_str(&escape(&text)),
                Some(value) => path.push_str(&escape(&value.to_string())),
                None => return Err(internal(&format_args!("no field `{name}` for its path"))),
            },
            None => path.push_str(segment),
        }
    }
    url.set_path(&path);
    if !O::ROUTE.method.has_query() {
        return Ok((url, Some(Value::Object(fields))));
    }
    let pairs: BTreeMap<&String, String> = fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok((url, None))
}

/// Percent-encodes all but RFC 3986's unreserved signs.
fn escape(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
