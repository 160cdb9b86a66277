//! What `io.jwt.decode_verify` is asked to check.

use super::jwk::{self, Key};
use crate::{
    builtins::Context,
    value::{Number, Object, Value},
};

/// Conditions that a token has to meet. Empty texts are no condition.
pub struct Constraints {
    pub keys: Option<Vec<Key>>,
    pub secret: String,
    pub algorithm: String,
    pub issuer: String,
    pub audience: String,
    /// The time at which the token has to be valid, in seconds since 1970.
    pub time: Number,
}

impl Constraints {
    pub fn parse(cx: &Context<'_>, object: &Object) -> Result<Self, String> {
        let now = Number::from(cx.env.now);
        let mut constraints = Self {
            keys: None,
            secret: String::new(),
            algorithm: String::new(),
            issuer: String::new(),
            audience: String::new(),
            time: seconds(&now)?,
        };
        for (name, value) in object.iter() {
            let name = name.as_str().ok_or("constraint names must be strings")?;
            let text = || {
                let text = value.as_str().ok_or_else(|| format!("{name} constraint: must be a string"));
                text.map(str::to_owned)
            };
            match name {
                "cert" => constraints.keys = Some(jwk::verification_keys(&text()?)?),
                "secret" => constraints.secret = text()?,
                "alg" => constraints.algorithm = text()?,
                "iss" => constraints.issuer = text()?,
                "aud" => constraints.audience = text()?,
                "time" => match value {
                    Value::Number(nanos) => constraints.time = seconds(nanos)?,
                    _ => return Err("token time constraint: must be a number".to_owned()),
                },
                other => return Err(format!("unknown token validation constraint: {other}")),
            }
        }
        match (&constraints.keys, constraints.secret.is_empty()) {
            (Some(_), false) => Err("duplicate key constraints".to_owned()),
            (None, true) => Err("no key constraint".to_owned()),
            _ => Ok(constraints),
        }
    }

    /// Whether a token for these audiences is meant for this one.
    pub fn admits_audience(&self, audience: &Value) -> bool {
        let is_this = |value: &Value| value.as_str() == Some(&self.audience);
        match audience {
            Value::Array(audiences) => audiences.iter().any(is_this),
            one => is_this(one),
        }
    }
}

fn seconds(nanos: &Number) -> Result<Number, String> {
    let nanos = nanos.to_f64();
    if !nanos.is_finite() {
        return Err("token time constraint: unvalid float64".to_owned());
    }
    if nanos < 0.0 {
        return Err("token time constraint: must not be negative".to_owned());
    }
    Number::parse(&format!("{:e}", nanos / 1e9)).ok_or_else(|| "token time constraint: unvalid float64".to_owned())
}
