//! Modules in the form of `opa fmt`.

use rego::{
    ast::RegoVersion,
    parse,
    print::{self, Options},
};

fn formatted(text: &str, from: RegoVersion, options: &Options) -> String {
    let parse = parse::Options { version: from, ..Default::default() };
    let module = parse::module("test.rego", text, &parse).unwrap();
    print::module(&module, options).unwrap()
}

/// Checks what a v1 module is printed as, and that it then stays as it is.
#[track_caller]
fn check(text: &str, expected: &str) {
    let options = Options::default();
    let once = formatted(text, RegoVersion::V1, &options);
    assert_eq!(once, expected);
    assert_eq!(formatted(&once, RegoVersion::V1, &options), expected, "the second time");
}

#[test]
fn rules_stand_apart_unless_they_are_short_and_were_together() {
    check(
        "package   a\np := 1\nq := 2\n\n\n\nr if {\n  input.x\n\n\n  input.y }\ns contains x if x := 1\n",
        "package a\n\np := 1\nq := 2\n\nr if {\n\tinput.x\n\n\tinput.y\n}\n\ns contains x if x := 1\n",
    );
}

#[test]
fn imports_are_sorted_in_their_groups() {
    check(
        "package a\nimport data.z # last\nimport data.b as c\nimport data.b\n\nimport input.a\np := z\n",
        "package a\n\nimport data.b\nimport data.b as c\nimport data.z # last\n\nimport input.a\n\np := z\n",
    );
}

#[test]
fn comments_keep_their_places() {
    check(
        "# top\npackage a # p\n\n# METADATA\n# title: t\n# METADATA\n# title: u   \np if { # open\n  # above\n  x := 1 # beside\n  # below\n}\n\n# end\n",
        "# top\npackage a # p\n\n# METADATA\n# title: t\n\n# METADATA\n# title: u\np if { # open\n\t# above\n\tx := 1 # beside\n\t# below\n}\n\n# end\n",
    );
}

#[test]
fn a_list_with_a_comment_that_has_no_place_stays_as_written() {
    check("package a\n\np := [\n  # why\n  1,   2]\n\nq := 1\n", "package a\n\np := [\n  # why\n  1,   2]\n\nq := 1\n");
}

#[test]
fn lists_stay_on_the_lines_they_were_written_on() {
    check(
        "package a\np := {\n\"b\": 1, \"a\": [2\n,3],\n}\nq := {3,\n2, 1}\nr := [\n1]\n",
        "package a\n\np := {\n\t\"b\": 1, \"a\": [\n\t\t2,\n\t\t3,\n\t],\n}\n\nq := {\n\t3,\n\t2, 1,\n}\n\nr := [\n\t1,\n]\n",
    );
}

#[test]
fn with_modifiers_stay_below() {
    check(
        "package a\ntest_p if {\n  p with input as {\"a\": 1}\n   with data.x as 2\n  q with input as 1 with data.y as 2\n}\n",
        "package a\n\ntest_p if {\n\tp with input as {\"a\": 1}\n\t\twith data.x as 2\n\tq with input as 1 with data.y as 2\n}\n",
    );
}

#[test]
fn else_stays_behind_the_brace_or_below_it() {
    check(
        "package a\np := 1 if { input.a }\nelse := 2 if {\n  input.b }\nelse := 3\n",
        "package a\n\np := 1 if input.a\n\nelse := 2 if {\n\tinput.b\n}\n\nelse := 3\n",
    );
}

#[test]
fn comprehensions_and_loops() {
    check(
        "package a\np := [x|some x in input.xs;x>1]\nq := {k: v |\n some k, v in input\n v }\nr if every x in [1,2] { x > 0 }\n",
        "package a\n\np := [x | some x in input.xs; x > 1]\nq := {k: v |\n\tsome k, v in input\n\tv\n}\n\nr if every x in [1, 2] { x > 0 }\n",
    );
}

#[test]
fn operators_keep_the_parentheses_they_need() {
    check(
        "package a\np := (1+2)*3 - input[\"x y\"].z\nq := [(x | y)]\nr if not input.a == `raw`\n",
        "package a\n\np := ((1 + 2) * 3) - input[\"x y\"].z\nq := [(x | y)]\nr if not input.a == `raw`\n",
    );
}

#[test]
fn old_modules_get_the_keywords_of_the_new_version() {
    let text = "package a\np[x] { x = input.y }\nq = 1 { true }\ndefault r = false\nr { p[1] }\n";
    let v0 = Options { version: RegoVersion::V0, drop_imports: false };
    assert_eq!(
        formatted(text, RegoVersion::V0, &v0),
        "package a\n\np[x] {\n\tx = input.y\n}\n\nq = 1\n\ndefault r = false\n\nr {\n\tp[1]\n}\n"
    );
    let both = Options { version: RegoVersion::V0CompatV1, drop_imports: false };
    assert_eq!(
        formatted(text, RegoVersion::V0, &both),
        "package a\n\nimport rego.v1\n\np contains x if x = input.y\nq := 1\n\ndefault r := false\n\nr if p[1]\n"
    );
}

#[test]
fn needless_imports_can_be_dropped() {
    let text = "package a\n\nimport rego.v1\nimport future.keywords.in\nimport data.x\n\np := x\n";
    let options = Options { version: RegoVersion::V1, drop_imports: true };
    assert_eq!(formatted(text, RegoVersion::V1, &options), "package a\n\nimport data.x\n\np := x\n");
}

#[test]
fn what_the_version_does_not_allow_is_refused() {
    let parse = parse::Options { version: RegoVersion::V0, ..Default::default() };
    let module = parse::module("test.rego", "package a\np = any([true])\n", &parse).unwrap();
    let both = Options { version: RegoVersion::V0CompatV1, drop_imports: false };
    let errors = print::module(&module, &both).unwrap_err();
    assert_eq!(errors[0].message, "deprecated built-in function calls in expression: any");
}
