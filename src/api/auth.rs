//! Who a request comes from.

use axum::http::{HeaderMap, header};

use crate::context::{Actor, Context};
use crate::error::{Error, Result};
use crate::model::Secret;
use crate::services::auth::authenticate;

/// The bearer of the request's token (RFC 6750, section 2.1); nobody in particular without one.
pub async fn actor(cx: &Context, headers: &HeaderMap) -> Result<Actor> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(Actor::anonymous()) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    let token = token.ok_or_else(|| Error::unauthenticated("the Authorization header is not `Bearer TOKEN`"))?;
    authenticate(cx, &Secret::new(token)).await
}
