//! Policy decisions: Rego evaluated by regorus, with OPA's shapes for answers and errors.

mod files;

use std::num::{NonZeroU32, NonZeroUsize};
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::{Evaluation, MAX_DEPTH, depth};

pub use files::{load, parse_input};

/// The thread that evaluates; the panic hook keeps quiet about it.
pub const THREAD: &str = "policy-eval";

/// Rego nests, and the evaluator recurses: this is address space, used only as far as it is needed.
const STACK: usize = 512 << 20;

/// How many brackets may be open at once in a module or query. The evaluator's parser takes twice as long for every
/// further one: 18 take a fifth of a second, 24 more than ten.
const MAX_NESTING: usize = 18;

/// How much longer than its own time limit an evaluation may take: not everything that the evaluator does looks at the
/// clock.
const GRACE: Duration = Duration::from_secs(1);

/// A Rego module and the name that errors call it by.
#[derive(Debug, Clone)]
pub struct Module {
    pub name: String,
    pub text: String,
}

/// One question to the evaluator.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub modules: Vec<Module>,
    /// The base document `data`
    pub data: Option<Value>,
    pub input: Option<Value>,
    pub query: String,
    /// Read modules and query as Rego before OPA 1.0
    pub v0: bool,
    /// What `print` says goes to stderr, as in OPA; else nowhere
    pub show_prints: bool,
    /// An error in a builtin function ends the evaluation, instead of making its expression undefined
    pub strict_builtin_errors: bool,
    pub timeout: Option<Duration>,
}

/// An error of evaluation, in OPA's JSON shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyError {
    pub message: String,
    /// OPA's code, such as `rego_parse_error`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// A place in a module, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Location {
    pub file: String,
    pub row: usize,
    pub col: usize,
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(Location { file, row, col }) = &self.location {
            write!(f, "{file}:{row}:{col}: ")?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Error::invalid(error.to_string())
    }
}

/// Answers a question. Runs on a thread of its own, because a panic or deep recursion of the evaluator must
/// not take the process with it.
/// `guard` is kept until the evaluation has really ended, even if its caller was told before that it takes too long.
pub fn evaluate(question: Question, guard: impl Send + 'static) -> Result<Evaluation, PolicyError> {
    let limit = question.timeout;
    on_own_thread(limit, move || {
        let answer = answer(question);
        drop(guard);
        answer
    })
}

/// Checks that a module can be parsed, and returns its package, such as `data.authz`.
pub fn package_of(module: Module, v0: bool, limit: Duration) -> Result<String, PolicyError> {
    on_own_thread(Some(limit), move || add_module(&mut engine(v0), module))
}

fn on_own_thread<T: Send + 'static>(
    limit: Option<Duration>,
    job: impl FnOnce() -> Result<T, PolicyError> + Send + 'static,
) -> Result<T, PolicyError> {
    let (done, result) = mpsc::channel();
    let work = move || {
        let finished = std::panic::catch_unwind(AssertUnwindSafe(job));
        // Whoever asked may have given up.
        let _ = done.send(finished);
    };
    let thread = std::thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn(work);
    thread.map_err(|e| internal(format!("cannot start a thread: {e}")))?;
    let finished = match limit {
        Some(limit) => result.recv_timeout(limit + GRACE),
        None => result.recv().map_err(Into::into),
    };
    match finished {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
            Err(internal(format!("the evaluator failed: {text}")))
        }
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let message = "the evaluation took too long".to_owned();
            Err(PolicyError { message, code: Some("eval_cancel_error".into()), location: None })
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(internal("the evaluator ended without an answer".into())),
    }
}

fn internal(message: String) -> PolicyError {
    PolicyError { message, code: Some("eval_internal_error".into()), location: None }
}

fn answer(question: Question) -> Result<Evaluation, PolicyError> {
    let mut engine = engine(question.v0);
    engine.set_strict_builtin_errors(question.strict_builtin_errors);
    engine.set_gather_prints(!question.show_prints);
    if let Some(limit) = question.timeout {
        let check_interval = NonZeroU32::new(1000).unwrap_or(NonZeroU32::MIN);
        engine.set_execution_timer_config(regorus::utils::limits::ExecutionTimerConfig { limit, check_interval });
    }
    for module in question.modules {
        add_module(&mut engine, module)?;
    }
    if let Some(data) = question.data {
        engine.add_data(regorus::Value::from(data)).map_err(|e| read_error(&e.to_string(), "eval_internal_error"))?;
    }
    if let Some(input) = question.input {
        engine.set_input(regorus::Value::from(input));
    }
    check_nesting("", &question.query)?;
    let results = engine.eval_query(question.query, false).map_err(|e| eval_error(&e.to_string()))?;
    let result = results
        .result
        .iter()
        // A query of which some expression is undefined or false has no answer.
        .filter(|result| result.expressions.iter().all(|e| e.value != regorus::Value::Undefined))
        .map(|result| {
            let json = serde_json::to_value(result).map_err(|e| internal(e.to_string()))?;
            if depth(&json) > MAX_DEPTH {
                // Here, where the stack is large: elsewhere even dropping such a value would overflow it.
                return Err(internal(format!("the answer nests deeper than {MAX_DEPTH} levels")));
            }
            serde_json::from_value(json).map_err(|e| internal(e.to_string()))
        })
        .collect::<Result<_, _>>()?;
    Ok(Evaluation { result })
}

