//! `io.jwt.*`, with the keys of RFC 7515 and RFC 8037.

use super::call;

const EDWARDS: &str = r#"{"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const EDWARDS_PUBLIC: &str = r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const CURVE: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
const CURVE_PUBLIC: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn what_is_signed_is_verified() {
    for (algorithm, private, public, verify) in [
        ("EdDSA", EDWARDS, EDWARDS_PUBLIC, "io.jwt.verify_eddsa"),
        ("ES256", CURVE, CURVE_PUBLIC, "io.jwt.verify_es256"),
    ] {
        let header = format!(r#"{{"alg": "{algorithm}"}}"#);
        let token = call("io.jwt.encode_sign", &[&header, r#"{"a": "<"}"#, private]);
        assert_eq!(call(verify, &[&token, &text(public)]), "true", "{token}");
        let set = text(&format!(r#"{{"keys": [{CURVE_PUBLIC}, {EDWARDS_PUBLIC}]}}"#));
        assert_eq!(call(verify, &[&token, &set]), "true", "{token}");
        assert_eq!(call("io.jwt.verify_rs256", &[&token, &text(public)]), "false");
        let forged = token.replace(".ey", ".fy");
        assert_eq!(call(verify, &[&forged, &text(public)]), "false");
        let verified = call("io.jwt.decode_verify", &[&token, &format!(r#"{{"cert": {}}}"#, text(public))]);
        assert_eq!(verified, format!(r#"[true,{{"alg":"{algorithm}"}},{{"a":"<"}}]"#));
    }
}

#[test]
fn signatures_that_do_not_depend_on_chance() {
    let key = r#""{\"kty\":\"oct\",\"k\":\"AQAB\"}""#;
    let token = call("io.jwt.encode_sign_raw", &[r#""{\"alg\":\"HS256\",\"typ\":\"JWT\"}""#, r#""{}""#, key]);
    assert_eq!(token, r#""eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.5c5jpIBgVOjDFgilTprK1yRmXKN9t50rPMBe7rc108s""#);
    let token = call("io.jwt.encode_sign_raw", &[r#""{\"alg\":\"EdDSA\"}""#, r#""{\"a\":1}""#, &text(EDWARDS)]);
    assert_eq!(token, EDWARDS_TOKEN);
}

const EDWARDS_TOKEN: &str = r#""eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.vGKVz1ca21v6_dmpbt3FX0ENvaIXzgayEazfTOZwAnZxYjHwvS9-eT0EsjCDwBNeZKO7vVQT0879n9w35GD-Aw""#;

#[test]
fn constraints() {
    let token = call(
        "io.jwt.encode_sign",
        &[
            r#"{"alg": "HS256"}"#,
            r#"{"iss": "i", "aud": ["a"], "exp": 5, "nbf": 2}"#,
            r#"{"kty": "oct", "k": "c2VjcmV0"}"#,
        ],
    );
    let check = |constraints: &str| call("io.jwt.decode_verify", &[&token, constraints]);
    let good = r#"[true,{"alg":"HS256"},{"aud":["a"],"exp":5,"iss":"i","nbf":2}]"#;
    let bad = "[false,{},{}]";
    for (constraints, expected) in [
        (r#"{"secret": "secret", "aud": "a", "time": 3000000000}"#, good),
        (r#"{"secret": "secret", "aud": "a", "iss": "i", "alg": "HS256", "time": 2000000000}"#, good),
        (r#"{"secret": "wrong", "aud": "a", "time": 3000000000}"#, bad),
        (r#"{"secret": "secret", "time": 3000000000}"#, bad),
        (r#"{"secret": "secret", "aud": "a", "time": 5000000000}"#, bad),
        (r#"{"secret": "secret", "aud": "a", "time": 1999999999}"#, bad),
        (r#"{"secret": "secret", "aud": "a", "iss": "x", "time": 3000000000}"#, bad),
        (r#"{"secret": "secret", "aud": "a", "alg": "HS512", "time": 3000000000}"#, bad),
        (r#"{}"#, "no key constraint"),
        (r#"{"secret": "secret", "x": 1}"#, "unknown token validation constraint: x"),
        (r#"{"secret": "secret", "time": "x"}"#, "token time constraint: must be a number"),
    ] {
        assert_eq!(check(constraints), expected, "{constraints}");
    }
}

#[test]
fn what_is_wrong_with_tokens_and_keys() {
    for (name, operands, expected) in [
        ("io.jwt.decode", &[r#""a""#][..], "encoded JWT had no period separators"),
        ("io.jwt.decode", &[r#""a.b""#], "encoded JWT must have 3 sections, found 2"),
        ("io.jwt.decode", &[r#""e30.e30.!""#], "JWT signature had invalid encoding: illegal base64url string: !"),
        ("io.jwt.decode", &[r#""eyJlbmMiOjF9.e30.""#], "JWT is a JWE object, which is not supported"),
        ("io.jwt.decode", &[r#""W10.e30.""#], "bad JWT header: decoded JSON type was not an Object"),
        (
            "io.jwt.encode_sign",
            &[r#"{"alg": "dummy"}"#, "{}", r#"{"kty": "oct", "k": "AQ"}"#],
            "unknown JWS algorithm: dummy",
        ),
        (
            "io.jwt.encode_sign_raw",
            &[r#""{\"alg\":\"HS256\"}""#, r#""x""#, r#""{\"kty\": \"oct\", \"k\": \"AQ\"}""#],
            "type is JWT but payload is not JSON",
        ),
        (
            "io.jwt.encode_sign",
            &["{}", "{}", r#"{"kty": "x"}"#],
            "jwk.Parse: failed to parse sole key: jwk.ParseKey: invalid key type from JSON (x)",
        ),
    ] {
        assert_eq!(call(name, operands), expected, "{name}({operands:?})");
    }
}
