//! The REST API: one generic handler for all operations.

mod auth;
mod metrics;
mod openapi;
mod query;
mod serve;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use serde_json::{Map, Value};

use crate::context::{Actor, Context};
use crate::error::{Error, Problem, Result};
use crate::model::Permission;
use crate::operation::{self, Operation, Visitor, perform};
use crate::services::each_operation;
use metrics::Metrics;
use query::QueryTypes;

pub use openapi::document;
pub use serve::{Daemon, bind};

/// The largest body of a request that needs no token, in bytes.
const PUBLIC_BODY_BYTES: usize = 64 << 10;

/// What every handler shares.
#[derive(Clone)]
struct Shared {
    cx: Context,
    metrics: Arc<Metrics>,
}

/// The whole API over one context.
pub fn router(cx: Context) -> Result<Router> {
    struct Mount(Router<Shared>);
    impl Visitor for Mount {
        fn visit<O: Operation>(&mut self) {
            let filter = match O::ROUTE.method {
                operation::Method::Get => MethodFilter::GET,
                operation::Method::Post => MethodFilter::POST,
                operation::Method::Put => MethodFilter::PUT,
                operation::Method::Delete => MethodFilter::DELETE,
            };
            let types = Arc::new(QueryTypes::of::<O>());
            let handler = move |state, path, method, uri, headers, body| {
                handle::<O>(state, path, method, uri, headers, body, types.clone())
            };
            self.0 = std::mem::take(&mut self.0).route(O::ROUTE.path, on(filter, handler));
        }
    }
    let mut mount = Mount(Router::new());
    each_operation(&mut mount);

    let shared = Shared { cx, metrics: Arc::new(Metrics::new()?) };
    let document = Bytes::from(document().to_string());
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok(mount
        .0
        .route("/", get(|| async { "platform: the API is described at /openapi.json\n" }))
        .route("/openapi.json", get(move || async move { (json, document) }))
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(|uri: Uri| async move { problem(Error::not_found(format!("there is nothing at {}", uri.path()))) })
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            let error = Error::usage(format!("{method} is not what {} takes", uri.path()));
            (StatusCode::METHOD_NOT_ALLOWED, problem(error.hint("/openapi.json says what it takes"))).into_response()
        })
        .with_state(shared))
}

/// Takes a request apart, performs its operation, and answers.
async fn handle<O: Operation>(
    State(shared): State<Shared>,
    path: Result<Path<HashMap<String, String>>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
    types: Arc<QueryTypes>,
) -> Response {
    let started = std::time::Instant::now();
    let limit = shared.cx.loaded.settings.server.request_timeout;
    let work = {
        let cx = shared.cx.clone();
        // On a task of its own: a panic ends this request alone, and a client that hangs up ends no work half-way.
        tokio::spawn(async move {
            let answer = answer::<O>(&cx, path, &uri, &headers, body, &types).await;
            if let Err(error) = &answer
                && error.kind == crate::error::ErrorKind::Internal
            {
                tracing::error!(operation = operation::name::<O>(), error = %error.message, source = ?error.source);
            }
            answer
        })
    };
    let answer = match tokio::time::timeout(limit, work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Error::internal("the request failed; the daemon's log says why")),
        Err(_) => Err(Error::busy(format!("the request took longer than {} s", limit.as_secs()))
            .hint("`server.request_timeout` sets the limit; the work itself may still go on")),
    };
    let response = match answer {
        Ok(bytes) => {
            ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], bytes).into_response()
        }
        Err(error) => problem(error),
    };
    let name = operation::name::<O>();
    shared.metrics.observe(name, response.status().as_u16(), started.elapsed());
    tracing::debug!(operation = name, %method, status = response.status().as_u16(), took = ?started.elapsed());
    response
}

async fn answer<O: Operation>(
    cx: &Context,
    path: Result<Path<HashMap<String, String>>, PathRejection>,
    uri: &Uri,
    headers: &HeaderMap,
    body: Body,
    types: &QueryTypes,
) -> Result<Vec<u8>> {
    // Who asks comes first: a stranger is told nothing about what a request should look like.
    let actor = match O::NEEDS {
        Permission::Public => Actor::anonymous(),
        _ => auth::actor(cx, headers).await?,
    };
    let cx = cx.with_actor(actor);
    operation::check_permission::<O>(&cx)?;
    // Only now is the body read, and from strangers only a little of it.
    let limit = match O::NEEDS {
        Permission::Public => PUBLIC_BODY_BYTES,
        _ => cx.loaded.settings.server.max_body_bytes,
    };
    let body = to_bytes(body, limit).await.map_err(|_| {
        Error::invalid(format!("the request body is not readable, or has more than {limit} bytes"))
            .hint("`server.max_body_bytes` sets the limit")
    })?;
    let mut fields = if body.is_empty() { Map::new() } else { parse_body(&body)? };
    let query = uri.query().unwrap_or_default();
    if !O::ROUTE.method.has_query() && !query.is_empty() {
        // It would stand in the logs of every proxy, passwords included.
        return Err(Error::usage(format!("{} takes its fields in the body, not in the URL", operation::name::<O>())));
    }
    types.add_query(query, &mut fields)?;
    let Path(path) = path.map_err(|e| Error::usage(format!("the path of the request: {e}")))?;
    fields.extend(path.into_iter().map(|(name, value)| (name, Value::String(value))));
    let operation: O = operation::from_fields(Value::Object(fields))?;
    let output = perform(operation, &cx).await?;
    serde_json::to_vec(&output).map_err(|e| Error::internal(e.to_string()))
}

fn parse_body(body: &[u8]) -> Result<Map<String, Value>> {
    serde_json::from_slice(body).map_err(|e| {
        let text = e.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text);
        Error::invalid(format!("the request body, {}:{}: {what}", e.line(), e.column()))
    })
}

/// An error as RFC 9457 has it. What caused an internal error stays in the log.
fn problem(mut error: Error) -> Response {
    if error.kind == crate::error::ErrorKind::Internal {
        error.message = "an internal error; the daemon's log says more".to_owned();
    }
    let status = StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, serde_json::to_string(&Problem::from(error)).unwrap_or_default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
    match status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}

/// Whether to send requests here: 200 when all is well, else 503.
async fn ready(State(shared): State<Shared>) -> Response {
    let check = crate::services::health::CheckHealth {};
    match perform(check, &shared.cx.with_actor(Actor::anonymous())).await {
        Ok(report) => {
            let status = if report.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            let json = [(header::CONTENT_TYPE, "application/json")];
            (status, json, serde_json::to_string(&report).unwrap_or_default()).into_response()
        }
        Err(error) => problem(error),
    }
}

/// Prometheus's text format.
async fn metrics(State(shared): State<Shared>) -> Response {
    match shared.metrics.render(&shared.cx).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => problem(error),
    }
}
