//! Policy decisions: Rego, with OPA's shapes for answers and errors. Our own engine decides; another one, written apart
//! from it, can be asked as well, and then both have to agree.

mod files;
mod interpreter;
mod native;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::{Evaluation, MAX_DEPTH, PolicyEngine};

pub use files::{load, parse_input};

/// The thread that evaluates; the panic hook keeps quiet about it.
pub const THREAD: &str = "policy-eval";

/// For regorus, which recurses: this is address space, used only as far as it is needed.
const STACK: usize = 512 << 20;

/// How much longer than its own time limit an evaluation may take: not everything that the evaluator does looks at the
/// clock.
const GRACE: Duration = Duration::from_secs(1);

static DISAGREEMENTS: AtomicU64 = AtomicU64::new(0);

/// A Rego module and the name that errors call it by.
#[derive(Debug, Clone)]
pub struct Module {
    pub name: String,
    pub text: String,
}

/// One question to the evaluator.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub engine: PolicyEngine,
    pub modules: Vec<Module>,
    /// The base document `data`
    pub data: Option<rego::Value>,
    pub input: Option<rego::Value>,
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyError {
    pub message: String,
    /// OPA's code, such as `rego_parse_error`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// More, in the shape that OPA gives it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
}

/// All that stood in the way of an answer.
pub type PolicyErrors = Vec<PolicyError>;

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

/// The first error, with the others as hints.
pub fn refused(errors: PolicyErrors) -> Error {
    let mut texts = errors.iter().map(ToString::to_string);
    let first = Error::invalid(texts.next().unwrap_or_else(|| "the policy is refused".to_owned()));
    texts.fold(first, |error, text| error.hint(text))
}

/// How often both engines were asked in this process and did not agree.
pub fn disagreements() -> u64 {
    DISAGREEMENTS.load(Ordering::Relaxed)
}

/// Answers a question. Runs on a thread of its own, because a panic or deep recursion of the evaluator must
/// not take the process with it.
/// `guard` is kept until the evaluation has really ended, even if its caller was told before that it takes too long.
pub fn evaluate(question: Question, guard: impl Send + 'static) -> Result<Evaluation, PolicyErrors> {
    let limit = question.timeout;
    on_own_thread(limit, move || {
        let answer = match question.engine {
            PolicyEngine::Native => native::answer(&question),
            PolicyEngine::Regorus => interpreter::answer(&question).map_err(|error| vec![error]),
            PolicyEngine::Both => both(&question),
        };
        drop(guard);
        let answer = answer?;
        // Here, where the stack is large: elsewhere even dropping such a value would overflow it.
        let values = answer
            .result
            .iter()
            .flat_map(|one| one.bindings.values().chain(one.expressions.iter().map(|expression| &expression.value)));
        if values.map(rego::Value::depth).max().unwrap_or(0) > MAX_DEPTH - 8 {
            return Err(vec![internal(format!("the answer nests deeper than {} levels", MAX_DEPTH - 8))]);
        }
        Ok(answer)
    })
}

/// What both engines say. That both fail is agreement; whose words are shown is ours.
fn both(question: &Question) -> Result<Evaluation, PolicyErrors> {
    let native = native::answer(question);
    // What does not compile is refused whatever the other engine says: it does not look for recursion.
    let is_refused =
        |errors: &PolicyErrors| errors.iter().any(|e| e.code.as_deref().is_some_and(|code| code.starts_with("rego_")));
    if native.as_ref().is_err_and(is_refused) {
        return native;
    }
    let other = interpreter::answer(question);
    let agree = match (&native, &other) {
        (Ok(native), Ok(other)) => native.agrees_with(other),
        (Err(_), Err(_)) => true,
        _ => false,
    };
    if agree {
        return native;
    }
    DISAGREEMENTS.fetch_add(1, Ordering::Relaxed);
    let said = |answer: &Result<Evaluation, String>| match answer {
        Ok(Evaluation { result }) if result.is_empty() => "undefined".to_owned(),
        Ok(_) => "defined".to_owned(),
        Err(error) => error.clone(),
    };
    let native = native.map_err(|errors| errors.first().map(ToString::to_string).unwrap_or_default());
    let (native, other) = (said(&native), said(&other.map_err(|error| error.to_string())));
    let message = format!("the engines disagree, so there is no decision: native says {native}, regorus says {other}");
    Err(vec![PolicyError { message, code: Some("engine_disagreement".into()), ..PolicyError::default() }])
}