fn engine(v0: bool) -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    engine.set_rego_v0(v0);
    // Generated policies have long lines; how large a module may be is decided where it comes in.
    engine.set_policy_length_config(regorus::PolicyLengthConfig {
        max_col: NonZeroU32::MAX,
        max_file_bytes: NonZeroUsize::MAX,
        max_lines: NonZeroUsize::MAX,
    });
    engine
}

fn add_module(engine: &mut regorus::Engine, module: Module) -> Result<String, PolicyError> {
    check_nesting(&module.name, &module.text)?;
    engine.add_policy(module.name, module.text).map_err(|e| read_error(&e.to_string(), "rego_parse_error"))
}

/// Refuses what would keep the evaluator's parser busy for ever. Strings and comments do not count.
fn check_nesting(file: &str, text: &str) -> Result<(), PolicyError> {
    let (mut open, mut row, mut col) = (0usize, 1, 0);
    let mut inside = None;
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        col += 1;
        match (inside, sign) {
            (Some('"'), '\\') => {
                col += 1;
                signs.next();
            }
            (Some('#'), '\n') => inside = None,
            (Some(end), sign) if end == sign && end != '#' => inside = None,
            (None, '"' | '`' | '#') => inside = Some(sign),
            (None, '(' | '[' | '{') => open += 1,
            (None, ')' | ']' | '}') => open = open.saturating_sub(1),
            _ => {}
        }
        if sign == '\n' {
            (row, col) = (row + 1, 0);
        }
        if open > MAX_NESTING {
            let location = Location { file: file.to_owned(), row, col };
            let message = format!("nested deeper than {MAX_NESTING} brackets");
            return Err(PolicyError { message, code: Some("rego_parse_error".into()), location: Some(location) });
        }
    }
    Ok(())
}

/// Gives an error of evaluation the code that OPA has for it, by what the evaluator says.
fn eval_error(text: &str) -> PolicyError {
    const CODES: [(&[&str], &str); 6] = [
        (&["time limit", "execution time"], "eval_cancel_error"),
        (&["undefined variable", "unsafe"], "rego_unsafe_var_error"),
        (&["could not find function", "undefined function"], "rego_type_error"),
        (&["recursi", "cycl"], "rego_recursion_error"),
        (&["multiple outputs", "conflict"], "eval_conflict_error"),
        (&["expecting", "expected", "unexpected", "invalid token", "unknown token"], "rego_parse_error"),
    ];
    let lower = text.to_lowercase();
    let known = CODES.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word)));
    read_error(text, known.map_or("eval_builtin_error", |(_, code)| code))
}

/// Takes apart what regorus says: `--> FILE:LINE:COLUMN`, the line itself, and `error: MESSAGE`.
fn read_error(text: &str, code: &str) -> PolicyError {
    let place = text.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let location = place.and_then(|place| {
        let mut parts = place.rsplitn(3, ':');
        let (col, row, file) = (parts.next()?, parts.next()?, parts.next()?);
        let file = if file == "<query.rego>" { "" } else { file };
        Some(Location { file: file.to_owned(), row: row.trim().parse().ok()?, col: col.trim().parse().ok()? })
    });
    let message = text.lines().find_map(|line| line.trim().strip_prefix("error: ")).unwrap_or(text.trim());
    PolicyError { message: message.trim_start_matches("error: ").to_owned(), code: Some(code.into()), location }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(module: &str, query: &str) -> Result<Evaluation, PolicyError> {
        let modules = vec![Module { name: "a.rego".into(), text: module.into() }];
        let question = Question { modules, query: query.into(), input: Some(json!({"x": 1})), ..Question::default() };
        evaluate(question, ())
    }

    #[test]
    fn an_answer_has_opas_shape() {
        let got = ask("package a\nallow if input.x == 1\n", "data.a.allow").expect("evaluates");
        let want = json!({"expressions": [{"value": true, "text": "data.a.allow", "location": {"row": 1, "col": 1}}]});
        assert_eq!(json!(got.result), json!([want]));
        assert_eq!(ask("package a\nallow if input.x == 2\n", "data.a.allow").expect("evaluates").result, []);
    }

    #[test]
    fn a_syntax_error_names_file_line_and_column() {
        let error = ask("package a\nallow if {\n", "data.a.allow").unwrap_err();
        assert_eq!(error.code.as_deref(), Some("rego_parse_error"));
        let at = error.location.expect("a place");
        assert_eq!((at.file.as_str(), at.row), ("a.rego", 3));
    }

    #[test]
    fn neither_a_panic_nor_deep_nesting_ends_the_process() {
        let error = on_own_thread::<()>(None, || panic!("on purpose")).unwrap_err();
        assert_eq!(error.message, "the evaluator failed: on purpose");
        let deep = "[".repeat(200_000);
        let error = ask(&format!("package a\nx := {deep}"), "data.a.x").unwrap_err();
        assert_eq!(error.to_string(), "a.rego:2:24: rego_parse_error: nested deeper than 18 brackets");
    }

    #[test]
    fn brackets_in_strings_and_comments_are_no_nesting() {
        let text = format!("package a\n# {0}\nx := \"{0}\\\"{0}\"\ny := `{0}`\n", "[".repeat(30));
        assert_eq!(ask(&text, "count(data.a.y)").expect("evaluates").result[0].expressions[0].value, 30);
    }
}
