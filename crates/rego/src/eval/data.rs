//! `data`: base documents and what rules define, as one tree.

use super::{Flow, Frame, Halt, Machine, reference::EachValue};
use crate::{
    ast::Location,
    plan::{Part, Reference, Term, Tree},
    value::{Number, Value},
};

/// A place in `data`: rules and base documents side by side.
#[derive(Clone)]
struct Place<'p> {
    rules: Option<&'p Tree>,
    base: Option<Value>,
    path: Vec<Value>,
}

/// Where one key leads.
enum Next<'p> {
    Place(Place<'p>),
    Document(usize),
    Nothing,
}

impl<'p> Machine<'p> {
    fn root(&self) -> Place<'p> {
        Place { rules: Some(&self.program.tree), base: Some(self.scope.data.clone()), path: Vec::new() }
    }

    fn is_replaced(&self, path: &[Value]) -> bool {
        self.scope.replaced.iter().any(|replaced| path.starts_with(replaced))
    }

    fn next(&self, place: &Place<'p>, key: &Value) -> Next<'p> {
        let mut path = place.path.clone();
        path.push(key.clone());
        let mut rules = place.rules.and_then(|rules| rules.children.get(key));
        if rules.is_some() && !self.scope.replaced.is_empty() && self.is_replaced(&path) {
            rules = None;
        }
        if let Some(rules) = rules {
            if let Some(document) = rules.document {
                return Next::Document(document);
            }
            if rules.is_function {
                return Next::Nothing;
            }
        }
        let base = place.base.as_ref().and_then(|base| stored(base, key)).cloned();
        match rules.is_none() && base.is_none() {
            true => Next::Nothing,
            false => Next::Place(Place { rules, base, path }),
        }
    }

    /// The value at a path below `data`; None if it is undefined.
    pub fn data_at(&mut self, keys: &[Value], location: &Location) -> Result<Option<Value>, Halt> {
        let mut place = self.root();
        for (at, key) in keys.iter().enumerate() {
            match self.next(&place, key) {
                Next::Place(next) => place = next,
                Next::Document(document) => return self.document_at(document, &keys[at + 1..]),
                Next::Nothing => return Ok(None),
            }
        }
        self.extent(&place, location)
    }

    /// Everything at a place: base documents win over rules, objects are merged.
    fn extent(&mut self, place: &Place<'p>, location: &Location) -> Result<Option<Value>, Halt> {
        let Some(rules) = place.rules.filter(|_| place.path.is_empty() || !self.is_replaced(&place.path)) else {
            return Ok(place.base.clone());
        };
        let defined = self.deeper(location, |machine| machine.extent_of_rules(rules, &place.path, location))?;
        Ok(Some(match &place.base {
            Some(base) => merge(base, &defined),
            None => defined,
        }))
    }

    fn extent_of_rules(&mut self, rules: &'p Tree, path: &[Value], location: &Location) -> Result<Value, Halt> {
        let mut entries = Vec::with_capacity(rules.children.len());
        for (key, child) in &rules.children {
            let mut path = path.to_vec();
            path.push(key.clone());
            if self.is_replaced(&path) || child.is_function {
                continue;
            }
            let value = match child.document {
                Some(document) => self.document(document)?,
                None => Some(self.deeper(location, |machine| machine.extent_of_rules(child, &path, location))?),
            };
            if let Some(value) = value {
                entries.push((key.clone(), value));
            }
        }
        Ok(Value::object(entries))
    }

    /// Every value of a reference into `data`.
    pub fn scan_data(&mut self, reference: &'p Reference, frame: &mut Frame, each: EachValue<'_, 'p>) -> Flow {
        if let Some((document, taken)) = reference.document
            && self.scope.replaced.is_empty()
        {
            return self.scan_document(document, &reference.parts[taken..], frame, each);
        }
        let root = self.root();
        self.scan_place(root, &reference.parts, &reference.location, frame, each)
    }

    fn scan_place(
        &mut self,
        place: Place<'p>,
        parts: &'p [Part],
        location: &'p Location,
        frame: &mut Frame,
        each: EachValue<'_, 'p>,
    ) -> Flow {
        // Below the rules there are values only.
        let is_text = |part: &Part| matches!(part, Part::Known(Term::Const(Value::String(_))) | Part::Each(_));
        if let (None, Some(base)) = (place.rules, &place.base)
            && parts.iter().all(is_text)
        {
            return self.scan_value(base, parts, frame, each);
        }
        let Some((part, rest)) = parts.split_first() else {
            return match self.extent(&place, location)? {
                Some(value) => each(self, frame, value),
                None => Ok(()),
            };
        };
        let pattern = match part {
            Part::Known(term) => {
                let Some(key) = self.term(term, frame)? else { return Ok(()) };
                return self.scan_next(&place, &key, rest, location, frame, each);
            }
            Part::Each(pattern) => pattern,
        };
        for key in keys(&place) {
            self.tick(|| Some(location.clone()))?;
            if self.matches(pattern, &key, frame)? {
                self.scan_next(&place, &key, rest, location, frame, each)?;
            }
        }
        Ok(())
    }

    fn scan_next(
        &mut self,
        place: &Place<'p>,
        key: &Value,
        rest: &'p [Part],
        location: &'p Location,
        frame: &mut Frame,
        each: EachValue<'_, 'p>,
    ) -> Flow {
        match self.next(place, key) {
            Next::Place(next) => self.scan_place(next, rest, location, frame, each),
            Next::Document(document) => self.scan_document(document, rest, frame, each),
            Next::Nothing => Ok(()),
        }
    }

    /// Every value of a document that rules define. Known leading keys keep rules from being evaluated in full.
    fn scan_document(
        &mut self,
        document: usize,
        parts: &'p [Part],
        frame: &mut Frame,
        each: EachValue<'_, 'p>,
    ) -> Flow {
        let mut keys = Vec::new();
        for part in parts {
            match part.known() {
                Some(term) => match self.term(term, frame)? {
                    Some(key) => keys.push(key),
                    None => return Ok(()),
                },
                None => break,
            }
        }
        match self.part_of_document(document, &keys)? {
            Some(value) => self.scan_value(&value, parts, frame, each),
            None => Ok(()),
        }
    }
}

