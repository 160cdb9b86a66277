//! `graphql.*`

use super::call;

const SCHEMA: &str = "type Query { me(id: ID!): User } type User { name: String! friends: [User!] }";

fn text(plain: &str) -> String {
    serde_json::to_string(plain).unwrap()
}

#[test]
fn queries_become_json() {
    let query = r#"{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Name":"b"}]}]}"#;
    assert_eq!(call("graphql.parse_query", &[&text("{ a: b }")]), query);
    for (query, expected) in [
        ("{ a(", "Expected Name, found <EOF> in GraphQL string at location 1:5"),
        ("query { }", "expected at least one definition, found } in GraphQL string at location 1:9"),
        ("{ a } x", "Unexpected Name \"x\" in GraphQL string at location 1:7"),
        ("{ a(b: 01) }", "Unexpected <Invalid> in GraphQL string at location 1:9"),
    ] {
        assert_eq!(call("graphql.parse_query", &[&text(query)]), expected, "{query}");
    }
}

#[test]
fn schemas_become_json() {
    let expected = r##"{"Definitions":[{"BuiltIn":false,"Description":"d","Fields":[{"AfterDescriptionComment":{"List":[{"Value":"# c"}]},"Description":"","Name":"a","Type":{"Elem":{"NamedType":"Int","NonNull":true},"NamedType":"","NonNull":false}}],"Kind":"OBJECT","Name":"T"}]}"##;
    assert_eq!(call("graphql.parse_schema", &[&text("\"\"\"\n  d\n\"\"\" type T {\n# c\na: [Int!] }")]), expected);
    for (schema, valid) in [
        (SCHEMA, true),
        ("type A { a: Missing }", false),
        ("type A { a: Int a: Int }", false),
        ("interface I { a: Int } type A implements I { a: Int! }", true),
        ("interface I { a: Int! } type A implements I { a: Int }", false),
        ("input I { i: I! }", false),
        ("input I { i: [I!]! }", true),
        ("directive @d on FIELD type A { a: Int @d }", false),
    ] {
        assert_eq!(call("graphql.schema_is_valid", &[&text(schema)]), valid.to_string(), "{schema}");
    }
}

#[test]
fn queries_have_to_fit_the_schema() {
    for (query, problem) in [
        ("{ me(id: 1) { name friends { name } } }", ""),
        (
            "{ me(id: 1) { nam } }",
            "Cannot query field \"nam\" on type \"User\". Did you mean \"name\"?\n in GraphQL string at location 1:15",
        ),
        (
            "{ me { name } }",
            "Field \"me\" argument \"id\" of type \"ID!\" is required, but it was not provided in GraphQL string at location 1:3",
        ),
        (
            "{ me(id: 1) }",
            "Field \"me\" of type \"User\" must have a selection of subfields. Did you mean \"me { ... }\"?\n in GraphQL string at location 1:3",
        ),
        (
            "{ me(id: true) { name } }",
            "ID cannot represent a non-string and non-integer value: true\n in GraphQL string at location 1:10",
        ),
        ("query($i: Int) { me(id: 1) { name } }", "Variable \"$i\" is never used in GraphQL string at location 1:7"),
        (
            "{ me(id: 1) { ...F } } fragment F on User { friends { ...F } }",
            "Cannot spread fragment \"F\" within itself in GraphQL string at location 1:58",
        ),
        ("mutation { x }", "Schema does not support operation type \"mutation\"\n in GraphQL string at location 1:1"),
    ] {
        let operands = [&*text(query), &*text(SCHEMA)];
        assert_eq!(call("graphql.is_valid", &operands), problem.is_empty().to_string(), "{query}");
        let parsed = call("graphql.parse", &operands);
        match problem {
            "" => assert!(parsed.starts_with("[{\"Operations\""), "{parsed}"),
            problem => assert_eq!(parsed, problem, "{query}"),
        }
    }
}

#[test]
fn fields_of_one_name_are_the_same_field() {
    let query = "{ me(id: 1) { x: name x: friends { name } } }";
    let expected = "Fields \"x\" conflict because \"name\" and \"friends\" are different fields. Use different aliases \
                    on the fields to fetch both if this was intentional in GraphQL string at location 1:23";
    assert_eq!(call("graphql.parse", &[&text(query), &text(SCHEMA)]), expected);
}

#[test]
fn deep_texts_are_refused() {
    let deep = "{ a ".repeat(50_000);
    assert!(call("graphql.parse_query", &[&text(&deep)]).starts_with("nested too deeply"));
    assert_eq!(call("graphql.is_valid", &[&text(&deep), &text(SCHEMA)]), "false");
}
