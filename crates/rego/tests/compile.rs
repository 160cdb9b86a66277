//! Errors of the compiler that rewriting finds, as OPA words and places them, and what queries are rewritten to.

use rego::{
    ast::{Var, body_text},
    compile::{self, Options, QueryContext},
    parse,
};

/// Whether checks are strict, the text behind `package test` and an empty line, and the errors.
const CASES: &[(bool, &str, &[&str])] = &[
    (false, "p if { x := 1; x := 2 }", &["3:16 rego_compile_error var x assigned above"]),
    (false, "p if { x = 1; x := 2 }", &["3:15 rego_compile_error var x referenced above"]),
    (false, "p if { some x; x := 2 }", &["3:16 rego_compile_error var x declared above"]),
    (false, "p if { some x; true }", &["3:8 rego_compile_error declared var x unused"]),
    (false, "f(x) if { x := 1 }", &["3:11 rego_compile_error arg x redeclared"]),
    (
        true,
        "f(x) if { x := 1 }",
        &[
            "3:1 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)",
            "3:11 rego_compile_error arg x redeclared",
        ],
    ),
    (false, "p if { not x := 1 }", &["3:8 rego_compile_error cannot assign vars inside negated expression"]),
    (false, "p if { 1 := 2 }", &["3:8 rego_compile_error cannot assign to number"]),
    (false, "p if { data.foo := 2 }", &["3:8 rego_compile_error cannot assign to ref"]),
    (
        false,
        "p if { [x, {\"a\": y}, \"b\"] := [1,{\"a\":2},\"b\"] }",
        &["3:22 rego_compile_error cannot assign to string"],
    ),
    (false, "p if { {x} := {1} }", &["3:8 rego_compile_error cannot assign to set"]),
    (
        false,
        "p if { every x in [1] { some y; true } }",
        &["3:25 rego_compile_error declared var x unused", "3:25 rego_compile_error declared var y unused"],
    ),
    (false, "p if { count := 1; x := count([1]) }", &["3:25 rego_compile_error called function count shadowed"]),
    (true, "f(x) := 1", &["3:1 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)"]),
    (false, "p if { f := 1; y := f(1) }", &["3:21 rego_compile_error called function f shadowed"]),
    (false, "p if { some x in x }", &["3:8 rego_compile_error var x assigned before"]),
    (false, "f(input) := 1", &["3:1 rego_compile_error args must not shadow input (use a different variable name)"]),
    (false, "f(data) := 1", &["3:1 rego_compile_error args must not shadow data (use a different variable name)"]),
    (
        false,
        "p if { input := 1; input == 1 }",
        &["3:8 rego_compile_error variables must not shadow input (use a different variable name)"],
    ),
    (
        true,
        "p if { input := 1; input == 1 }",
        &[
            "3:8 rego_compile_error assigned var input unused",
            "3:8 rego_compile_error variables must not shadow input (use a different variable name)",
        ],
    ),
    (false, "f(g(x)) := 1", &["3:3 rego_compile_error rule arguments cannot contain calls"]),
    (
        true,
        "f(g(x)) := 1",
        &[
            "3:1 rego_compile_error unused argument g. (hint: use _ (wildcard variable) instead)",
            "3:1 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)",
            "3:3 rego_compile_error rule arguments cannot contain calls",
        ],
    ),
    (
        false,
        "p if { true with foo as 1 }",
        &["3:18 rego_type_error with keyword target must reference existing input, data, or a function"],
    ),
    (
        false,
        "p if { true with eq as 1 }",
        &["3:18 rego_compile_error with keyword replacing built-in function: replacement of \"eq\" invalid"],
    ),
    (
        false,
        "p if { true with walk as 1 }",
        &["3:18 rego_compile_error with keyword replacing built-in function: target must not be a relation"],
    ),
    (
        false,
        "p if { true with print as 1 }",
        &["3:18 rego_compile_error with keyword replacing built-in function: target must not be a void function"],
    ),
    (
        false,
        "p if { true with internal.print as 1 }",
        &[
            "3:18 rego_compile_error with keyword replacing built-in function: replacement of internal function \"internal.print\" invalid",
        ],
    ),
    (false, "p if { x := $\"{y}\" }", &["3:13 rego_unsafe_var_error var y is unsafe"]),
    (
        true,
        "p if { x := $\"{y}\" }",
        &["3:8 rego_compile_error assigned var x unused", "3:13 rego_unsafe_var_error var y is unsafe"],
    ),
    (false, "p := [upper($\"{x.y}\") | x := input.a[_]]", &["3:16 rego_compile_error var x is undeclared"]),
    (false, "p if { x := print(1) }", &["3:13 rego_type_error print(1) used as value"]),
    (
        true,
        "p if { x := print(1) }",
        &["3:8 rego_compile_error assigned var x unused", "3:13 rego_type_error print(1) used as value"],
    ),
    (true, "p if { x := 1 }", &["3:8 rego_compile_error assigned var x unused"]),
    (true, "import data.foo", &["3:1 rego_compile_error import data.foo unused"]),
    (true, "import data.foo as bar", &["3:1 rego_compile_error import data.foo as bar unused"]),
    (true, "import data.foo as q", &["3:1 rego_compile_error import data.foo as q unused"]),
    (false, "p if { f(x) := 1 }", &["3:8 rego_compile_error cannot assign to call"]),
    (false, "p if { null := x }", &["3:8 rego_compile_error cannot assign to null"]),
    (false, "p if { {x | x := 1} := y }", &["3:8 rego_compile_error cannot assign to setcomprehension"]),
    (false, "f(x) := 1\np if { f := 1; y := f(1) }", &["4:21 rego_compile_error called function f shadowed"]),
    (
        true,
        "f(x) := 1\np if { f := 1; y := f(1) }",
        &[
            "3:1 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)",
            "4:21 rego_compile_error called function f shadowed",
        ],
    ),
    (
        false,
        "q.r := 1\np if { true with data.test.q.r.s as 1 }",
        &["4:18 rego_compile_error with keyword cannot partially replace virtual document(s)"],
    ),
    (
        false,
        "import data.foo\nimport data.foo\np := foo",
        &["4:1 rego_compile_error import must not shadow import data.foo"],
    ),
    (
        true,
        "default f(x) := 1\nf(x) := y if { y := 2 }",
        &[
            "3:9 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)",
            "4:1 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)",
        ],
    ),
    (
        false,
        "import data.foo as bar\nimport input.bar\np := bar",
        &["4:1 rego_compile_error import must not shadow import data.foo as bar"],
    ),
    (
        false,
        "import rego.v2\n\np if { x := 1 and true }",
        &["5:8 rego_compile_error cannot assign vars inside implicit and operand"],
    ),
    (
        false,
        "import rego.v2\n\np if { true or x := 1 }",
        &["5:16 rego_compile_error cannot assign vars inside implicit or operand"],
    ),
    (
        false,
        "import rego.v2\n\np if { not { x := 1 } with input as x }",
        &["5:8 rego_unsafe_var_error var x is unsafe"],
    ),
    (
        true,
        "import rego.v2\n\np if { not { x := 1 } with input as x }",
        &["5:8 rego_unsafe_var_error var x is unsafe", "5:14 rego_compile_error assigned var x unused"],
    ),
    (
        false,
        "import rego.v2\n\np if { {every x in [1] { y := 1 }} and true }",
        &["5:26 rego_compile_error declared var x unused"],
    ),
    (
        true,
        "import rego.v2\n\np if { {every x in [1] { y := 1 }} and true }",
        &["5:26 rego_compile_error assigned var y unused"],
    ),
];

