//! From modules to what can be evaluated: all stages between parsing and planning, in their order.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    ast::{Body, Import, Module, Node, Ref, Rule, Term, Var},
    check,
    error::{self, Errors, Result},
    resolve::{Generator, calls, locals::Locals, names, print, templates},
    types::{self, TypeEnv},
    value::Value,
};

/// How modules and queries are compiled.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Refuse what is legal but surely a mistake: unused imports and variables, deprecated built-ins.
    pub strict: bool,
    /// Keep `print` calls; without, they are erased.
    pub print: bool,
    /// Which built-ins and features exist. None: all of them.
    pub capabilities: Option<Arc<Capabilities>>,
    /// Built-ins that must not be used, by name.
    pub unsafe_builtins: BTreeSet<String>,
    /// JSON Schemas by path below `schema`; the empty path is the schema of `input`.
    pub schemas: BTreeMap<Vec<String>, Value>,
}

/// What policies may use.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    /// Names of built-ins.
    pub builtins: BTreeSet<String>,
    /// Keywords that may be imported.
    pub future_keywords: BTreeSet<String>,
    /// Features of the language.
    pub features: BTreeSet<String>,
    /// Hosts that built-ins may ask; None allows all.
    pub allow_net: Option<Vec<String>>,
}

/// Modules that passed every stage, rewritten for evaluation.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The modules. Names are resolved, nested calls are taken apart, bodies stand in an order in which every variable
    /// has a value when it is needed.
    pub modules: Vec<Module>,
    /// Rules by path.
    pub tree: RuleTree,
    /// What generated variables were called in the text.
    pub rewritten: HashMap<Var, Var>,
    /// Which built-ins and features exist. None: all of them.
    pub capabilities: Option<Arc<Capabilities>>,
    /// Terms that generated variables were put in the place of, for messages.
    pub subjects: HashMap<Var, Node>,
}

/// A query that passed every stage.
#[derive(Clone, Debug, Default)]
pub struct CompiledQuery {
    /// The rewritten, ordered body.
    pub body: Body,
    /// What generated variables were called in the text.
    pub rewritten: HashMap<Var, Var>,
    /// Terms that generated variables were put in the place of, for messages.
    pub subjects: HashMap<Var, Node>,
}

/// Which rule: module and position in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// Index of the module.
    pub module: usize,
    /// Index of the rule in the module.
    pub rule: usize,
}

/// Rules by the path of their documents below `data`.
#[derive(Clone, Debug, Default)]
pub struct RuleTree {
    /// What is below, by the next part of the path.
    pub children: BTreeMap<Value, RuleTree>,
    /// Rules whose reference, up to its first variable, ends here.
    pub rules: Vec<RuleId>,
}

impl Compiled {
    /// The rule of an id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.modules[id.module].rules[id.rule]
    }
}

/// What a query is asked within.
#[derive(Clone, Debug, Default)]
pub struct QueryContext {
    /// The package whose rules it may name without a path, from `data` on.
    pub package: Option<Ref>,
    /// What it may name beside.
    pub imports: Vec<Import>,
}

/// Compiles modules. Most stages that find errors are the last one; behind checks of style the others follow.
///
/// # Errors
/// All errors found, sorted by place.
pub fn compile(mut modules: Vec<Module>, options: &Options) -> Result<(Compiled, TypeEnv)> {
    let capabilities = options.capabilities.as_deref();
    let mut generator = Generator::for_modules();
    let mut found = Errors::new();
    let used = resolve(&mut modules);
    if options.strict {
        let unused = modules
            .iter()
            .zip(&used)
            .flat_map(|(module, used)| check::unused_imports(module, |name| used.contains(name)));
        found.extend(unused);
    }
    found.extend(check::keywords(&modules, options.strict));
    if let Some(capabilities) = capabilities {
        found.extend(check::language_imports(&modules, capabilities));
    }
    found.extend(check::duplicate_imports(&modules, options.strict));
    let mut compiled = Compiled {
        tree: RuleTree::new(&modules),
        modules,
        rewritten: HashMap::new(),
        capabilities: options.capabilities.clone(),
        subjects: HashMap::new(),
    };
    let mut locals = Locals::new(&mut generator, options.strict);
    for rule in compiled.modules.iter_mut().flat_map(|module| &mut module.rules) {
        locals.rule(rule);
    }
    let (rewritten, errors) = (locals.rewritten, locals.errors);
    compiled.rewritten = rewritten;
    passed(errors, &mut found)?;
    let rules = |compiled: &mut Compiled, rewrite: &mut dyn FnMut(&mut Rule)| {
        compiled.modules.iter_mut().flat_map(|module| &mut module.rules).for_each(rewrite);
    };
    rules(&mut compiled, &mut |rule| templates::rewrite_rule(rule, &mut generator));
    passed(check::void_calls(&compiled.modules, capabilities), &mut found)?;
    rules(&mut compiled, &mut |rule| print::rewrite_rule(rule, &mut generator, options.print));
    rules(&mut compiled, &mut |rule| calls::expand_rule(rule, &mut generator));
    compiled.subjects = std::mem::take(&mut generator.subjects);
    let recursion = check::recursion(&compiled);
    passed(check::conflicts(&compiled), &mut found)?;
    passed(check::undefined_functions(&compiled), &mut found)?;
    passed(check::safety::rule_heads(&compiled), &mut found)?;
    passed(check::safety::rule_bodies(&mut compiled), &mut found)?;
    passed(recursion, &mut found)?;
    let (types, errors) = types::check(&compiled, options);
    found.extend(errors);
    found.extend(check::unsafe_builtins(&compiled.modules, &options.unsafe_builtins));
    found.extend(check::deprecated_builtins(&compiled.modules, options.strict));
    all_passed(found)?;
    Ok((compiled, types))
}

