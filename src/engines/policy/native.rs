//! Our own engine: the crate `rego`.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use rego::ast::RegoVersion;
use rego::builtins::{Cancel, Environment, Host, Network};
use rego::compile::{Options, QueryContext};
use rego::eval::{Policy, Solution};
use rego::{Error, parse};

use super::{Location, Module, PolicyError, PolicyErrors, Question};
use crate::model::{Evaluation, Expression, Position, QueryResult};

/// How much memory one evaluation may use, in bytes, as far as the engine can tell.
const MEMORY: u64 = 2 << 30;

/// Answers a question.
pub(super) fn answer(question: &Question) -> Result<Evaluation, PolicyErrors> {
    let options = parse_options(question.v0);
    let mut modules = Vec::with_capacity(question.modules.len());
    let mut errors = Vec::new();
    for module in &question.modules {
        match parse::module(&module.name, &module.text, &options) {
            Ok(module) => modules.push(module),
            Err(more) => errors.extend(more),
        }
    }
    if !errors.is_empty() {
        return Err(worded(errors));
    }
    let policy = Policy::new(modules, Options { print: true, ..Options::default() }).map_err(worded)?;
    let body = parse::query(&question.query, &options).map_err(worded)?;
    let query = policy.query(body, &QueryContext::default()).map_err(worded)?;
    let empty = rego::Value::object([]);
    let data = question.data.as_ref().unwrap_or(&empty);
    let environment = environment(question);
    let answer = query
        .run(&policy, data, question.input.as_ref(), &environment, question.strict_builtin_errors)
        .map_err(|error| worded(vec![error]))?;
    Ok(Evaluation { result: answer.solutions.into_iter().map(result).collect() })
}

/// The package of a module, such as `data.authz`.
pub(super) fn package_of(module: &Module) -> Result<String, PolicyErrors> {
    let module = parse::module(&module.name, &module.text, &parse_options(false)).map_err(worded)?;
    Ok(rego::ast::ref_text(&module.package.path))
}

fn parse_options(v0: bool) -> parse::Options {
    let version = if v0 { RegoVersion::V0 } else { RegoVersion::V1 };
    parse::Options { version, annotations: true, ..parse::Options::default() }
}

fn environment(question: &Question) -> Environment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Environment {
        now: i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        runtime: rego::Value::object([]),
        host: Arc::new(Outside { show_prints: question.show_prints, network: Network::default() }),
        cancel: Cancel { deadline: question.timeout.map(|limit| Instant::now() + limit), ..Cancel::default() },
        memory_limit: MEMORY,
        allow_net: None,
    }
}

fn result(solution: Solution) -> QueryResult {
    let expressions = solution.expressions.into_iter().map(|(value, location)| Expression {
        value,
        text: location.text().to_owned(),
        location: Position { row: location.row as usize, col: location.col as usize },
    });
    QueryResult { expressions: expressions.collect(), bindings: solution.bindings.into_iter().collect() }
}

fn worded(errors: Vec<Error>) -> PolicyErrors {
    errors.into_iter().map(word).collect()
}

fn word(error: Error) -> PolicyError {
    let location = error.location.as_ref().map(|place| Location {
        file: place.file().to_owned(),
        row: place.row as usize,
        col: place.col as usize,
    });
    let details =
        serde_json::to_value(&error).ok().and_then(|mut json| json.get_mut("details").map(serde_json::Value::take));
    PolicyError { message: error.message, code: Some(error.code.as_str().to_owned()), location, details }
}

/// What a policy may reach: nothing but stderr, for `print`.
struct Outside {
    show_prints: bool,
    network: Network,
}

impl Host for Outside {
    fn random(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }

    fn print(&self, _: &rego::ast::Location, text: &str) {
        if self.show_prints {
            use std::io::Write;
            // Whoever closed stderr does not want it.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    fn network(&self) -> &Network {
        &self.network
    }
}
