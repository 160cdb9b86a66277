//! `platform policy eval`: OPA's flags, OPA's answers, OPA's exit codes.

use std::path::Path;
use std::time::Duration;

use comfy_table::{ContentArrangement, ContentLineStyle, LineStyle, TableStyle};
use rego::Value;
use serde_json::json;

use crate::commands::Run;
use crate::error::{Error, Result};
use crate::model::{Evaluation, Expression, PolicyEngine, QueryResult};
use crate::services::policy::{EvalError, EvalOutcome, EvalPolicy, EvalQuestion, evaluate, load, parse_input};
use crate::ui;

/// The lines of OPA's tables.
const OPA_STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('┌', '─', '┬', '┐'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .header_separator(LineStyle::new('├', '─', '┼', '┤'))
    .content_lines(ContentLineStyle::new('│', '│', '│'))
    .bottom_border(LineStyle::new('└', '─', '┴', '┘'));

/// OPA's exit code for every error.
const FAILED: u8 = 2;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --data the query is put to the stored policies. Exit codes are OPA's: 0 for an answer, 2 for an
error, and 1 where --fail or --fail-defined says so.

Examples:
  platform policy eval '1 + 1'
  platform policy eval -d authz.rego -i input.json -f pretty data.authz.allow
  platform policy eval data.demo.quorum --fail < /dev/null"
)]
pub struct Eval {
    /// The query
    query: String,
    /// Policy or data files or folders; PREFIX:PATH mounts data under a dotted path
    #[arg(long, short, value_name = "PATH")]
    data: Vec<String>,
    /// File with the input document, JSON or YAML; - for stdin
    #[arg(long, short, value_name = "PATH")]
    input: Option<String>,
    /// Read the input document from stdin
    #[arg(long, short = 'I', conflicts_with = "input")]
    stdin_input: bool,
    /// How to print the answer
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,
    /// Exit 1 when the answer is undefined or empty
    #[arg(long)]
    fail: bool,
    /// Exit 1 when the answer is defined and not empty
    #[arg(long, conflicts_with = "fail")]
    fail_defined: bool,
    /// End with an error when a builtin function fails
    #[arg(long)]
    strict_builtin_errors: bool,
    /// Read modules and query as Rego before OPA 1.0
    #[arg(long)]
    v0_compatible: bool,
    /// Who decides [default: `policy.engine`]
    #[arg(long, value_enum)]
    engine: Option<PolicyEngine>,
    /// How long it may take [default: `policy.timeout`]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

/// OPA's formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// The whole answer
    #[default]
    Json,
    /// The values, a JSON array for each way in which the query holds
    Values,
    /// The bindings, a JSON object for each way in which the query holds
    Bindings,
    /// For a person
    Pretty,
    /// The values, for scripts
    Raw,
    /// Only whether there is an answer
    Discard,
}

