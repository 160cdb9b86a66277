//! Keys as JSON (RFC 7517), alone or in a set, and in PEM blocks.

use data_encoding::BASE64URL_NOPAD;
use num_bigint::BigUint;

use super::Algorithm;
use crate::{
    builtins::{
        encoding::decode_base64url,
        go::pem,
        json,
        x509::{
            certificate,
            keys::{self, Curve, PrivateKey, PublicKey, RsaPrivate},
        },
    },
    value::Value,
};

/// A key with what is said about it.
pub struct Key {
    /// Empty if not given.
    pub algorithm: String,
    /// Empty if not given.
    pub id: String,
    pub material: Material,
}

/// The key itself.
pub enum Material {
    Secret(Vec<u8>),
    Public(PublicKey),
    Private(PrivateKey),
}

impl Material {
    /// The type that Go's library has for it, which errors name.
    pub fn go_type(&self) -> &'static str {
        match self {
            Self::Secret(_) => "*jwk.symmetricKey",
            Self::Public(PublicKey::Rsa { .. } | PublicKey::Dsa(_)) => "*jwk.rsaPublicKey",
            Self::Public(PublicKey::Ec { .. }) => "*jwk.ecdsaPublicKey",
            Self::Public(PublicKey::Ed25519(_) | PublicKey::X25519(_)) => "*jwk.okpPublicKey",
            Self::Private(PrivateKey::Rsa(_)) => "*jwk.rsaPrivateKey",
            Self::Private(PrivateKey::Ec { .. }) => "*jwk.ecdsaPrivateKey",
            Self::Private(PrivateKey::Ed25519 { .. } | PrivateKey::X25519(_)) => "*jwk.okpPrivateKey",
        }
    }
}

/// Keys to verify with: a PEM certificate or public key, or JSON. Keys for algorithms that tokens do not have are left
/// out.
pub fn verification_keys(text: &str) -> Result<Vec<Key>, String> {
    if let Some((block, rest)) = pem::first(text) {
        if !rest.is_empty() {
            return Err("extra data after a PEM certificate block".to_owned());
        }
        let unnamed = |material| vec![Key { algorithm: String::new(), id: String::new(), material }];
        return match block.label.as_str() {
            "CERTIFICATE" => {
                let certificate = certificate::parse_one(&block.bytes)
                    .map_err(|why| format!("failed to parse a PEM certificate: {why}"))?;
                Ok(certificate.key.map_or_else(Vec::new, |key| unnamed(Material::Public(key))))
            }
            "PUBLIC KEY" => keys::parse_public(&block.bytes)
                .map(|key| unnamed(Material::Public(key)))
                .map_err(|why| format!("failed to parse a PEM public key: {why}")),
            _ => Err("failed to extract a Key from the PEM certificate".to_owned()),
        };
    }
    let mut keys = parse_set(text)
        .map_err(|why| format!("failed to parse a JWK key (set): jwk.ParseString: failed to parse string: {why}"))?;
    for key in &keys {
        if let Material::Private(PrivateKey::Rsa(rsa)) = &key.material {
            rsa.check_primes()?;
        }
    }
    keys.retain(|key| key.algorithm.is_empty() || Algorithm::named(&key.algorithm).is_some());
    Ok(keys)
}

/// Keys in a JWK or JWK set.
pub fn parse_set(text: &str) -> Result<Vec<Key>, String> {
    let sole = |why: String| format!("jwk.Parse: failed to parse sole key: jwk.ParseKey: {why}");
    let value = json::parse(text)
        .map_err(|why| sole(format!("jwk.Parse: failed to probe data: probe: failed to unmarshal data: {why}")))?;
    let Some(list) = value.field("keys") else { return Ok(vec![parse(&value).map_err(sole)?]) };
    let failed = |why: String| format!("jwk.Parse: failed to unmarshal JWK set: {why}");
    let Value::Array(list) = list else {
        return Err(failed(format!("failed to decode \"keys\": expected '[' but got {list}")));
    };
    let one = |(at, key)| {
        parse(key).map_err(|why| failed(format!("failed to decode key #{at} in \"keys\": jwk.ParseKey: {why}")))
    };
    list.iter().enumerate().map(one).collect()
}

