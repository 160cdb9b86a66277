//! Texts to trees. What is expected here is what OPA 1.22.2 gives for the same texts.

use rego::{
    Code,
    ast::{Comment, ExprKind, Module, Node, RegoVersion, Scope, body_text, ref_text},
    error::{Details, Error},
    parse,
};

fn options(version: RegoVersion) -> parse::Options {
    parse::Options { version, annotations: true, ..parse::Options::default() }
}

fn module(version: RegoVersion, text: &str) -> Result<Module, Vec<Error>> {
    parse::module("f.rego", text, &options(version))
}

fn v1(text: &str) -> Module {
    module(RegoVersion::V1, text).unwrap()
}

fn query(text: &str) -> String {
    body_text(&parse::query(text, &options(RegoVersion::V1)).unwrap())
}

/// `row:col message` for each error.
fn errors(version: RegoVersion, text: &str) -> Vec<String> {
    module(version, text).unwrap_err().iter().map(shown).collect()
}

fn query_errors(version: RegoVersion, text: &str) -> Vec<String> {
    parse::query(text, &options(version)).unwrap_err().iter().map(shown).collect()
}

fn shown(error: &Error) -> String {
    let location = error.location.as_ref().unwrap();
    format!("{}:{} {}", location.row, location.col, error.message)
}

#[test]
fn operators_bind_as_in_opa() {
    let operators = |text: &str| {
        let body = parse::query(text, &options(RegoVersion::V1)).unwrap();
        let (operator, operands) = body[0].as_call().unwrap();
        let texts: Vec<&str> = operands.iter().map(|operand| operand.location.text()).collect();
        format!("{}({})", operator.dotted_name().unwrap(), texts.join("; "))
    };
    assert_eq!(operators("1 + 2 * 3 - 4"), "minus(1 + 2 * 3; 4)");
    assert_eq!(operators("a | b & c == d"), "equal(a | b & c; d)");
    assert_eq!(operators("x := a in b"), "assign(x; a in b)");
    assert_eq!(operators("a, b in c == d"), "internal.member_3(a; b; c == d)");
    assert_eq!(operators("-x + 1"), "plus(-x; 1)");
    assert_eq!(query("x = 1; not y with input as 2"), "x = 1; not y with input as 2");
}

#[test]
fn rules_of_all_kinds() {
    let text = "package a.b\n\nimport data.x as y\n\np := 1\nq contains 2 if true\nf(x, _) := x\na.b[c] := 1 if c := 2\n\
                default d := 0\ng(1) if true else := 2 if false\ni[x] if { x := 1 }\n";
    let module = v1(text);
    assert_eq!(ref_text(&module.package.path), "data.a.b");
    assert_eq!(module.imports[0].alias.as_ref().unwrap().as_str(), "y");
    let heads: Vec<String> = module.rules.iter().map(|rule| ref_text(&rule.head.reference)).collect();
    assert_eq!(heads, ["p", "q", "f", "a.b[c]", "d", "g", "i[x]"]);
    let [p, q, f, _, d, g, i] = module.rules.as_slice() else { panic!() };
    assert!(p.generated_body && p.head.assign);
    assert!(q.head.key.is_some() && q.head.value.is_none());
    assert_eq!(f.head.args.as_ref().unwrap()[1].as_var().unwrap().as_str(), "$0");
    assert!(d.default);
    assert!(g.else_rule.is_some());
    assert!(i.head.key.is_some() && i.head.value.is_some());
}

#[test]
fn places_are_those_of_opa() {
    let module = v1("package a\n\np if {\n\tx := [1,\n\t\t2]\n\tx[0] == (1 + 2)\n}");
    let body = &module.rules[0].body;
    let places: Vec<(u32, u32, &str)> =
        body.iter().map(|expr| (expr.location.row, expr.location.col, expr.location.text())).collect();
    assert_eq!(places, [(4, 2, "x := [1,\n\t\t2]"), (6, 2, "x[0] == (1 + 2)")]);
    let (_, operands) = body[1].as_call().unwrap();
    assert_eq!(operands[0].location.text(), "x[0]");
    assert_eq!((operands[1].location.text(), operands[1].location.col), ("(1 + 2)", 11));
    let query = parse::query("\"ä\"; x", &options(RegoVersion::V1)).unwrap();
    assert_eq!((query[1].location.col, query[1].location.start), (6, 6));
}

