//! Regular expressions and globs.

use super::check_all;

#[test]
fn regular_expressions_are_those_of_go() {
    check_all(&[
        ("regex.match", &[r#""a+""#, r#""caab""#], "true"),
        ("regex.match", &[r#""^\\d+$""#, r#""12""#], "true"),
        ("regex.match", &[r#""^\\d+$""#, r#""\u0661""#], "false"),
        ("regex.match", &[r#""\\w""#, r#""\u00e9""#], "false"),
        ("regex.match", &[r#""\\s""#, r#""\u00a0""#], "false"),
        ("regex.match", &[r#""(?i)k""#, r#""K""#], "true"),
        ("regex.match", &[r#""\\b\u00e9""#, r#""\u00e9""#], "false"),
        ("regex.match", &[r#""\\x{e9}""#, r#""\u00e9""#], "true"),
        ("regex.match", &[r#""\\Qa.b\\E""#, r#""a.b""#], "true"),
        ("regex.match", &[r#""[[:alpha:]]""#, r#""1""#], "false"),
        ("regex.match", &[r#""[a&&b]""#, r#""&""#], "true"),
        ("regex.match", &[r#""a{,2}""#, r#""a{,2}""#], "true"),
        ("regex.match", &[r#""\\pL""#, r#""\u00e9""#], "true"),
        ("regex.match", &[r#""\\p{Greek}""#, r#""\u03b1""#], "true"),
        ("regex.match", &[r#""a**""#, r#""""#], "error parsing regexp: invalid nested repetition operator: `**`"),
        ("regex.match", &[r#""(""#, r#""""#], "error parsing regexp: missing closing ): `(`"),
        ("regex.match", &[r#"")""#, r#""""#], "error parsing regexp: unexpected ): `)`"),
        ("regex.match", &[r#""[a""#, r#""""#], "error parsing regexp: missing closing ]: `[a`"),
        ("regex.match", &[r#""[z-a]""#, r#""""#], "error parsing regexp: invalid character class range: `z-a`"),
        ("regex.match", &[r#""\\8""#, r#""""#], r#"error parsing regexp: invalid escape sequence: `\8`"#),
        ("regex.match", &[r#""*""#, r#""""#], "error parsing regexp: missing argument to repetition operator: `*`"),
        ("regex.match", &[r#""a{1001}""#, r#""""#], "error parsing regexp: invalid repeat count: `{1001}`"),
        ("regex.match", &[r#""(?<=a)""#, r#""""#], "error parsing regexp: invalid named capture: `(?<=a)`"),
        ("regex.match", &[r#""(?x)a""#, r#""""#], "error parsing regexp: invalid or unsupported Perl syntax: `(?x`"),
        (
            "regex.match",
            &[r#""\\p{Foo}""#, r#""""#],
            r#"error parsing regexp: invalid character class range: `\p{Foo}`"#,
        ),
        ("regex.match", &[r#""a\\""#, r#""""#], "error parsing regexp: trailing backslash at end of expression: ``"),
        ("regex.match", &[r#""(?P<1-2>a)""#, r#""""#], "error parsing regexp: invalid named capture: `(?P<1-2>`"),
        ("regex.match", &[r#""[[:foo:]]""#, r#""""#], "error parsing regexp: invalid character class range: `[:foo:]`"),
    ]);
}

#[test]
fn finding_splitting_and_replacing() {
    check_all(&[
        ("regex.is_valid", &[r#""a(""#], "false"),
        ("regex.is_valid", &["1"], "false"),
        ("regex.find_n", &[r#""a*""#, r#""baac""#, "-1"], r#"["","aa",""]"#),
        ("regex.find_n", &[r#"".""#, r#""日本""#, "1"], r#"["日"]"#),
        ("regex.find_n", &[r#"".""#, r#""ab""#, "0"], "[]"),
        ("regex.find_all_string_submatch_n", &[r#""(a)(b)?""#, r#""aab""#, "-1"], r#"[["a","a",""],["ab","a","b"]]"#),
        ("regex.split", &[r#""a*""#, r#""baac""#], r#"["b","c"]"#),
        ("regex.split", &[r#"",""#, r#""""#], r#"[""]"#),
        ("regex.split", &[r#""""#, r#""ab""#], r#"["a","b"]"#),
        ("regex.replace", &[r#""abc""#, r#""(?P<x>b)""#, r#""[$x$1${x}$$]""#], r#""a[bbb$]c""#),
        ("regex.replace", &[r#""aé""#, r#""""#, r#""-""#], r#""-a-é-""#),
        ("regex.replace", &[r#""abc""#, r#""b""#, r#""$1x""#], r#""ac""#),
        ("regex.replace", &[r#""foo""#, r#""^[a-z]""#, r#""F""#], r#""Foo""#),
        ("regex.template_match", &[r#""urn:{[a-z]+}:x""#, r#""urn:abc:x""#, r#""{""#, r#""}""#], "true"),
        ("regex.template_match", &[r#""{a""#, r#""""#, r#""{""#, r#""}""#], r#"unbalanced braces in "{a""#),
        (
            "regex.template_match",
            &[r#""a""#, r#""""#, r#""{{""#, r#""}""#],
            "start delimiter has to be exactly one character long but is 2 long",
        ),
        ("regex.globs_match", &[r#""a.*""#, r#""ab+""#], "true"),
        ("regex.globs_match", &[r#""[a-c]+""#, r#""d""#], "false"),
        (
            "regex.globs_match",
            &[r#""*""#, r#""a""#],
            "input:*, pos:1, flag '*' must be preceded by a non-flag: the input provided is invalid",
        ),
        (
            "regex.globs_match",
            &[r#""[c-a]""#, r#""a""#],
            "input:[c-a], pos:4, range is out of order: 'a' comes before 'c' in Unicode: the input provided is invalid",
        ),
    ]);
}

#[test]
fn globs() {
    check_all(&[
        ("glob.match", &[r#""*.example.org""#, "[]", r#""a.example.org""#], "true"),
        ("glob.match", &[r#""*.example.org""#, "[]", r#""a.b.example.org""#], "false"),
        ("glob.match", &[r#""**.org""#, "[]", r#""a.b.org""#], "true"),
        ("glob.match", &[r#""*""#, "null", r#""a.b""#], "true"),
        ("glob.match", &[r#""a?c""#, r#"["b"]"#, r#""abc""#], "false"),
        ("glob.match", &[r#""{a,b*}.c""#, r#"["."]"#, r#""bx.c""#], "true"),
        ("glob.match", &[r#""[a-c]x""#, "[]", r#""bx""#], "true"),
        ("glob.match", &[r#""[!ab]""#, "[]", r#""c""#], "true"),
        ("glob.match", &[r#""\\*""#, "[]", r#""*""#], "true"),
        ("glob.match", &[r#""[a""#, "[]", r#""a""#], "glob: syntax error at 2: unexpected end of input"),
        ("glob.match", &[r#""{a""#, "[]", r#""a""#], "glob: syntax error at 2: unclosed `{`"),
        ("glob.match", &[r#""[]""#, "[]", r#""a""#], "glob: syntax error at 2: could not parse range"),
        ("glob.match", &[r#""[c-a]""#, "[]", r#""a""#], "glob: syntax error at 5: range hi character is less than lo"),
        ("glob.match", &[r#""a\\""#, "[]", r#""a""#], "glob: syntax error at 2: trailing backslash"),
        (
            "glob.match",
            &[r#""a""#, r#"["ab"]"#, r#""a""#],
            "operand 2 must be array of runes but got array containing string",
        ),
        (
            "glob.match",
            &[r#""a""#, "[1]", r#""a""#],
            "operand 2 must be array of strings but got array containing number",
        ),
        ("glob.match", &[r#""a""#, r#"".""#, r#""a""#], "operand 2 must be one of {array, null} but got string"),
        ("glob.match", &[r#""*""#, r#"[":"]"#, r#""a\nb""#], "true"),
        ("glob.quote_meta", &[r#""a*b?[c]{d}\\e""#], r#""a\\*b\\?\\[c\\]\\{d\\}\\\\e""#),
    ]);
}