fn parse(value: &Value) -> Result<Key, String> {
    let probe = |why: String| format!("jwk.Parse: failed to probe data: probe: failed to unmarshal data: {why}");
    const PROBED: &str = r#"struct { Kty string "json:\"kty\""; D json.RawMessage "json:\"d,omitempty\"" }"#;
    let kty = match (value, value.field("kty")) {
        (Value::Object(_), Some(Value::String(kty))) => kty.to_string(),
        (Value::Object(_), Some(Value::Null) | None) | (Value::Null, _) => String::new(),
        (Value::Object(_), Some(other)) => {
            let kind = other.kind();
            return Err(probe(format!("json: cannot unmarshal {kind} into Go struct field .kty of type string")));
        }
        (other, _) => {
            return Err(probe(format!("json: cannot unmarshal {} into Go value of type {PROBED}", other.kind())));
        }
    };
    let private = value.field("d").is_some();
    let go_type = match (kty.as_str(), private) {
        ("RSA", false) => "*jwk.rsaPublicKey",
        ("RSA", true) => "*jwk.rsaPrivateKey",
        ("EC", false) => "*jwk.ecdsaPublicKey",
        ("EC", true) => "*jwk.ecdsaPrivateKey",
        ("OKP", false) => "*jwk.okpPublicKey",
        ("OKP", true) => "*jwk.okpPrivateKey",
        ("oct", _) => "*jwk.symmetricKey",
        _ => return Err(format!("invalid key type from JSON ({kty})")),
    };
    let reader = KeyReader { value, go_type };
    let id = reader.text("kid")?;
    let algorithm = reader.algorithm()?;
    let material = match (kty.as_str(), private) {
        ("RSA", private) => reader.rsa(private)?,
        ("EC", private) => reader.ec(private)?,
        ("OKP", private) => reader.okp(private)?,
        _ => Material::Secret(reader.required("k")?),
    };
    match &material {
        Material::Secret(secret) if secret.is_empty() => Err(invalid("jwk.SymmetricKey: missing \"k\" field")),
        _ => Ok(Key { algorithm, id, material }),
    }
}

fn invalid(why: &str) -> String {
    format!("jwk.Parse: key validation failed: key validation failed: {why}")
}

/// Reads fields of one key.
struct KeyReader<'v> {
    value: &'v Value,
    go_type: &'static str,
}

