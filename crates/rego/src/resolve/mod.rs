//! Rewriting: names become full references or unique variables, and what is nested is taken apart, until bodies can be
//! evaluated step by step. One file a stage; `compile.rs` has their order.

pub(crate) mod capture;
pub(crate) mod comprehensions;
pub(crate) mod dynamic;
pub(crate) mod expand;
pub(crate) mod heads;
pub(crate) mod locals;
pub(crate) mod metadata;
pub(crate) mod print;
pub(crate) mod refs;
mod scope;
pub(crate) mod templates;
pub(crate) mod tree;
pub(crate) mod with;

use std::collections::{HashMap, HashSet};

use crate::{
    ast::{Body, Expr, ExprKind, Module, Node, Term, Var},
    check::{
        vars::{self, Skip},
        walk::{self, Visit},
    },
};

/// Makes up variables that are used nowhere else.
pub(crate) struct Names {
    prefix: &'static str,
    next: usize,
    taken: HashSet<Var>,
    /// What variables with a new name were called.
    pub rewritten: HashMap<Var, Var>,
    /// Terms that made-up variables stand for.
    pub subjects: HashMap<Var, Node>,
}

impl Names {
    /// For modules.
    pub fn of_modules(modules: &[Module]) -> Self {
        let mut taken = Taken(HashSet::new());
        modules.iter().flat_map(|module| &module.rules).for_each(|rule| walk::rule(rule, &mut taken));
        Self::new("__local", taken)
    }

    /// For a query.
    pub fn of_query(query: &Body) -> Self {
        let mut taken = Taken(HashSet::new());
        walk::body(query, &mut taken);
        Self::new("__localq", taken)
    }

    fn new(prefix: &'static str, taken: Taken) -> Self {
        Self { prefix, next: 0, taken: taken.0, rewritten: HashMap::new(), subjects: HashMap::new() }
    }

    /// A variable that is used nowhere else.
    pub fn fresh(&mut self) -> Var {
        loop {
            let name = Var::new(format!("{}{}__", self.prefix, self.next));
            self.next += 1;
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }

    /// Puts a made-up variable in the place of a term. What is given back makes them equal.
    pub fn lift(&mut self, term: &mut Term) -> Expr {
        let var = Term::new(Node::Var(self.fresh()), term.location.clone());
        let other = std::mem::replace(term, var.clone());
        let location = other.location.clone();
        let mut expr = Expr::call("eq", [var, other], &location);
        expr.generated = true;
        expr
    }

    /// Remembers what a made-up variable stands for.
    pub fn record(&mut self, var: &Term, subject: Node) {
        if let Some(var) = var.as_var() {
            self.subjects.insert(var.clone(), subject);
        }
    }
}

/// The names in use that could be taken for made-up ones.
struct Taken(HashSet<Var>);

impl Visit<'_> for Taken {
    fn term(&mut self, term: &Term) -> bool {
        if let Node::Var(var) = &term.node
            && var.is_generated()
        {
            self.0.insert(var.clone());
        }
        true
    }
}

/// Appends an expression and gives it its position.
pub(crate) fn push(body: &mut Body, mut expr: Expr) {
    expr.index = body.len();
    body.push(expr);
}

/// Appends expressions to a body. One that was only `true` is replaced.
pub(crate) fn append(body: &mut Body, exprs: impl IntoIterator<Item = Expr>) {
    let mut exprs = exprs.into_iter().peekable();
    if exprs.peek().is_some() && is_empty(body) {
        body.clear();
    }
    exprs.for_each(|expr| push(body, expr));
}

/// Whether a body is only `true`, as that of a rule without one.
pub(crate) fn is_empty(body: &Body) -> bool {
    matches!(&body[..], [Expr { kind: ExprKind::Term(Term { node: Node::Bool(true), .. }), .. }])
}

/// The body `true`.
pub(crate) fn empty_body(location: &crate::ast::Location) -> Body {
    vec![Expr::new(ExprKind::Term(Term::new(Node::Bool(true), location.clone())), location.clone())]
}

/// Whether a term has to be evaluated: a reference or a comprehension is in it.
pub(crate) fn requires_evaluation(term: &Term) -> bool {
    struct Found(bool);
    impl Visit<'_> for Found {
        fn term(&mut self, term: &Term) -> bool {
            self.0 |= matches!(
                term.node,
                Node::Ref(_) | Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_)
            );
            !self.0
        }
    }
    let mut found = Found(false);
    walk::term(term, &mut found);
    found.0
}

/// Whether a term is null, a boolean, a number or a string.
pub(crate) fn is_scalar(term: &Term) -> bool {
    matches!(term.node, Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_))
}

/// Whether this is the whole of `input` or `data`.
pub(crate) fn is_root_document(node: &Node) -> Option<&Var> {
    match node {
        Node::Ref(parts) if parts.len() == 1 => {
            parts[0].as_var().filter(|var| matches!(var.as_str(), "input" | "data"))
        }
        _ => None,
    }
}

/// All variables of the terms, those of references and closures included.
pub(crate) fn all_vars(terms: &[Term]) -> vars::VarSet {
    vars::of_terms(terms, Skip::NOTHING)
}
