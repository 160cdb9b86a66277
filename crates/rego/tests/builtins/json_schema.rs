//! `json.match_schema` and `json.verify_schema`.

use super::call;

#[test]
fn schemas_that_are_wrong_say_why() {
    for (schema, expected) in [
        (
            r#"{"type": "foo"}"#,
            "has a primitive type that is NOT VALID -- given: /foo/ Expected valid values are:[array boolean integer number null object string]",
        ),
        (r#"{"minLength": -1}"#, "minLength must be greater than or equal to 0"),
        (r#"{"minLength": 3, "maxLength": 2}"#, "minLength cannot be greater than maxLength"),
        (r#"{"required": ["a", "a"]}"#, "required items must be unique"),
        (r##"{"$ref": "#/definitions/a"}"##, "Object has no key 'definitions'"),
        (r#"{"$ref": "other.json"}"#, "Reference /other.json must be canonical"),
        (r#"{"$ref": "http://example.com/a"}"#, "remote reference loading disabled: http://example.com/a"),
        (r#""{""#, "invalid JSON string"),
        ("true", "wrong type, expected string or object"),
    ] {
        let expected = format!(r#"[false,{}]"#, serde_json::to_string(&format!("jsonschema: {expected}")).unwrap());
        assert_eq!(call("json.verify_schema", &[schema]), expected, "{schema}");
    }
    assert_eq!(call("json.verify_schema", &["{}"]), "[true,null]");
}

#[test]
fn documents_that_do_not_match_say_where() {
    let schema = r##"{
        "definitions": {"positive": {"type": "integer", "exclusiveMinimum": 0}},
        "properties": {"n": {"$ref": "#/definitions/positive"}, "l": {"items": {"enum": ["a", 1.0]}, "uniqueItems": true}},
        "required": ["q"], "patternProperties": {"^q$": {}}, "additionalProperties": false}"##;
    let errors = call("json.match_schema", &[r#"{"n": 0, "l": [1, "b", "b"], "z": 1}"#, schema]);
    for part in [
        r#""desc":"q is required","error":"(Root): q is required","field":"(Root)","type":"required""#,
        r#""error":"n: Must be greater than 0""#,
        r#""error":"l.1: l.1 must be one of the following: \"a\", 1""#,
        r#""error":"l: array items[1,2] must be unique""#,
        r#""error":"(Root): Additional property z is not allowed""#,
    ] {
        assert!(errors.contains(part), "{part} in {errors}");
    }
    assert_eq!(call("json.match_schema", &[r#"{"n": 1, "q": 0}"#, schema]), "[true,[]]");
}

#[test]
fn alternatives_tell_the_nearest() {
    let schema = r#"{"anyOf": [{"type": "string"}, {"type": "object", "required": ["a"]}]}"#;
    let errors = call("json.match_schema", &["{}", schema]);
    assert!(
        errors.contains("Must validate at least one schema (anyOf)") && errors.contains("a is required"),
        "{errors}"
    );
}

#[test]
fn a_schema_that_only_refers_to_itself_ends() {
    let verdict = call("json.match_schema", &["{}", r##"{"$ref": "#"}"##]);
    assert_eq!(verdict, "schema refers to itself too deeply");
}
