//! The tree as JSON, in the shape and with the order of keys that `opa parse -f json` has.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::{
    Annotations, Comment, Expr, ExprKind, Head, Import, Location, Logical, Module, Node, Not, Package, Rule,
    SchemaAnnotation, TemplatePart, Term, With, compare,
};
use crate::value::Value;

/// What the JSON contains beside the tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonOptions {
    /// The place of each node, with its text in base 64.
    pub locations: bool,
    /// The comments.
    pub comments: bool,
}

/// JSON whose objects keep the order of their keys.
#[derive(Clone, Debug)]
pub enum Json {
    /// A value without such objects.
    Value(Value),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Map(Vec<(&'static str, Json)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match self {
            Self::Value(value) => value.serialize(serializer),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        })
    }
}

impl Json {
    /// The text as `opa` prints it: indented by two blanks, `<`, `>` and `&` escaped.
    pub fn to_pretty_text(&self) -> String {
        crate::value::escape_html(&serde_json::to_string_pretty(self).unwrap_or_default())
    }

    fn string(text: impl AsRef<str>) -> Self {
        Self::Value(Value::string(text))
    }

    fn bool(bool: bool) -> Self {
        Self::Value(Value::Bool(bool))
    }

    fn list<T>(items: impl IntoIterator<Item = T>, json: impl FnMut(T) -> Self) -> Self {
        Self::List(items.into_iter().map(json).collect())
    }
}

