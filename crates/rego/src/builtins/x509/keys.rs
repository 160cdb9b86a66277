//! Public and private keys and their encodings.

use num_bigint::{BigInt, BigUint};
use num_traits::Zero;

use super::der::{self, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, constructed};

/// Elliptic curves for signatures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// Bytes of a coordinate.
    pub fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    fn of_oid(oid: &[u32]) -> Option<Self> {
        match oid {
            [1, 2, 840, 10045, 3, 1, 7] => Some(Self::P256),
            [1, 3, 132, 0, 34] => Some(Self::P384),
            [1, 3, 132, 0, 35] => Some(Self::P521),
            _ => None,
        }
    }

    /// Whether an uncompressed point is on the curve.
    pub fn has_point(self, point: &[u8]) -> bool {
        match self {
            Self::P256 => p256::PublicKey::from_sec1_bytes(point).is_ok(),
            Self::P384 => p384::PublicKey::from_sec1_bytes(point).is_ok(),
            Self::P521 => p521::PublicKey::from_sec1_bytes(point).is_ok(),
        }
    }

    /// The public point of a secret number.
    pub fn public_point(self, secret: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.size().saturating_sub(secret.len())];
        bytes.extend_from_slice(secret);
        let point = match self {
            Self::P256 => p256::SecretKey::from_slice(&bytes).ok()?.public_key().to_sec1_bytes(),
            Self::P384 => p384::SecretKey::from_slice(&bytes).ok()?.public_key().to_sec1_bytes(),
            Self::P521 => {
                use p521::elliptic_curve::sec1::ToEncodedPoint;
                let key = p521::SecretKey::from_slice(&bytes).ok()?.public_key();
                key.to_encoded_point(false).as_bytes().into()
            }
        };
        match point.first() {
            Some(4) => Some(point.into_vec()),
            _ => self.uncompressed(&point),
        }
    }

    fn uncompressed(self, point: &[u8]) -> Option<Vec<u8>> {
        use p256::elliptic_curve::sec1::ToEncodedPoint;
        Some(match self {
            Self::P256 => p256::PublicKey::from_sec1_bytes(point).ok()?.to_encoded_point(false).as_bytes().to_vec(),
            Self::P384 => p384::PublicKey::from_sec1_bytes(point).ok()?.to_encoded_point(false).as_bytes().to_vec(),
            Self::P521 => p521::PublicKey::from_sec1_bytes(point).ok()?.to_encoded_point(false).as_bytes().to_vec(),
        })
    }
}

/// A key to verify with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublicKey {
    Rsa {
        n: BigUint,
        e: BigUint,
    },
    /// The point is uncompressed.
    Ec {
        curve: Curve,
        point: Vec<u8>,
    },
    Ed25519([u8; 32]),
    /// For key exchange only.
    X25519([u8; 32]),
    /// P, Q, G and Y. Cannot verify.
    Dsa([BigInt; 4]),
}

/// A key to sign with.
#[derive(Clone, PartialEq, Eq)]
pub enum PrivateKey {
    Rsa(Box<RsaPrivate>),
    Ec { curve: Curve, secret: Vec<u8>, point: Vec<u8> },
    Ed25519 { seed: [u8; 32], public: [u8; 32] },
    X25519([u8; 32]),
}

/// Numbers of an RSA key.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaPrivate {
    pub n: BigUint,
    pub e: BigUint,
    pub d: BigUint,
    pub p: BigUint,
    pub q: BigUint,
}

impl RsaPrivate {
    /// Refuses a key that came without its primes.
    pub fn check_primes(&self) -> Result<(), String> {
        let missing = [("q", &self.q), ("p", &self.p)].into_iter().find(|(_, prime)| prime.is_zero());
        missing.map_or(Ok(()), |(name, _)| {
            Err(format!("jwk.Export: failed to export jwk.Key to raw format: missing \"{name}\" value"))
        })
    }

    /// `d mod (p-1)`, `d mod (q-1)` and the inverse of q modulo p.
    pub fn precomputed(&self) -> Option<[BigUint; 3]> {
        let below = |prime: &BigUint| (!prime.is_zero()).then(|| prime - 1u8).filter(|below| !below.is_zero());
        Some([&self.d % below(&self.p)?, &self.d % below(&self.q)?, self.q.modinv(&self.p)?])
    }
}

impl PrivateKey {
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Rsa(rsa) => PublicKey::Rsa { n: rsa.n.clone(), e: rsa.e.clone() },
            Self::Ec { curve, point, .. } => PublicKey::Ec { curve: *curve, point: point.clone() },
            Self::Ed25519 { public, .. } => PublicKey::Ed25519(*public),
            Self::X25519(_) => PublicKey::X25519([0; 32]),
        }
    }
}

/// The algorithm and parameters of a key or signature.
pub struct Algorithm<'d> {
    pub oid: der::Oid,
    /// With tag and length; empty if there are none.
    pub parameters: &'d [u8],
}

