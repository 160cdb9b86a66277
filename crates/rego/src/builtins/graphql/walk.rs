//! Queries against a schema (GraphQL, October 2021, section 5).

use std::collections::BTreeSet;

use super::{
    node::{Problem, child, flag, list, named, text, type_name, type_text},
    schema::{Definition, Schema},
    suggest::did_you_mean,
    values::Expected,
};
use crate::{
    builtins::{Context, Failure},
    value::Value,
};

/// Goes through a document and notes what is wrong with it.
pub struct Walker<'d, 'c, 'q> {
    pub(super) cx: &'c mut Context<'q>,
    pub(super) schema: &'d Schema,
    pub(super) document: &'d Value,
    pub(super) problems: Vec<Problem>,
    /// The operation that is gone through, unless that is a fragment.
    pub(super) operation: Option<&'d Value>,
    pub(super) used_variables: BTreeSet<&'d str>,
    /// Fragments that operations spread.
    used_fragments: BTreeSet<&'d str>,
    /// Fragments gone through since the operation or fragment began.
    entered: BTreeSet<&'d str>,
    /// Fragments whose spreads were looked through for cycles.
    without_cycles: BTreeSet<&'d str>,
    typename: &'d Value,
}

/// Everything that is wrong with a query.
pub fn validate(cx: &mut Context<'_>, schema: &Schema, document: &Value) -> Result<Vec<Problem>, Failure> {
    let kind = Value::object([("NamedType".into(), "String".into()), ("NonNull".into(), false.into())]);
    let typename = Value::object([("Name".into(), "__typename".into()), ("Type".into(), kind)]);
    let mut walker = Walker {
        cx,
        schema,
        document,
        problems: Vec::new(),
        operation: None,
        used_variables: BTreeSet::new(),
        used_fragments: BTreeSet::new(),
        entered: BTreeSet::new(),
        without_cycles: BTreeSet::new(),
        typename: &typename,
    };
    let mut names = BTreeSet::new();
    for operation in list(document, "Operations") {
        walker.entered.clear();
        walker.operation(operation, &mut names)?;
    }
    walker.operation = None;
    names.clear();
    for fragment in list(document, "Fragments") {
        walker.entered.clear();
        walker.fragment(fragment, &mut names)?;
    }
    Ok(walker.problems)
}

impl<'d> Walker<'d, '_, '_> {
    fn operation(&mut self, operation: &'d Value, names: &mut BTreeSet<&'d str>) -> Result<(), Failure> {
        self.operation = Some(operation);
        self.used_variables.clear();
        let variables = list(operation, "VariableDefinitions");
        let kind = |variable: &'d Value| child(variable, "Type").map_or("", type_name);
        for variable in variables {
            if !self.schema.types.contains_key(kind(variable)) {
                self.report(variable, format!("Unknown type \"{}\".", kind(variable)));
            }
        }
        for variable in variables {
            if let Some(default) = child(variable, "DefaultValue") {
                let expected = Expected { has_default: false, ..self.expected(Some(variable)) };
                self.literal(default, expected);
            }
            self.directives(list(variable, "Directives"), "VARIABLE_DEFINITION");
        }
        let (kind, location) = match text(operation, "Operation") {
            "mutation" => ("mutation", "MUTATION"),
            "subscription" => ("subscription", "SUBSCRIPTION"),
            _ => ("query", "QUERY"),
        };
        let on = self.schema.roots.get(kind).and_then(|name| self.schema.types.get(name));
        self.directives(list(operation, "Directives"), location);
        let selections = list(operation, "SelectionSet");
        self.selections(on, selections)?;

        let name = text(operation, "Name");
        if on.is_none() {
            let kind = text(operation, "Operation");
            self.report(operation, format!("Schema does not support operation type \"{kind}\""));
        }
        if name.is_empty() && list(self.document, "Operations").len() > 1 {
            self.report(operation, "This anonymous operation must be the only defined operation.".to_owned());
        }
        for variable in variables {
            let variable_name = text(variable, "Variable");
            // Of variables with one name the first is meant.
            if !self.used_variables.remove(variable_name) {
                self.report(
                    variable,
                    match name {
                        "" => format!("Variable \"${variable_name}\" is never used."),
                        name => format!("Variable \"${variable_name}\" is never used in operation \"{name}\"."),
                    },
                );
            }
        }
        self.check_overlap(on, selections)?;
        if kind == "subscription" && on.is_some() {
            self.check_subscription(name, selections);
        }
        if !names.insert(name) {
            self.report(operation, format!("There can be only one operation named \"{name}\"."));
        }
        self.check_variables(variables);
        Ok(())
    }

