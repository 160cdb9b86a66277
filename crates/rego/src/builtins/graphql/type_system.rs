//! Texts of schemas to documents.

use super::{
    lex::Kind,
    node::{list, node},
    parse::{Parser, Result},
};
use crate::value::Value;

/// A description and the comments before it.
#[derive(Clone, Default)]
struct Description {
    text: String,
    comment: Value,
}

/// Reads a document with types, directives and entry points.
pub fn parse(text: &str) -> Result<Value> {
    let mut parser = Parser::new(text);
    let mut parts: [Vec<Value>; 5] = Default::default();
    let [schema, schema_extension, directives, definitions, extensions] = &mut parts;
    while parser.peek().kind != Kind::End {
        let description = description(&mut parser);
        if parser.peek().kind != Kind::Name {
            return parser.unexpected();
        }
        match &*parser.peek().value {
            "scalar" | "type" | "interface" | "union" | "enum" | "input" => {
                let comment = parser.comment();
                definitions.push(definition(&mut parser, &description, comment, false)?);
            }
            "schema" => {
                let comment = parser.comment();
                schema.push(schema_definition(&mut parser, &description, comment)?);
            }
            "directive" => directives.push(directive_definition(&mut parser, &description)?),
            "extend" => {
                if let (false, Some(token)) = (description.text.is_empty(), &parser.previous) {
                    return Parser::problem(token, format!("Unexpected {}", token.shown()));
                }
                let comment = parser.expect_word("extend")?;
                if parser.peek().value == "schema" {
                    let extension = schema_definition(&mut parser, &Description::default(), comment)?;
                    if list(&extension, "Directives").is_empty() && list(&extension, "OperationTypes").is_empty() {
                        return parser.unexpected();
                    }
                    schema_extension.push(extension);
                } else {
                    extensions.push(definition(&mut parser, &Description::default(), comment, true)?);
                }
            }
            _ => return parser.unexpected(),
        }
    }
    let names = ["Schema", "SchemaExtension", "Directives", "Definitions", "Extensions"];
    let comment = parser.comment();
    let lists = names.into_iter().zip(parts).map(|(name, nodes)| (name.into(), Value::array(nodes)));
    Ok(Value::object(lists.chain([("Comment".into(), comment)])))
}

fn description(parser: &mut Parser<'_>) -> Description {
    match parser.peek().kind {
        Kind::String | Kind::BlockString => {
            let comment = parser.comment();
            Description { text: parser.next().value, comment }
        }
        _ => Description::default(),
    }
}

/// A description within a definition, which counts only if there is something in it.
fn inner_description(parser: &mut Parser<'_>) -> Description {
    let description = description(parser);
    if description.text.is_empty() { Description::default() } else { description }
}

fn schema_definition(parser: &mut Parser<'_>, description: &Description, comment: Value) -> Result<Value> {
    parser.expect_word("schema")?;
    let at = parser.position();
    let directives = parser.directives(true)?;
    let (operations, end) = parser.some("{", "}", |parser| {
        let (at, comment) = (parser.position(), parser.comment());
        let token = parser.next();
        if !matches!(&*token.value, "query" | "mutation" | "subscription") {
            return Parser::problem(&token, format!("Unexpected {}", token.shown()));
        }
        parser.expect(Kind::Mark(":"))?;
        let kind = parser.name()?;
        Ok(node(at, [("Operation", token.value.into()), ("Type", kind), ("Comment", comment)]))
    })?;
    let fields = [
        ("Description", description.text.as_str().into()),
        ("Directives", directives),
        ("OperationTypes", operations),
        ("BeforeDescriptionComment", description.comment.clone()),
        ("AfterDescriptionComment", comment),
        ("EndOfDefinitionComment", end),
    ];
    Ok(node(at, fields))
}

fn definition(parser: &mut Parser<'_>, description: &Description, comment: Value, is_extension: bool) -> Result<Value> {
    let word = parser.peek().value.clone();
    let kind = match &*word {
        "scalar" => "SCALAR",
        "type" => "OBJECT",
        "interface" => "INTERFACE",
        "union" => "UNION",
        "enum" => "ENUM",
        "input" => "INPUT_OBJECT",
        _ => return parser.unexpected(),
    };
    parser.expect_word(&word)?;
    let at = parser.position();
    let name = parser.name()?;
    let can_implement = kind == "OBJECT" || (kind == "INTERFACE" && !is_extension);
    let interfaces = if can_implement { interfaces(parser)? } else { Vec::new() };
    let directives = parser.directives(kind != "INPUT_OBJECT" || !is_extension)?;
    let (mut fields, mut values, mut end, mut types) = (Value::Null, Value::Null, Value::Null, Vec::new());
    match kind {
        "OBJECT" | "INTERFACE" => (fields, end) = parser.some("{", "}", field)?,
        "INPUT_OBJECT" => (fields, end) = parser.some("{", "}", input_value)?,
        "ENUM" => (values, end) = parser.some("{", "}", enum_value)?,
        "UNION" => types = members(parser)?,
        _ => {}
    }
    let is_empty = interfaces.is_empty() && types.is_empty() && fields == Value::Null && values == Value::Null;
    if is_extension && is_empty && matches!(&directives, Value::Array(items) if items.is_empty()) {
        return parser.unexpected();
    }
    let fields = [
        ("Kind", kind.into()),
        ("Description", description.text.as_str().into()),
        ("Name", name),
        ("Directives", directives),
        ("Interfaces", Value::array(interfaces)),
        ("Fields", fields),
        ("Types", Value::array(types)),
        ("EnumValues", values),
        ("BuiltIn", false.into()),
        ("BeforeDescriptionComment", description.comment.clone()),
        ("AfterDescriptionComment", comment),
        ("EndOfDefinitionComment", end),
    ];
    Ok(node(at, fields))
}