impl<'d> Algorithm<'d> {
    pub fn parse(content: &'d [u8]) -> Result<Self, String> {
        let mut reader = Reader::new(content);
        let oid = reader.oid().ok_or("x509: malformed OID")?;
        let parameters = match reader.is_empty() {
            true => &[][..],
            false => reader.any().ok_or("x509: malformed parameters")?.whole,
        };
        Ok(Self { oid, parameters })
    }
}

const RSA: [u32; 7] = [1, 2, 840, 113549, 1, 1, 1];
const EC: [u32; 6] = [1, 2, 840, 10045, 2, 1];
const ED25519: [u32; 4] = [1, 3, 101, 112];
const X25519: [u32; 4] = [1, 3, 101, 110];
const DSA: [u32; 6] = [1, 2, 840, 10040, 4, 1];

/// The number of a key's algorithm in Go's library, 0 if it has none.
pub fn algorithm_number(oid: &[u32]) -> i64 {
    [&RSA[..], &DSA, &EC, &ED25519].iter().position(|known| *known == oid).map_or(0, |at| at as i64 + 1)
}

/// A SubjectPublicKeyInfo from a PEM block `PUBLIC KEY`.
pub fn parse_public(der: &[u8]) -> Result<PublicKey, String> {
    let malformed = || "asn1: structure error: malformed public key".to_owned();
    let mut outer = Reader::new(der);
    let mut reader = outer.inside(SEQUENCE).ok_or_else(malformed)?;
    let algorithm = reader.read(SEQUENCE).ok_or_else(malformed)?;
    let bits = reader.bits().ok_or_else(malformed)?;
    if !outer.is_empty() {
        return Err("x509: trailing data after ASN.1 of public-key".to_owned());
    }
    public_key(&Algorithm::parse(algorithm)?, &bits)
}

/// The key in the bits of a SubjectPublicKeyInfo.
pub fn public_key(algorithm: &Algorithm<'_>, bits: &[u8]) -> Result<PublicKey, String> {
    let oid = algorithm.oid.as_slice();
    if oid == RSA {
        return rsa_public(algorithm, bits).map_err(str::to_owned);
    }
    if oid == EC {
        let curve = Reader::new(algorithm.parameters).oid().ok_or("x509: invalid ECDSA parameters")?;
        let curve = Curve::of_oid(&curve).ok_or("x509: unsupported elliptic curve")?;
        let name = curve.name().replace('-', "");
        if bits.first() != Some(&4) || bits.len() != 1 + 2 * curve.size() {
            return Err(format!("invalid {name} point encoding"));
        }
        return match curve.has_point(bits) {
            true => Ok(PublicKey::Ec { curve, point: bits.to_vec() }),
            false => Err(format!("{name} point not on curve")),
        };
    }
    if oid == ED25519 || oid == X25519 {
        let name = if oid == ED25519 { "Ed25519" } else { "X25519" };
        if !algorithm.parameters.is_empty() {
            return Err(format!("x509: {name} key encoded with illegal parameters"));
        }
        let bytes: [u8; 32] = bits.try_into().map_err(|_| format!("x509: wrong {name} public key size"))?;
        return Ok(if oid == ED25519 { PublicKey::Ed25519(bytes) } else { PublicKey::X25519(bytes) });
    }
    if oid == DSA {
        return dsa_public(algorithm, bits).map_err(str::to_owned);
    }
    Err("x509: unknown public key algorithm".to_owned())
}