/// Compiles a query.
///
/// # Errors
/// All errors of the first stage that finds some.
pub fn query(
    compiled: &Compiled,
    types: &TypeEnv,
    mut body: Body,
    context: &QueryContext,
    options: &Options,
) -> Result<CompiledQuery> {
    let capabilities = options.capabilities.as_deref();
    let mut generator = Generator::for_query();
    if options.strict {
        all_passed(check::query_keywords(&body))?;
    }
    let mut globals = match &context.package {
        Some(package) => names::rule_names(package, &compiled.modules),
        None => names::Globals::new(),
    };
    names::add_imports(&mut globals, &context.imports);
    names::resolve_body(&mut body, &globals);
    let mut locals = Locals::new(&mut generator, options.strict);
    locals.query(&mut body);
    let (rewritten, errors) = (locals.rewritten, locals.errors);
    all_passed(errors)?;
    templates::rewrite_body(&mut body, &mut generator);
    all_passed(check::query_void_calls(&body, capabilities))?;
    print::rewrite_body(&mut body, &mut generator, options.print);
    calls::expand_body(&mut body, &mut generator);
    all_passed(check::query_undefined_functions(&body, compiled, &rewritten))?;
    let body = check::safety::query(body, compiled, &rewritten)?;
    all_passed(types::check_query(types, &body, compiled, &rewritten, &generator.subjects))?;
    all_passed(check::query_unsafe_builtins(&body, &options.unsafe_builtins))?;
    if options.strict {
        all_passed(check::query_deprecated_builtins(&body))?;
    }
    Ok(CompiledQuery { body, rewritten, subjects: generator.subjects })
}

/// Ends with all errors `found` so far, if the stage has some.
fn passed(errors: Errors, found: &mut Errors) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    found.extend(errors);
    all_passed(std::mem::take(found))
}

fn all_passed(mut errors: Errors) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    error::sort(&mut errors);
    Err(errors)
}

/// Resolves names in all modules, and tells which names each of them used.
fn resolve(modules: &mut [Module]) -> Vec<BTreeSet<Var>> {
    let globals: Vec<names::Globals> = modules
        .iter()
        .map(|module| {
            let mut globals = names::rule_names(&module.package.path, modules);
            names::add_imports(&mut globals, &module.imports);
            globals
        })
        .collect();
    modules
        .iter_mut()
        .zip(globals)
        .map(|(module, globals)| module.rules.iter_mut().flat_map(|rule| names::resolve_rule(rule, &globals)).collect())
        .collect()
}

impl RuleTree {
    fn new(modules: &[Module]) -> Self {
        let mut tree = Self::default();
        for (at, module) in modules.iter().enumerate() {
            // Packages without rules are documents as well.
            tree.node(&module.package.path[1..]);
            for (rule_at, rule) in module.rules.iter().enumerate() {
                let package = module.package.path[1..].iter();
                let (name, rest) = rule.head.reference.split_at(1);
                let path: Vec<Term> =
                    package.cloned().chain(name.iter().map(as_key)).chain(rest.iter().cloned()).collect();
                tree.node(&path).rules.push(RuleId { module: at, rule: rule_at });
            }
        }
        tree
    }

    /// The node of a path up to its first part that is no constant.
    fn node(&mut self, path: &[Term]) -> &mut Self {
        let mut node = self;
        for part in path {
            let Some(key) = part.to_value() else { break };
            node = node.children.entry(key).or_default();
        }
        node
    }
}

/// The name of a rule is a part of its path like any other.
fn as_key(term: &Term) -> Term {
    match &term.node {
        Node::Var(var) => Term::string(var.as_str(), &term.location),
        _ => term.clone(),
    }
}