impl KeyReader<'_> {
    fn failed(&self, why: &str) -> String {
        let failed = format!("failed to unmarshal JSON into key ({})", self.go_type);
        format!("{failed}: {failed}: {why}")
    }

    fn text(&self, name: &str) -> Result<String, String> {
        match self.value.field(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.to_string()),
            Some(other) => Err(self.failed(&format!(
                "failed to decode value for key {name}: error reading next value: json: cannot unmarshal {} into Go value of type string",
                other.kind()
            ))),
        }
    }

    /// Names of signature and encryption algorithms that are registered.
    fn algorithm(&self) -> Result<String, String> {
        let Some(field) = self.value.field("alg") else { return Ok(String::new()) };
        let Some(name) = field.as_str() else {
            let kind = field.kind();
            return Err(self.failed(&format!(
                "failed to decode value for key alg: json: cannot unmarshal {kind} into Go value of type string"
            )));
        };
        const OTHERS: [&str; 26] = [
            "none",
            "ES256K",
            "Ed25519",
            "Ed448",
            "A128GCMKW",
            "A128KW",
            "A192GCMKW",
            "A192KW",
            "A256GCMKW",
            "A256KW",
            "dir",
            "ECDH-ES",
            "ECDH-ES+A128KW",
            "ECDH-ES+A192KW",
            "ECDH-ES+A256KW",
            "PBES2-HS256+A128KW",
            "PBES2-HS384+A192KW",
            "PBES2-HS512+A256KW",
            "RSA-OAEP",
            "RSA-OAEP-256",
            "RSA-OAEP-384",
            "RSA-OAEP-512",
            "RSA1_5",
            "A128GCM",
            "A192GCM",
            "A256GCM",
        ];
        match Algorithm::named(name).is_some() || OTHERS.contains(&name) {
            true => Ok(name.to_owned()),
            false => Err(self.failed(&format!(
                "failed to decode value for key alg: invalid key value: {}: invalid key algorithm",
                Value::string(name)
            ))),
        }
    }

    /// Bytes in any base64, or None if the field is not there.
    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        if self.value.field(name).is_none() {
            return Ok(None);
        }
        let text = self.text(name)?.replace('+', "-").replace('/', "_");
        let bytes = decode_base64url(text.trim_end_matches('=')).map_err(|_| {
            self.failed(&format!("failed to decode value for key {name}: expected base64 encoded []byte (string)"))
        })?;
        Ok(Some(bytes))
    }

    fn required(&self, name: &str) -> Result<Vec<u8>, String> {
        self.bytes(name)?.ok_or_else(|| self.failed(&format!("required field {name} is missing")))
    }

    fn number(&self, name: &str) -> Result<BigUint, String> {
        Ok(BigUint::from_bytes_be(&self.required(name)?))
    }

    fn rsa(&self, private: bool) -> Result<Material, String> {
        let d = if private { Some(self.number("d")?) } else { None };
        let (e, n) = (self.number("e")?, self.number("n")?);
        let kind = if private { "jwk.RSAPrivateKey" } else { "jwk.RSAPublicKey" };
        let refused = |why: &str| Err(invalid(&format!("{kind}: {why}")));
        if n.bits() == 0 {
            return refused("missing \"n\" value");
        }
        if e.bits() == 0 {
            return refused("missing \"e\" value");
        }
        if !e.bit(0) {
            return refused("invalid rsa public exponent: must be a positive odd integer");
        }
        if e.bits() >= 64 {
            let bits = e.bits();
            return refused(&format!("rsa public exponent too large for this platform: {bits} bits (max 63)"));
        }
        let Some(d) = d else { return Ok(Material::Public(PublicKey::Rsa { n, e })) };
        // Keys without primes can be read, though not used.
        let prime = |name: &str| Ok::<_, String>(BigUint::from_bytes_be(&self.bytes(name)?.unwrap_or_default()));
        let (q, p) = (prime("q")?, prime("p")?);
        Ok(Material::Private(PrivateKey::Rsa(Box::new(RsaPrivate { n, e, d, p, q }))))
    }

    fn ec(&self, private: bool) -> Result<Material, String> {
        let crv = self.curve_name()?;
        let secret = if private { Some(self.required("d")?) } else { None };
        let (x, y) = (self.required("x")?, self.required("y")?);
        let kind = if private { "jwk.ECDSAPrivateKey" } else { "jwk.ECDSAPublicKey" };
        let refused = |why: &str| Err(invalid(&format!("{kind}: {why}")));
        let curve = [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|curve| curve.name() == crv);
        let Some(curve) = curve else { return refused(&format!("invalid curve {}", Value::string(&crv))) };
        for (name, bytes) in [("x", &x), ("y", &y)] {
            if bytes.len() != curve.size() {
                return refused(&format!("invalid \"{name}\" length ({}) for curve \"{crv}\"", bytes.len()));
            }
        }
        let point = [&[4][..], &x, &y].concat();
        if !curve.has_point(&point) {
            return refused("invalid ECDSA public key: point is not on curve");
        }
        Ok(match secret {
            Some(secret) => Material::Private(PrivateKey::Ec { curve, secret, point }),
            None => Material::Public(PublicKey::Ec { curve, point }),
        })
    }

    fn okp(&self, private: bool) -> Result<Material, String> {
        let crv = self.curve_name()?;
        let seed = if private { Some(self.required("d")?) } else { None };
        let x = self.required("x")?;
        let kind = if private { "jwk.OKPPrivateKey" } else { "jwk.OKPPublicKey" };
        if !matches!(crv.as_str(), "Ed25519" | "X25519") {
            return Err(format!("invalid curve algorithm {crv}"));
        }
        let Ok(public) = <[u8; 32]>::try_from(x.as_slice()) else {
            let name = crv.to_lowercase();
            return Err(invalid(&format!("{kind}: {name}: wrong public key size")));
        };
        let Some(seed) = seed else {
            let key = if crv == "Ed25519" { PublicKey::Ed25519(public) } else { PublicKey::X25519(public) };
            return Ok(Material::Public(key));
        };
        let Ok(seed) = <[u8; 32]>::try_from(seed.as_slice()) else {
            return Err(invalid(&format!("{kind}: {}: wrong private key size", crv.to_lowercase())));
        };
        if crv == "X25519" {
            return Ok(Material::Private(PrivateKey::X25519(seed)));
        }
        match ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes() == public {
            true => Ok(Material::Private(PrivateKey::Ed25519 { seed, public })),
            false => Err("ed25519: invalid x value given d value".to_owned()),
        }
    }

    fn curve_name(&self) -> Result<String, String> {
        if self.value.field("crv").is_none() {
            return Err(self.failed("required field crv is missing"));
        }
        let crv = self.text("crv")?;
        match crv.as_str() {
            "P-256" | "P-384" | "P-521" | "Ed25519" | "X25519" | "Ed448" | "X448" => Ok(crv),
            _ => Err(self.failed(&format!(
                "failed to decode value for key crv: unknown EllipticCurveAlgorithm: {}",
                Value::string(&crv)
            ))),
        }
    }
}

