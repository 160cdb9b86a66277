//! Terms: constants are folded, references with unknown parts become scans before the step that needs them.

use super::{
    Call, Closure, Head, Part, Pattern, Reference, Step, Target, Term,
    scope::{Frame, is_root},
};
use crate::{
    ast::{self, Expr, Node, Var},
    builtins,
    value::Value,
};

impl Frame<'_> {
    /// Plans a term whose variables have values or can get them from a reference in it. Steps that have to be done
    /// before go to `steps`.
    pub fn term(&mut self, term: &ast::Term, steps: &mut Vec<Step>) -> Term {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.term_inner(term, steps))
    }

    fn term_inner(&mut self, term: &ast::Term, steps: &mut Vec<Step>) -> Term {
        if let Some(value) = term.to_value() {
            return Term::Const(value);
        }
        match &term.node {
            Node::Var(var) if is_root(var) => self.reference_term(std::slice::from_ref(term), term, steps),
            Node::Var(var) => match self.bound_slot(var) {
                Some(slot) => Term::Slot(slot),
                None => {
                    self.unordered(term);
                    Term::Const(Value::Null)
                }
            },
            Node::Ref(parts) => self.reference_term(parts, term, steps),
            Node::Array(items) => Term::Array(items.iter().map(|item| self.term(item, steps)).collect()),
            Node::Set(items) => Term::Set(items.iter().map(|item| self.term(item, steps)).collect()),
            Node::Object(entries) => Term::Object(
                entries.iter().map(|(key, value)| (self.term(key, steps), self.term(value, steps))).collect(),
            ),
            Node::ArrayComprehension(inner) => {
                let (closure, head) =
                    self.closure_with(&inner.body, term, |frame, steps| frame.term(&inner.term, steps));
                Term::ArrayOf(Box::new(closure), Box::new(head))
            }
            Node::SetComprehension(inner) => {
                let (closure, head) =
                    self.closure_with(&inner.body, term, |frame, steps| frame.term(&inner.term, steps));
                Term::SetOf(Box::new(closure), Box::new(head))
            }
            Node::ObjectComprehension(inner) => {
                let (closure, head) = self.closure_with(&inner.body, term, |frame, steps| {
                    (frame.term(&inner.key, steps), frame.term(&inner.value, steps))
                });
                Term::ObjectOf(Box::new(closure), Box::new(head))
            }
            Node::Call(call) => Term::Call(Box::new(self.call(call, call.len() - 1, term, steps))),
            // Both are rewritten long before; they have no value of their own.
            Node::Template(_) | Node::Not(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {
                self.unordered(term);
                Term::Const(Value::Null)
            }
        }
    }

    fn closure_with<T>(
        &mut self,
        body: &[Expr],
        term: &ast::Term,
        head: impl FnOnce(&mut Self, &mut Vec<Step>) -> T,
    ) -> (Closure, T) {
        self.inner(|frame| {
            let mut steps = Vec::new();
            frame.body(body, &mut steps);
            let head = head(frame, &mut steps);
            (Closure { steps, location: term.location.clone() }, head)
        })
    }

    /// Plans the steps of a body whose variables are its own.
    pub fn closure(&mut self, body: &[Expr], location: &ast::Location) -> Closure {
        self.inner(|frame| {
            let mut steps = Vec::new();
            frame.body(body, &mut steps);
            Closure { steps, location: location.clone() }
        })
    }

    fn reference_term(&mut self, parts: &[ast::Term], term: &ast::Term, steps: &mut Vec<Step>) -> Term {
        let reference = self.reference(parts, term, steps);
        if reference.parts.iter().all(|part| matches!(part, Part::Known(_))) {
            return Term::Ref(Box::new(reference));
        }
        let slot = self.fresh();
        steps.push(Step::Scan(reference, Pattern::Bind(slot)));
        Term::Slot(slot)
    }

    /// Plans a reference. Variables in its path that have no value yet get one.
    pub fn reference(&mut self, terms: &[ast::Term], whole: &ast::Term, steps: &mut Vec<Step>) -> Reference {
        let (first, path) = terms.split_first().expect("a reference has a head");
        let head = match &first.node {
            Node::Var(var) if var.as_str() == "input" => Head::Input,
            Node::Var(var) if var.as_str() == "data" => Head::Data,
            _ => Head::Term(self.term(first, steps)),
        };
        // Whatever has to be computed for the path comes before the scan; its own variables are bound by the scan.
        let mut known = Vec::with_capacity(path.len());
        for part in path {
            known.push(self.is_evaluable(part).then(|| self.term(part, steps)));
        }
        let mut parts = Vec::with_capacity(path.len());
        for (part, known) in path.iter().zip(known) {
            parts.push(match known {
                Some(term) => Part::Known(term),
                // The same variable may have got its value by an earlier part.
                None if self.is_evaluable(part) => Part::Known(self.term(part, steps)),
                None => Part::Each(self.pattern(part, steps)),
            });
        }
        let document = matches!(head, Head::Data).then(|| self.document(&parts)).flatten();
        Reference { head, parts, document, location: whole.location.clone() }
    }

    fn document(&self, parts: &[Part]) -> Option<(usize, usize)> {
        let mut node = &self.program.tree;
        for (at, part) in parts.iter().enumerate() {
            let Part::Known(Term::Const(key)) = part else { return None };
            node = node.children.get(key)?;
            if let Some(document) = node.document {
                return Some((document, at + 1));
            }
        }
        None
    }

    /// Plans a call's operands and what is called.
    pub fn call(&mut self, terms: &[ast::Term], arity: usize, whole: &ast::Term, steps: &mut Vec<Step>) -> Call {
        let operands = self.operands(&terms[1..=arity], steps);
        let (target, name) = self.target(&terms[0]);
        Call { target, name: name.into(), operands, location: whole.location.clone() }
    }

    /// Plans operands. One may get its value by a reference in another, which is planned first then.
    fn operands(&mut self, operands: &[ast::Term], steps: &mut Vec<Step>) -> Vec<Term> {
        let mut planned = Vec::with_capacity(operands.len());
        for operand in operands {
            planned.push(self.is_evaluable(operand).then(|| self.term(operand, steps)));
        }
        let rest = planned.into_iter().zip(operands);
        rest.map(|(term, operand)| term.unwrap_or_else(|| self.term(operand, steps))).collect()
    }

    /// What an operator refers to, and its full name.
    pub fn target(&mut self, operator: &ast::Term) -> (Target, String) {
        let name = operator.dotted_name().unwrap_or_else(|| operator.to_string());
        if let Node::Ref(parts) = &operator.node
            && parts.first().and_then(ast::Term::as_var).is_some_and(|var| var.as_str() == "data")
        {
            let path: Option<Vec<Value>> = parts[1..].iter().map(ast::Term::to_value).collect();
            let id = path.and_then(|path| self.program.function_ids.get(&path).copied());
            return (id.map_or(Target::Unknown, Target::Function), name);
        }
        let target = match name.as_str() {
            "walk" => Target::Walk,
            "internal.print" => Target::Print,
            name => builtins::find(name).map_or(Target::Unknown, Target::Builtin),
        };
        (target, name)
    }

    /// Whether a term has a value here: each variable in it has one, or gets one as part of a reference's path.
    pub fn is_evaluable(&self, term: &ast::Term) -> bool {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
            Node::Var(var) => self.is_bound(var),
            Node::Ref(parts) => self.is_evaluable(&parts[0]) && parts[1..].iter().all(|part| self.is_bindable(part)),
            Node::Array(items) | Node::Set(items) => items.iter().all(|item| self.is_evaluable(item)),
            Node::Object(entries) => {
                entries.iter().all(|(key, value)| self.is_evaluable(key) && self.is_evaluable(value))
            }
            Node::Call(terms) => terms[1..].iter().all(|operand| self.is_evaluable(operand)),
            _ => true,
        })
    }

    /// Whether a part of a path is known or can be matched against keys.
    fn is_bindable(&self, term: &ast::Term) -> bool {
        match &term.node {
            Node::Var(_) => true,
            Node::Array(items) => items.iter().all(|item| self.is_bindable(item)),
            Node::Object(entries) => {
                entries.iter().all(|(key, value)| self.is_evaluable(key) && self.is_bindable(value))
            }
            _ => self.is_evaluable(term),
        }
    }

    /// Whether the variable of a term has no value yet.
    pub fn unbound<'t>(&self, term: &'t ast::Term) -> Option<&'t Var> {
        term.as_var().filter(|var| !self.is_bound(var))
    }
}
