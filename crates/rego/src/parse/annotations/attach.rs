//! What metadata belongs to: the statement below it, and all rules that it speaks of.

use std::collections::{BTreeSet, HashMap};

use super::Block;
use crate::{
    ast::{Annotations, Location, Module, Ref, Scope, ref_text},
    error::{Code, Error, Errors, Result},
};

/// How many blocks of a scope one rule takes. More than one is a mistake, and each is copied.
const MAX_BLOCKS: usize = 32;

/// What may stand below a block.
enum Target {
    Package,
    Import,
    Rule,
}

impl Target {
    fn name(&self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Import => "import",
            Self::Rule => "rule",
        }
    }
}

/// Gives a module its metadata, and rules theirs.
pub(in super::super) fn attach(module: &mut Module, blocks: Vec<Block>) -> Result<()> {
    if blocks.is_empty() {
        return Ok(());
    }
    let statements = statements(module);
    let mut errors = Errors::new();
    for block in blocks {
        let row = block.annotations.location.row;
        let below = statements.get(statements.partition_point(|(location, ..)| location.row <= row));
        match attached(block, below) {
            Ok(annotations) => module.annotations.push(annotations),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    give_to_rules(module);
    Ok(())
}

/// All statements by row.
fn statements(module: &Module) -> Vec<(Location, Target, Ref)> {
    let mut statements = vec![(module.package.location.clone(), Target::Package, module.package.path.clone())];
    statements.extend(module.imports.iter().map(|import| (import.location.clone(), Target::Import, Ref::new())));
    statements.extend(
        (0..module.rules.len())
            .map(|index| (module.rules[index].location.clone(), Target::Rule, rule_path(module, index))),
    );
    statements.sort_by_key(|(location, ..)| location.row);
    statements
}

/// Package and reference of a rule up to its first variable.
fn rule_path(module: &Module, index: usize) -> Ref {
    let head = &module.rules[index].head.reference;
    let mut path = module.package.path.clone();
    if let Some(first) = head.first() {
        path.push(match first.as_var() {
            Some(var) => crate::ast::Term::string(var.as_str(), &first.location),
            None => first.clone(),
        });
        path.extend(head.iter().skip(1).take_while(|part| part.is_ground()).cloned());
    }
    path
}

fn attached(block: Block, below: Option<&(Location, Target, Ref)>) -> std::result::Result<Annotations, Errors> {
    let Block { scope: written, mut annotations } = block;
    let target = below.map(|(_, target, _)| target);
    let name = match (written.as_str(), target) {
        ("", Some(Target::Rule)) if annotations.entrypoint => "document",
        ("", Some(target)) => target.name(),
        (written, _) => written,
    };
    let mut errors = Errors::new();
    let location = &annotations.location;
    let mut refuse = |message: String| errors.push(Error::new(Code::Parse, location, message));
    let (scope, wanted) = match name {
        "rule" => (Scope::Rule, "rule"),
        "document" => (Scope::Document, "rule"),
        "subpackages" => (Scope::Subpackages, "package"),
        "package" => (Scope::Package, "package"),
        name => {
            let scopes = "'rule', 'document', 'package', or 'subpackages'";
            refuse(format!("invalid annotation scope '{name}'. Use one of {scopes}"));
            (Scope::Rule, target.map_or("", Target::name))
        }
    };
    if target.map_or("", Target::name) != wanted {
        let have = target.map_or(String::new(), |target| format!(" (have {})", target.name()));
        refuse(format!("annotation scope '{name}' must be applied to {wanted}{have}"));
    }
    if annotations.entrypoint && !matches!(name, "document" | "package") {
        refuse(format!("annotation entrypoint applied to non-document or package scope '{name}'"));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    annotations.scope = scope;
    if let Some((location, _, path)) = below {
        annotations.target = Some(location.clone());
        annotations.path = path.clone();
    }
    Ok(annotations)
}

/// Blocks that speak of the rules of one path.
#[derive(Default)]
struct Group {
    document: Vec<usize>,
    /// Of scope `rule`, the last one first.
    above: Vec<usize>,
    /// Those above the current rule that no rule has taken yet.
    pending: BTreeSet<usize>,
}

/// A document's metadata belongs to all its rules; a rule's to the first rule below it. Of several blocks above one
/// rule that gets all, the last one is taken and the others go to the next rule as well.
fn give_to_rules(module: &mut Module) {
    let mut groups: HashMap<String, Group> = HashMap::new();
    for (index, annotations) in module.annotations.iter().enumerate().rev() {
        match annotations.scope {
            Scope::Document => groups.entry(ref_text(&annotations.path)).or_default().document.push(index),
            Scope::Rule => groups.entry(ref_text(&annotations.path)).or_default().above.push(index),
            Scope::Package | Scope::Subpackages => {}
        }
    }
    if groups.is_empty() {
        return;
    }
    for index in 0..module.rules.len() {
        let Some(group) = groups.get_mut(&ref_text(&rule_path(module, index))) else { continue };
        let row = module.rules[index].location.row;
        while let Some(next) = group.above.last()
            && module.annotations[*next].location.row < row
        {
            group.pending.extend(group.above.pop());
        }
        let pending = group.pending.iter().rev().take(MAX_BLOCKS);
        let mut mine: Vec<usize> = group.document.iter().take(MAX_BLOCKS).chain(pending).copied().collect();
        mine.sort_unstable();
        module.rules[index].annotations = mine.into_iter().map(|index| module.annotations[index].clone()).collect();
        group.pending.pop_last();
    }
}
