//! All documents that a schema consists of, by their references.

use std::collections::BTreeMap;

use super::reference::Reference;
use crate::value::Value;

/// Versions of JSON Schema. Where none is named, keywords of all of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draft {
    Four,
    Six,
    Seven,
    Any,
}

/// A document or a part of one that has a name of its own.
#[derive(Clone)]
pub struct Document {
    pub node: Value,
    pub draft: Option<Draft>,
}

pub struct Pool<'n> {
    documents: BTreeMap<String, Document>,
    allow_net: Option<&'n [String]>,
}

const DRAFTS: [(&str, Draft, &str); 3] = [
    ("http://json-schema.org/draft-04/schema", Draft::Four, include_str!("drafts/4.json")),
    ("http://json-schema.org/draft-06/schema", Draft::Six, include_str!("drafts/6.json")),
    ("http://json-schema.org/draft-07/schema", Draft::Seven, include_str!("drafts/7.json")),
];

/// The draft that a schema names.
pub fn draft_of(node: &Value) -> Result<Option<Draft>, String> {
    match node {
        Value::Bool(_) => return Ok(None),
        Value::Object(_) => {}
        _ => return Err("schema is invalid".to_owned()),
    }
    let Some(url) = node.field("$schema") else { return Ok(None) };
    let url = url.as_str().ok_or("$schema must be of type string")?;
    let url = Reference::parse(url)?.text();
    Ok(DRAFTS.iter().find(|(name, ..)| *name == url).map(|(_, draft, _)| *draft))
}

impl<'n> Pool<'n> {
    pub fn new(allow_net: Option<&'n [String]>) -> Self {
        Self { documents: BTreeMap::new(), allow_net }
    }

    /// Takes a document in, with every `$ref` in it made absolute, and gives it back so.
    pub fn add(&mut self, node: &Value, at: &Reference) -> Result<Value, String> {
        let name = at.text();
        if self.documents.contains_key(&name) {
            return Err(exists(&name));
        }
        let draft = draft_of(node)?;
        let node = self.register(node, at, draft)?;
        self.documents.insert(name, Document { node: node.clone(), draft });
        Ok(node)
    }

    fn register(&mut self, node: &Value, base: &Reference, draft: Option<Draft>) -> Result<Value, String> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match node {
            Value::Array(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(|item| self.register(item, base, draft)).collect();
                Ok(Value::array(items?))
            }
            Value::Object(_) => self.register_object(node, base, draft),
            scalar => Ok(scalar.clone()),
        })
    }

    fn register_object(&mut self, node: &Value, base: &Reference, draft: Option<Draft>) -> Result<Value, String> {
        let Value::Object(object) = node else { return Ok(node.clone()) };
        let resolve = |base: &Reference, text: &Value| Some(base.resolve(&Reference::parse(text.as_str()?).ok()?));
        let id = node.field("id").or_else(|| node.field("$id")).and_then(|id| resolve(base, id));
        if let Some(id) = &id {
            let name = id.text();
            if self.documents.contains_key(&name) {
                return Err(exists(&name));
            }
            self.documents.insert(name, Document { node: node.clone(), draft });
        }
        let base = id.as_ref().unwrap_or(base);
        let mut entries = Vec::with_capacity(object.len());
        for (key, value) in object.iter() {
            let value = match (key.as_str().unwrap_or_default(), value) {
                ("const" | "enum", _) => value.clone(),
                ("$ref", _) => resolve(base, value).map_or_else(|| value.clone(), |target| target.text().into()),
                // Names in here are not keywords.
                ("properties" | "dependencies" | "patternProperties", Value::Object(children)) => {
                    let mut changed = Vec::with_capacity(children.len());
                    for (name, child) in children.iter() {
                        changed.push((name.clone(), self.register(child, base, draft)?));
                    }
                    Value::object(changed)
                }
                _ => self.register(value, base, draft)?,
            };
            entries.push((key.clone(), value));
        }
        let node = Value::object(entries);
        if let Some(id) = &id {
            self.documents.insert(id.text(), Document { node: node.clone(), draft });
        }
        Ok(node)
    }

    /// What a reference stands for.
    pub fn get(&mut self, reference: &Reference) -> Result<Document, String> {
        if let Some(found) = self.documents.get(&reference.text()) {
            return Ok(found.clone());
        }
        let name = reference.document();
        if !self.documents.contains_key(&name) {
            self.load(reference, &name)?;
        }
        let whole = self.documents.get(&name).ok_or_else(|| disabled(reference))?;
        let found = Document { node: reference.find(&whole.node)?, draft: whole.draft };
        self.documents.insert(reference.text(), found.clone());
        Ok(found)
    }

    /// Only the schemas of schemas are at hand; nothing is fetched from files or the network.
    fn load(&mut self, reference: &Reference, name: &str) -> Result<(), String> {
        if !reference.is_canonical() {
            return Err(format!("Reference {} must be canonical", reference.text()));
        }
        let Some((_, _, text)) = DRAFTS.iter().find(|(url, ..)| *url == name) else {
            let allowed = self.allow_net.is_none_or(|hosts| hosts.iter().any(|host| host == reference.host()));
            return Err(match allowed {
                true => format!("cannot load {}: schemas are not fetched from the network", reference.text()),
                false => disabled(reference),
            });
        };
        let node = Value::from_json(text).map_err(|error| error.to_string())?;
        // These name themselves by their own `$id`.
        let draft = draft_of(&node)?;
        let node = self.register(&node, &Reference::parse(name)?, draft)?;
        self.documents.insert(name.to_owned(), Document { node, draft });
        Ok(())
    }
}

fn exists(name: &str) -> String {
    format!("Reference already exists: \"{name}\"")
}

fn disabled(reference: &Reference) -> String {
    format!("remote reference loading disabled: {}", reference.text())
}
