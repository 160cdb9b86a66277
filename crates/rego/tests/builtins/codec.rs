//! Encodings, JSON, YAML, references, graphs.

use super::call;

#[test]
fn base64_hex_and_queries() {
    for (name, operand, expected) in [
        ("base64.encode", r#""a?>""#, r#""YT8+""#),
        ("base64url.encode", r#""a?>""#, r#""YT8-""#),
        ("base64url.encode_no_pad", r#""a""#, r#""YQ""#),
        ("base64.decode", r#""YQ=x""#, "illegal base64 data at input byte 2"),
        ("base64.decode", r#""Y\nQ\n==\n""#, r#""a""#),
        ("base64.is_valid", "5", "false"),
        ("base64url.decode", r#""YT8-YQ""#, r#""a?>a""#),
        ("base64url.decode", r#""Y""#, "illegal base64url string: Y"),
        ("hex.decode", r#""616""#, "encoding/hex: odd length hex string"),
        ("hex.decode", r#""6z""#, "encoding/hex: invalid byte: U+007A 'z'"),
        ("urlquery.encode", r#""a b&é""#, r#""a+b%26%C3%A9""#),
        ("urlquery.decode", r#""%4""#, r#"invalid URL escape "%4""#),
        ("urlquery.encode_object", r#"{"b": ["x", "y"], "a": "1 2"}"#, r#""a=1+2&b=x&b=y""#),
        ("urlquery.encode_object", r#"{"a": 1}"#, "operand 1 values must be string, array[string], or set[string]"),
        ("urlquery.decode_object", r#""a=1&b&a=2""#, r#"{"a":["1","2"],"b":[""]}"#),
        ("urlquery.decode_object", r#""a;b""#, "invalid semicolon separator in query"),
        ("hex.encode", "1", "operand 1 must be string but got number"),
    ] {
        assert_eq!(call(name, &[operand]), expected, "{name}({operand})");
    }
}

#[test]
fn references() {
    let parts = r#"{"fragment":"f","hostname":"::1","path":"/a b","port":"80","raw_path":"/a b","raw_query":"q=1","scheme":"http"}"#;
    assert_eq!(call("uri.parse", &[r#""HTTP://u:p@[::1]:80/a%20b?q=1#f""#]), parts);
    assert_eq!(call("uri.parse", &[r#"":a""#]), r#"parse ":a": missing protocol scheme"#);
    assert_eq!(call("uri.is_valid", &[r#""http://a b/""#]), "false");
    assert_eq!(call("uri.is_valid", &[r#""""#]), "false");
}

#[test]
fn json_texts() {
    for (text, expected) in [
        ("1.50", "1.50"),
        ("1 null", "1"),
        ("1 2", "error: invalid character '2' after top-level value"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ("01", "error: invalid character '1' after top-level value"),
        ("1.", "unexpected EOF"),
        ("", "EOF"),
        ("trux", "invalid character 'x' in literal true (expecting 'e')"),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
    ] {
        let operand = serde_json::to_string(text).unwrap();
        assert_eq!(call("json.unmarshal", &[&operand]), expected, "{text}");
    }
    assert_eq!(call("json.marshal", &[r#""<&>\u2028\b""#]), r#""\"\\u003c\\u0026\\u003e\\u2028\\b\"""#);
    assert_eq!(call("json.marshal_with_options", &["[1]", r#"{"indent": " "}"#]), r#""[\n 1\n]""#);
    let unknown = r#"operand 2 object contained unknown key "x""#;
    assert_eq!(call("json.marshal_with_options", &["1", r#"{"x": 1}"#]), unknown);
}

#[test]
fn json_paths_and_patches() {
    let object = r#"{"a": {"b": [1, 2, 3]}, "c": 4}"#;
    assert_eq!(call("json.filter", &[object, r#"["a/b/1", "c"]"#]), r#"{"a":{"b":[2]},"c":4}"#);
    assert_eq!(call("json.remove", &[object, r#"[["a", "b", "0"], "/c"]"#]), r#"{"a":{"b":[2,3]}}"#);
    for (operation, expected) in [
        (r#"{"op": "add", "path": "/a/b/-", "value": 9}"#, r#"{"a":{"b":[1,2,3,9]},"c":4}"#),
        (r#"{"op": "move", "from": "c", "path": "a/b/0"}"#, r#"{"a":{"b":[4,1,2,3]}}"#),
        (r#"{"op": "remove", "path": "/a/b/01"}"#, "leading zeros are not allowed in JSON paths"),
        (r#"{"op": "remove", "path": "/x"}"#, r#"cannot delete child key "x" that does not exist"#),
        (r#"{"op": "add", "path": "/c/x", "value": 1}"#, "expected composite type, found value: 4 (type: ast.Number)"),
        (
            r#"{"op": "test", "path": "/c", "value": 5}"#,
            "value from EditTree != patch value.\n\nExpected: 5\n\nFound: 4",
        ),
        (r#"{"op": "copy", "path": "/c"}"#, "missing required attribute 'from'"),
    ] {
        assert_eq!(call("json.patch", &[object, &format!("[{operation}]")]), expected, "{operation}");
    }
}

#[test]
fn yaml_texts() {
    for (text, expected) in [
        ("a: 0777\nb: 1_000\nc: yes\nd: 2020-01-01", r#"{"a":511,"b":1000,"c":"yes","d":"2020-01-01"}"#),
        ("x: &a {b: 1}\ny:\n  <<: *a\n  c: 2", r#"{"x":{"b":1},"y":{"b":1,"c":2}}"#),
        ("a: 1\na: 2\n---\nb: 3", r#"{"a":2}"#),
        ("a: b: c", "yaml: mapping values are not allowed in this context"),
        ("1.50", "1.5"),
        ("", "null"),
    ] {
        let operand = serde_json::to_string(text).unwrap();
        assert_eq!(call("yaml.unmarshal", &[&operand]), expected, "{text}");
    }
    let written = r#""a2: 'it''s: x'\na10:\n  - |-\n    x\n    y\n  - \"yes\"\n  - 1e+06\n""#;
    assert_eq!(call("yaml.marshal", &[r#"{"a10": ["x\ny", "yes", 1000000.0], "a2": "it's: x"}"#]), written);
}

#[test]
fn graphs_and_runtime() {
    let graph = r#"{"a": ["b", "a"], "b": ["a", "x"]}"#;
    assert_eq!(call("graph.reachable", &[graph, r#"["a"]"#]), r#"["a","b"]"#);
    assert_eq!(call("graph.reachable_paths", &[graph, r#"["a"]"#]), r#"[["a","a"],["a","a","b"],["a","b"]]"#);
    assert_eq!(call("graph.reachable", &["{}", "1"]), "operand 2 must be {array, set} but got number");
    let redacted = r#"{"config":{"keys":{"k":{"scope":"r"}},"services":{"a":{"url":"u"}}}}"#;
    assert_eq!(call("opa.runtime", &[]), redacted);
}

#[test]
fn aliases_cannot_multiply_without_end() {
    let mut bomb = "a0: &a0 [x]\n".to_owned();
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let operand = serde_json::to_string(&bomb).unwrap();
    assert_eq!(call("yaml.unmarshal", &[&operand]), "yaml: document contains excessive aliasing");
    assert_eq!(call("yaml.is_valid", &[&serde_json::to_string(&"[".repeat(100_000)).unwrap()]), "false");
}