/// A private key as JSON.
pub fn to_json(key: &PrivateKey) -> Value {
    let text = |bytes: &[u8]| Value::from(BASE64URL_NOPAD.encode(bytes));
    let number = |number: &BigUint| text(&number.to_bytes_be());
    let fields = match key {
        PrivateKey::Rsa(rsa) => {
            let mut fields = vec![
                ("kty", Value::from("RSA")),
                ("n", number(&rsa.n)),
                ("e", number(&rsa.e)),
                ("d", number(&rsa.d)),
                ("p", number(&rsa.p)),
                ("q", number(&rsa.q)),
            ];
            if let Some([dp, dq, qi]) = rsa.precomputed() {
                fields.extend([("dp", number(&dp)), ("dq", number(&dq)), ("qi", number(&qi))]);
            }
            fields
        }
        PrivateKey::Ec { curve, secret, point } => {
            let (x, y) = point[1..].split_at(curve.size());
            let secret = [&vec![0; curve.size().saturating_sub(secret.len())], secret.as_slice()].concat();
            vec![
                ("kty", Value::from("EC")),
                ("crv", Value::from(curve.name())),
                ("x", text(x)),
                ("y", text(y)),
                ("d", text(&secret)),
            ]
        }
        PrivateKey::Ed25519 { seed, public } => {
            vec![("kty", Value::from("OKP")), ("crv", Value::from("Ed25519")), ("x", text(public)), ("d", text(seed))]
        }
        PrivateKey::X25519(seed) => {
            let public = x25519_public(seed);
            vec![("kty", Value::from("OKP")), ("crv", Value::from("X25519")), ("x", text(&public)), ("d", text(seed))]
        }
    };
    Value::object(fields.into_iter().map(|(name, value)| (Value::from(name), value)))
}

/// The public number of an X25519 key, by way of the Edwards form of the curve.
fn x25519_public(seed: &[u8; 32]) -> [u8; 32] {
    curve25519_dalek::MontgomeryPoint::mul_base_clamped(*seed).to_bytes()
}
