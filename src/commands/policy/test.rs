//! `platform policy test`: runs the rules whose names begin with `test_`, as `opa test` does.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rego::ast::{Location, Module, Var};
use rego::builtins::{Cancel, Environment, Host, Network};
use rego::compile::{Options, QueryContext};
use rego::eval::Policy;
use rego::{Error as RegoError, Value, load, parse};

use super::source;
use crate::commands::Run;
use crate::error::Result;

/// OPA's exit codes.
const WRONG: u8 = 1;
const FAILED: u8 = 2;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "With -v, tests that pass are named as well. Exit codes are OPA's: 0 when all tests pass, 2 when one does not, 1 when they cannot be run.

Examples:
  platform policy test policies/
  platform policy test -v --run 'authz.*admin' policies/"
)]
pub struct Test {
    /// Policy and data files, or folders with them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// How to print results
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,
    /// Run only tests whose full name matches
    #[arg(long, short, value_name = "REGEX")]
    run: Option<regex::Regex>,
    /// How long one test may take
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "5s")]
    timeout: Duration,
    /// Exit 0 although tests were skipped
    #[arg(long, short = 'z')]
    exit_zero_on_skipped: bool,
    /// Names of files and folders to leave out
    #[arg(long, value_name = "GLOB")]
    ignore: Vec<String>,
    /// Read modules as Rego before OPA 1.0
    #[arg(long)]
    v0_compatible: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// For a person
    #[default]
    Pretty,
    /// For programs
    Json,
}

/// A test and where it stands.
struct Case {
    package: String,
    name: String,
    location: Location,
}

/// How a test ended.
enum End {
    Pass,
    Fail,
    Skip,
    Error(RegoError),
}

/// Keeps what tests print.
#[derive(Default)]
struct Printed {
    text: Mutex<String>,
    network: Network,
}

impl Host for Printed {
    fn random(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }

    fn print(&self, _: &Location, text: &str) {
        if let Ok(mut all) = self.text.lock() {
            all.push_str(text);
            all.push('\n');
        }
    }

    fn network(&self) -> &Network {
        &self.network
    }
}

impl Test {
    pub fn run(self, run: &Run<'_>) -> Result<u8> {
        let wrong = |text: &str| {
            run.ui.complain(text);
            Ok(WRONG)
        };
        let options = load::Options { ignore: self.ignore.clone(), ..load::Options::default() };
        let loaded = match load::files(&self.paths, &options) {
            Ok(loaded) => loaded,
            Err(errors) => return wrong(&errors.to_string()),
        };
        let (mut modules, mut errors) = (Vec::new(), Vec::new());
        for module in &loaded.modules {
            match source::module(&module.name, &module.text, self.v0_compatible) {
                Ok(module) => modules.push(module),
                Err(found) => errors.extend(found),
            }
        }
        let texts = |errors: Vec<RegoError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        if !errors.is_empty() {
            return wrong(&source::occurred(" during loading", &texts(errors)));
        }
        let cases = cases(&mut modules);
        let policy = match Policy::new(modules, Options { print: true, ..Options::default() }) {
            Ok(policy) => policy,
            Err(errors) => return wrong(&source::occurred("", &texts(errors))),
        };
        self.report(run, &policy, &loaded.data, &cases)
    }

