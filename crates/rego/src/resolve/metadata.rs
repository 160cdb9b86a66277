//! `rego.metadata.chain()` and `rego.metadata.rule()`: calls of them become what the metadata around the rule says.

use std::collections::HashMap;

use super::{Names, append};
use crate::{
    ast::{
        Annotations, Body, Expr, ExprKind, Location, Module, Node, RelatedResource, Rule, SchemaAnnotation, Scope,
        Term, walk,
    },
    check,
    error::{Code, Error, Errors},
    value::Value,
};

const CHAIN: &str = "rego.metadata.chain";
const RULE: &str = "rego.metadata.rule";

/// The metadata of all modules by what it belongs to.
#[derive(Default)]
struct AnnotationSet {
    packages: HashMap<Vec<Value>, Annotations>,
    /// Of scope `document` and `subpackages`.
    paths: HashMap<Vec<Value>, Annotations>,
}

/// What a rule may ask for.
struct Asked {
    chain: Option<Term>,
    rule: Option<Term>,
}

/// Rewrites the calls in all modules.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names) -> Errors {
    let set = match AnnotationSet::new(modules) {
        Ok(set) => set,
        Err(errors) => return errors,
    };
    for module in modules {
        let package = &module.package.path;
        for rule in &mut module.rules {
            let path = check::full_path(package, rule);
            let path = values(check::ground_prefix(&path));
            let own: Vec<Annotations> =
                rule.annotations.iter().filter(|one| one.scope == Scope::Rule).cloned().collect();
            walk::with_else(rule, &mut |rule| {
                let mut calls = Calls::default();
                check::walk::head(&rule.head, &mut calls);
                check::walk::body(&rule.body, &mut calls);
                let chain = calls.chain.map(|place| set.chain(&own, &path, &values(package), &place));
                let own = own.iter().min_by(|a, b| a.location.cmp(&b.location));
                let describe = |place: Location| {
                    let object = own.map_or_else(|| Value::object([]), to_value);
                    Term::from_value(&object, &place)
                };
                rewrite(rule, Asked { chain, rule: calls.rule.map(describe) }, names);
            });
        }
    }
    Errors::new()
}

impl AnnotationSet {
    fn new(modules: &[Module]) -> Result<Self, Errors> {
        let (mut set, mut errors) = (Self::default(), Errors::new());
        for module in modules {
            let package = values(&module.package.path);
            let of_package = module.annotations.iter().map(|one| (package.clone(), one));
            let of_rules = module.rules.iter().flat_map(|rule| {
                let path = check::full_path(&module.package.path, rule);
                let path = values(check::ground_prefix(&path));
                rule.annotations.iter().map(move |one| (path.clone(), one))
            });
            for (path, annotations) in of_package.chain(of_rules) {
                errors.extend(set.add(path, annotations));
            }
        }
        if errors.is_empty() { Ok(set) } else { Err(errors) }
    }

    fn add(&mut self, path: Vec<Value>, annotations: &Annotations) -> Option<Error> {
        let known = match annotations.scope {
            Scope::Rule => return None,
            Scope::Package => self.packages.entry(path),
            Scope::Document | Scope::Subpackages => self.paths.entry(path),
        };
        let other = known.or_insert_with(|| annotations.clone());
        // Every rule of a document has what is said of it.
        (other.location != annotations.location).then(|| {
            let message = format!("{} annotation redeclared: {}", annotations.scope.as_str(), other.location);
            Error::new(Code::Type, &annotations.location, message)
        })
    }

    /// What is said of a rule, its document, its package and the packages around that, in this order.
    fn chain(&self, own: &[Annotations], path: &[Value], package: &[Value], place: &Location) -> Term {
        let mut own: Vec<&Annotations> = own.iter().collect();
        own.sort_by(|a, b| b.location.cmp(&a.location));
        let mut links: Vec<Value> = own.iter().map(|one| link(path, Some(one))).collect();
        if links.is_empty() {
            links.push(link(path, None));
        }
        let document = self.paths.get(path).filter(|one| one.scope == Scope::Document);
        links.extend(document.map(|one| link(path, Some(one))));
        links.extend(self.packages.get(package).map(|one| link(package, Some(one))));
        for length in (1..=package.len()).rev() {
            let around = self.paths.get(&package[..length]).filter(|one| one.scope == Scope::Subpackages);
            links.extend(around.map(|one| link(&package[..length], Some(one))));
        }
        Term::from_value(&Value::array(links), place)
    }
}

