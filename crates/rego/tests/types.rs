//! Types: inference over bodies, errors in OPA's words, JSON Schemas.

use std::collections::BTreeMap;

use rego::{
    Value,
    ast::{Annotations, Module, SchemaAnnotation, Scope},
    compile::{self, Options, QueryContext},
    error::{Details, Errors},
    parse,
    types::{Type, TypeEnv},
};

fn module(text: &str) -> Module {
    parse::module("test.rego", text, &parse::Options::default()).unwrap()
}

fn check_with(text: &str, schemas: &[(&str, &str)]) -> (TypeEnv, Errors) {
    let path = |path: &str| path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let schemas: BTreeMap<Vec<String>, Value> =
        schemas.iter().map(|(name, schema)| (path(name), Value::from_json(schema).unwrap())).collect();
    match compile::compile(vec![module(text)], &Options { schemas, ..Options::default() }) {
        Ok((_, env)) => (env, Errors::new()),
        Err(errors) => (TypeEnv::default(), errors),
    }
}

fn errors(text: &str) -> Vec<String> {
    check_with(text, &[]).1.iter().map(ToString::to_string).collect()
}

fn type_of(text: &str, reference: &str) -> String {
    let (env, errors) = check_with(text, &[]);
    assert!(errors.is_empty(), "{errors:?}");
    env.type_of(&parse::reference(reference).unwrap()).map_or("???".to_owned(), |of| of.to_string())
}

#[test]
fn documents_have_the_types_of_their_values() {
    let of = |rules: &str| type_of(&format!("package a\n{rules}"), "data.a.p");
    assert_eq!(of("p := 1"), "number");
    assert_eq!(of("p := [1, \"a\", null]"), "array<number, string, null>");
    assert_eq!(of("p := {\"a\": 1, \"b\": {true}}"), "object<a: number, b: set[boolean]>");
    assert_eq!(of("p := 1 if input.x\np := \"a\" if input.y"), "any<number, string>");
    assert_eq!(of("p contains 1\np contains \"a\""), "set[any<number, string>]");
    assert_eq!(of("p[x] := y if { x = \"a\"; y = 1 }"), "object[string: number]");
    assert_eq!(of("p[x][y] contains 1 if { x = \"a\"; y = 1 }"), "object[string: object[number: set[number]]]");
    assert_eq!(of("p := input.x"), "any");
    assert_eq!(of("p := [x | x = 1]"), "array[number]");
    assert_eq!(of("p := {x: y | x = \"a\"; y = {1}}"), "object[string: set[number]]");
    assert_eq!(of("p(x, y) := z if { plus(x, 1, z); y = \"a\" }"), "(number, string) => number");
    assert_eq!(of("p(x) := 1"), "(any) => number");
    assert_eq!(of("p := data.a.q[x] if { x = 0 }\nq := [1, \"a\"]"), "any<number, string>");
    assert_eq!(of("p.a := 1\np[x] := y if { x = input.x; y = \"a\" }"), "object[any: any<number, string>]");
    assert_eq!(of("p := x if { x = data.a.q.r }\nq.r := 1\nq.s := \"a\""), "number");
    assert_eq!(type_of("package a\np := 1\nq := \"a\"", "data.a"), "object<p: number, q: string>[string: any]");
}

