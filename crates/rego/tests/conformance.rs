//! The conformance cases of OPA, where they are at hand (`../shared/data/opa-cases.tar.gz`), compared as OPA does:
//! results as sets of bindings, errors by their code. `conformance.txt` lists the cases that fail and why; the test fails
//! when one of them passes or another one fails.

use std::{collections::BTreeMap, io::Read, path::Path};

use rego::{
    Code, Value,
    ast::RegoVersion,
    builtins::{Cancel, Environment},
    compile::{Options, QueryContext},
    eval::Policy,
    parse,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    note: String,
    query: String,
    #[serde(default)]
    modules: Option<Vec<String>>,
    data: Option<Value>,
    input: Option<Value>,
    input_term: Option<String>,
    want_result: Option<Vec<BTreeMap<String, Value>>>,
    want_defined: Option<bool>,
    want_error_code: Option<String>,
    want_error: Option<String>,
    #[serde(default)]
    sort_bindings: bool,
    #[serde(default)]
    strict_error: bool,
    #[serde(default)]
    ignore_generated_vars: bool,
}

/// The bindings of each solution, or the error's code and message.
type Result = std::result::Result<Vec<BTreeMap<String, Value>>, (Code, String)>;

fn first(errors: Vec<rego::Error>) -> (Code, String) {
    errors.first().map_or((Code::Internal, String::new()), |error| (error.code, error.message.clone()))
}

fn environment() -> Environment {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let now = i64::try_from(since.as_nanos()).unwrap();
    let deadline = Some(std::time::Instant::now() + std::time::Duration::from_secs(20));
    Environment { cancel: Cancel { deadline, ..Cancel::default() }, ..Environment::closed(now) }
}

fn run(case: &Case, version: RegoVersion) -> Result {
    let options = parse::Options { version, annotations: true, ..parse::Options::default() };
    let mut modules = Vec::new();
    for (at, text) in case.modules.iter().flatten().enumerate() {
        modules.push(parse::module(&format!("m{at}.rego"), text, &options).map_err(first)?);
    }
    let policy = Policy::new(modules, Options { print: true, ..Options::default() }).map_err(first)?;
    let input = match (&case.input, &case.input_term) {
        (_, Some(term)) => {
            let body = parse::query(term, &parse::Options::default()).map_err(first)?;
            let policy = Policy::new(Vec::new(), Options::default()).map_err(first)?;
            let query = policy.query(body, &QueryContext::default()).map_err(first)?;
            let answer = query.run(&policy, &Value::object([]), None, &environment(), false);
            answer
                .map_err(|error| first(vec![error]))?
                .solutions
                .first()
                .map(|solution| solution.expressions[0].0.clone())
        }
        (input, None) => input.clone(),
    };
    let body = parse::query(&case.query, &options).map_err(first)?;
    let query = policy.query(body, &QueryContext::default()).map_err(first)?;
    let data = case.data.clone().unwrap_or_else(|| Value::object([]));
    let answer = query
        .run(&policy, &data, input.as_ref(), &environment(), case.strict_error)
        .map_err(|error| first(vec![error]))?;
    Ok(answer.solutions.into_iter().map(|solution| solution.bindings.into_iter().collect()).collect())
}

/// A value as JSON has it: sets are arrays, keys are strings.
fn plain(value: &Value, sort: bool) -> Value {
    let Ok(mut value) = Value::from_json(&value.to_json()) else { return value.clone() };
    if let (true, Value::Array(items)) = (sort, &value) {
        let mut items = items.to_vec();
        items.sort();
        value = Value::array(items);
    }
    value
}

fn check(case: &Case, result: Result) -> std::result::Result<(), String> {
    if case.want_error_code.is_some() || case.want_error.is_some() {
        return match (result, &case.want_error_code) {
            (Ok(got), _) => Err(format!("no error but {got:?}")),
            (Err((code, _)), Some(want)) if code.as_str() == want => Ok(()),
            (Err((code, message)), Some(want)) => Err(format!("{code} ({message}) instead of {want}")),
            (Err(_), None) => Ok(()),
        };
    }
    let got = result.map_err(|(code, message)| format!("{code}: {message}"))?;
    if let (Some(defined), None) = (case.want_defined, &case.want_result) {
        return if defined == got.is_empty() { Err(format!("{} solutions", got.len())) } else { Ok(()) };
    }
    let Some(want) = &case.want_result else { return Ok(()) };
    let plain = |solutions: &[BTreeMap<String, Value>]| {
        let mut plain: Vec<Value> = solutions
            .iter()
            .map(|bindings| {
                let shown =
                    bindings.iter().filter(|(name, _)| !(case.ignore_generated_vars && name.starts_with("__localq")));
                Value::object(shown.map(|(name, value)| (Value::string(name), plain(value, case.sort_bindings))))
            })
            .collect();
        plain.sort();
        plain.dedup();
        plain
    };
    let (got, want) = (plain(&got), plain(want));
    if got == want { Ok(()) } else { Err(format!("{got:?} instead of {want:?}")) }
}

fn cases(path: &Path) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        if !name.ends_with(".yaml") {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let file: File = yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let name = name.trim_start_matches("opa-cases/").to_owned();
        cases.extend(file.cases.into_iter().map(|case| (name.clone(), case)));
    }
    cases.sort_by(|a, b| (&a.0, &a.1.note).cmp(&(&b.0, &b.1.note)));
    cases
}

#[test]
fn the_cases_of_opa_give_what_opa_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/opa-cases.tar.gz");
    if !path.exists() {
        return;
    }
    let known: Vec<&str> = include_str!("conformance.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(" | ").next().unwrap_or_default())
        .collect();
    let only = std::env::var("REGO_CASE").ok();
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::<String, (usize, usize)>::new());
    for (file, case) in cases(&path) {
        let version = if file.starts_with("v0") { RegoVersion::V0 } else { RegoVersion::V1 };
        let name = format!("{file} {}", case.note);
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let result = std::panic::catch_unwind(|| check(&case, run(&case, version)))
            .unwrap_or_else(|_| Err("panicked".to_owned()));
        let count = counts.entry(file[..2].to_owned()).or_default();
        count.1 += 1;
        count.0 += usize::from(result.is_ok());
        match (result, known.contains(&name.as_str())) {
            (Err(why), false) => wrong.push(format!("{name} | {why}")),
            (Ok(()), true) => wrong.push(format!("{name} | passes now: take it off the list")),
            _ => {}
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{} unexpected:\n{}", wrong.len(), wrong.join("\n"));
}
