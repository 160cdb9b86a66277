//! `crypto.x509.*`

use serde_json::json;

use super::call;

/// A certificate that signs itself, from November 2026 to November 2036.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
MIIBLjCB4aADAgECAhQgw4AOl4g3fzxZOWOYCCDERvuD2DAFBgMrZXAwDTELMAkG\n\
A1UEAwwCZWQwHhcNMjYxMTIzMDQxODQxWhcNMzYxMTIwMDQxODQxWjANMQswCQYD\n\
VQQDDAJlZDAqMAUGAytlcAMhAFjNMEmiIyQJv5tJ3f8vmdi7iHKMITN4lEHZ3dxR\n\
0ikNo1MwUTAdBgNVHQ4EFgQUUX9YIpZrXClZ7rKy4VMsT4JJWI8wHwYDVR0jBBgw\n\
FoAUUX9YIpZrXClZ7rKy4VMsT4JJWI8wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD\n\
QQB4LkAZon6ieMY3UhrZFq7J79PA5NvprzerpAoUKRshV81bL2RkspE/+CIL6iPf\n\
XfUyG00jnEGc2MF9TZf/wWcD\n\
-----END CERTIFICATE-----\n\
";

fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn certificates_are_shown_as_by_opa() {
    let shown = call("crypto.x509.parse_certificates", &[&text(CERTIFICATE)]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let certificate = shown[0].as_object().unwrap();
    assert_eq!(certificate.len(), 53);
    assert_eq!(certificate["Subject"]["CommonName"], json!("ed"));
    assert_eq!(certificate["Subject"]["Names"], json!([{"Type": [2, 5, 4, 3], "Value": "ed"}]));
    assert_eq!(certificate["PublicKeyAlgorithm"], json!(4));
    assert_eq!(certificate["SignatureAlgorithm"], json!(16));
    assert_eq!(certificate["MaxPathLen"], json!(-1));
    assert_eq!(certificate["DNSNames"], json!(null));
}

#[test]
fn chains_are_verified() {
    let pair = text(&CERTIFICATE.repeat(2));
    let verify = |time: &str| {
        let options = format!(r#"{{"CurrentTime": {time}, "KeyUsages": ["KeyUsageAny"]}}"#);
        call("crypto.x509.parse_and_verify_certificates_with_options", &[&pair, &options])
    };
    assert!(verify("1800000000000000000").starts_with("[true,[{"));
    assert_eq!(verify("1700000000000000000"), "[false,[]]");
    assert_eq!(call("crypto.x509.parse_and_verify_certificates", &[&pair]), "[false,[]]");
    let bad = call("crypto.x509.parse_and_verify_certificates_with_options", &[&pair, r#"{"KeyUsages": ["x"]}"#]);
    assert_eq!(bad, "invalid entries for 'KeyUsages' found: [x]");
}

#[test]
fn what_is_no_certificate_is_refused() {
    for (name, operand, expected) in [
        ("crypto.x509.parse_certificates", r#""AAAA""#, "x509: malformed certificate"),
        ("crypto.x509.parse_certificates", r#""!""#, "illegal base64 data at input byte 0"),
        ("crypto.x509.parse_certificate_request", r#""AAAA""#, "asn1: structure error: tags don't match"),
        ("crypto.parse_private_keys", r#""""#, "null"),
        ("crypto.parse_private_keys", r#""x""#, "[]"),
        ("crypto.x509.parse_rsa_private_key", r#""""#, "input PEM data was empty"),
    ] {
        assert_eq!(call(name, &[operand]), expected, "{name}({operand})");
    }
}
