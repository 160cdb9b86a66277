//! Errors of the checks: codes, words and places are OPA's.

use rego::{
    compile::{self, Options},
    parse,
};

fn errors(text: &str) -> Vec<String> {
    let module = parse::module("t.rego", &format!("package a\n{text}\n"), &parse::Options::default()).unwrap();
    let found = compile::compile(vec![module], &Options::default()).err().unwrap_or_default();
    let show = |error: &rego::Error| {
        let (row, col) = error.location.as_ref().map_or((0, 0), |place| (place.row, place.col));
        format!("{row}:{col} {} {}", error.code, error.message)
    };
    found.iter().map(show).collect()
}

#[test]
fn variables_need_values() {
    let unsafe_var = |place: &str, name: &str| vec![format!("{place} rego_unsafe_var_error var {name} is unsafe")];
    assert_eq!(errors("p[x] := 1 if { y = 2 }"), unsafe_var("2:3", "x"));
    assert_eq!(errors("p if { z > 1; z = 2 }"), Vec::<String>::new());
    // OPA takes the second for the first, which has moved.
    assert_eq!(errors("p if { z > 1; z > 1; z = 2 }"), unsafe_var("2:15", "z"));
}

#[test]
fn recursion_is_refused() {
    let cycle = |name: &str, other: &str| {
        format!(
            "rego_recursion_error rule data.a.{name} is recursive: data.a.{name} -> data.a.{other} -> data.a.{name}"
        )
    };
    assert_eq!(errors("p if q\nq if p"), [format!("2:1 {}", cycle("p", "q")), format!("3:1 {}", cycle("q", "p"))]);
    assert_eq!(
        errors("p := data.a[k] if { k := input.k }"),
        ["2:1 rego_recursion_error rule data.a.p may be recursive: data.a.p -> data.a.p \
          (data.a[k] refers to data.a.p if k is \"p\" (k comes from input.k))"]
    );
}

#[test]
fn rules_must_not_conflict() {
    assert_eq!(errors("f(x) := x\nf(x, y) := y"), ["2:1 rego_type_error conflicting rules data.a.f found"]);
    assert_eq!(
        errors("p.q.r := 1\np.q := 2"),
        ["3:1 rego_type_error rule data.a.p.q conflicts with:\n  rule data.a.p.q.r at t.rego:2"]
    );
    assert_eq!(
        errors("default p := 1\ndefault p := 2"),
        ["1:1 rego_type_error multiple default rules data.a.p found at t.rego:2, t.rego:3"]
    );
}

#[test]
fn calls_need_functions() {
    assert_eq!(
        errors("p if { f(1, 2, 3) }\nf(x) := x"),
        ["2:8 rego_type_error function data.a.f has arity 1, got 3 arguments"]
    );
    assert_eq!(errors("p if { foo.bar(1) }"), ["2:8 rego_type_error undefined function foo.bar"]);
}

#[test]
fn a_long_body_in_the_worst_order_is_put_right() {
    let mut body: Vec<String> = (1..3000).map(|at| format!("x{} = x{at} + 1", at + 1)).rev().collect();
    body.push("x1 = 1".to_owned());
    assert_eq!(errors(&format!("p if {{ {} }}", body.join("; "))), Vec::<String>::new());
}
