//! Access tokens: JSON Web Tokens (RFC 7519) signed with EdDSA over Ed25519 (RFC 8037).

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::model::Secret;

const ISSUER: &str = "platform";

/// What a token says (RFC 7519, section 4.1).
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The user's id
    sub: Uuid,
    /// The session's id
    jti: Uuid,
    iat: i64,
    exp: i64,
}

/// Signs a token for a session. `seed` is the 32-byte Ed25519 private key, `kid` names it.
pub fn sign(
    seed: &[u8],
    kid: Uuid,
    user: Uuid,
    session: Uuid,
    issued_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Secret> {
    let broken = |e: &dyn std::fmt::Display| Error::internal(format!("cannot sign a token: {e}"));
    let der = signing_key(seed)?.to_pkcs8_der().map_err(|e| broken(&e))?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(kid.to_string());
    let claims =
        Claims { iss: ISSUER.into(), sub: user, jti: session, iat: issued_at.timestamp(), exp: expires_at.timestamp() };
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(der.as_bytes()));
    token.map(Secret::new).map_err(|e| broken(&e))
}

/// The name of the key that a token says it was signed with.
pub fn key_id(token: &Secret) -> Result<Uuid> {
    let header = jsonwebtoken::decode_header(token.expose()).map_err(|_| refused())?;
    header.kid.and_then(|kid| kid.parse().ok()).ok_or_else(refused)
}

/// Checks a token and returns the id of its session.
pub fn verify(token: &Secret, seed: &[u8], now: DateTime<Utc>) -> Result<Uuid> {
    let public = signing_key(seed)?.verifying_key();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    // The expiry is compared below, with the clock of the context.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_ed_der(public.as_bytes());
    let data = jsonwebtoken::decode::<Claims>(token.expose(), &key, &validation).map_err(|e| match e.kind() {
        ErrorKind::InvalidEddsaKey => Error::internal("the signing key is damaged"),
        _ => refused(),
    })?;
    if data.claims.exp <= now.timestamp() { Err(expired()) } else { Ok(data.claims.jti) }
}

fn signing_key(seed: &[u8]) -> Result<SigningKey> {
    let seed: &[u8; 32] = seed.try_into().map_err(|_| Error::internal("a signing key must have 32 bytes"))?;
    Ok(SigningKey::from_bytes(seed))
}

/// The same words whatever is wrong with a token: details would help only a forger.
pub fn refused() -> Error {
    Error::unauthenticated("the token is not valid").hint("run `platform login` again")
}

pub fn expired() -> Error {
    Error::unauthenticated("the token has expired").hint("run `platform login` again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_token_counts_until_it_expires_and_only_under_its_key() {
        let session = Uuid::from_u128(7);
        let token = sign(&[1; 32], Uuid::from_u128(1), Uuid::from_u128(2), session, at(100), at(200)).expect("signed");
        assert_eq!(key_id(&token).expect("a key"), Uuid::from_u128(1));
        assert_eq!(verify(&token, &[1; 32], at(199)).expect("valid"), session);
        assert_eq!(verify(&token, &[1; 32], at(200)).unwrap_err().message, "the token has expired");
        assert_eq!(verify(&token, &[2; 32], at(150)).unwrap_err().message, "the token is not valid");
    }

    #[test]
    fn a_token_that_asks_for_no_signature_is_refused() {
        // {"alg":"none","kid":"…"}, claims, and an empty signature
        let token = sign(&[1; 32], Uuid::nil(), Uuid::nil(), Uuid::nil(), at(0), at(9)).expect("signed");
        let claims = token.expose().split('.').nth(1).expect("claims").to_owned();
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"] {
            let forged = Secret::new(format!("{header}.{claims}."));
            assert!(verify(&forged, &[1; 32], at(1)).is_err());
        }
    }
}
