//! The tree as text, as JSON and as lines.

use rego::{
    ast::{JsonOptions, Module, body_text, module_json, module_tree, ref_text},
    parse,
};

fn module(text: &str) -> Module {
    parse::module("t.rego", text, &parse::Options { annotations: true, ..Default::default() }).unwrap()
}

#[track_caller]
fn check_body(text: &str, expected: &str) {
    let body = parse::query(text, &parse::Options::default()).unwrap();
    assert_eq!(body_text(&body), expected);
}

#[test]
fn expressions_as_messages_show_them() {
    check_body("x := 1 + 2", "assign(x, plus(1, 2))");
    check_body("x = y; not f(_, `a\\`)", "x = y; not f(_, \"a\\\\\")");
    check_body("{2, 1}; {\"b\": 1, \"a\": 2}; set()", "{1, 2}; {\"a\": 2, \"b\": 1}; set()");
    check_body("[x | x = input[_].foo]", "[x | x = input[_].foo]");
    check_body("[(x + 1) | x = 1]", "[(x + 1) | x = 1]");
    check_body("every k, v in x { v }", "every k, v in x { v }");
    check_body("some x in xs with input.y as 1", "some x in xs with input.y as 1");
}

#[test]
fn references_use_dots_where_they_can() {
    let body = parse::query("data.a[\"b\"][\"c d\"][\"if\"][x][0][\"q\\\\\"]", &parse::Options::default()).unwrap();
    let rego::ast::ExprKind::Term(term) = &body[0].kind else { panic!("no term") };
    assert_eq!(ref_text(term.as_ref_term().unwrap()), "data.a.b[\"c d\"][\"if\"][x][0][\"q\\\\\"]");
}

#[test]
fn modules_as_text() {
    let module = module("package a.b\nimport data.x as y\n\np contains z if { z := y } \nf(x) := 1 if x else := 2\n");
    assert_eq!(
        module.to_string(),
        "package a.b\n\nimport data.x as y\n\np contains z if { assign(z, y) }\nf(x) := 1 if { x } else = 2 if { true }"
    );
}

#[test]
fn json_keeps_the_order_of_keys() {
    let module = module("package a\n# <c>\np := null\n");
    let json = module_json(&module, &JsonOptions { locations: false, comments: true });
    let text: String = json.to_pretty_text().split_whitespace().collect();
    assert!(
        text.starts_with(
            r#"{"package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"}]},"rules":"#
        )
    );
    assert!(text.contains(r#""head":{"name":"p","value":{"type":"null","value":{}},"assign":true,"ref":["#));
    assert!(text.ends_with(r#""comments":[{"Text":"IDxjPg==","Location":{"file":"t.rego","row":2,"col":1}}]}"#));
}

#[test]
fn json_has_places_where_they_are_asked_for() {
    let json = module_json(&module("package a\np := \"<\"\n"), &JsonOptions { locations: true, comments: false });
    let text: String = json.to_pretty_text().split_whitespace().collect();
    let value = r#""value":{"location":{"file":"t.rego","row":2,"col":6,"text":"IjwiCg=="#.trim_end_matches("Cg==");
    assert!(text.contains(&format!(r#"{value}"}},"type":"string","value":"\u003c"}}"#)), "{text}");
}

#[test]
fn the_tree_as_lines() {
    let expected = "module\n package\n  ref\n   data\n   \"a\"\n rule\n  head\n   ref\n    p\n   true\n  body\n   expr index=0\n    ref\n     gt\n    ref\n     input\n     \"x\"\n    1\n";
    assert_eq!(module_tree(&module("package a\np if input.x > 1\n")), expected);
}