/// Checks that a module can be parsed, and returns its package, such as `data.authz`.
pub fn package_of(module: Module, limit: Duration) -> Result<String, PolicyErrors> {
    on_own_thread(Some(limit), move || native::package_of(&module))
}

fn on_own_thread<T: Send + 'static>(
    limit: Option<Duration>,
    job: impl FnOnce() -> Result<T, PolicyErrors> + Send + 'static,
) -> Result<T, PolicyErrors> {
    let (done, result) = mpsc::channel();
    let work = move || {
        let finished = std::panic::catch_unwind(AssertUnwindSafe(job));
        // Whoever asked may have given up.
        let _ = done.send(finished);
    };
    let thread = std::thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn(work);
    thread.map_err(|e| vec![internal(format!("cannot start a thread: {e}"))])?;
    let finished = match limit {
        Some(limit) => result.recv_timeout(limit + GRACE),
        None => result.recv().map_err(Into::into),
    };
    let error = match finished {
        Ok(Ok(result)) => return result,
        Ok(Err(panic)) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
            internal(format!("the evaluator failed: {text}"))
        }
        Err(mpsc::RecvTimeoutError::Timeout) => PolicyError {
            message: "the evaluation took too long".to_owned(),
            code: Some("eval_cancel_error".into()),
            ..PolicyError::default()
        },
        Err(mpsc::RecvTimeoutError::Disconnected) => internal("the evaluator ended without an answer".into()),
    };
    Err(vec![error])
}

fn internal(message: String) -> PolicyError {
    PolicyError { message, code: Some("eval_internal_error".into()), ..PolicyError::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(module: &str, query: &str) -> Result<Evaluation, PolicyErrors> {
        let modules = vec![Module { name: "a.rego".into(), text: module.into() }];
        let question =
            Question { modules, query: query.into(), input: Some(json!({"x": 1}).into()), ..Question::default() };
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
        let error = ask("package a\nallow if {\n", "data.a.allow").unwrap_err().remove(0);
        assert_eq!(error.code.as_deref(), Some("rego_parse_error"));
        let at = error.location.expect("a place");
        assert_eq!((at.file.as_str(), at.row), ("a.rego", 3));
    }

    #[test]
    fn neither_a_panic_nor_deep_nesting_ends_the_process() {
        let error = on_own_thread::<()>(None, || panic!("on purpose")).unwrap_err();
        assert_eq!(error[0].message, "the evaluator failed: on purpose");
        let deep = "[".repeat(200_000);
        let error = ask(&format!("package a\nx := {deep}"), "data.a.x").unwrap_err();
        assert_eq!(error[0].code.as_deref(), Some("rego_parse_error"));
    }

    #[test]
    fn brackets_in_strings_and_comments_are_no_nesting() {
        let text = format!("package a\n# {0}\nx := \"{0}\\\"{0}\"\ny := `{0}`\n", "[".repeat(30));
        assert_eq!(
            ask(&text, "count(data.a.y)").expect("evaluates").result[0].expressions[0].value,
            rego::Value::int(30)
        );
    }

    #[test]
    fn a_disagreement_is_no_decision() {
        // Only our engine knows this builtin.
        let question =
            |engine| Question { engine, query: r#"strings.split_n("a b", " ", 1)"#.into(), ..Question::default() };
        assert!(evaluate(question(PolicyEngine::Native), ()).is_ok());
        let before = disagreements();
        let errors = evaluate(question(PolicyEngine::Both), ()).unwrap_err();
        assert_eq!(errors[0].code.as_deref(), Some("engine_disagreement"));
        assert_eq!(disagreements(), before + 1);
        let same = Question { engine: PolicyEngine::Both, query: "1 + 1".into(), ..Question::default() };
        assert_eq!(evaluate(same, ()).expect("both say so").result[0].expressions[0].value, rego::Value::int(2));
    }
}
