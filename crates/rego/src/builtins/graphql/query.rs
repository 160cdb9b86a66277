//! Texts of queries to documents.

use super::{
    lex::Kind,
    node::node,
    parse::{Parser, Result},
};
use crate::value::Value;

/// Reads a document with operations and fragments.
pub fn parse(text: &str) -> Result<Value> {
    let mut parser = Parser::new(text);
    let (mut operations, mut fragments) = (Vec::new(), Vec::new());
    while parser.peek().kind != Kind::End {
        match (parser.peek().kind, &*parser.peek().value) {
            (Kind::Mark("{"), _) | (Kind::Name, "query" | "mutation" | "subscription") => {
                operations.push(operation(&mut parser)?);
            }
            (Kind::Name, "fragment") => fragments.push(fragment_definition(&mut parser)?),
            _ => return parser.unexpected(),
        }
    }
    Ok(Value::object([("Operations".into(), Value::array(operations)), ("Fragments".into(), Value::array(fragments))]))
}

fn operation(parser: &mut Parser<'_>) -> Result<Value> {
    let (at, mut comment) = (parser.position(), parser.comment());
    let (mut operation, mut name) = ("query".into(), "".into());
    let (mut variables, mut directives) = (Value::Null, Value::Null);
    if !parser.is("{") {
        operation = parser.name()?;
        if parser.peek().kind == Kind::Name {
            name = parser.name()?;
        }
        variables = parser.some("(", ")", variable_definition)?.0;
        directives = parser.directives(false)?;
    } else {
        // OPA drops comments before an operation that is only braces.
        comment = Value::Null;
    }
    let selections = selections(parser)?;
    let fields = [
        ("Operation", operation),
        ("Name", name),
        ("VariableDefinitions", variables),
        ("Directives", directives),
        ("SelectionSet", selections),
        ("Comment", comment),
    ];
    Ok(node(at, fields))
}

fn variable_definition(parser: &mut Parser<'_>) -> Result<Value> {
    let (at, comment) = (parser.position(), parser.comment());
    let name = parser.variable()?;
    parser.expect(Kind::Mark(":"))?;
    let kind = parser.kind()?;
    let default = if parser.skip("=") { parser.literal(true)? } else { Value::Null };
    let directives = parser.directives(false)?;
    let fields = [
        ("Variable", name),
        ("Type", kind),
        ("DefaultValue", default),
        ("Directives", directives),
        ("Comment", comment),
        ("Used", false.into()),
    ];
    Ok(node(at, fields))
}

fn selections(parser: &mut Parser<'_>) -> Result<Value> {
    if !parser.is("{") {
        parser.expect(Kind::Mark("{"))?;
    }
    Ok(parser.some("{", "}", selection)?.0)
}

fn selection(parser: &mut Parser<'_>) -> Result<Value> {
    if parser.is("...") {
        return fragment(parser);
    }
    let (at, comment) = (parser.position(), parser.comment());
    let alias = parser.name()?;
    let name = if parser.skip(":") { parser.name()? } else { alias.clone() };
    let arguments = parser.arguments(false)?;
    let directives = parser.directives(false)?;
    let inner = if parser.is("{") { selections(parser)? } else { Value::Null };
    let fields = [
        ("Alias", alias),
        ("Name", name),
        ("Arguments", arguments),
        ("Directives", directives),
        ("SelectionSet", inner),
        ("Comment", comment),
    ];
    Ok(node(at, fields))
}

fn fragment(parser: &mut Parser<'_>) -> Result<Value> {
    let comment = parser.comment();
    parser.next();
    let at = parser.position();
    if parser.peek().kind == Kind::Name && !parser.is_word("on") {
        let name = parser.name()?;
        let directives = parser.directives(false)?;
        return Ok(node(at, [("Name", name), ("Directives", directives), ("Comment", comment)]));
    }
    let mut condition = "".into();
    if parser.is_word("on") {
        parser.next();
        condition = parser.name()?;
    }
    let directives = parser.directives(false)?;
    let selections = selections(parser)?;
    let fields =
        [("TypeCondition", condition), ("Directives", directives), ("SelectionSet", selections), ("Comment", comment)];
    Ok(node(at, fields))
}

fn fragment_definition(parser: &mut Parser<'_>) -> Result<Value> {
    let (at, comment) = (parser.position(), parser.comment());
    parser.next();
    if parser.is_word("on") {
        return parser.unexpected();
    }
    let name = parser.name()?;
    let variables = parser.some("(", ")", variable_definition)?.0;
    parser.expect_word("on")?;
    let condition = parser.name()?;
    let directives = parser.directives(false)?;
    let selections = selections(parser)?;
    let fields = [
        ("Name", name),
        ("VariableDefinition", variables),
        ("TypeCondition", condition),
        ("Directives", directives),
        ("SelectionSet", selections),
        ("Comment", comment),
    ];
    Ok(node(at, fields))
}