    fn check_variables(&mut self, variables: &'d [Value]) {
        let mut seen = BTreeSet::new();
        for variable in variables {
            let name = text(variable, "Variable");
            if !seen.insert(name) {
                self.report(variable, format!("There can be only one variable named \"${name}\"."));
            }
        }
        for variable in variables {
            let Some(kind) = child(variable, "Type") else { continue };
            if self.schema.types.get(type_name(kind)).is_some_and(|of| !of.is_input()) {
                let (name, kind) = (text(variable, "Variable"), type_text(kind));
                self.report(variable, format!("Variable \"${name}\" cannot be non-input type \"{kind}\"."));
            }
        }
    }

    /// A subscription is for one field.
    fn check_subscription(&mut self, name: &str, selections: &'d [Value]) {
        let mut fields: Vec<&Value> = Vec::new();
        self.top_fields(selections, &mut fields, &mut BTreeSet::new());
        let name = match name {
            "" => "Anonymous Subscription".to_owned(),
            name => format!("Subscription \"{name}\""),
        };
        if let Some(second) = fields.get(1) {
            self.report(second, format!("{name} must select only one top level field."));
        }
        for field in fields.iter().filter(|field| text(field, "Name").starts_with("__")) {
            self.report(field, format!("{name} must not select an introspection top level field."));
        }
    }