/// Entries of an object, some of which may be missing.
fn map<const N: usize>(entries: [(&'static str, Option<Json>); N]) -> Json {
    Json::Map(entries.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

/// A module as JSON.
pub fn module_json(module: &Module, options: &JsonOptions) -> Json {
    let tree = Tree { locations: options.locations };
    let comments = options.comments.then_some(&module.comments);
    map([
        ("package", Some(tree.package(&module.package))),
        ("imports", filled(&module.imports, |import| tree.import(import))),
        ("annotations", filled(&module.annotations, |annotations| tree.annotations(annotations))),
        ("rules", filled(&module.rules, |rule| tree.rule(rule))),
        ("comments", comments.and_then(|comments| filled(comments, |comment| tree.comment(comment)))),
    ])
}

/// A list, unless it is empty.
fn filled<'a, T>(items: &'a [T], json: impl FnMut(&'a T) -> Json) -> Option<Json> {
    (!items.is_empty()).then(|| Json::list(items, json))
}

fn filled_text(text: &str) -> Option<Json> {
    (!text.is_empty()).then(|| Json::string(text))
}

fn only_true(bool: bool) -> Option<Json> {
    bool.then(|| Json::bool(true))
}

/// How nodes are written.
struct Tree {
    locations: bool,
}

impl Tree {
    fn place(&self, location: &Location) -> Json {
        let text = location.text();
        map([
            ("file", Some(Json::string(location.file()))),
            ("row", Some(Json::Value(Value::int(i64::from(location.row))))),
            ("col", Some(Json::Value(Value::int(i64::from(location.col))))),
            ("text", (self.locations && !text.is_empty()).then(|| Json::string(base64(text.as_bytes())))),
        ])
    }

    fn location(&self, location: &Location) -> Option<Json> {
        self.locations.then(|| self.place(location))
    }

    fn package(&self, package: &Package) -> Json {
        map([("location", self.location(&package.location)), ("path", Some(self.terms(&package.path)))])
    }

    fn import(&self, import: &Import) -> Json {
        map([
            ("alias", import.alias.as_ref().map(|alias| Json::string(alias.as_str()))),
            ("alias_location", import.alias_location.as_ref().and_then(|location| self.location(location))),
            ("location", self.location(&import.location)),
            ("path", Some(self.term(&import.path))),
        ])
    }

    fn comment(&self, comment: &Comment) -> Json {
        map([
            ("Text", Some(Json::string(base64(comment.text.as_bytes())))),
            ("Location", Some(self.place(&comment.location))),
        ])
    }

    fn rule(&self, rule: &Rule) -> Json {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            map([
                ("annotations", filled(&rule.annotations, |annotations| self.annotations(annotations))),
                ("body", Some(self.body(&rule.body))),
                ("default", only_true(rule.default)),
                ("else", rule.else_rule.as_ref().map(|rule| self.rule(rule))),
                ("head", Some(self.head(&rule.head))),
                ("location", self.location(&rule.location)),
            ])
        })
    }

    fn head(&self, head: &Head) -> Json {
        map([
            ("name", filled_text(head.name.as_str())),
            ("args", filled(head.args.as_deref().unwrap_or_default(), |term| self.term(term))),
            ("key", head.key.as_ref().map(|key| self.term(key))),
            ("value", head.value.as_ref().map(|value| self.head_value(head, value))),
            ("assign", only_true(head.assign)),
            ("ref", Some(self.terms(&head.reference))),
            ("location", self.location(&head.location)),
        ])
    }

    /// A value that was not written stands nowhere in OPA's tree, but for conditions under a key and further bodies.
    fn head_value(&self, head: &Head, value: &Term) -> Json {
        let text = head.location.text();
        let under_key = head.reference.len() == 2 && head.args.as_ref().is_none_or(Vec::is_empty);
        let has_place = !head.generated_value || text.starts_with('{') || under_key && text != "else";
        Tree { locations: self.locations && has_place }.term(value)
    }

    fn body(&self, body: &[Expr]) -> Json {
        Json::list(body, |expr| self.expr(expr))
    }

    fn expr(&self, expr: &Expr) -> Json {
        let index = i64::try_from(expr.index).unwrap_or(i64::MAX);
        map([
            ("generated", only_true(expr.generated)),
            ("index", Some(Json::Value(Value::int(index)))),
            ("location", self.location(&expr.location)),
            ("negated", only_true(expr.negated)),
            ("terms", Some(self.kind(&expr.kind))),
            ("with", filled(&expr.with, |with| self.with(with))),
        ])
    }

    fn kind(&self, kind: &ExprKind) -> Json {
        match kind {
            ExprKind::Term(Term { node: Node::Not(not), .. }) => self.not(not),
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(call) => self.terms(call),
            ExprKind::Some(some) => {
                map([("location", self.location(&some.location)), ("symbols", Some(self.terms(&some.symbols)))])
            }
            ExprKind::Every(every) => map([
                ("body", Some(self.body(&every.body))),
                ("domain", Some(self.term(&every.domain))),
                ("key", Some(every.key.as_ref().map_or(Json::Value(Value::Null), |key| self.term(key)))),
                ("location", self.location(&every.location)),
                ("value", Some(self.term(&every.value))),
            ]),
            ExprKind::And(logical) => self.logical("and", logical),
            ExprKind::Or(logical) => self.logical("or", logical),
        }
    }

    fn not(&self, not: &Not) -> Json {
        map([
            ("body", Some(self.body(&not.body))),
            ("explicit_body", Some(Json::bool(not.explicit_body))),
            ("type", Some(Json::string("not"))),
        ])
    }

    fn logical(&self, word: &str, logical: &Logical) -> Json {
        map([
            ("explicit_lhs", only_true(logical.explicit_lhs)),
            ("explicit_rhs", only_true(logical.explicit_rhs)),
            ("lhs", Some(self.body(&logical.lhs))),
            ("rhs", Some(self.body(&logical.rhs))),
            ("type", Some(Json::string(word))),
        ])
    }

    fn with(&self, with: &With) -> Json {
        map([
            ("location", self.location(&with.location)),
            ("target", Some(self.term(&with.target))),
            ("value", Some(self.term(&with.value))),
        ])
    }

    fn terms(&self, terms: &[Term]) -> Json {
        Json::list(terms, |term| self.term(term))
    }

    fn term(&self, term: &Term) -> Json {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            map([
                ("location", self.location(&term.location)),
                ("type", Some(Json::string(term.node.kind()))),
                ("value", Some(self.node(&term.node))),
            ])
        })
    }

    fn node(&self, node: &Node) -> Json {
        match node {
            Node::Null => Json::Map(Vec::new()),
            Node::Bool(bool) => Json::bool(*bool),
            Node::Number(number) => Json::Value(Value::Number(number.clone())),
            Node::String(text) => Json::string(text),
            Node::Var(var) => Json::string(var.as_str()),
            Node::Ref(terms) | Node::Array(terms) | Node::Call(terms) => self.terms(terms),
            Node::Object(entries) => Json::list(compare::sorted_entries(entries), |(key, value)| {
                Json::List(vec![self.term(key), self.term(value)])
            }),
            Node::Set(items) => Json::list(compare::sorted_members(items), |item| self.term(item)),
            Node::ArrayComprehension(it) | Node::SetComprehension(it) => {
                map([("term", Some(self.term(&it.term))), ("body", Some(self.body(&it.body)))])
            }
            Node::ObjectComprehension(it) => map([
                ("key", Some(self.term(&it.key))),
                ("value", Some(self.term(&it.value))),
                ("body", Some(self.body(&it.body))),
            ]),
            Node::Template(template) => {
                let parts = filled(&template.parts, |part| match part {
                    TemplatePart::Text(term) => self.term(term),
                    TemplatePart::Expr(expr) => self.expr(expr),
                });
                map([
                    ("parts", Some(parts.unwrap_or(Json::Value(Value::Null)))),
                    ("multi_line", Some(Json::bool(template.multi_line))),
                ])
            }
            Node::Not(not) => self.not(not),
        }
    }

    fn annotations(&self, it: &Annotations) -> Json {
        let filled_value = |value: &Option<Value>| value.clone().filter(|value| !is_empty(value)).map(Json::Value);
        map([
            (
                "authors",
                filled(&it.authors, |author| {
                    map([("name", Some(Json::string(&author.name))), ("email", filled_text(&author.email))])
                }),
            ),
            (
                "compile",
                it.compile.as_ref().map(|(unknowns, mask_rule)| {
                    map([
                        ("unknowns", filled(unknowns, |unknown| self.terms(unknown))),
                        ("mask_rule", mask_rule.as_ref().map(|rule| self.terms(rule))),
                    ])
                }),
            ),
            ("custom", filled_value(&it.custom)),
            ("description", filled_text(&it.description)),
            ("entrypoint", only_true(it.entrypoint)),
            ("labels", filled_value(&it.labels)),
            ("location", self.location(&it.location)),
            ("organizations", filled(&it.organizations, Json::string)),
            (
                "related_resources",
                filled(&it.related_resources, |resource| {
                    map([
                        ("description", filled_text(&resource.description)),
                        ("ref", Some(Json::string(&resource.reference))),
                    ])
                }),
            ),
            ("schemas", filled(&it.schemas, |schema| self.schema(schema))),
            ("scope", Some(Json::string(it.scope.as_str()))),
            ("title", filled_text(&it.title)),
        ])
    }

    fn schema(&self, schema: &SchemaAnnotation) -> Json {
        // The path stands in YAML, where its places mean nothing.
        let path = Tree { locations: false }.terms(&schema.path);
        map([
            ("path", Some(path)),
            ("schema", schema.schema.as_ref().filter(|it| !it.is_empty()).map(|it| self.terms(it))),
            ("definition", schema.definition.clone().map(Json::Value)),
        ])
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Object(object) if object.iter().next().is_none())
}

/// Metadata as JSON on one line.
pub(crate) fn annotations_text(annotations: &Annotations) -> String {
    let json = Tree { locations: false }.annotations(annotations);
    crate::value::escape_html(&serde_json::to_string(&json).unwrap_or_default())
}

fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}
