//! Rules: which documents and functions they define together.

use std::sync::Arc;

use super::{
    CompletePlan, Document, DocumentKind, FunctionPlan, Leaf, PartialPlan, PartialVariant, Pattern, Program, RulePlan,
    Step, Term, Tree, scope::Frame,
};
use crate::{
    ast::{self, Rule, RuleKind},
    compile::{Compiled, RuleId, RuleTree},
    error::{Errors, Result},
    value::Value,
};

impl Program {
    /// Plans all rules.
    ///
    /// # Errors
    /// `eval_internal_error` if the rules did not pass all checks.
    pub fn new(compiled: &Compiled) -> Result<Self> {
        let mut program = Self::default();
        let mut homes = Vec::new();
        program.tree = outline(compiled, &compiled.tree, &mut Vec::new(), &mut program, &mut homes);
        let mut errors = Vec::new();
        let (mut documents, mut functions) = (Vec::new(), Vec::new());
        for home in &homes {
            let mut planner = Planner { compiled, program: &program, errors: &mut errors };
            match home.arity {
                Some(arity) => {
                    let plan = planner.complete(&home.rules);
                    functions.push(FunctionPlan { path: home.path.clone(), arity, plan });
                }
                None => documents.push(Document { path: home.path.clone(), kind: planner.document(home) }),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        program.documents = documents;
        program.functions = functions;
        Ok(program)
    }
}

/// Where rules belong together: a document or, with an arity, a function.
struct Home {
    path: Vec<Value>,
    rules: Vec<RuleId>,
    arity: Option<usize>,
}

/// Gives documents and functions their numbers, which plans then refer to.
fn outline(
    compiled: &Compiled,
    node: &RuleTree,
    path: &mut Vec<Value>,
    program: &mut Program,
    homes: &mut Vec<Home>,
) -> Tree {
    let mut tree = Tree::default();
    if let Some(first) = node.rules.first() {
        let mut rules = node.rules.clone();
        let arity = compiled.rule(*first).head.args.as_ref().map(Vec::len);
        let dynamic = rules.iter().any(|id| dynamic_parts(compiled, *id, path.len()) > 0);
        if dynamic {
            // Documents below the variable parts of a reference belong to it.
            collect(node, &mut rules);
        }
        if let Some(arity) = arity {
            program.function_ids.insert(path.clone(), program.functions.len());
            // Only the arity is needed while others are planned.
            let plan = CompletePlan { rules: Vec::new(), default: None, same_constant: false };
            program.functions.push(FunctionPlan { path: path.clone(), arity, plan });
            tree.is_function = arity > 0;
            homes.push(Home { path: path.clone(), rules: rules.clone(), arity: Some(arity) });
        }
        // A function without parameters is a document as well.
        if arity.unwrap_or(0) == 0 {
            tree.document = Some(homes.len() - program.functions.len());
            homes.push(Home { path: path.clone(), rules, arity: None });
        }
        if dynamic || arity.is_none() {
            return tree;
        }
    }
    for (key, child) in &node.children {
        path.push(key.clone());
        let child = outline(compiled, child, path, program, homes);
        path.pop();
        tree.children.insert(key.clone(), child);
    }
    tree
}

fn collect(node: &RuleTree, rules: &mut Vec<RuleId>) {
    for child in node.children.values() {
        rules.extend(&child.rules);
        collect(child, rules);
    }
}

/// How many parts a rule's reference has below a path.
fn dynamic_parts(compiled: &Compiled, id: RuleId, depth: usize) -> usize {
    let package = &compiled.modules[id.module].package.path;
    (package.len() + compiled.rule(id).head.reference.len()).saturating_sub(depth + 1)
}

/// The reference of a rule from `data` on: that of its package, then its own.
fn full_reference(compiled: &Compiled, id: RuleId) -> Vec<ast::Term> {
    let (head, rest) = compiled.rule(id).head.reference.split_first().expect("a rule has a name");
    let name = match head.as_var() {
        Some(var) => ast::Term::string(var.as_str(), &head.location),
        None => head.clone(),
    };
    let package = &compiled.modules[id.module].package.path;
    package.iter().cloned().chain(std::iter::once(name)).chain(rest.iter().cloned()).collect()
}

struct Planner<'c, 'e> {
    compiled: &'c Compiled,
    program: &'c Program,
    errors: &'e mut Errors,
}

impl<'c> Planner<'c, '_> {
    fn frame(&self) -> Frame<'c> {
        Frame::new(self.program)
    }

