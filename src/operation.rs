//! The heart of the house: one struct is one thing the platform can do, whoever asks and wherever.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Permission, contains_nul};

/// One thing the platform can do. The command line, the HTTP API, its OpenAPI document and `platform call`
/// are all made from this one definition.
pub trait Operation: Serialize + DeserializeOwned + ToSchema + Send + 'static {
    type Output: Serialize + DeserializeOwned + ToSchema + Send;
    /// Where the API offers it. Placeholders name fields of the struct.
    const ROUTE: Route;
    /// What the caller must be allowed to do.
    const NEEDS: Permission;
    fn run(self, cx: &Context) -> impl Future<Output = Result<Self::Output>> + Send;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the fields that are not in the path travel in the query string instead of a JSON body.
    pub const fn has_query(self) -> bool {
        matches!(self, Self::Get | Self::Delete)
    }
}

/// A method and a path such as `/v1/users/{email}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
}

impl Route {
    pub const fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path }
    }
    pub const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path }
    }
    pub const fn put(path: &'static str) -> Self {
        Self { method: Method::Put, path }
    }
    pub const fn delete(path: &'static str) -> Self {
        Self { method: Method::Delete, path }
    }

    /// The names between braces.
    pub fn placeholders(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// The name of an operation, for `platform call`, the OpenAPI document and the metrics.
pub fn name<O: Operation>() -> &'static str {
    std::any::type_name::<O>().rsplit("::").next().unwrap_or_default()
}

/// Does an operation. Every face goes through here, so that permission is checked in one place.
pub async fn perform<O: Operation>(operation: O, cx: &Context) -> Result<O::Output> {
    check_permission::<O>(cx)?;
    operation.run(cx).await
}

/// Whether the actor may do this at all.
pub fn check_permission<O: Operation>(cx: &Context) -> Result<()> {
    if cx.actor.may(O::NEEDS) {
        Ok(())
    } else if cx.actor.is_anonymous() {
        Err(Error::unauthenticated("not signed in").hint("run `platform login`, or set PLATFORM_TOKEN"))
    } else {
        let (name, needed) = (&cx.actor.name, O::NEEDS.name());
        Err(Error::new(ErrorKind::Denied, format!("{name} may not do this: it needs `{needed}`"))
            .hint("ask an administrator for a role that has this permission"))
    }
}

/// Refuses what cannot be a segment of a path: nothing at all, and the dots that mean a step in it however they are
/// written (WHATWG URL, section 4.4). Directly it is refused as well, so that both faces name the same things.
pub fn check_path<O: Operation>(operation: &O) -> Result<()> {
    let mut names = O::ROUTE.placeholders().peekable();
    if names.peek().is_none() {
        return Ok(());
    }
    let fields = serde_json::to_value(operation).map_err(|e| Error::internal(e.to_string()))?;
    match names.find(|name| matches!(fields[name].as_str(), Some("" | "." | ".."))) {
        Some(name) => {
            Err(Error::invalid(format!("`{name}` must not be `{}`", fields[name].as_str().unwrap_or_default())))
        }
        None => Ok(()),
    }
}

/// Builds an operation from its fields in JSON; the error names the field that does not fit.
pub fn from_fields<O: Operation>(fields: Value) -> Result<O> {
    if contains_nul(&fields) {
        return Err(Error::invalid(format!("{}: a NUL character cannot be stored", name::<O>())));
    }
    serde_path_to_error::deserialize(fields).map_err(|e| {
        let path = e.path().to_string();
        let place = if path == "." { String::new() } else { format!("`{path}`: ") };
        Error::usage(format!("{}: {place}{}", name::<O>(), e.into_inner()))
    })
}

/// Something that is done with every operation in turn: mounting its route, describing it, finding it by name.
pub trait Visitor {
    fn visit<O: Operation>(&mut self);
}
