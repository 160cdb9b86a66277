//! Digital signatures: how the algorithms of tokens and certificates are verified and made.

use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{
    Environment,
    x509::keys::{Curve, PrivateKey, PublicKey, RsaPrivate},
};

/// Hash functions for signatures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    pub fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        fn code<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
            // A key of any length will do.
            let mac = <M as KeyInit>::new_from_slice(key);
            mac.map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec()).unwrap_or_default()
        }
        match self {
            Self::Sha256 => code::<Hmac<Sha256>>(key, message),
            Self::Sha384 => code::<Hmac<Sha384>>(key, message),
            Self::Sha512 => code::<Hmac<Sha512>>(key, message),
        }
    }

    fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// What stands before the digest in a PKCS #1 signature (RFC 8017, section 9.2).
    fn prefix(self) -> [u8; 19] {
        let (total, number, size) = match self {
            Self::Sha256 => (0x31, 1, 0x20),
            Self::Sha384 => (0x41, 2, 0x30),
            Self::Sha512 => (0x51, 3, 0x40),
        };
        [0x30, total, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, number, 5, 0, 4, size]
    }
}

/// How long the salt of a PSS signature has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Salt {
    Any,
    AsHash,
}

/// RSA keys must have at least so many bits.
const MIN_BITS: u64 = 1024;
/// And at most so many, because verification takes time.
const MAX_BITS: u64 = 16_384;

/// `signature ^ e mod n` in as many bytes as the modulus has. None for keys that are too weak or not usable.
fn recover(n: &BigUint, e: &BigUint, signature: &[u8]) -> Option<Vec<u8>> {
    let usable = (MIN_BITS..=MAX_BITS).contains(&n.bits()) && n.bit(0) && e.bit(0) && (2..32).contains(&e.bits());
    let size = (n.bits() as usize).div_ceil(8);
    if !usable || signature.len() != size {
        return None;
    }
    let number = BigUint::from_bytes_be(signature);
    if number >= *n {
        return None;
    }
    let bytes = number.modpow(e, n).to_bytes_be();
    Some([vec![0; size - bytes.len()], bytes].concat())
}

/// RSASSA-PKCS1-v1_5.
pub fn verify_rsa(key: &PublicKey, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
    let PublicKey::Rsa { n, e } = key else { return false };
    let Some(found) = recover(n, e, signature) else { return false };
    let tail = [&[0][..], &hash.prefix(), digest].concat();
    let Some(padding) = found.len().checked_sub(tail.len() + 2).filter(|padding| *padding >= 8) else { return false };
    found == [&[0, 1][..], &vec![0xff; padding], &tail].concat()
}

/// RSASSA-PSS (RFC 8017, section 9.1.2).
pub fn verify_pss(key: &PublicKey, hash: Hash, salt: Salt, digest: &[u8], signature: &[u8]) -> bool {
    let PublicKey::Rsa { n, e } = key else { return false };
    let Some(found) = recover(n, e, signature) else { return false };
    let bits = n.bits() - 1;
    let size = (bits as usize).div_ceil(8);
    let (leading, encoded) = found.split_at(found.len() - size);
    if leading.iter().any(|byte| *byte != 0) || size < hash.size() + 2 || encoded[size - 1] != 0xbc {
        return false;
    }
    let (masked, rest) = encoded.split_at(size - hash.size() - 1);
    let check = &rest[..hash.size()];
    let unused = 8 * size as u64 - bits;
    let keep = 0xffu8 >> unused;
    if masked[0] & !keep != 0 {
        return false;
    }
    let mut block: Vec<u8> = masked.iter().zip(mask(hash, check, masked.len())).map(|(a, b)| a ^ b).collect();
    block[0] &= keep;
    let zeros = block.iter().take_while(|byte| **byte == 0).count();
    if block.get(zeros) != Some(&1) {
        return false;
    }
    let found_salt = &block[zeros + 1..];
    if salt == Salt::AsHash && found_salt.len() != hash.size() {
        return false;
    }
    hash.digest(&[&[0; 8][..], digest, found_salt].concat()) == check
}

/// MGF1.
fn mask(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let blocks = (0..length.div_ceil(hash.size()) as u32).map(|at| hash.digest(&[seed, &at.to_be_bytes()].concat()));
    let mut mask: Vec<u8> = blocks.flatten().collect();
    mask.truncate(length);
    mask
}

