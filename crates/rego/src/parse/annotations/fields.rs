//! What the fields of metadata mean.

use super::decode::{Any, Fields};
use crate::{
    ast::{Author, Node, Ref, RelatedResource, SchemaAnnotation},
    error::Errors,
    parse,
    value::Value,
};

/// The contents of all fields but the scope.
pub(super) struct Contents {
    pub related_resources: Vec<RelatedResource>,
    pub authors: Vec<Author>,
    pub schemas: Vec<SchemaAnnotation>,
    pub compile: Option<(Vec<Ref>, Option<Ref>)>,
    pub custom: Option<Value>,
    pub labels: Option<Value>,
}

/// Reads the contents, or says what is wrong with the first that is.
pub(super) fn contents(fields: &Fields) -> Result<Contents, String> {
    let related_resources = fields.related_resources.iter().map(|any| {
        related_resource(any).map_err(|why| format!("invalid related-resource definition {}: {why}", any.shown()))
    });
    let related_resources = related_resources.collect::<Result<_, _>>()?;
    let compile = fields.compile.as_deref().map(compile).transpose()?;
    let schemas = fields.schemas.iter().map(|pair| schema(pair)).collect::<Result<_, _>>()?;
    let authors = fields
        .authors
        .iter()
        .map(|any| author(any).map_err(|why| format!("invalid author definition {}: {why}", any.shown())));
    let authors = authors.collect::<Result<_, _>>()?;
    let custom = fields.custom.as_deref().map(object).transpose()?;
    let labels = fields.labels.as_deref().map(object).transpose()?;
    Ok(Contents { related_resources, authors, schemas, compile, custom, labels })
}

fn object(entries: &[(String, Any)]) -> Result<Value, String> {
    let entries = entries.iter().map(|(key, value)| Ok((Value::string(key), value.value(&mut Vec::new())?)));
    Ok(Value::object(entries.collect::<Result<Vec<_>, String>>()?))
}

fn related_resource(any: &Any) -> Result<RelatedResource, String> {
    any.value(&mut Vec::new())?;
    let (reference, description) = match any {
        Any::String(reference) if reference.is_empty() => return Err("ref URL may not be empty string".to_owned()),
        Any::String(reference) => (reference.as_str(), ""),
        Any::Map(..) => match any.text_field("ref") {
            "" => return Err("'ref' value required in object".to_owned()),
            reference => (reference, any.text_field("description")),
        },
        _ => return Err("invalid value type, must be string or map".to_owned()),
    };
    check_url(reference)?;
    Ok(RelatedResource { reference: reference.to_owned(), description: description.to_owned() })
}

/// Refuses what Go takes for no URL.
fn check_url(url: &str) -> Result<(), String> {
    let refuse = |why: &str| Err(format!("parse {url:?}: {why}"));
    if url.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return refuse("net/url: invalid control character in URL");
    }
    if url.starts_with(':') {
        return refuse("missing protocol scheme");
    }
    let colon = url.find([':', '/', '?', '#']).filter(|at| url.as_bytes()[*at] == b':');
    let scheme_char = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.');
    if let Some(at) = colon
        && !(url[..at].starts_with(|char: char| char.is_ascii_alphabetic()) && url[..at].chars().all(scheme_char))
    {
        return refuse("first path segment in URL cannot contain colon");
    }
    let mut rest = url.split(['?']).next().unwrap_or_default();
    while let Some(at) = rest.find('%') {
        let escape = &rest[at..rest.len().min(rest.char_indices().nth(at + 3).map_or(rest.len(), |(end, _)| end))];
        if !rest.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
            return refuse(&format!("invalid URL escape {escape:?}"));
        }
        rest = &rest[at + 3..];
    }
    Ok(())
}

fn author(any: &Any) -> Result<Author, String> {
    any.value(&mut Vec::new())?;
    match any {
        Any::String(text) => author_of_text(text),
        Any::Map(..) => match (any.text_field("name"), any.text_field("email")) {
            ("", "") => Err("'name' and/or 'email' values required in object".to_owned()),
            (name, email) => Ok(Author { name: name.to_owned(), email: email.to_owned() }),
        },
        _ => Err("invalid value type, must be string or map".to_owned()),
    }
}

/// `Name <mail@address>`
fn author_of_text(text: &str) -> Result<Author, String> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let Some(last) = words.last() else { return Err("author is an empty string".to_owned()) };
    let email = last.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or_default();
    if last.starts_with('<') && last.ends_with('>') && last.len() >= 2 {
        words.pop();
    }
    Ok(Author { name: words.join(" "), email: email.to_owned() })
}

fn schema(pair: &[(String, Any)]) -> Result<SchemaAnnotation, String> {
    let empty = (String::new(), Any::Null);
    let (path, schema) = pair.first().unwrap_or(&empty);
    let parsed = parse::reference(path).map_err(|_| "invalid document reference".to_owned())?;
    let (schema, definition) = match schema {
        Any::String(text) => (Some(schema_reference(text)?), None),
        Any::Map(..) => {
            let wrong = |why| format!("invalid schema definition: {why}");
            (None, Some(schema.value(&mut Vec::new()).map_err(wrong)?))
        }
        _ => return Err(format!("invalid schema declaration for path {path:?}")),
    };
    Ok(SchemaAnnotation { path: parsed, schema, definition })
}

/// `schema` or a reference below it.
fn schema_reference(text: &str) -> Result<Ref, String> {
    let is_schema = |term: &crate::ast::Term| term.as_var().is_some_and(|var| var.as_str() == "schema");
    match parse::term(text, &parse::Options::default()) {
        Ok(term) if is_schema(&term) => Ok(vec![term]),
        Ok(term) => match term.node {
            Node::Ref(parts) if parts.first().is_some_and(is_schema) => Ok(parts),
            _ => Err("invalid schema reference".to_owned()),
        },
        Err(_) => Err("invalid schema reference".to_owned()),
    }
}

fn compile(entries: &[(String, Any)]) -> Result<(Vec<Ref>, Option<Ref>), String> {
    let field = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let mut unknowns = Vec::new();
    if let Some(Any::List(items)) = field("unknowns") {
        for item in items {
            let Any::String(text) = item else { continue };
            let unknown = parse::reference(text)
                .map_err(|errors| format!("invalid unknowns element {text:?}: {}", why_no_reference(text, &errors)))?;
            unknowns.push(unknown);
        }
    }
    let mut mask = None;
    if let Some(Any::String(text)) = field("mask_rule") {
        let term = parse::term(text, &parse::Options::default())
            .map_err(|errors| format!("invalid mask_rule annotation {text:?}: {}", why_no_term(&errors)))?;
        mask = Some(match term.node {
            Node::Ref(parts) => parts,
            Node::Var(_) | Node::String(_) => vec![term],
            _ => return Err(format!("invalid mask_rule annotation type {text:?}: string")),
        });
    }
    Ok((unknowns, mask))
}

fn why_no_reference(text: &str, errors: &Errors) -> String {
    match parse::term(text, &parse::Options::default()) {
        Ok(term) => format!("expected ref but got {term}"),
        Err(_) => format!("failed to parse ref: {}", why_no_term(errors)),
    }
}

fn why_no_term(errors: &Errors) -> String {
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    match shown.as_slice() {
        [error] => format!("failed to parse term: 1 error occurred: {error}"),
        errors => format!("failed to parse term: {} errors occurred:\n{}", errors.len(), errors.join("\n")),
    }
}
