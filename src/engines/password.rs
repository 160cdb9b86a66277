//! Password hashing: Argon2id (RFC 9106) with 19 MiB, two passes and one lane, as OWASP's Password Storage
//! Cheat Sheet has it.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::model::Secret;

/// What a generated password is made of: 32 signs that are not mistaken for each other, so that a random
/// byte chooses evenly.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";

/// Hashes passwords off the async threads, a few at a time, so that a wave of sign-ins takes bounded memory.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
}

impl Passwords {
    pub fn new(concurrency: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(concurrency)) }
    }

    /// The PHC string to store for a password.
    pub async fn hash(&self, password: Secret) -> Result<String> {
        self.work(move || {
            let hash = argon2().hash_password(password.expose().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|e| Error::internal(format!("cannot hash the password: {e}")))
        })
        .await?
    }

    /// Whether the password is the one that was hashed. Without a hash it takes as long and says no, so that
    /// the time of an answer does not tell who exists.
    pub async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool> {
        self.work(move || match hash {
            Some(hash) => PasswordHash::new(&hash)
                .map(|parsed| argon2().verify_password(password.expose().as_bytes(), &parsed).is_ok())
                .map_err(|e| Error::internal(format!("the stored password hash is damaged: {e}"))),
            None => {
                let _ = argon2().hash_password(password.expose().as_bytes());
                Ok(false)
            }
        })
        .await?
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|e| Error::internal("password hashing was shut down").source(e))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            job()
        })
        .await
        .map_err(|e| Error::internal("password hashing was cut short").source(e))
    }
}

fn argon2() -> Argon2<'static> {
    // 19 MiB in KiB; constants that `Params::new` accepts.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A password of 20 signs (100 bits) from random bytes.
pub fn generate(random: [u8; 20]) -> Secret {
    Secret::new(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_has_the_promised_parameters_and_verifies() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash(Secret::new("correct horse".into())).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(Secret::new("correct horse".into()), Some(hash.clone())).await.expect("checked"));
        assert!(!passwords.verify(Secret::new("wrong".into()), Some(hash)).await.expect("checked"));
        assert!(!passwords.verify(Secret::new("correct horse".into()), None).await.expect("checked"));
    }

    #[test]
    fn the_alphabet_repeats_nothing() {
        let mut signs = ALPHABET.to_vec();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), 32);
    }
}
