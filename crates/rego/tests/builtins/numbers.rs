//! Numbers, ranges, bits and units.

use super::check_all;

#[test]
fn sums_are_exact_on_integers_and_floats_elsewhere() {
    check_all(&[
        ("plus", &["1", "2"], "3"),
        ("plus", &["0.1", "0.2"], "0.3"),
        ("plus", &["9223372036854775807", "1"], "9223372036854775808"),
        ("plus", &["1e3", "2"], "1002"),
        ("plus", &["-0", "0"], "0"),
        ("plus", &["18446744073709551616", "0.5"], "18446744073709551616"),
        ("plus", &[r#""a""#, "1"], "operand 1 must be number but got string"),
        ("plus", &["1", "[]"], "operand 2 must be number but got array"),
    ]);
}

#[test]
fn differences() {
    check_all(&[
        ("minus", &["5", "7"], "-2"),
        ("minus", &["0.3", "0.1"], "0.20000000000000000002"),
        ("minus", &["-9223372036854775808", "1"], "-9223372036854775809"),
        ("minus", &["{}", "1"], "operand 1 must be one of {number, set} but got object"),
        ("minus", &["1", r#""a""#], "operand 2 must be number but got string"),
    ]);
}

#[test]
fn products() {
    check_all(&[
        ("mul", &["3", "4"], "12"),
        ("mul", &["4294967296", "4294967296"], "18446744073709551616"),
        ("mul", &["0.1", "3"], "0.3"),
        (
            "mul",
            &["1e200", "1e200"],
            "10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ),
        ("mul", &["-1", "0"], "0"),
    ]);
}

#[test]
fn quotients_are_floats_unless_they_come_out_even() {
    check_all(&[
        ("div", &["6", "3"], "2"),
        ("div", &["1", "3"], "0.33333333333333333334"),
        ("div", &["0", "-5"], "-0"),
        ("div", &["7", "2"], "3.5"),
        ("div", &["18446744073709551616", "-5"], "-3.6893488147419103232e+18"),
        ("div", &["8", "4294967296"], "1.8626451492309570312e-09"),
        ("div", &["1", "0"], "divide by zero"),
        ("div", &["1", "0.0"], "divide by zero"),
        (
            "div",
            &["1e400", "3"],
            "3333333333333333333400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ),
    ]);
}

#[test]
fn remainders() {
    check_all(&[
        ("rem", &["7", "3"], "1"),
        ("rem", &["-7", "3"], "-1"),
        ("rem", &["18446744073709551617", "10"], "7"),
        ("rem", &["10", "18446744073709551616"], "10"),
        ("rem", &["1.5", "1"], "modulo on floating-point number"),
        ("rem", &["1", "0"], "modulo by zero"),
        ("rem", &["1e3", "7"], "6"),
    ]);
}

#[test]
fn rounding() {
    check_all(&[
        ("abs", &["-1"], "1"),
        ("abs", &["-1.5"], "1.5"),
        ("abs", &["-0.5"], "0.5"),
        ("abs", &["0.5"], "0.5"),
        ("abs", &["2.5"], "2.5"),
        ("abs", &["-0"], "0"),
        ("abs", &["1e30"], "1000000000000000000000000000000"),
        ("abs", &["1e2"], "100"),
        ("abs", &["1.0"], "1"),
        ("abs", &["9223372036854775808"], "9223372036854775808"),
        ("abs", &["null"], "operand 1 must be number but got null"),
        ("ceil", &["-1"], "-1"),
        ("ceil", &["-1.5"], "-1"),
        ("ceil", &["-0.5"], "1"),
        ("ceil", &["0.5"], "1"),
        ("ceil", &["2.5"], "3"),
        ("ceil", &["-0"], "0"),
        ("ceil", &["1e30"], "1000000000000000000024696061952"),
        ("ceil", &["1e2"], "100"),
        ("ceil", &["1.0"], "1"),
        ("ceil", &["9223372036854775808"], "9223372036854775808"),
        ("ceil", &["null"], "operand 1 must be number but got null"),
        ("floor", &["-1"], "-1"),
        ("floor", &["-1.5"], "-2"),
        ("floor", &["-0.5"], "0"),
        ("floor", &["0.5"], "0"),
        ("floor", &["2.5"], "2"),
        ("floor", &["-0"], "0"),
        ("floor", &["1e30"], "1000000000000000000024696061952"),
        ("floor", &["1e2"], "100"),
        ("floor", &["1.0"], "1"),
        ("floor", &["9223372036854775808"], "9223372036854775808"),
        ("floor", &["null"], "operand 1 must be number but got null"),
        ("round", &["-1"], "-1"),
        ("round", &["-1.5"], "-2"),
        ("round", &["-0.5"], "-1"),
        ("round", &["0.5"], "1"),
        ("round", &["2.5"], "3"),
        ("round", &["-0"], "0"),
        ("round", &["1e30"], "1000000000000000000024696061952"),
        ("round", &["1e2"], "100"),
        ("round", &["1.0"], "1"),
        ("round", &["9223372036854775808"], "9223372036854775808"),
        ("round", &["null"], "operand 1 must be number but got null"),
    ]);
}

#[test]
fn ranges() {
    check_all(&[
        ("numbers.range", &["1", "4"], "[1,2,3,4]"),
        ("numbers.range", &["3", "1"], "[3,2,1]"),
        (
            "numbers.range",
            &["18446744073709551615", "18446744073709551617"],
            "[18446744073709551615,18446744073709551616,18446744073709551617]",
        ),
        ("numbers.range", &["1.5", "2"], "operand 1 must be integer number but got floating-point number"),
        ("numbers.range", &[r#""a""#, "2"], "operand 1 must be integer but got string"),
        ("numbers.range_step", &["0", "10", "4"], "[0,4,8]"),
        ("numbers.range_step", &["10", "0", "3"], "[10,7,4,1]"),
        ("numbers.range_step", &["0", "1", "0"], "numbers.range_step: step must be a positive integer"),
        ("numbers.range_step", &["0", "1", "-1"], "numbers.range_step: step must be a positive integer"),
        ("rand.intn", &[r#""a""#, "0"], "0"),
        ("rand.intn", &[r#""a""#, "1"], "0"),
        ("rand.intn", &[r#""a""#, "1.5"], "operand 2 must be integer number but got floating-point number"),
    ]);
}

#[test]
fn bits_of_integers_of_any_size() {
    check_all(&[
        ("bits.and", &["12", "10"], "8"),
        ("bits.or", &["12", "10"], "14"),
        ("bits.xor", &["-1", "5"], "-6"),
        ("bits.negate", &["5"], "-6"),
        ("bits.lsh", &["1", "70"], "1180591620717411303424"),
        ("bits.rsh", &["-5", "1"], "-3"),
        ("bits.rsh", &["5", "200"], "0"),
        ("bits.lsh", &["1", "-1"], "operand 2 must be an unsigned integer number but got a negative integer"),
        ("bits.and", &["1.5", "1"], "operand 1 must be integer number but got floating-point number"),
        ("bits.and", &[r#""a""#, "1"], "operand 1 must be integer but got string"),
        ("bits.lsh", &["1e1", "1"], "20"),
    ]);
}

#[test]
fn to_number_reads_what_go_reads() {
    check_all(&[
        ("to_number", &[r#""1""#], "1"),
        ("to_number", &[r#""-1.50""#], "-1.50"),
        ("to_number", &[r#""""#], r#"strconv.ParseFloat: parsing "": invalid syntax"#),
        ("to_number", &[r#""abc""#], r#"strconv.ParseFloat: parsing "abc": invalid syntax"#),
        ("to_number", &[r#""inf""#], "operand 1 must be valid number string but got string"),
        ("to_number", &[r#""-Infinity""#], "operand 1 must be valid number string but got string"),
        ("to_number", &[r#""1e1000""#], r#"strconv.ParseFloat: parsing "1e1000": value out of range"#),
        ("to_number", &[r#"" 1""#], r#"strconv.ParseFloat: parsing " 1": invalid syntax"#),
        ("to_number", &["null"], "0"),
        ("to_number", &["true"], "1"),
        ("to_number", &["false"], "0"),
        ("to_number", &["1.50"], "1.50"),
        ("to_number", &["[]"], "operand 1 must be one of {null, boolean, number, string} but got array"),
        ("to_number", &[r#""-0""#], "-0"),
        ("to_number", &[r#""1e5""#], "1e5"),
    ]);
}

#[test]
fn amounts_with_units() {
    check_all(&[
        ("units.parse", &[r#""10K""#], "10000"),
        ("units.parse", &[r#""10m""#], "0.0100000000"),
        ("units.parse", &[r#""1.5Gi""#], "1610612736"),
        ("units.parse", &[r#""1KB""#], "units.parse: unit Kb not recognized"),
        ("units.parse", &[r#""""#], "units.parse: no amount provided"),
        ("units.parse", &[r#""1 K""#], "units.parse: spaces not allowed in resource strings"),
        ("units.parse", &[r#""1e3""#], "1000"),
        ("units.parse", &[r#""1e1234567""#], "units.parse: exponent too large"),
        ("units.parse", &[r#""1..2""#], "units.parse: could not parse amount to a number"),
        ("units.parse_bytes", &[r#""10KiB""#], "10240"),
        ("units.parse_bytes", &[r#""1.1kb""#], "1100"),
        ("units.parse_bytes", &[r#""1x""#], "units.parse_bytes: byte unit x not recognized"),
        ("units.parse_bytes", &[r#""mb""#], "units.parse_bytes: no byte amount provided"),
        ("units.parse_bytes", &[r#""1e""#], "1000000000000000000"),
        ("units.parse_bytes", &[r#""1E2""#], "100"),
        ("units.parse_bytes", &[r#""\"5\"gb""#], "5000000000"),
    ]);
}