fn errors(text: &str, options: &Options) -> Vec<String> {
    let module = parse::module("t.rego", &format!("package test\n\n{text}\n"), &parse::Options::default()).unwrap();
    let found = compile::compile(vec![module], options).err().unwrap_or_default();
    let show = |error: &rego::Error| {
        let (row, col) = error.location.as_ref().map_or((0, 0), |place| (place.row, place.col));
        format!("{row}:{col} {} {}", error.code, error.message)
    };
    found.iter().map(show).collect()
}

#[test]
fn errors_are_those_of_opa() {
    for (strict, text, expected) in CASES {
        let options = Options { strict: *strict, print: true, ..Options::default() };
        assert_eq!(errors(text, &options), *expected, "{text}");
    }
}

#[test]
fn errors_end_at_the_limit() {
    let options = Options { max_errors: 2, ..Options::default() };
    let text = "p if { x := 1; x := 2; x := 3; x := 4 }";
    let expected = [
        "3:16 rego_compile_error var x assigned above",
        "3:24 rego_compile_error var x assigned above",
        "0:0 rego_compile_error error limit reached",
    ];
    assert_eq!(errors(text, &options), expected);
}

fn rewritten(text: &str) -> (String, Vec<(String, String)>) {
    let (compiled, types) = compile::compile(Vec::new(), &Options::default()).unwrap();
    let body = parse::query(text, &parse::Options::default()).unwrap();
    let query = compile::query(&compiled, &types, body, &QueryContext::default(), &Options::default()).unwrap();
    let mut names: Vec<_> =
        query.rewritten.iter().map(|(new, old): (&Var, &Var)| (new.to_string(), old.to_string())).collect();
    names.sort();
    (body_text(&query.body), names)
}

#[test]
fn queries_are_taken_apart() {
    let (body, names) = rewritten("x := count([input.a, 1]) + 1; x > 1");
    assert_eq!(names, [("__localq0__".to_owned(), "x".to_owned())]);
    let expected = "__localq3__ = input.a; count([__localq3__, 1], __localq1__); plus(__localq1__, 1, __localq2__); \
                    __localq0__ = __localq2__; gt(__localq0__, 1)";
    assert_eq!(body, expected);
    let (body, _) = rewritten("some k, v in input.xs; not data.f with input as k");
    assert_eq!(body, "__localq1__ = input.xs[__localq0__]; not data.f with input as __localq0__");
}

#[test]
fn deep_texts_are_compiled() {
    let deep = format!("p := {}[]{}", "[count(".repeat(100), ")]".repeat(100));
    assert_eq!(errors(&deep, &Options::default()), Vec::<String>::new());
    let wide = format!("p := {}", ["count([1])"; 1000].join(" + "));
    assert_eq!(errors(&wide, &Options::default()).len(), 0);
}
