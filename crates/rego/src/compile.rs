//! From modules to what can be evaluated: all stages between parsing and planning, in their order.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    ast::{Body, Import, Module, Node, Ref, Rule, Var},
    check::{self, functions::Functions},
    error::{self, Code, Error, Errors, Result},
    resolve::{
        Names, capture, comprehensions, dynamic, expand, heads, locals, metadata, print, refs, templates, tree, with,
    },
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
    /// How many errors are told before the compiler gives up; 0 tells all.
    pub max_errors: usize,
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
    /// The variables that hold the values of the expressions, in the order written; None for those that only hold.
    /// Empty if nobody asked.
    pub captures: Vec<Option<Var>>,
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
    /// Whether the values of its expressions are asked for, not only those of its variables.
    pub capture: bool,
}

/// Compiles modules. A stage that finds errors ends it, unless the modules are left in a state in which later stages
/// find nothing but more of them.
///
/// # Errors
/// All errors found, sorted by place.
pub fn compile(mut modules: Vec<Module>, options: &Options) -> Result<(Compiled, TypeEnv)> {
    modules.sort_by(|a, b| a.package.location.file().cmp(b.package.location.file()));
    let mut found = Found { limit: options.max_errors, ..Found::default() };
    let (errors, unused) = refs::modules(&mut modules, options.strict);
    found.fatal(errors)?;
    found.more(unused)?;
    let mut names = Names::of_modules(&modules);
    let capabilities = options.capabilities.as_deref();
    found.fatal(heads::references(&mut modules, &mut names, capabilities))?;
    found.more(check::keywords(&modules, options.strict))?;
    if let Some(capabilities) = capabilities {
        found.more(check::language_imports(&modules, capabilities))?;
    }
    found.more(check::duplicate_imports(&modules, options.strict))?;
    modules.iter_mut().for_each(|module| module.imports.clear());
    let tree = tree::of_modules(&modules);
    let (errors, unused) = locals::modules(&mut modules, &mut names, options.strict, capabilities);
    found.more(unused)?;
    found.fatal(errors)?;
    let mut compiled = Compiled { modules, tree, capabilities: options.capabilities.clone(), ..Compiled::default() };
    rewrite(&mut compiled, &mut names, options, &mut found)?;
    compiled.rewritten.clone_from(&names.rewritten);
    // What depends on what is taken from the rules as they are here; it is told later.
    let recursion = check::recursion(&compiled);
    lift(&mut compiled, &mut names, options, &mut found)?;
    found.fatal(check::conflicts(&compiled))?;
    found.fatal(check::undefined_functions(&compiled))?;
    found.fatal(check::safety::rule_heads(&compiled))?;
    found.fatal(check::safety::rule_bodies(&mut compiled))?;
    dynamic::equals(&mut compiled.modules);
    dynamic::modules(&mut compiled.modules, &mut names);
    compiled.subjects = names.subjects;
    found.fatal(recursion)?;
    let (types, errors) = types::check(&compiled, options);
    found.more(errors)?;
    found.more(check::unsafe_builtins(&compiled.modules, &options.unsafe_builtins))?;
    found.more(check::deprecated_builtins(&compiled.modules, options.strict))?;
    found.end()?;
    Ok((compiled, types))
}

/// The stages between local variables and the graph of rules.
fn rewrite(compiled: &mut Compiled, names: &mut Names, options: &Options, found: &mut Found) -> Result<()> {
    let Compiled { modules, tree, .. } = compiled;
    let capabilities = options.capabilities.as_deref();
    let is_defined = templates::always_defined(tree, modules);
    let functions = Functions::new(modules, tree, capabilities);
    let known = templates::Known { functions: &functions, is_defined: &is_defined, capabilities };
    found.fatal(templates::modules(modules, names, &known))?;
    found.fatal(check::void_calls(modules, capabilities))?;
    match options.print {
        true => found.fatal(print::modules(modules, names, &functions))?,
        false => print::erase(modules),
    }
    expand::modules(modules, names);
    found.fatal(metadata::modules(modules, names))
}