#[test]
fn operands_have_to_fit() {
    assert_eq!(
        errors("package a\np if { plus(1, \"a\", x) }"),
        ["test.rego:2: rego_type_error: plus: invalid argument(s)\n\thave: (number, string, ???)\n\t\
          want: (x: number, y: number, z: number)"]
    );
    assert_eq!(
        errors("package a\np if { concat(\",\", {1, 2}) }"),
        ["test.rego:2: rego_type_error: concat: invalid argument(s)\n\thave: (string, set[number])\n\t\
          want: (delimiter: string, collection: any<array[string], set[string]>, output: string)"]
    );
    assert_eq!(
        errors("package a\nf(x) := y if { plus(x, 1, y) }\np if { data.a.f(\"a\", y) }"),
        [
            "test.rego:3: rego_type_error: data.a.f: invalid argument(s)\n\thave: (string, ???)\n\twant: (number, number)"
        ]
    );
    assert_eq!(errors("package a\np if { x = input.x; plus(x, 1, y); concat(x, y, z) }").len(), 1);
    assert!(errors("package a\np if { count([1]) == 1 }").is_empty());
    assert_eq!(
        errors("package a\np if { count(1, 2, 3) }"),
        ["test.rego:2: rego_type_error: count: arity mismatch\n\thave: (number, number, number)\n\t\
          want: (collection: any<string, array[any], object[any: any], set[any]>)"]
    );
    assert_eq!(errors("package a\np := [y | y := 1 + [\"a\"][_]]").len(), 1);
    assert_eq!(errors("package a\np if { every x in [1] { data.a.q.r == x } }\nq := 1").len(), 1);
}

#[test]
fn sides_have_to_fit() {
    assert_eq!(
        errors("package a\np if { {\"a\": 1} = [1] }"),
        ["test.rego:2: rego_type_error: match error\n\tleft  : object<a: number>\n\tright : array<number>"]
    );
    let hint = errors("package a\np if { [1] = [1, 2] }").remove(0);
    assert!(hint.contains("hint  : both sides are arrays but their types differ"), "{hint}");
    assert!(errors("package a\np if { [x, y] = [1, \"a\"]; plus(x, 1, z); startswith(y, \"a\") }").is_empty());
    assert_eq!(errors("package a\np if { [x, y] = [1, \"a\"]; plus(y, 1, z) }").len(), 1);
    assert_eq!(errors("package a\np if { internal.member_2(\"a\", [1, 2]) }").len(), 1);
    assert!(errors("package a\np if { some x in [1, 2]; x + 1 == 2 }").is_empty());
}

#[test]
fn references_have_to_lead_somewhere() {
    assert_eq!(
        errors("package a\no := {\"a\": 1}\np if { data.a.o.b }"),
        [
            "test.rego:3: rego_type_error: undefined ref: data.a.o.b\n\tdata.a.o.b\n\t         ^\n\t         have: \"b\"\n\t         \
          want (one of): [\"a\"]"
        ]
    );
    assert_eq!(
        errors("package a\no := 1\np if { data.a.o.b }"),
        ["test.rego:3: rego_type_error: undefined ref: data.a.o.b\n\tdata.a.o.b\n\t^^^^^^^^\n\thave: number"]
    );
    assert_eq!(
        errors("package a\nf(x) := 1\np if { x = data.a.f }"),
        [
            "test.rego:3: rego_type_error: function data.a.f used as reference, not called\n\tdata.a.f\n\t^^^^^^^^\n\thave: (any) => number"
        ]
    );
    assert!(errors("package a\no := []\np if { data.a.o[_] }\nq if { input.x.y; data.b.c; data.a.zz }").is_empty());
    assert_eq!(errors("package a\no := []\np if { data.a.o[0] }").len(), 1);
    // Whoever refers to a rule with errors is not to blame.
    assert_eq!(errors("package a\no := x if { plus(1, \"a\", x) }\np if { startswith(data.a.o.b, 1) }").len(), 2);
}

#[test]
fn with_widens_types() {
    let rules = "package a\no := {\"a\": 1}\nq := data.a.o.a\n";
    assert_eq!(errors(&format!("{rules}p if {{ startswith(data.a.q, \"a\") }}")).len(), 1);
    assert!(errors(&format!("{rules}p if {{ startswith(data.a.q, \"a\") with data.a.o as 1 }}")).is_empty());
    assert!(errors(&format!("{rules}p if {{ data.a.o.b with data.a.o as {{\"b\": 1}} }}")).is_empty());
    assert_eq!(
        errors(
            "package a\nf(x) := 1\np if { count([], n) with count as data.a.f }\nq if { count([], n) with plus as data.a.f }"
        ),
        ["test.rego:4: rego_type_error: plus: arity mismatch\n\thave: (any)\n\twant: (x: number, y: number)"]
    );
}