#[test]
fn brackets_are_comprehensions_first() {
    let node = |text: &str| parse::term(text, &options(RegoVersion::V1)).unwrap().node;
    assert!(matches!(node("{x | y}"), Node::SetComprehension(_)));
    assert!(matches!(node("[x | y]"), Node::ArrayComprehension(_)));
    assert!(matches!(node("{x: y | z}"), Node::ObjectComprehension(_)));
    assert!(matches!(node("{x | y, z}"), Node::Set(items) if items.len() == 2));
    assert!(matches!(node("[x | y, z]"), Node::Array(items) if items.len() == 2));
    assert!(matches!(node("{x: y | z, a: b}"), Node::Object(items) if items.len() == 2));
    assert!(matches!(node("{(x | y)}"), Node::Set(items) if items.len() == 1));
    assert!(matches!(node("{}"), Node::Object(items) if items.is_empty()));
    assert!(matches!(node("set()"), Node::Set(items) if items.is_empty()));
    assert!(matches!(node("{1, 1, 2,}"), Node::Set(items) if items.len() == 2));
    assert!(matches!(node("{1: 2, 1: 3}"), Node::Object(items) if items.len() == 2));
}

#[test]
fn strings_and_numbers() {
    let shown = |text: &str| parse::term(text, &options(RegoVersion::V1)).unwrap().to_string();
    assert_eq!(shown(r#""\u00e9\ud83d\ude00\n""#), "\"é😀\\n\"");
    assert_eq!(shown("`a\\n`"), r#""a\\n""#);
    assert_eq!(shown("- 1.50"), "-1.50");
    assert_eq!(shown(".5"), "0.5");
    assert_eq!(
        query_errors(RegoVersion::V1, "01"),
        ["1:1 unexpected number token: expected number without leading zero"]
    );
    assert_eq!(query_errors(RegoVersion::V1, "1e100001"), ["1:1 number too big"]);
    assert_eq!(query_errors(RegoVersion::V1, r#""\u12zz""#), [r#"1:1 illegal string literal: "\u12zz""#]);
    assert_eq!(query_errors(RegoVersion::V1, "\"a")[0], "1:1 non-terminated string");
}

#[test]
fn template_strings() {
    let text = r#"$"a {x} \{b} {1}""#;
    let Node::Template(template) = parse::term(text, &options(RegoVersion::V1)).unwrap().node else { panic!() };
    assert_eq!(template.parts.len(), 4);
    assert_eq!(
        query_errors(RegoVersion::V1, r#"$"{not x}""#),
        ["1:4 unexpected negation ('not') in template-string expression"]
    );
    assert_eq!(
        query_errors(RegoVersion::V0, r#"$"{x}""#)[0],
        "1:1 template strings are not supported by current capabilities"
    );
}

#[test]
fn keywords_come_with_versions_and_imports() {
    let text = "package a\np if { true }";
    assert_eq!(
        errors(RegoVersion::V0, text),
        ["2:1 var cannot be used for rule name (hint: `import future.keywords.if` for `p if { ... }` rules)"]
    );
    let imported = module(RegoVersion::V0, "package a\nimport rego.v1\np if { 1 in [1] }").unwrap();
    assert_eq!(imported.version, RegoVersion::V0CompatV1);
    let logical = "package a\np if { x and not { y } or z }\nx := 1\ny := 1\nz := 1";
    assert!(module(RegoVersion::V1, logical).is_err());
    assert!(matches!(module(RegoVersion::V2, logical).unwrap().rules[0].body[0].kind, ExprKind::Or(_)));
    let imported = logical.replacen('\n', "\nimport rego.v2\n", 1);
    assert!(module(RegoVersion::V1, &imported).is_ok());
    assert_eq!(
        errors(RegoVersion::V1, "package a\nimport future.keywords.nope"),
        ["2:8 unexpected keyword, must be one of [and contains every if in not or]"]
    );
    assert!(module(RegoVersion::V1, "package a\nimport data.if.x\np := data.not.in").is_ok());
}

#[test]
fn version_1_asks_for_if_and_contains() {
    assert_eq!(
        errors(RegoVersion::V1, "package a\np { true }\nq[x] { x := 1 }\nf(x) { x }"),
        [
            "2:1 `if` keyword is required before rule body",
            "3:1 `if` keyword is required before rule body",
            "3:1 `contains` keyword is required for partial set rules",
            "4:1 `if` keyword is required before function body",
        ]
    );
    assert!(module(RegoVersion::V0, "package a\np { true }\nq[x] { x := 1 }\nf(x) { x }").is_ok());
}

#[test]
fn errors_are_those_of_opa() {
    let found = module(RegoVersion::V1, "package a\n\np if {\n\tx := \n}").unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::Parse);
    assert_eq!(shown(&found[0]), "5:1 unexpected } token");
    assert_eq!(found[0].details, Details::Line { line: "}".to_owned(), idx: 0 });
    assert_eq!(errors(RegoVersion::V1, ""), ["0:0 empty module"]);
    assert_eq!(errors(RegoVersion::V1, "p := 1"), ["1:1 package expected"]);
    assert_eq!(
        errors(RegoVersion::V1, "package a\nimport foo.bar"),
        [
            "2:8 unexpected import path, must begin with one of: {data, future, input, rego}, got: foo (hint: if this is \
         unexpected, try updating OPA)"
        ]
    );
    assert_eq!(errors(RegoVersion::V1, "package a\nevery := 1"), ["2:1 every keyword cannot be used for rule name"]);
    assert_eq!(
        errors(RegoVersion::V1, "package a\np := "),
        ["2:5 unexpected eof token", "2:5 unexpected eof token: expected rule value term (e.g., p := <VALUE> { ... })",]
    );
    assert_eq!(
        errors(RegoVersion::V1, "package a\ndefault p := x"),
        ["2:1 illegal default rule (value cannot contain var)"]
    );
    assert_eq!(
        query_errors(RegoVersion::V2, "{x | y} and z"),
        [
            "1:1 ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, not as a comprehension \
         (hint: write `({x | y})` for the comprehension, or `{(x | y)}` for the set union)"
        ]
    );
}

#[test]
fn hints_of_our_own() {
    let hint = |text: &str| module(RegoVersion::V1, text).unwrap_err()[0].hint.clone().unwrap_or_default();
    assert_eq!(hint("package a\np { true }"), "write `if` before the `{`");
    assert_eq!(hint("package a\np if { som x in [1] }"), "did you mean `some`?");
}

#[test]
fn comments_are_kept() {
    let module = v1("# one\npackage a # two\r\n#\np := [ # three\n1]\n");
    let texts: Vec<&str> = module.comments.iter().map(|Comment { text, .. }| text.as_str()).collect();
    assert_eq!(texts, [" one", " two", "", " three"]);
}

#[test]
fn metadata_belongs_to_what_follows() {
    let module =
        v1("# METADATA\n# title: All\npackage a\n\n# METADATA\n# scope: document\n# authors:\n# - Jane Doe <j@x>\n\
                     p contains 1\n\n# METADATA\n# custom:\n#   x: [1, yes]\np contains 2\n");
    let scopes: Vec<Scope> = module.annotations.iter().map(|block| block.scope).collect();
    assert_eq!(scopes, [Scope::Package, Scope::Document, Scope::Rule]);
    assert_eq!(module.rules[0].annotations.len(), 1);
    assert_eq!(module.rules[1].annotations.len(), 2);
    let author = &module.annotations[1].authors[0];
    assert_eq!((author.name.as_str(), author.email.as_str()), ("Jane Doe", "j@x"));
    assert_eq!(module.annotations[2].custom.as_ref().unwrap().to_json(), r#"{"x":[1,"yes"]}"#);
    assert_eq!(ref_text(&module.annotations[2].path), "data.a.p");
}

#[test]
fn metadata_that_is_wrong() {
    let of = |yaml: &str| errors(RegoVersion::V1, &format!("# METADATA\n# {yaml}\npackage a\n"));
    assert_eq!(of("title: [a"), ["2:1 yaml: line 1: did not find expected ',' or ']'"]);
    assert_eq!(of("entrypoint: 1"), ["2:1 yaml: unmarshal errors:\n  line 1: cannot unmarshal !!int `1` into bool"]);
    assert_eq!(of("scope: rule"), ["1:1 annotation scope 'rule' must be applied to rule (have package)"]);
    assert_eq!(
        of("title:\u{a0}x\n# authors:"),
        ["3:1 yaml: line 2: mapping values are not allowed in this context\n  Hint: on line 2, symbol(s) ['\\u00a0'] \
         immediately following a key/value separator ':' is not a legal yaml space character"]
    );
}

/// Deep, long and ambiguous texts end in time and without overflowing the stack, also when their trees are dropped.
#[test]
fn no_text_is_too_much() {
    let nested = [
        ("[", "1", "]"),
        ("{", "1", "}"),
        ("(", "1", ")"),
        ("{1: ", "1", "}"),
        ("[x | ", "x", "]"),
        ("[x | ", "x", ", 1]"),
        ("{x: y | ", "x", ", 1: 2}"),
        ("{x | not {", "x", "}}"),
        ("({x | (", "x", ")})"),
        ("[y | x, ", "x", "]"),
        ("some [x | ", "x", "]"),
        ("not {{x | ", "!", "}}"),
        ("$\"{", "x", "}\""),
        ("f(", "x", ")"),
        ("x[", "x", "]"),
    ];
    for version in [RegoVersion::V0, RegoVersion::V1, RegoVersion::V2] {
        for (open, middle, close) in nested {
            for depth in [30, 300, 20_000] {
                let text = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
                drop(parse::query(&text, &options(version)));
            }
        }
        for operator in ["+", "|", "==", " in ", " and ", " or ", "; ", ", "] {
            drop(parse::query(&vec!["x"; 1_500].join(operator), &options(version)));
            drop(parse::query(&vec!["x"; 50_000].join(operator), &options(version)));
        }
    }
    let deep = "[".repeat(2_000);
    assert!(query_errors(RegoVersion::V1, &deep)[0].ends_with("max parsing recursion depth exceeded"));
}