fn interfaces(parser: &mut Parser<'_>) -> Result<Vec<Value>> {
    let mut names = Vec::new();
    if parser.peek().value == "implements" {
        parser.next();
        parser.skip("&");
        names.push(parser.name()?);
        while parser.skip("&") {
            names.push(parser.name()?);
        }
    }
    Ok(names)
}

fn members(parser: &mut Parser<'_>) -> Result<Vec<Value>> {
    let mut names = Vec::new();
    if parser.skip("=") {
        parser.skip("|");
        names.push(parser.name()?);
        while parser.skip("|") {
            names.push(parser.name()?);
        }
    }
    Ok(names)
}

fn field(parser: &mut Parser<'_>) -> Result<Value> {
    let description = inner_description(parser);
    let (at, comment) = (parser.position(), parser.comment());
    let name = parser.name()?;
    let arguments = parser.some("(", ")", input_value)?.0;
    parser.expect(Kind::Mark(":"))?;
    let kind = parser.kind()?;
    let directives = parser.directives(true)?;
    let fields = [
        ("Description", description.text.into()),
        ("Name", name),
        ("Arguments", arguments),
        ("Type", kind),
        ("Directives", directives),
        ("BeforeDescriptionComment", description.comment),
        ("AfterDescriptionComment", comment),
    ];
    Ok(node(at, fields))
}

/// An argument, or a field of an input object.
fn input_value(parser: &mut Parser<'_>) -> Result<Value> {
    let description = inner_description(parser);
    let (at, comment) = (parser.position(), parser.comment());
    let name = parser.name()?;
    parser.expect(Kind::Mark(":"))?;
    let kind = parser.kind()?;
    let default = if parser.skip("=") { parser.literal(true)? } else { Value::Null };
    let directives = parser.directives(true)?;
    let fields = [
        ("Description", description.text.into()),
        ("Name", name),
        ("DefaultValue", default),
        ("Type", kind),
        ("Directives", directives),
        ("BeforeDescriptionComment", description.comment),
        ("AfterDescriptionComment", comment),
    ];
    Ok(node(at, fields))
}

fn enum_value(parser: &mut Parser<'_>) -> Result<Value> {
    let description = inner_description(parser);
    let (at, comment) = (parser.position(), parser.comment());
    let name = parser.name()?;
    let directives = parser.directives(true)?;
    let fields = [
        ("Description", description.text.into()),
        ("Name", name),
        ("Directives", directives),
        ("BeforeDescriptionComment", description.comment),
        ("AfterDescriptionComment", comment),
    ];
    Ok(node(at, fields))
}

const LOCATIONS: [&str; 19] = [
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
];

fn directive_definition(parser: &mut Parser<'_>, description: &Description) -> Result<Value> {
    let comment = parser.expect_word("directive")?;
    parser.expect(Kind::Mark("@"))?;
    let at = parser.position();
    let name = parser.name()?;
    let arguments = parser.some("(", ")", input_value)?.0;
    let repeatable = parser.is_word("repeatable");
    if repeatable {
        parser.next();
    }
    parser.expect_word("on")?;
    parser.skip("|");
    let mut locations = Vec::new();
    loop {
        let token = parser.expect(Kind::Name)?;
        if !LOCATIONS.contains(&&*token.value) {
            return Parser::problem(&token, format!("Unexpected {}", token.shown()));
        }
        locations.push(token.value.into());
        if !parser.skip("|") {
            break;
        }
    }
    let fields = [
        ("Description", description.text.as_str().into()),
        ("Name", name),
        ("Arguments", arguments),
        ("Locations", Value::array(locations)),
        ("IsRepeatable", repeatable.into()),
        ("BeforeDescriptionComment", description.comment.clone()),
        ("AfterDescriptionComment", comment),
    ];
    Ok(node(at, fields))
}