/// The stages between the graph of rules and the first checks.
fn lift(compiled: &mut Compiled, names: &mut Names, options: &Options, found: &mut Found) -> Result<()> {
    let Compiled { modules, tree, .. } = compiled;
    let capabilities = options.capabilities.as_deref();
    comprehensions::modules(modules, names);
    heads::terms(modules, names);
    let is_function = with::functions(tree, modules);
    let unsafe_builtins = &options.unsafe_builtins;
    let known = with::Known { tree, functions: &is_function, capabilities, unsafe_builtins };
    found.fatal(with::modules(modules, names, &known))
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
    let mut found = Found { limit: options.max_errors, ..Found::default() };
    let Compiled { modules, tree, .. } = compiled;
    let capabilities = options.capabilities.as_deref();
    if options.strict {
        found.fatal(check::query_keywords(&body))?;
    }
    refs::query(&mut body, &context.globals(modules));
    let functions = Functions::new(modules, tree, capabilities);
    let captures = if context.capture { capture::query(&mut body, &functions) } else { Vec::new() };
    let mut names = Names::of_query(&body);
    found.fatal(locals::query(&mut body, &mut names, options.strict))?;
    let is_defined = templates::always_defined(tree, modules);
    let known = templates::Known { functions: &functions, is_defined: &is_defined, capabilities };
    found.fatal(templates::query(&mut body, &mut names, &known))?;
    found.fatal(check::query_void_calls(&body, capabilities))?;
    match options.print {
        true => found.fatal(print::query(&mut body, &mut names, &functions))?,
        false => print::erase_in_query(&mut body),
    }
    expand::query(&mut body, &mut names);
    comprehensions::query(&mut body, &mut names);
    let is_function = with::functions(tree, modules);
    let unsafe_builtins = &options.unsafe_builtins;
    let known = with::Known { tree, functions: &is_function, capabilities, unsafe_builtins };
    found.fatal(with::query(&mut body, &mut names, &known))?;
    found.fatal(check::query_undefined_functions(&body, compiled, &names.rewritten))?;
    let mut body = check::safety::query(body, compiled, &names.rewritten)?;
    dynamic::query(&mut body, &mut names);
    let Names { rewritten, subjects, .. } = names;
    found.fatal(types::check_query(types, &body, compiled, &rewritten, &subjects))?;
    found.fatal(check::query_unsafe_builtins(&body, unsafe_builtins))?;
    if options.strict {
        found.fatal(check::query_deprecated_builtins(&body))?;
    }
    Ok(CompiledQuery { body, rewritten, subjects, captures })
}

impl QueryContext {
    fn globals(&self, modules: &[Module]) -> refs::Globals {
        let package = self.package.as_deref().unwrap_or_default();
        let rules = modules.iter().filter(|module| module.package.path == package).flat_map(|module| &module.rules);
        refs::Globals::new(package, rules.filter_map(|rule| rule.head.reference.first()), &self.imports)
    }
}

/// The errors of the stages so far.
#[derive(Default)]
struct Found {
    errors: Errors,
    /// How many are enough; 0 is no limit.
    limit: usize,
}

impl Found {
    /// Errors that other stages need not stop for, unless they are enough.
    fn more(&mut self, errors: Errors) -> Result<()> {
        self.errors.extend(errors);
        if self.limit > 0 && self.errors.len() >= self.limit { self.end() } else { Ok(()) }
    }

    /// Errors that no stage can follow; when there are none, nothing happens.
    fn fatal(&mut self, errors: Errors) -> Result<()> {
        if errors.is_empty() {
            return Ok(());
        }
        self.more(errors)?;
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let mut errors = std::mem::take(&mut self.errors);
        if errors.is_empty() {
            return Ok(());
        }
        let is_enough = self.limit > 0 && errors.len() >= self.limit;
        if is_enough {
            errors.truncate(self.limit);
        }
        error::sort(&mut errors);
        if is_enough {
            errors.push(Error::nowhere(Code::Compile, "error limit reached"));
        }
        Err(errors)
    }
}