/// Keys of base documents first, then those that only rules have.
fn keys(place: &Place<'_>) -> Vec<Value> {
    let mut keys: Vec<Value> = match &place.base {
        Some(Value::Object(object)) => object.keys().cloned().collect(),
        Some(Value::Array(items)) => (0..items.len()).map(|at| Value::Number(Number::from(at))).collect(),
        Some(Value::Set(set)) => set.iter().cloned().collect(),
        _ => Vec::new(),
    };
    let of_base = keys.len();
    if let Some(rules) = place.rules {
        let mut added: Vec<Value> =
            rules.children.keys().filter(|key| keys[..of_base].binary_search(key).is_err()).cloned().collect();
        keys.append(&mut added);
    }
    keys
}

/// What a base document has under a key. Its paths are texts, so a number finds the text it is written as.
fn stored<'v>(base: &'v Value, key: &Value) -> Option<&'v Value> {
    match (base, key) {
        (Value::Object(object), Value::Number(number)) => object.field(&number.to_string()),
        (Value::Array(items), Value::String(text)) => items.get(text.parse::<usize>().ok()?),
        _ => base.get(key),
    }
}

/// Objects are merged key by key; of anything else `first` wins.
pub(super) fn merge(first: &Value, second: &Value) -> Value {
    let (Value::Object(a), Value::Object(b)) = (first, second) else { return first.clone() };
    let mut merged = (**b).clone();
    for (key, value) in a.iter() {
        let value = match b.get(key) {
            Some(other) => merge(value, other),
            None => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Value::Object(std::sync::Arc::new(merged))
}