#[test]
fn details_are_those_of_opa() {
    let (_, errors) = check_with("package a\np if { startswith(\"a\", 3) }\no := {\"a\": 1}\nq if { data.a.o.b }", &[]);
    let Details::Other { json, .. } = &errors[0].details else { panic!("{errors:?}") };
    assert_eq!(
        *json,
        serde_json::json!({
            "have": [{"type": "string"}, {"type": "number"}],
            "want": {"args": [
                {"name": "search", "type": "string"},
                {"name": "base", "type": "string"},
                {"name": "result", "type": "boolean"},
            ]},
        })
    );
    let Details::Other { json, .. } = &errors[1].details else { panic!("{errors:?}") };
    assert_eq!(
        *json,
        serde_json::json!({
            "ref": [
                {"type": "var", "value": "data"},
                {"type": "string", "value": "a"},
                {"type": "string", "value": "o"},
                {"type": "string", "value": "b"},
            ],
            "pos": 3,
            "want": {"type": "string"},
            "oneOf": ["a"],
        })
    );
}

#[test]
fn schemas_give_types() {
    let input = |schema: &str| {
        let (env, errors) = check_with("package a", &[("", schema)]);
        match errors.first() {
            Some(error) => error.to_string(),
            None => env.type_of(&parse::reference("input").unwrap()).unwrap().to_string(),
        }
    };
    assert_eq!(input(r#"{"type": "string"}"#), "string");
    assert_eq!(input(r#"{"properties": {"a": {"type": "integer"}, "b": {}}}"#), "object<a: number, b: any>");
    assert_eq!(input(r#"{"type": "object"}"#), "object[any: any]");
    assert_eq!(input(r#"{"type": "array", "items": {"type": "boolean"}}"#), "array[boolean]");
    assert_eq!(input(r#"{"items": [{"type": "boolean"}, {"type": "null"}]}"#), "array<boolean, any>");
    assert_eq!(input(r#"{"anyOf": [{"type": "string"}, {"type": "number"}]}"#), "any<number, string>");
    assert_eq!(
        input(r#"{"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]}"#),
        "object<a: string, b: string>"
    );
    assert_eq!(
        input(r##"{"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "number"}}}"##),
        "object<a: number>"
    );
    assert_eq!(
        input(
            r##"{"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"properties": {"x": {"$ref": "#/$defs/x"}}}}}"##
        ),
        "object<a: object<x: recursive(#/$defs/x)>>"
    );
    assert_eq!(
        input(r#"{"type": "nothing"}"#),
        "rego_type_error: unable to compile the schema: has a primitive type that is NOT VALID -- given: /nothing/ \
         Expected valid values are:[array boolean integer number null object string]"
    );
    assert_eq!(
        input(r##"{"$ref": "#/$defs/x"}"##),
        "rego_type_error: unable to compile the schema: Object has no key '$defs'"
    );
}

#[test]
fn annotations_name_schemas() {
    let schemas = [("s", r#"{"properties": {"x": {"type": "string"}}}"#)];
    let check = |text: &str, scope: Scope, path: &str, schema: Result<&str, &str>| {
        let mut module = module(text);
        let annotations = Annotations {
            scope,
            title: String::new(),
            description: String::new(),
            entrypoint: false,
            organizations: Vec::new(),
            related_resources: Vec::new(),
            authors: Vec::new(),
            schemas: vec![SchemaAnnotation {
                path: parse::reference(path).unwrap(),
                schema: schema.ok().map(|schema| parse::reference(schema).unwrap()),
                definition: schema.err().map(|schema| Value::from_json(schema).unwrap()),
            }],
            compile: None,
            custom: None,
            labels: None,
            location: module.package.location.clone(),
            path: module.package.path.clone(),
            target: None,
        };
        match scope {
            Scope::Rule | Scope::Document => module.rules[0].annotations.push(annotations),
            Scope::Package | Scope::Subpackages => module.annotations.push(annotations),
        }
        let schemas = schemas.iter().map(|(name, schema)| (vec![name.to_string()], Value::from_json(schema).unwrap()));
        let options = Options { schemas: schemas.collect(), ..Options::default() };
        let errors = compile::compile(vec![module], &options).err().unwrap_or_default();
        errors.into_iter().map(|error| error.message).collect::<Vec<_>>()
    };
    let wrong = "plus: invalid argument(s)";
    let text = "package a\np if { plus(input.x, 1, y) }\np if { plus(input.x, 2, y) }\nq if { plus(input.x, 3, y) }";
    assert_eq!(check(text, Scope::Rule, "input", Ok("schema.s")), [wrong]);
    assert_eq!(check(text, Scope::Document, "input", Ok("schema.s")), [wrong; 2]);
    assert_eq!(check(text, Scope::Package, "input", Ok("schema.s")), [wrong; 3]);
    assert_eq!(check(text, Scope::Subpackages, "input", Ok("schema.s")), [wrong; 3]);
    assert_eq!(check(text, Scope::Rule, "input", Ok("schema.t")), ["undefined schema: schema.t"]);
    assert_eq!(check(text, Scope::Rule, "input.x", Err(r#"{"type": "string"}"#)), [wrong]);
    assert!(check(text, Scope::Rule, "input.y", Err(r#"{"type": "string"}"#)).is_empty());
    let text = "package a\np if { data.b.y }";
    assert_eq!(check(text, Scope::Rule, "data.b", Ok("schema.s")), ["undefined ref: data.b.y"]);
}

#[test]
fn recursive_schemas_end() {
    let schema = r##"{"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"v": {"type": "string"}, "n": {"$ref": "#/$defs/x"}}}}}"##;
    let text = "package a\np if { input.n.n.n.n.v = \"a\" }\nq if { input.n.n.w }\nr if { input.n = input.n.n }";
    let (_, errors) = check_with(text, &[("", schema)]);
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn large_and_deep_policies_take_little_time() {
    let mut text = "package a\n".to_owned();
    for rule in 0..1000 {
        text.push_str(&format!("p if {{ x = data.a.big[k]; y = data.a.r{rule}; x.n = y }}\nr{rule} := {rule}\n"));
    }
    let entries: Vec<String> = (0..2000).map(|at| format!("\"k{at}\": {{\"n\": {at}, \"k{at}\": \"{at}\"}}")).collect();
    text.push_str(&format!("big := {{{}}}\n", entries.join(", ")));
    assert!(errors(&text).is_empty());

    let mut chain = "package a\np0 := [1]\n".to_owned();
    for at in 1..1000 {
        chain.push_str(&format!("p{at} := [data.a.p{0}, data.a.p{0}]\n", at - 1));
    }
    assert!(errors(&chain).is_empty());

    let nested = (0..40).fold("1".to_owned(), |inner, at| format!("[x{at} | x{at} = {inner}]"));
    assert!(errors(&format!("package a\np := x if {{ x = {nested} }}")).is_empty());
}

#[test]
fn types_of_queries_are_checked() {
    let (compiled, env) = compile::compile(vec![module("package a\np := 1")], &Options::default()).unwrap();
    let check = |query: &str| {
        let body = parse::query(query, &parse::Options::default()).unwrap();
        let compiled = compile::query(&compiled, &env, body, &QueryContext::default(), &Options::default());
        compiled.err().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(check("x := data.a.p + 1").is_empty());
    assert_eq!(
        check("startswith(data.a.p, \"a\")"),
        ["1:1: rego_type_error: startswith: invalid argument(s)\n\thave: (number, string)\n\t\
          want: (search: string, base: string, result: boolean)"]
    );
    assert_eq!(Type::of_json(&Value::from_json("{\"a\": [1]}").unwrap()).to_string(), "object<a: array<number>>");
}
