//! `time.*`, CIDR, hashes and AWS signatures. Expected values are those that OPA gives.

use super::call;

fn check(cases: &[(&str, &[&str], &str)]) {
    for (name, operands, expected) in cases {
        assert_eq!(call(name, operands), *expected, "{name}({operands:?})");
    }
}

#[test]
fn times_are_parsed() {
    check(&[
        ("time.parse_rfc3339_ns", &[r#""2020-01-02T03:04:05,5+02:00""#], "1577927045500000000"),
        ("time.parse_rfc3339_ns", &[r#""2262-04-11T23:47:16.854775807Z""#], "9223372036854775807"),
        ("time.parse_rfc3339_ns", &[r#""2262-04-11T23:47:16.854775808Z""#], "time outside of valid range"),
        (
            "time.parse_rfc3339_ns",
            &[r#""2020-13-02T03:04:05Z""#],
            r#"parsing time "2020-13-02T03:04:05Z": month out of range"#,
        ),
        ("time.parse_ns", &[r#""RFC822Z""#, r#""02 Jan 06 15:04 -0730""#], "1136241240000000000"),
        ("time.parse_ns", &[r#""2006 002""#, r#""2020 060""#], "1582934400000000000"),
        ("time.parse_ns", &[r#""RFC822""#, r#""02 Jan 06 15:04 GMT+3""#], "1136214240000000000"),
        (
            "time.parse_ns",
            &[r#""2006 MST""#, r#""2020 ab""#],
            r#"parsing time "2020 ab" as "2006 MST": cannot parse "ab" as "MST""#,
        ),
    ]);
}

#[test]
fn times_are_taken_apart() {
    check(&[
        ("time.format", &[r#"[1577927045500000000, "Europe/Berlin"]"#], r#""2020-01-02T02:04:05.5+01:00""#),
        (
            "time.format",
            &[r#"[4749840000000000000, "America/New_York", "UnixDate"]"#],
            r#""Sun Jul  7 20:00:00 EDT 2120""#,
        ),
        (
            "time.format",
            &[r#"[0, "UTC", "Jan _2 2006 __2 002 3:04:05.000 pm Z07"]"#],
            r#""Jan  1 1970   1 001 12:00:00.000 am Z""#,
        ),
        ("time.format", &[r#"[0, "Nope/Zone"]"#], "unknown time zone Nope/Zone"),
        ("time.date", &["-1"], "[1969,12,31]"),
        ("time.clock", &[r#"[0, "Asia/Kolkata"]"#], "[5,30,0]"),
        ("time.weekday", &["0"], r#""Thursday""#),
        ("time.weekday", &["1e30"], "timestamp too big"),
        ("time.add_date", &["1580428800000000000", "0", "1", "0"], "1583107200000000000"),
        ("time.add_date", &["0", "1000", "0", "0"], "time outside of valid range"),
        ("time.diff", &["1580428800000000000", "1583107200000000000"], "[0,1,2,0,0,0]"),
        ("time.clock", &["[]"], "operand 1 must be either number (ns) or [number (ns), string (tz)] but got array"),
    ]);
}

#[test]
fn durations() {
    check(&[
        ("time.parse_duration_ns", &[r#""1d2h30m""#], "95400000000000"),
        ("time.parse_duration_ns", &[r#""-.5m""#], "-30000000000"),
        ("time.parse_duration_ns", &[r#""1""#], r#"time: missing unit in duration "1""#),
        ("time.parse_duration_ns", &[r#""1d2x""#], r#"time: unknown unit "x" in duration "1d2x""#),
        ("time.parse_duration_ns", &[r#""300y""#], r#"time: invalid duration "300y""#),
    ]);
}

#[test]
fn networks() {
    check(&[
        ("net.cidr_contains", &[r#""10.0.0.0/8""#, r#""10.1.0.0/16""#], "true"),
        ("net.cidr_contains", &[r#""::/80""#, r#""::/80""#], "true"),
        (
            "net.cidr_contains",
            &[r#""10.0.0.0/8""#, r#""x""#],
            "not a valid textual representation of an IP address or CIDR: x",
        ),
        ("net.cidr_intersects", &[r#""::ffff:10.0.0.0/104""#, r#""10.1.0.0/16""#], "true"),
        ("net.cidr_expand", &[r#""192.168.1.1/30""#], r#"["192.168.1.0","192.168.1.1","192.168.1.2","192.168.1.3"]"#),
        (
            "net.cidr_expand",
            &[r#""::/0""#],
            "test.rego:1: eval_cancel_error: query needs more memory than it is allowed",
        ),
        ("net.cidr_is_valid", &[r#""10.0.0.0/08""#], "true"),
        ("net.cidr_is_valid", &[r#""10.0.0/8""#], "false"),
        (
            "net.cidr_merge",
            &[r#"["192.168.0.0/24", "192.168.1.0/24", "192.168.3.0/24"]"#],
            r#"["192.168.0.0/23","192.168.3.0/24"]"#,
        ),
        ("net.cidr_merge", &[r#"["::1"]"#], "IPv6 invalid: needs prefix length"),
        ("net.cidr_contains_matches", &[r#"["1.0.0.0/8", "2.0.0.0/8"]"#, r#"{"a": "2.1.1.1"}"#], r#"[[1,"a"]]"#),
    ]);
}

#[test]
fn hashes_and_codes() {
    check(&[
        ("crypto.md5", &[r#""a""#], r#""0cc175b9c0f1b6a831c399e269772661""#),
        ("crypto.sha1", &[r#""a""#], r#""86f7e437faa5a7fce15d1ddcb9eaeaea377667b8""#),
        ("crypto.hmac.md5", &[r#""a""#, r#""k""#], r#""ddcf3d210049e7135f61affae73731cd""#),
        ("crypto.hmac.equal", &[r#""a""#, r#""a""#], "true"),
        ("crypto.sha256", &["1"], "operand 1 must be string but got number"),
    ]);
}

#[test]
fn requests_for_aws_are_signed() {
    let config = r#"{"aws_access_key": "AK", "aws_secret_access_key": "SK", "aws_region": "r", "aws_service": "s3"}"#;
    let request = r#"{"method": "GET", "url": "https://h.example/a b?q=1"}"#;
    let signed = call("providers.aws.sign_req", &[request, config, "1500000000000000000"]);
    assert!(
        signed.contains("Credential=AK/20170714/r/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date")
    );
    let missing = "operand 2 missing required AWS config parameters(s): \
                   {\"aws_access_key\", \"aws_region\", \"aws_secret_access_key\", \"aws_service\"}";
    assert_eq!(call("providers.aws.sign_req", &[request, "{}", "0"]), missing);
}