fn rsa_public(algorithm: &Algorithm<'_>, bits: &[u8]) -> Result<PublicKey, &'static str> {
    if algorithm.parameters != [5, 0] {
        return Err("x509: RSA key missing NULL parameters");
    }
    let mut reader = Reader::new(bits).inside(SEQUENCE).ok_or("x509: invalid RSA public key")?;
    let n = reader.integer().ok_or("x509: invalid RSA modulus")?;
    let e = reader.small(INTEGER).ok_or("x509: invalid RSA public exponent")?;
    let positive = |number: BigInt| number.to_biguint().filter(|number| !number.is_zero());
    let n = positive(n).ok_or("x509: RSA modulus is not a positive number")?;
    let e = positive(BigInt::from(e)).ok_or("x509: RSA public exponent is not a positive number")?;
    Ok(PublicKey::Rsa { n, e })
}

fn dsa_public(algorithm: &Algorithm<'_>, bits: &[u8]) -> Result<PublicKey, &'static str> {
    let y = Reader::new(bits).integer().ok_or("x509: invalid DSA public key")?;
    let numbers = Reader::new(algorithm.parameters)
        .inside(SEQUENCE)
        .and_then(|mut reader| Some([reader.integer()?, reader.integer()?, reader.integer()?]));
    let [p, q, g] = numbers.ok_or("x509: invalid DSA parameters")?;
    if [&p, &q, &g, &y].into_iter().any(|number| *number <= BigInt::ZERO) {
        return Err("x509: zero or negative DSA parameter");
    }
    Ok(PublicKey::Dsa([p, q, g, y]))
}

/// The key of a PEM block, or None if its label is of no private key.
pub fn parse_private(label: &str, der: &[u8]) -> Result<Option<PrivateKey>, String> {
    match label {
        "RSA PRIVATE KEY" => pkcs1(der).map(Some),
        "PRIVATE KEY" => pkcs8(der).map(Some),
        "EC PRIVATE KEY" => sec1(der, None).map(Some),
        _ => Ok(None),
    }
}

/// An RSA key (RFC 8017, appendix A.1.2).
pub fn pkcs1(der: &[u8]) -> Result<PrivateKey, String> {
    let numbers = Reader::new(der).inside(SEQUENCE).and_then(|mut reader| {
        reader.small(INTEGER).filter(|version| (0..=1).contains(version))?;
        let mut next = || reader.unsigned();
        Some(RsaPrivate { n: next()?, e: next()?, d: next()?, p: next()?, q: next()? })
    });
    match numbers {
        Some(rsa) if rsa.precomputed().is_some() && &rsa.p * &rsa.q == rsa.n => Ok(PrivateKey::Rsa(Box::new(rsa))),
        Some(_) => Err("crypto/rsa: invalid prime".to_owned()),
        None if is_pkcs8(der) => {
            Err("x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)".to_owned())
        }
        None => Err(der::problem(der)),
    }
}

fn is_pkcs8(der: &[u8]) -> bool {
    let Some(mut reader) = Reader::new(der).inside(SEQUENCE) else { return false };
    reader.small(INTEGER).is_some() && reader.read(SEQUENCE).is_some() && reader.read(OCTET_STRING).is_some()
}

/// A key of any kind (RFC 5208).
pub fn pkcs8(der: &[u8]) -> Result<PrivateKey, String> {
    let parts = Reader::new(der).inside(SEQUENCE).and_then(|mut reader| {
        reader.small(INTEGER)?;
        Some((reader.read(SEQUENCE)?, reader.read(OCTET_STRING)?))
    });
    let Some((algorithm, key)) = parts else {
        if sec1(der, None).is_ok() {
            let message = "x509: failed to parse private key (use ParseECPrivateKey instead for this key format)";
            return Err(message.to_owned());
        }
        if pkcs1(der).is_ok() {
            let message = "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)";
            return Err(message.to_owned());
        }
        return Err(der::problem(der));
    };
    let algorithm = Algorithm::parse(algorithm)?;
    let oid = algorithm.oid.as_slice();
    if oid == RSA {
        return pkcs1(key).map_err(|why| format!("x509: failed to parse RSA private key embedded in PKCS#8: {why}"));
    }
    if oid == EC {
        let curve = Reader::new(algorithm.parameters).oid().and_then(|oid| Curve::of_oid(&oid));
        return sec1(key, curve)
            .map_err(|why| format!("x509: failed to parse EC private key embedded in PKCS#8: {why}"));
    }
    if oid == ED25519 || oid == X25519 {
        let name = if oid == ED25519 { "Ed25519" } else { "X25519" };
        let bytes = Reader::new(key).read(OCTET_STRING).ok_or_else(|| format!("x509: invalid {name} private key"))?;
        let seed: [u8; 32] =
            bytes.try_into().map_err(|_| format!("x509: invalid {name} private key length: {}", bytes.len()))?;
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        return Ok(if oid == ED25519 { PrivateKey::Ed25519 { seed, public } } else { PrivateKey::X25519(seed) });
    }
    Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {}", der::dotted(oid)))
}

/// An elliptic curve key (RFC 5915).
pub fn sec1(der: &[u8], curve: Option<Curve>) -> Result<PrivateKey, String> {
    let parts = Reader::new(der).inside(SEQUENCE).and_then(|mut reader| {
        let version = reader.small(INTEGER)?;
        let secret = reader.read(OCTET_STRING)?;
        let named = reader.optional(constructed(0))?;
        Some((version, secret, named))
    });
    let Some((version, secret, named)) = parts else {
        return Err(match (is_pkcs8(der), pkcs1(der).is_ok()) {
            (true, _) => {
                "x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)".to_owned()
            }
            (_, true) => {
                "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)".to_owned()
            }
            _ => format!("x509: failed to parse EC private key: {}", der::problem(der)),
        });
    };
    if version != 1 {
        return Err(format!("x509: unknown EC private key version {version}"));
    }
    let named = named.and_then(|oid| Reader::new(oid).read(OID)).and_then(der::oid);
    let curve = curve.or_else(|| Curve::of_oid(&named?)).ok_or("x509: unknown elliptic curve")?;
    let significant = &secret[secret.iter().take_while(|byte| **byte == 0).count()..];
    if significant.len() > curve.size() {
        return Err("x509: invalid private key length".to_owned());
    }
    let point = curve.public_point(significant).ok_or("x509: invalid elliptic curve private key value")?;
    Ok(PrivateKey::Ec { curve, secret: significant.to_vec(), point })
}