impl Eval {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let input = match self.read_input() {
            Ok(input) => input,
            Err(error) => {
                run.ui.error(&error);
                return Ok(FAILED);
            }
        };
        let outcome = match self.ask(run, input).await {
            Ok(outcome) => outcome,
            // OPA's exit codes hold for the stored policies as well.
            Err(error) if self.data.is_empty() => {
                run.ui.error(&error);
                return Ok(FAILED);
            }
            // As OPA: what keeps files from being loaded is part of the answer.
            Err(error) => {
                let error = EvalError { message: error.message, ..EvalError::default() };
                EvalOutcome { errors: vec![error], ..EvalOutcome::default() }
            }
        };
        if !outcome.errors.is_empty() {
            self.print_errors(run, &outcome.errors)?;
            return Ok(FAILED);
        }
        run.ui.print(&self.text(&outcome.evaluation)?)?;
        let defined = !outcome.evaluation.result.is_empty();
        Ok(u8::from((self.fail && !defined) || (self.fail_defined && defined)))
    }

    /// Files given: here and now, without any database. Else the stored policies answer, if the query can see them.
    async fn ask(&self, run: &Run<'_>, input: Option<Value>) -> Result<EvalOutcome> {
        if self.data.is_empty() && (run.loaded.is_remote() || mentions_data(&self.query)) {
            if self.timeout.is_some() || self.v0_compatible || self.engine.is_some() {
                return Err(Error::usage("--timeout, --engine and --v0-compatible go with --data").hint(
                    "stored policies have the settings `policy.timeout` and `policy.engine`, and are Rego as of OPA 1.0",
                ));
            }
            let strict_builtin_errors = self.strict_builtin_errors;
            let input = input.as_ref().map(serde_json::Value::from);
            let operation = EvalPolicy { query: self.query.clone(), input, strict_builtin_errors };
            return run.backend().await?.call(operation).await;
        }
        let sources = load(&self.data)?;
        let question = EvalQuestion {
            engine: self.engine.unwrap_or(run.loaded.settings.policy.engine),
            modules: sources.modules,
            data: (!sources.data.is_empty()).then(|| Value::Object(sources.data.into())),
            input,
            query: self.query.clone(),
            v0: self.v0_compatible,
            show_prints: true,
            strict_builtin_errors: self.strict_builtin_errors,
            timeout: Some(self.timeout.unwrap_or(run.loaded.settings.policy.timeout)),
        };
        Ok(evaluate(question, ()))
    }

    fn read_input(&self) -> Result<Option<Value>> {
        let (name, text) = match self.input.as_deref() {
            None if !self.stdin_input => return Ok(None),
            None | Some("-") => ("stdin", ui::read_stdin()?),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| Error::io(format_args!("read {path}"), e))?;
                (path, text)
            }
        };
        parse_input(Path::new(name), &text).map(Some)
    }

    fn text(&self, evaluation: &Evaluation) -> Result<String> {
        let result = &evaluation.result;
        match self.format {
            Format::Json => pretty(evaluation),
            Format::Values => result.iter().map(|one| pretty(&values(one))).collect(),
            Format::Bindings => result.iter().map(|one| pretty(&one.bindings)).collect(),
            Format::Raw => Ok(result.iter().map(|one| raw(one) + "\n").collect()),
            Format::Discard if result.is_empty() => pretty(&json!({})),
            Format::Discard => pretty(&json!({"result": "discarded"})),
            Format::Pretty => match result.as_slice() {
                [] => Ok("undefined\n".into()),
                [QueryResult { expressions, bindings }] if bindings.is_empty() && expressions.len() == 1 => {
                    pretty(&expressions[0].value)
                }
                _ => Ok(grid(result)),
            },
        }
    }

    fn print_errors(&self, run: &Run<'_>, errors: &[EvalError]) -> Result<()> {
        if matches!(self.format, Format::Json) {
            #[derive(serde::Serialize)]
            struct All<'e> {
                errors: &'e [EvalError],
            }
            return run.ui.print(&pretty(&All { errors })?);
        }
        let count = match errors {
            [_] => "1 error occurred".to_owned(),
            _ => format!("{} errors occurred", errors.len()),
        };
        for error in errors {
            run.ui.error(&Error::invalid(format!("{count}: {error}")));
        }
        Ok(())
    }
}

/// Whether a query looks at `data`: the word stands in it outside of strings.
fn mentions_data(query: &str) -> bool {
    let mut outside = String::new();
    let mut quote = None;
    let mut signs = query.chars();
    while let Some(sign) = signs.next() {
        match quote {
            None if matches!(sign, '"' | '`') => quote = Some(sign),
            None => outside.push(sign),
            Some('"') if sign == '\\' => drop(signs.next()),
            Some(open) if sign == open => {
                quote = None;
                outside.push(' ');
            }
            Some(_) => {}
        }
    }
    outside.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).any(|word| word == "data")
}

fn pretty(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|e| Error::internal(e.to_string()))
}

fn values(one: &QueryResult) -> Vec<Value> {
    one.expressions.iter().map(|expression| expression.value.clone()).collect()
}

fn raw(one: &QueryResult) -> String {
    let texts = values(one).into_iter().map(|value| match value {
        Value::String(text) => text.to_string(),
        other => other.to_json(),
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// Bindings and values side by side, a row for each way in which the query holds.
fn grid(result: &[QueryResult]) -> String {
    let Some(first) = result.first() else { return String::new() };
    let names: Vec<&String> = first.bindings.keys().collect();
    // Beside variables, an expression that merely holds says nothing.
    let says = |expression: &Expression| names.is_empty() || expression.value != Value::Bool(true);
    let shown: Vec<usize> = (0..first.expressions.len()).filter(|at| says(&first.expressions[*at])).collect();
    let mut table = comfy_table::Table::new();
    table.load_style(OPA_STYLE).set_content_arrangement(ContentArrangement::Disabled);
    let texts = shown.iter().map(|at| &first.expressions[*at].text);
    table.set_header(names.iter().copied().chain(texts));
    for one in result {
        let bound = names.iter().map(|name| one.bindings.get(*name).unwrap_or(&Value::Null).to_json());
        table.add_row(bound.chain(shown.iter().map(|at| one.expressions[*at].value.to_json())));
    }
    table.to_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::mentions_data;

    #[test]
    fn data_counts_only_as_a_word_outside_of_strings() {
        assert!(mentions_data("data.authz.allow"));
        assert!(mentions_data("x := data"));
        assert!(!mentions_data("x := \"data\""));
        assert!(!mentions_data("metadata.x == `data`"));
    }
}