/// ECDSA, given the two numbers of a signature.
pub fn verify_ec(key: &PublicKey, digest: &[u8], r: &[u8], s: &[u8]) -> bool {
    let PublicKey::Ec { curve, point } = key else { return false };
    let size = curve.size();
    let (Some(r), Some(s)) = (sized(r, size), sized(s, size)) else { return false };
    // Short digests count as numbers with zeros in front.
    let digest = sized(digest, size).unwrap_or_else(|| digest.to_vec());
    let signature = [r, s].concat();
    macro_rules! verify {
        ($curve:ident) => {{
            use $curve::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
            let key = VerifyingKey::from_sec1_bytes(point);
            let signature = Signature::from_slice(&signature);
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_prehash(&digest, &signature).is_ok())
        }};
    }
    match curve {
        Curve::P256 => verify!(p256),
        Curve::P384 => verify!(p384),
        Curve::P521 => verify!(p521),
    }
}

/// A number in exactly so many bytes, if it fits.
fn sized(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    match number.len().checked_sub(size) {
        Some(over) if over > zeros => None,
        Some(over) => Some(number[over..].to_vec()),
        None => Some([&vec![0; size - number.len()], number].concat()),
    }
}

/// Ed25519.
pub fn verify_ed(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let PublicKey::Ed25519(key) = key else { return false };
    match (VerifyingKey::from_bytes(key), Signature::from_slice(signature)) {
        (Ok(key), Ok(signature)) => key.verify(message, &signature).is_ok(),
        _ => false,
    }
}

/// Makes an RSA signature, with PSS padding or that of PKCS #1.
pub fn sign_rsa(key: &RsaPrivate, hash: Hash, pss: bool, message: &[u8], env: &Environment) -> Result<Vec<u8>, String> {
    if key.n.bits() < MIN_BITS {
        let bits = key.n.bits();
        return Err(format!(
            "crypto/rsa: {bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
        ));
    }
    if key.n.bits() > MAX_BITS {
        return Err("crypto/rsa: key is too large".to_owned());
    }
    let number = |number: &BigUint| rsa::BigUint::from_bytes_be(&number.to_bytes_be());
    let primes = vec![number(&key.p), number(&key.q)];
    let private = rsa::RsaPrivateKey::from_components(number(&key.n), number(&key.e), number(&key.d), primes)
        .map_err(|error| format!("crypto/rsa: {error}"))?;
    let digest = hash.digest(message);
    let mut random = Random(env);
    let signed = match (pss, hash) {
        (false, _) => {
            let prefix = hash.prefix().to_vec().into_boxed_slice();
            let padding = rsa::Pkcs1v15Sign { hash_len: Some(hash.size()), prefix };
            private.sign_with_rng(&mut random, padding, &digest)
        }
        (true, Hash::Sha256) => private.sign_with_rng(&mut random, rsa::Pss::new::<rsa::sha2::Sha256>(), &digest),
        (true, Hash::Sha384) => private.sign_with_rng(&mut random, rsa::Pss::new::<rsa::sha2::Sha384>(), &digest),
        (true, Hash::Sha512) => private.sign_with_rng(&mut random, rsa::Pss::new::<rsa::sha2::Sha512>(), &digest),
    };
    signed.map_err(|error| format!("crypto/rsa: {error}"))
}

/// Makes an ECDSA signature: both numbers, each as long as a coordinate.
pub fn sign_ec(curve: Curve, secret: &[u8], hash: Hash, message: &[u8], env: &Environment) -> Option<Vec<u8>> {
    let secret = sized(secret, curve.size())?;
    let digest = hash.digest(message);
    let digest = sized(&digest, curve.size()).unwrap_or(digest);
    macro_rules! sign {
        ($curve:ident) => {{
            use $curve::ecdsa::{Signature, SigningKey, signature::hazmat::RandomizedPrehashSigner};
            let key = SigningKey::from_slice(&secret).ok()?;
            let signature: Signature = key.sign_prehash_with_rng(&mut Random(env), &digest).ok()?;
            signature.to_bytes().to_vec()
        }};
    }
    Some(match curve {
        Curve::P256 => sign!(p256),
        Curve::P384 => sign!(p384),
        Curve::P521 => sign!(p521),
    })
}

/// Makes an Ed25519 signature.
pub fn sign_ed(key: &PrivateKey, message: &[u8]) -> Option<Vec<u8>> {
    use ed25519_dalek::{Signer, SigningKey};
    let PrivateKey::Ed25519 { seed, .. } = key else { return None };
    Some(SigningKey::from_bytes(seed).sign(message).to_bytes().to_vec())
}

/// The host's random numbers.
struct Random<'e>(&'e Environment);

impl rsa::rand_core::RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.host.random(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for Random<'_> {}
