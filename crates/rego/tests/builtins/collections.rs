//! Aggregates, arrays, objects, membership and order.

use super::check_all;

#[test]
fn aggregates() {
    check_all(&[
        ("count", &[r#""日本""#], "2"),
        ("count", &["[1,2]"], "2"),
        ("count", &[r#"{"a":1}"#], "1"),
        ("count", &["1"], "operand 1 must be one of {array, object, set, string} but got number"),
        ("sum", &["[1,2.5]"], "3.5"),
        ("sum", &["[9223372036854775807,1]"], "9223372036854775808"),
        ("sum", &["[]"], "0"),
        ("sum", &[r#"["a"]"#], "operand 1 must be array of numbers but got array containing string"),
        ("sum", &["1"], "operand 1 must be one of {set, array} but got number"),
        ("product", &["[0.1,0.2]"], "0.02"),
        ("product", &["[2,3]"], "6"),
        ("product", &["[1,null]"], "operand 1 must be array of numbers but got array containing null"),
        ("product", &["[]"], "1"),
        ("max", &[r#"[1,"a",null]"#], r#""a""#),
        ("max", &["[]"], "undefined"),
        ("min", &["[2,1.0,1]"], "1"),
        ("min", &[r#""a""#], "operand 1 must be one of {set, array} but got string"),
        ("sort", &[r#"[3,"a",null,1.0,1]"#], r#"[null,1.0,1,3,"a"]"#),
        ("sort", &["{}"], "operand 1 must be one of {set, array} but got object"),
        ("all", &["[true,true]"], "true"),
        ("all", &["[]"], "true"),
        ("any", &["[false,true]"], "true"),
        ("any", &["[1]"], "false"),
        ("all", &["1"], "operand 1 must be one of {array, set} but got number"),
    ]);
}

#[test]
fn arrays() {
    check_all(&[
        ("array.concat", &["[1]", "[2]"], "[1,2]"),
        ("array.concat", &["[1]", "{}"], "operand 2 must be array but got object"),
        ("array.flatten", &["[1,[2,[3]],[]]"], "[1,2,[3]]"),
        ("array.reverse", &["[1,2,3]"], "[3,2,1]"),
        ("array.slice", &["[1,2,3]", "1", "9"], "[2,3]"),
        ("array.slice", &["[1,2,3]", "-1", "2"], "[1,2]"),
        ("array.slice", &["[1,2,3]", "2", "1"], "[]"),
        ("array.slice", &["[1,2,3]", "1e0", "2"], "operand 2 must be integer number but got floating-point number"),
    ]);
}

#[test]
fn objects() {
    check_all(&[
        ("object.get", &[r#"{"a":{"b":[1]}}"#, r#"["a","b",0]"#, "null"], "1"),
        ("object.get", &[r#"{"a":1}"#, r#""b""#, "2"], "2"),
        ("object.get", &[r#"{"a":1}"#, "[]", "2"], r#"{"a":1}"#),
        ("object.get", &["1", r#""a""#, "2"], "operand 1 must be object but got number"),
        ("object.filter", &[r#"{"a":1,"b":2}"#, r#"["a"]"#], r#"{"a":1}"#),
        ("object.remove", &[r#"{"a":1,"b":2}"#, r#"{"a":0}"#], r#"{"b":2}"#),
        ("object.remove", &[r#"{"a":1}"#, r#""a""#], "operand 2 must be one of {object, set, array} but got string"),
        ("object.keys", &[r#"{"a":1}"#], r#"["a"]"#),
        ("object.union", &[r#"{"a":{"b":1,"c":1}}"#, r#"{"a":{"b":2},"d":3}"#], r#"{"a":{"b":2,"c":1},"d":3}"#),
        ("object.union", &[r#"{"a":1}"#, "1"], "operand 2 must be object but got number"),
        ("object.union_n", &[r#"[{"a":{"b":2}},{"a":4},{"a":{"c":3}}]"#], r#"{"a":{"c":3}}"#),
        ("object.union_n", &["[]"], "{}"),
        ("object.union_n", &["[{},1]"], "operand 1 must be array of objects but got array containing number"),
        ("object.subset", &[r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1}}"#], "true"),
        ("object.subset", &["[1,2,3]", "[2,3]"], "true"),
        ("object.subset", &["[1,2]", "[2,1]"], "false"),
        ("object.subset", &["[1]", "{}"], "both arguments object.subset must be of the same type or array and set"),
    ]);
}

#[test]
fn membership_types_and_order() {
    check_all(&[
        ("internal.member_2", &["1", "[1.0]"], "true"),
        ("internal.member_2", &[r#""a""#, r#"{"b":"a"}"#], "true"),
        ("internal.member_2", &["1", "1"], "false"),
        ("internal.member_3", &["0", r#""a""#, r#"["a"]"#], "true"),
        ("internal.member_3", &[r#""k""#, "1", r#"{"k":2}"#], "false"),
        ("type_name", &["null"], r#""null""#),
        ("is_array", &["[]"], "true"),
        ("is_set", &["[]"], "false"),
        ("cast_array", &["1"], "operand 1 must be one of {array, set} but got number"),
        ("cast_boolean", &["true"], "true"),
        ("cast_string", &["1"], "operand 1 must be string but got number"),
        ("equal", &["1", "1.0"], "true"),
        ("neq", &["1", "1.0"], "false"),
        ("lt", &["null", "false"], "true"),
        ("gte", &["[1]", "[1,0]"], "false"),
        ("gt", &["{}", "[]"], "true"),
        ("internal.template_string", &[r#"["a",1,null,true]"#], r#""a1nulltrue""#),
    ]);
}