    fn report(&self, run: &Run<'_>, policy: &Policy, data: &Value, cases: &[Case]) -> Result<u8> {
        let (mut pass, mut fail, mut skip, mut error) = (0, 0, 0, 0);
        let (mut text, mut last) = (String::new(), String::new());
        let mut json = Vec::new();
        for case in cases {
            let full = format!("{}.{}", case.package, case.name);
            if self.run.as_ref().is_some_and(|pattern| !pattern.is_match(&full)) {
                continue;
            }
            let start = Instant::now();
            let (end, printed) = self.one(policy, data, case);
            let took = start.elapsed();
            let outcome = match &end {
                End::Pass => ("PASS", &mut pass),
                End::Fail => ("FAIL", &mut fail),
                End::Skip => ("SKIPPED", &mut skip),
                End::Error(_) => ("ERROR", &mut error),
            };
            *outcome.1 += 1;
            if run.ui.verbose > 0 || !matches!(end, End::Pass) {
                let file = case.location.file();
                if !last.is_empty() && last != file {
                    text.push('\n');
                }
                file.clone_into(&mut last);
                let time = if matches!(end, End::Skip) { String::new() } else { format!(" ({took:.3?})") };
                text += &format!("{file}:{}:\n{full}: {}{time}\n", case.location.row, outcome.0);
                if !printed.is_empty() {
                    let lines = printed.trim().lines().map(|line| format!("  {line}\n"));
                    text += &format!("\n{}\n", lines.collect::<String>());
                }
                if let End::Error(error) = &end {
                    text += &format!("  {error}\n");
                }
            }
            json.push(result(case, &end, took, &printed));
        }
        let total = pass + fail + skip + error;
        if !text.is_empty() {
            text += &format!("{}\n", "-".repeat(80));
        }
        for (word, count) in [("PASS", pass), ("FAIL", fail), ("SKIPPED", skip), ("ERROR", error)] {
            if count > 0 {
                text += &format!("{word}: {count}/{total}\n");
            }
        }
        match self.format {
            Format::Pretty => run.ui.print(&text)?,
            Format::Json => run.ui.print(&(serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"))?,
        }
        Ok(if fail + error > 0 || (skip > 0 && !self.exit_zero_on_skipped) { FAILED } else { 0 })
    }

    fn one(&self, policy: &Policy, data: &Value, case: &Case) -> (End, String) {
        if case.name.starts_with("todo_") {
            return (End::Skip, String::new());
        }
        let printed = Arc::new(Printed::default());
        let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
        let environment = Environment {
            host: Arc::clone(&printed) as Arc<dyn Host>,
            cancel: Cancel { deadline: Some(Instant::now() + self.timeout), ..Cancel::default() },
            ..Environment::closed(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
        };
        let end = match ask(policy, data, case, &environment) {
            Ok(Some(value)) if passes(&value) => End::Pass,
            Ok(_) => End::Fail,
            Err(error) => End::Error(error),
        };
        let text = printed.text.lock().map(|text| text.clone()).unwrap_or_default();
        (end, text)
    }
}

fn ask(policy: &Policy, data: &Value, case: &Case, environment: &Environment) -> Result<Option<Value>, RegoError> {
    let first = |mut errors: Vec<RegoError>| errors.remove(0);
    let query = format!("result = {}[{}]", case.package, Value::string(&case.name));
    let body = parse::query(&query, &parse::Options::default()).map_err(first)?;
    let query = policy.query(body, &QueryContext::default()).map_err(first)?;
    let answer = query.run(policy, data, None, environment, false)?;
    Ok(answer.solutions.into_iter().next().and_then(|one| one.bindings.into_iter().next()).map(|(_, value)| value))
}

/// A test of several cases passes when all of them do.
fn passes(value: &Value) -> bool {
    match value {
        Value::Bool(holds) => *holds,
        Value::Object(cases) => !cases.is_empty() && cases.values().all(passes),
        _ => false,
    }
}

/// All tests. Of rules of the same name each is a test: the second is called `test_a#01`.
fn cases(modules: &mut [Module]) -> Vec<Case> {
    let mut counts = std::collections::HashMap::new();
    let mut cases = Vec::new();
    for module in modules {
        let package = rego::ast::ref_text(&module.package.path);
        for rule in &mut module.rules {
            let Some(name) = rule.head.reference.first().and_then(|part| part.as_var()).map(ToString::to_string) else {
                continue;
            };
            if !(name.starts_with("test_") || name.starts_with("todo_test_")) || rule.head.args.is_some() {
                continue;
            }
            let count: &mut usize = counts.entry((package.clone(), name.clone())).or_default();
            let name = match *count {
                0 => name,
                again => format!("{name}#{again:02}"),
            };
            *count += 1;
            rule.head.name = Var::new(&name);
            rule.head.reference[0].node = rego::ast::Node::Var(Var::new(&name));
            cases.push(Case { package: package.clone(), name, location: rule.location.clone() });
        }
    }
    cases
}

fn result(case: &Case, end: &End, took: Duration, printed: &str) -> serde_json::Value {
    use base64::Engine;
    let (file, row, col) = (case.location.file(), case.location.row, case.location.col);
    let mut json = serde_json::json!({
        "location": {"file": file, "row": row, "col": col},
        "package": case.package,
        "name": case.name,
        "duration": u64::try_from(took.as_nanos()).unwrap_or(u64::MAX),
    });
    match end {
        End::Pass => {}
        End::Fail => json["fail"] = true.into(),
        End::Skip => {
            json["skip"] = true.into();
            json["duration"] = 0.into();
        }
        End::Error(error) => json["error"] = serde_json::to_value(error).unwrap_or_default(),
    }
    if !printed.is_empty() {
        json["output"] = base64::engine::general_purpose::STANDARD.encode(printed).into();
    }
    json
}
