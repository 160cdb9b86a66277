//! The types of variables and references in one place of a policy.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use super::{
    body,
    lattice::{Dynamic, Type},
    names::Names,
    order::Order,
    tree::{Tree, json_key, key_of},
};
use crate::{
    ast::{Body, Node, Term, Var, compare},
    value::Value,
};

/// What all environments of one run have in common.
pub(super) struct Shared<'a> {
    /// What variables were called in the text.
    pub names: Names<'a>,
    /// Which rules depend on which.
    pub order: &'a Order,
    /// For targets of `with`: the rules that may change, all of them `any`.
    pub relaxed: RefCell<Relaxed>,
    /// How many more expressions may be checked: comprehensions are checked again wherever their type is asked for, so
    /// the work grows fast with their nesting.
    pub budget: Cell<u64>,
}

/// Trees by target, and by whether that is a function.
type Relaxed = HashMap<(String, bool), Option<Rc<Tree>>>;

/// Types by name, in layers; what an inner layer does not know, the next one may.
pub(super) struct Env<'a> {
    pub shared: &'a Shared<'a>,
    tree: Layer<'a>,
    vars: Rc<RefCell<HashMap<Var, Type>>>,
    /// Whether the variables are looked for here, and not only kept for the layer behind.
    owns_vars: bool,
    pub next: Option<Rc<Env<'a>>>,
}

/// Documents of a layer.
pub(super) enum Layer<'a> {
    None,
    Borrowed(&'a Tree),
    Owned(Tree),
    Shared(Rc<Tree>),
}

/// What a reference's first name stands for in a layer.
pub(super) enum Found<'e> {
    Var(Type),
    Tree(&'e Tree),
}

impl<'a> Env<'a> {
    /// The outermost environment.
    pub fn root(shared: &'a Shared<'a>, tree: &'a Tree) -> Rc<Self> {
        Rc::new(Self { shared, tree: Layer::Borrowed(tree), vars: Rc::default(), owns_vars: true, next: None })
    }

    /// A layer with its own variables.
    pub fn inner(self: &Rc<Self>, tree: Layer<'a>) -> Rc<Self> {
        Rc::new(Self { shared: self.shared, tree, vars: Rc::default(), owns_vars: true, next: Some(self.clone()) })
    }

    /// A layer for one expression, whose variables outlive it.
    pub fn with_documents(self: &Rc<Self>, tree: Layer<'a>) -> Rc<Self> {
        let vars = self.vars.clone();
        Rc::new(Self { shared: self.shared, tree, vars, owns_vars: false, next: Some(self.clone()) })
    }

    /// Documents of this layer.
    pub fn tree(&self) -> Option<&Tree> {
        match &self.tree {
            Layer::None => None,
            Layer::Borrowed(tree) => Some(tree),
            Layer::Owned(tree) => Some(tree),
            Layer::Shared(tree) => Some(tree),
        }
    }