fn link(path: &[Value], annotations: Option<&Annotations>) -> Value {
    let entry = |annotations| (Value::string("annotations"), to_value(annotations));
    let path = (Value::string("path"), Value::array(path.iter().cloned()));
    Value::object([path].into_iter().chain(annotations.map(entry)))
}

/// The constant parts of a reference behind `data`.
fn values(reference: &[Term]) -> Vec<Value> {
    reference.iter().skip(1).map_while(Term::to_value).collect()
}

/// Metadata as policies see it.
fn to_value(annotations: &Annotations) -> Value {
    let mut object = vec![(Value::string("scope"), Value::string(annotations.scope.as_str()))];
    let mut put = |key: &str, value: Option<Value>| object.extend(value.map(|value| (Value::string(key), value)));
    put("title", text(&annotations.title));
    put("entrypoint", annotations.entrypoint.then_some(Value::Bool(true)));
    put("description", text(&annotations.description));
    put("organizations", list(&annotations.organizations, |name| Value::string(name)));
    put("related_resources", list(&annotations.related_resources, related));
    put(
        "authors",
        list(&annotations.authors, |author| fields([("name", text(&author.name)), ("email", text(&author.email))])),
    );
    put("schemas", list(&annotations.schemas, schema));
    let is_filled = |value: &&Value| !matches!(value, Value::Object(object) if object.iter().next().is_none());
    put("custom", annotations.custom.as_ref().filter(is_filled).cloned());
    put("labels", annotations.labels.as_ref().filter(is_filled).cloned());
    Value::object(object)
}

fn related(resource: &RelatedResource) -> Value {
    fields([("ref", text(&resource.reference)), ("description", text(&resource.description))])
}

fn schema(schema: &SchemaAnnotation) -> Value {
    fields([
        ("path", Some(path(&schema.path))),
        ("schema", schema.schema.as_ref().map(|schema| path(schema))),
        ("definition", schema.definition.clone()),
    ])
}

fn path(reference: &[Term]) -> Value {
    let part = |term: &Term| Value::string(term.as_str().map_or_else(|| term.to_string(), str::to_owned));
    Value::array(reference.iter().map(part))
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::string(text))
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Option<Value> {
    (!items.is_empty()).then(|| Value::array(items.iter().map(value)))
}

fn fields<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::object(fields.into_iter().filter_map(|(key, value)| Some((Value::string(key), value?))))
}

/// Where the two are called first.
#[derive(Default)]
struct Calls {
    chain: Option<Location>,
    rule: Option<Location>,
}

impl check::walk::Visit<'_> for Calls {
    fn expr(&mut self, expr: &Expr) -> bool {
        if expr.is_call_of(CHAIN) {
            self.chain.get_or_insert_with(|| expr.location.clone());
        } else if expr.is_call_of(RULE) {
            self.rule.get_or_insert_with(|| expr.location.clone());
        }
        true
    }
}

fn rewrite(rule: &mut Rule, asked: Asked, names: &mut Names) {
    if asked.chain.is_none() && asked.rule.is_none() {
        return;
    }
    let mut body = Body::new();
    let mut bind = |term: Option<Term>| {
        term.map(|mut term| {
            let equality = names.lift(&mut term);
            append(&mut body, [equality]);
            term
        })
    };
    let (chain, own) = (bind(asked.chain), bind(asked.rule));
    append(&mut body, std::mem::take(&mut rule.body));
    rule.body = body;
    walk::rule_bodies(rule, &mut |body| {
        for expr in body {
            let known = match &expr.kind {
                ExprKind::Call(_) if expr.is_call_of(CHAIN) => chain.as_ref(),
                ExprKind::Call(_) if expr.is_call_of(RULE) => own.as_ref(),
                _ => None,
            };
            if let Some(known) = known {
                replace(expr, known);
            }
        }
    });
}

fn replace(expr: &mut Expr, known: &Term) {
    let output = match &mut expr.kind {
        ExprKind::Call(terms) if terms.len() > 1 => Some(terms.swap_remove(1)),
        _ => None,
    };
    let known = Term::new(Node::clone(&known.node), expr.location.clone());
    let location = expr.location.clone();
    let index = expr.index;
    *expr = match output {
        Some(output) => Expr::call("eq", [output, known], &location),
        None => Expr::new(ExprKind::Term(known), location),
    };
    expr.generated = true;
    expr.index = index;
}