    fn document(&mut self, home: &Home) -> DocumentKind {
        let depth = home.path.len() + 1;
        let is_multi = |id: &RuleId| self.compiled.rule(*id).head.kind() == RuleKind::MultiValue;
        let is_dynamic = |id: &RuleId| dynamic_parts(self.compiled, *id, home.path.len()) > 0;
        if !home.rules.iter().any(|id| is_multi(id) || is_dynamic(id)) {
            return DocumentKind::Complete(self.complete(&home.rules));
        }
        let is_set = !home.rules.iter().any(is_dynamic);
        let plans = home.rules.iter().filter(|id| !self.compiled.rule(**id).default).copied().collect::<Vec<_>>();
        let plans = plans.into_iter().map(|id| self.partial(id, depth)).collect();
        if is_set { DocumentKind::Set(plans) } else { DocumentKind::Object(plans) }
    }

    fn complete(&mut self, ids: &[RuleId]) -> CompletePlan {
        let (defaults, rules): (Vec<RuleId>, Vec<RuleId>) = ids.iter().partition(|id| self.compiled.rule(**id).default);
        let default = defaults.first().map(|id| self.rule(*id));
        let rules: Vec<RulePlan> = rules.into_iter().map(|id| self.rule(id)).collect();
        let mut values =
            rules.iter().flat_map(|rule| std::iter::once(rule).chain(&rule.otherwise)).map(|rule| &rule.value);
        let same_constant = match values.next() {
            Some(Term::Const(first)) => values.all(|value| matches!(value, Term::Const(value) if value == first)),
            _ => false,
        };
        CompletePlan { rules, default, same_constant }
    }

    fn rule(&mut self, id: RuleId) -> RulePlan {
        let name: Arc<str> = ast::ref_text(&full_reference(self.compiled, id)).into();
        let mut plan = self.single(self.compiled.rule(id), &name);
        let mut next = self.compiled.rule(id).else_rule.as_deref();
        while let Some(rule) = next {
            plan.otherwise.push(self.single(rule, &name));
            next = rule.else_rule.as_deref();
        }
        plan
    }

    fn single(&mut self, rule: &Rule, name: &Arc<str>) -> RulePlan {
        let mut frame = self.frame();
        let mut steps = Vec::new();
        let arguments = rule.head.args.as_deref().unwrap_or_default();
        let parameters: Vec<Pattern> = arguments.iter().map(|argument| frame.pattern(argument, &mut steps)).collect();
        frame.body(&rule.body, &mut steps);
        let value = match &rule.head.value {
            Some(value) => frame.term(value, &mut steps),
            None => Term::Const(Value::Bool(true)),
        };
        self.errors.append(&mut frame.errors);
        RulePlan {
            slots: frame.size(),
            parameters,
            body: steps,
            value,
            otherwise: Vec::new(),
            name: name.clone(),
            location: rule.location.clone(),
        }
    }

    fn partial(&mut self, id: RuleId, depth: usize) -> PartialPlan {
        let rule = self.compiled.rule(id);
        let path = &full_reference(self.compiled, id)[depth..];
        let keys = path.len() + usize::from(rule.head.kind() == RuleKind::MultiValue);
        PartialPlan {
            variants: (0..=keys).map(|known| self.variant(rule, path, known)).collect(),
            location: rule.head.location.clone(),
        }
    }

    fn variant(&mut self, rule: &Rule, path: &[ast::Term], known: usize) -> PartialVariant {
        let mut frame = self.frame();
        let mut steps = Vec::new();
        let member = if rule.head.kind() == RuleKind::MultiValue { rule.head.key.as_ref() } else { None };
        let given: Vec<_> = (0..known).map(|_| frame.fresh()).collect();
        for (slot, key) in given.iter().zip(path.iter().chain(member)) {
            let pattern = frame.pattern(key, &mut steps);
            steps.push(Step::Match(Term::Slot(*slot), pattern));
        }
        frame.body(&rule.body, &mut steps);
        let path = path.iter().map(|key| frame.term(key, &mut steps)).collect();
        let leaf = match (member, &rule.head.value) {
            (Some(member), _) => Leaf::Member(frame.term(member, &mut steps)),
            (None, Some(value)) => Leaf::Value(frame.term(value, &mut steps)),
            (None, None) => Leaf::Value(Term::Const(Value::Bool(true))),
        };
        self.errors.append(&mut frame.errors);
        PartialVariant { slots: frame.size(), body: steps, path, leaf }
    }
}