    /// What the first term of a reference is in this layer.
    pub fn find(&self, head: &Term) -> Option<Found<'_>> {
        let var = head.as_var()?;
        if self.owns_vars
            && let Some(of) = self.vars.borrow().get(var)
        {
            return Some(Found::Var(of.clone()));
        }
        self.tree()?.child(&Value::String(var.to_text())).map(Found::Tree)
    }

    /// The type of a variable.
    pub fn var(&self, var: &Var) -> Option<Type> {
        let mut env = self;
        loop {
            if env.owns_vars
                && let Some(of) = env.vars.borrow().get(var)
            {
                return Some(of.clone());
            }
            if let Some(tree) = env.tree().and_then(|tree| tree.child(&Value::String(var.to_text()))) {
                return tree.value().cloned();
            }
            env = env.next.as_deref()?;
        }
    }

    /// Says the type of a variable.
    pub fn put_var(&self, var: &Var, of: Option<Type>) {
        if let Some(of) = of {
            self.vars.borrow_mut().insert(var.clone(), of);
        }
    }

    /// Takes back what was said of a variable.
    pub fn take_var(&self, var: &Var) -> Option<Type> {
        self.vars.borrow_mut().remove(var)
    }

    /// The type of a term.
    pub fn term(self: &Rc<Self>, term: &Term) -> Option<Type> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.node(&term.node))
    }

    fn node(self: &Rc<Self>, node: &Node) -> Option<Type> {
        match node {
            Node::Null => Some(Type::Null),
            Node::Bool(_) => Some(Type::Boolean),
            Node::Number(_) => Some(Type::Number),
            Node::String(_) | Node::Template(_) => Some(Type::String),
            Node::Var(var) => self.var(var),
            Node::Ref(terms) => self.reference(terms),
            Node::Array(items) => Some(Type::array(items.iter().map(|item| self.term(item)).collect(), None)),
            Node::Object(entries) => Some(self.object(entries)),
            Node::Set(items) => Some(Type::set(Type::one_of(items.iter().filter_map(|item| self.term(item))))),
            Node::ArrayComprehension(comprehension) => {
                let inner = self.checked(&comprehension.body)?;
                Some(Type::array(Vec::new(), inner.term(&comprehension.term)))
            }
            Node::SetComprehension(comprehension) => {
                let inner = self.checked(&comprehension.body)?;
                Some(Type::set(inner.term(&comprehension.term)))
            }
            Node::ObjectComprehension(comprehension) => {
                let inner = self.checked(&comprehension.body)?;
                Some(Type::map(inner.term(&comprehension.key), inner.term(&comprehension.value)))
            }
            Node::Call(_) | Node::Not(_) => None,
        }
    }

    /// The environment behind a body, unless something is wrong in it.
    fn checked(self: &Rc<Self>, checked: &Body) -> Option<Rc<Self>> {
        let (inner, errors) = body::check(self, checked);
        errors.is_empty().then_some(inner)
    }

    fn object(self: &Rc<Self>, entries: &[(Term, Term)]) -> Type {
        let mut properties = Vec::with_capacity(entries.len());
        let mut dynamic = None;
        for (key, value) in compare::sorted_entries(entries) {
            match key_of(key) {
                Some(constant) => properties.push((json_key(&constant), self.term(value))),
                // Of several unknown keys the last one counts.
                None => dynamic = Some(Dynamic { key: self.term(key), value: self.term(value) }),
            }
        }
        Type::object(properties, dynamic)
    }

    /// The type of what a reference refers to.
    pub fn reference(&self, terms: &[Term]) -> Option<Type> {
        let (head, rest) = terms.split_first()?;
        let mut env = self;
        loop {
            match env.find(head) {
                Some(Found::Var(of)) => return select(Some(of), rest),
                Some(Found::Tree(tree)) => {
                    if let Some(found) = in_tree(tree, rest) {
                        return found;
                    }
                }
                None => {}
            }
            match env.next.as_deref() {
                Some(next) => env = next,
                // A base document, of which nothing is known.
                None => return is_root(head).then_some(Type::Any),
            }
        }
    }
}

/// Whether references that begin so reach documents outside of the policy.
pub(super) fn is_root(head: &Term) -> bool {
    head.as_var().is_some_and(|var| matches!(var.as_str(), "data" | "input"))
}

/// None where the path leads to nothing known, so that another layer may know.
fn in_tree(mut tree: &Tree, mut path: &[Term]) -> Option<Option<Type>> {
    loop {
        let Some((head, rest)) = path.split_first() else { return Some(Some(tree.extent())) };
        let key = key_of(head);
        match (tree.value(), key.and_then(|key| tree.child(&key)), key_of(head).is_some()) {
            (_, Some(child), _) => (tree, path) = (child, rest),
            (Some(value), None, _) => return Some(select(Some(value.clone()), path)),
            (None, None, true) => return None,
            (None, None, false) => return Some(select(Some(tree.extent()), path)),
        }
    }
}

/// The type of what is at a path inside of a value.
pub(super) fn select(of: Option<Type>, path: &[Term]) -> Option<Type> {
    path.iter().try_fold(of?, |of, term| match &term.node {
        Node::Var(_) | Node::Ref(_) | Node::Array(_) | Node::Object(_) | Node::Set(_) => {
            match of.is_empty_collection() {
                // Nothing comes of it, so that nothing is wrong with it.
                true => Some(Type::Any),
                false => of.values(),
            }
        }
        _ => at_constant(&of, term),
    })
}

/// The type at a literal key.
pub(super) fn at_constant(of: &Type, key: &Term) -> Option<Type> {
    of.at(&json_key(&key.to_value()?))
}
