//! `rego.parse_module`.

use super::{Context, Failure, Function, Outcome, string};
use crate::{
    ast::{JsonOptions, module_json},
    parse,
    value::Value,
};

pub(super) const TABLE: &[(&str, Function)] = &[("rego.parse_module", parse_module)];

fn parse_module(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let name = string(operands, 1)?;
    // OPA calls the text operand 1, too.
    let text = string(&operands[1..], 1)?;
    let module = parse::module(name, text, &parse::Options::default()).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Failed(match &*texts {
            [one] => format!("1 error occurred: {one}"),
            many => format!("{} errors occurred:\n{}", many.len(), many.join("\n")),
        })
    })?;
    let json =
        serde_json::to_string(&module_json(&module, &JsonOptions::default())).map_err(|error| error.to_string())?;
    Ok(Some(Value::from_json(&json).map_err(|error| error.to_string())?))
}
