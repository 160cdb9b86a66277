//! The second opinion: regorus, which was written apart from our own engine.

use std::num::{NonZeroU32, NonZeroUsize};

use super::{Location, Module, PolicyError, Question, internal};
use crate::model::{Evaluation, Expression, PolicyEngine, Position, QueryResult};

/// How many brackets may be open at once in a module or query. Its parser takes twice as long for every further one: 18
/// take a fifth of a second, 24 more than ten.
const MAX_NESTING: usize = 18;

/// Answers a question.
pub(super) fn answer(question: &Question) -> Result<Evaluation, PolicyError> {
    let mut engine = engine(question.v0);
    engine.set_strict_builtin_errors(question.strict_builtin_errors);
    // What policies print has been printed by the other engine, or nobody wants it.
    engine.set_gather_prints(question.engine != PolicyEngine::Regorus || !question.show_prints);
    if let Some(limit) = question.timeout {
        let check_interval = NonZeroU32::new(1000).unwrap_or(NonZeroU32::MIN);
        engine.set_execution_timer_config(regorus::utils::limits::ExecutionTimerConfig { limit, check_interval });
    }
    for module in &question.modules {
        add_module(&mut engine, module)?;
    }
    let value = |value: &rego::Value| {
        regorus::Value::from_json_str(&value.to_json()).map_err(|e| read_error(&e.to_string(), "eval_internal_error"))
    };
    if let Some(data) = &question.data {
        engine.add_data(value(data)?).map_err(|e| read_error(&e.to_string(), "eval_internal_error"))?;
    }
    if let Some(input) = &question.input {
        engine.set_input(value(input)?);
    }
    check_nesting("", &question.query)?;
    let results = engine.eval_query(question.query.clone(), false).map_err(|e| eval_error(&e.to_string()))?;
    let result = results
        .result
        .iter()
        // A query of which some expression is undefined or false has no answer.
        .filter(|result| result.expressions.iter().all(|e| e.value != regorus::Value::Undefined))
        .map(answered)
        .collect::<Result<_, _>>()?;
    Ok(Evaluation { result })
}

fn answered(result: &regorus::QueryResult) -> Result<QueryResult, PolicyError> {
    let value = |value: &regorus::Value| {
        let json = value.to_json_str().map_err(|e| internal(e.to_string()))?;
        rego::Value::from_json(&json).map_err(|e| internal(e.to_string()))
    };
    let expressions = result.expressions.iter().map(|expression| {
        let location = Position { row: expression.location.row as usize, col: expression.location.col as usize };
        Ok(Expression { value: value(&expression.value)?, text: expression.text.to_string(), location })
    });
    let expressions = expressions.collect::<Result<_, PolicyError>>()?;
    let bindings = match &result.bindings {
        regorus::Value::Object(fields) => fields
            .iter()
            .map(|(name, bound)| {
                let name = name.as_string().map(|name| name.to_string()).unwrap_or_default();
                Ok((name, value(bound)?))
            })
            .collect::<Result<_, PolicyError>>()?,
        _ => std::collections::BTreeMap::new(),
    };
    Ok(QueryResult { expressions, bindings })
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

fn add_module(engine: &mut regorus::Engine, module: &Module) -> Result<String, PolicyError> {
    check_nesting(&module.name, &module.text)?;
    engine
        .add_policy(module.name.clone(), module.text.clone())
        .map_err(|e| read_error(&e.to_string(), "rego_parse_error"))
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
            return Err(PolicyError {
                message,
                code: Some("rego_parse_error".into()),
                location: Some(location),
                ..PolicyError::default()
            });
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
    PolicyError {
        message: message.trim_start_matches("error: ").to_owned(),
        code: Some(code.into()),
        location,
        ..PolicyError::default()
    }
}