    fn top_fields(&self, selections: &'d [Value], fields: &mut Vec<&'d Value>, seen: &mut BTreeSet<&'d str>) {
        for node in selections {
            if node.field("Alias").is_some() {
                if named_field(fields, text(node, "Name")).is_none() {
                    fields.push(node);
                }
                continue;
            }
            let inner = match node.field("TypeCondition") {
                Some(_) => node,
                None => match self.fragment_of(node) {
                    Some(fragment) if seen.insert(text(fragment, "Name")) => fragment,
                    _ => continue,
                },
            };
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
                self.top_fields(list(inner, "SelectionSet"), fields, seen);
            });
        }
    }

    fn fragment(&mut self, fragment: &'d Value, names: &mut BTreeSet<&'d str>) -> Result<(), Failure> {
        let (name, condition) = (text(fragment, "Name"), text(fragment, "TypeCondition"));
        let on = self.schema.types.get(condition);
        self.directives(list(fragment, "Directives"), "FRAGMENT_DEFINITION");
        self.selections(on, list(fragment, "SelectionSet"))?;
        match on {
            Some(on) if !on.is_composite() => {
                let message = format!("Fragment \"{name}\" cannot condition on non composite type \"{condition}\".");
                self.report(fragment, message);
            }
            Some(_) => {}
            None => {
                let types = self.schema.types.keys().map(String::as_str);
                let like = did_you_mean("Did you mean", condition, types, true);
                self.report(fragment, format!("Unknown type \"{condition}\".{like}"));
            }
        }
        self.check_cycles(fragment, &mut Vec::new())?;
        if !self.used_fragments.contains(name) {
            self.report(fragment, format!("Fragment \"{name}\" is never used."));
        }
        self.check_overlap(on, list(fragment, "SelectionSet"))?;
        if !names.insert(name) {
            self.report(fragment, format!("There can be only one fragment named \"{name}\"."));
        }
        Ok(())
    }

    /// `path` has the fragments on the way, each with the spread that leads on from it.
    fn check_cycles(&mut self, fragment: &'d Value, path: &mut Vec<(&'d str, &'d str)>) -> Result<(), Failure> {
        self.cx.check()?;
        let name = text(fragment, "Name");
        if !self.without_cycles.insert(name) {
            return Ok(());
        }
        let mut open = vec![list(fragment, "SelectionSet")];
        let mut spreads = Vec::new();
        while let Some(selections) = open.pop() {
            for node in selections {
                match node.field("Alias").is_none() && node.field("TypeCondition").is_none() {
                    true => spreads.push(node),
                    false => open.push(list(node, "SelectionSet")),
                }
            }
        }
        for spread in spreads {
            let target = text(spread, "Name");
            path.push((name, target));
            if let Some(start) = path.iter().position(|(from, _)| *from == target) {
                let via: Vec<String> =
                    path[start..path.len() - 1].iter().map(|(_, spread)| format!("\"{spread}\"")).collect();
                let via = if via.is_empty() { String::new() } else { format!(" via {}", via.join(", ")) };
                self.report(spread, format!("Cannot spread fragment \"{target}\" within itself{via}."));
            } else if let Some(inner) = self.fragment_of(spread) {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.check_cycles(inner, path))?;
            }
            path.pop();
        }
        Ok(())
    }

    fn fragment_of(&self, spread: &Value) -> Option<&'d Value> {
        named(list(self.document, "Fragments"), text(spread, "Name"))
    }

    /// The type of a field of a type.
    pub(super) fn field_type(&self, on: &'d Definition, field: &Value) -> Option<&'d Definition> {
        let kind = child(named(&on.fields, text(field, "Name"))?, "Type")?;
        self.schema.types.get(type_name(kind))
    }

    fn selections(&mut self, on: Option<&'d Definition>, selections: &'d [Value]) -> Result<(), Failure> {
        self.cx.check()?;
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            selections.iter().try_for_each(|node| {
                if node.field("Alias").is_some() {
                    self.field(on, node)
                } else if node.field("TypeCondition").is_some() {
                    self.inline_fragment(on, node)
                } else {
                    self.spread(on, node)
                }
            })
        })
    }

    fn field(&mut self, on: Option<&'d Definition>, field: &'d Value) -> Result<(), Failure> {
        let name = text(field, "Name");
        let definition = match name {
            "__typename" => Some(self.typename),
            name => on.and_then(|on| named(&on.fields, name)),
        };
        let kind = definition.and_then(|definition| child(definition, "Type"));
        let inner = kind.and_then(|kind| self.schema.types.get(type_name(kind)));
        let known = definition.map_or(&[][..], |definition| list(definition, "Arguments"));
        let arguments = list(field, "Arguments");
        self.arguments(known, arguments);
        self.directives(list(field, "Directives"), "FIELD");
        let selections = list(field, "SelectionSet");
        self.selections(inner, selections)?;

        if let (Some(on), None) = (on, definition) {
            let like = self.similar_fields(on, name);
            self.report(field, format!("Cannot query field \"{name}\" on type \"{}\".{like}", on.name));
        }
        if let (Some(on), Some(_)) = (on, definition) {
            for argument in arguments.iter().filter(|argument| named(known, text(argument, "Name")).is_none()) {
                let argument = text(argument, "Name");
                let like = did_you_mean("Did you mean", argument, known.iter().map(|known| text(known, "Name")), true);
                self.report(field, format!("Unknown argument \"{argument}\" on field \"{}.{name}\".{like}", on.name));
            }
        }
        if matches!(name, "__schema" | "__type") && self.is_too_deep(field, 0, &mut BTreeSet::new())? {
            self.report(field, "Maximum introspection depth exceeded".to_owned());
        }
        if self.operation.is_some() {
            self.check_overlap(inner, selections)?;
        }
        for argument in missing(known, arguments) {
            let (argument, kind) = (text(argument, "Name"), child(argument, "Type").map(type_text).unwrap_or_default());
            let message = format!(
                "Field \"{name}\" argument \"{argument}\" of type \"{kind}\" is required, but it was not provided."
            );
            self.report(field, message);
        }
        if let (Some(kind), Some(inner)) = (kind, inner) {
            if inner.is_leaf() && !selections.is_empty() {
                let of = &inner.name;
                let message =
                    format!("Field \"{name}\" must not have a selection since type \"{of}\" has no subfields.");
                self.report(field, message);
            }
            if !inner.is_leaf() && selections.is_empty() {
                let kind = type_text(kind);
                let message = format!(
                    "Field \"{name}\" of type \"{kind}\" must have a selection of subfields. Did you mean \"{name} {{ \
                     ... }}\"?"
                );
                self.report(field, message);
            }
        }
        self.check_unique(arguments);
        Ok(())
    }

    /// Types that have a field, or fields with a similar name.
    fn similar_fields(&self, on: &Definition, name: &str) -> String {
        if matches!(&*on.kind, "INTERFACE" | "UNION") {
            let possible = self.schema.possible.get(&on.name).map_or(&[][..], Vec::as_slice);
            let has = |of: &&Definition| named(&of.fields, name).is_some();
            let objects: Vec<&Definition> =
                possible.iter().filter_map(|of| self.schema.types.get(of)).filter(has).collect();
            let count =
                |interface: &str| objects.iter().filter(|of| of.interfaces.iter().any(|of| of == interface)).count();
            let mut names: Vec<&str> = objects.iter().map(|of| &*of.name).collect();
            let interfaces: BTreeSet<&str> =
                objects.iter().flat_map(|of| of.interfaces.iter().map(String::as_str)).collect();
            names.extend(
                interfaces.into_iter().filter(|interface| self.schema.types.get(*interface).as_ref().is_some_and(has)),
            );
            names.sort_by(|a, b| count(b).cmp(&count(a)).then_with(|| a.cmp(b)));
            if !names.is_empty() {
                let names: Vec<String> = names.iter().take(5).map(|name| format!("\"{name}\"")).collect();
                let listed = match &*names {
                    [one, two] => format!("{one} or {two}"),
                    [many @ .., last] if !many.is_empty() => format!("{}, or {last}", many.join(", ")),
                    names => names.join(""),
                };
                return format!(" Did you mean to use an inline fragment on {listed}?");
            }
        }
        match &*on.kind {
            "OBJECT" | "INTERFACE" => {
                did_you_mean("Did you mean", name, on.fields.iter().map(|field| text(field, "Name")), true)
            }
            _ => String::new(),
        }
    }

    /// Whether introspection asks for lists within lists: three are too many.
    fn is_too_deep(&self, field: &'d Value, depth: usize, within: &mut BTreeSet<&'d str>) -> Result<bool, Failure> {
        const MAX_LISTS: usize = 3;
        self.cx.check()?;
        let is_list = matches!(text(field, "Name"), "fields" | "interfaces" | "possibleTypes" | "inputFields");
        let is_field = field.field("Alias").is_some();
        let depth = depth + usize::from(is_field && is_list);
        if depth >= MAX_LISTS {
            return Ok(true);
        }
        for node in list(field, "SelectionSet") {
            let is_spread = node.field("Alias").is_none() && node.field("TypeCondition").is_none();
            let inner = if is_spread { self.fragment_of(node) } else { Some(node) };
            let Some(inner) = inner else { continue };
            let name = text(inner, "Name");
            if is_spread && !within.insert(name) {
                continue;
            }
            let found = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.is_too_deep(inner, depth, within))?;
            if is_spread {
                within.remove(name);
            }
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn inline_fragment(&mut self, on: Option<&'d Definition>, fragment: &'d Value) -> Result<(), Failure> {
        let condition = text(fragment, "TypeCondition");
        let target = self.schema.types.get(condition);
        let inner = if condition.is_empty() { on } else { target };
        self.directives(list(fragment, "Directives"), "INLINE_FRAGMENT");
        self.selections(inner, list(fragment, "SelectionSet"))?;
        if target.is_some_and(|target| !target.is_composite()) {
            self.report(fragment, format!("Fragment cannot condition on non composite type \"{condition}\"."));
        }
        if !condition.is_empty() && target.is_none() {
            self.report(fragment, format!("Unknown type \"{condition}\"."));
        }
        self.check_overlap(inner, list(fragment, "SelectionSet"))?;
        if let Some(on) = on.filter(|on| !self.is_possible(on, condition)) {
            let on = &on.name;
            let message = format!(
                "Fragment cannot be spread here as objects of type \"{on}\" can never be of type \"{condition}\"."
            );
            self.report(fragment, message);
        }
        Ok(())
    }

    fn spread(&mut self, on: Option<&'d Definition>, spread: &'d Value) -> Result<(), Failure> {
        let name = text(spread, "Name");
        let fragment = self.fragment_of(spread);
        self.directives(list(spread, "Directives"), "FRAGMENT_SPREAD");
        if let Some(fragment) = fragment.filter(|_| self.entered.insert(name)) {
            let inner = self.schema.types.get(text(fragment, "TypeCondition"));
            self.directives(list(fragment, "Directives"), "FRAGMENT_DEFINITION");
            self.selections(inner, list(fragment, "SelectionSet"))?;
        }
        if self.operation.is_some() {
            self.used_fragments.insert(name);
        }
        let Some(fragment) = fragment else {
            self.report(spread, format!("Unknown fragment \"{name}\"."));
            return Ok(());
        };
        let condition = text(fragment, "TypeCondition");
        if let Some(on) = on.filter(|on| !self.is_possible(on, condition)) {
            let on = &on.name;
            let message = format!(
                "Fragment \"{name}\" cannot be spread here as objects of type \"{on}\" can never be of type \
                 \"{condition}\"."
            );
            self.report(spread, message);
        }
        Ok(())
    }

    /// Whether an object of type `on` can be of type `condition`; also where that cannot be said.
    fn is_possible(&self, on: &Definition, condition: &str) -> bool {
        let Some(target) = self.schema.types.get(condition).filter(|target| target.is_composite()) else { return true };
        if !on.is_composite() {
            return true;
        }
        let none = Vec::new();
        let possible = |name: &str| self.schema.possible.get(name).unwrap_or(&none);
        let targets = possible(&target.name);
        match &*on.kind {
            "OBJECT" => targets.contains(&on.name),
            _ => possible(&on.name).iter().any(|name| targets.contains(name)),
        }
    }

    fn arguments(&mut self, known: &'d [Value], arguments: &'d [Value]) {
        for argument in arguments {
            let expected = self.expected(named(known, text(argument, "Name")));
            if let Some(value) = child(argument, "Value") {
                self.literal(value, expected);
            }
        }
    }

    fn check_unique(&mut self, arguments: &'d [Value]) {
        let mut seen = BTreeSet::new();
        for argument in arguments {
            let name = text(argument, "Name");
            if !seen.insert(name) {
                self.report(argument, format!("There can be only one argument named \"{name}\"."));
            }
        }
    }

    fn directives(&mut self, directives: &'d [Value], location: &str) {
        for directive in directives {
            let name = text(directive, "Name");
            let definition = self.schema.directives.get(name);
            let known = definition.map_or(&[][..], |definition| list(definition, "Arguments"));
            let arguments = list(directive, "Arguments");
            self.arguments(known, arguments);
            let Some(definition) = definition else {
                self.report(directive, format!("Unknown directive \"@{name}\"."));
                self.check_unique(arguments);
                continue;
            };
            for argument in arguments.iter().filter(|argument| named(known, text(argument, "Name")).is_none()) {
                let argument = text(argument, "Name");
                let like = did_you_mean("Did you mean", argument, known.iter().map(|known| text(known, "Name")), true);
                self.report(directive, format!("Unknown argument \"{argument}\" on directive \"@{name}\".{like}"));
            }
            if !list(definition, "Locations").iter().any(|allowed| allowed.as_str() == Some(location)) {
                let problem = Problem::at(directive, format!("Directive \"@{name}\" may not be used on {location}."));
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
            }
            for argument in missing(known, arguments) {
                let kind = child(argument, "Type").map(type_text).unwrap_or_default();
                let argument = text(argument, "Name");
                let message = format!(
                    "Directive \"@{name}\" argument \"{argument}\" of type \"{kind}\" is required, but it was not \
                     provided."
                );
                self.report(directive, message);
            }
            self.check_unique(arguments);
        }
        let mut seen = BTreeSet::new();
        for directive in directives {
            let name = text(directive, "Name");
            let repeatable =
                self.schema.directives.get(name).is_some_and(|definition| flag(definition, "IsRepeatable"));
            if !seen.insert(name) && !repeatable {
                self.report(directive, format!("The directive \"@{name}\" can only be used once at this location."));
            }
        }
    }
}

fn named_field<'f>(fields: &[&'f Value], name: &str) -> Option<&'f Value> {
    fields.iter().copied().find(|field| text(field, "Name") == name)
}

/// Arguments that have to be given and are not.
fn missing<'k>(known: &'k [Value], given: &[Value]) -> impl Iterator<Item = &'k Value> {
    known.iter().filter(|argument| {
        child(argument, "Type").is_some_and(|kind| flag(kind, "NonNull"))
            && child(argument, "DefaultValue").is_none()
            && named(given, text(argument, "Name")).is_none()
    })
}
