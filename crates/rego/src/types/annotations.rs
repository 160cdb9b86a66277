//! Which annotations speak of a rule: those of its package and of packages around it, of its document and its own.

use std::collections::HashMap;

use super::{order::full_reference, tree::ground_path};
use crate::{
    ast::{Annotations, SchemaAnnotation, Scope},
    compile::{Compiled, RuleId},
    value::Value,
};

/// Annotations of a policy that name schemas.
#[derive(Default)]
pub(super) struct Annotated<'c> {
    compiled: Option<&'c Compiled>,
    /// Of scope `document` and `subpackages`.
    by_path: HashMap<Vec<Value>, &'c Annotations>,
    by_package: HashMap<Vec<Value>, &'c Annotations>,
}

impl<'c> Annotated<'c> {
    pub fn new(compiled: &'c Compiled) -> Self {
        let mut all = Self { compiled: Some(compiled), ..Self::default() };
        for (module, parsed) in compiled.modules.iter().enumerate() {
            for annotations in &parsed.annotations {
                match annotations.scope {
                    Scope::Package => _ = all.by_package.insert(ground_path(&parsed.package.path), annotations),
                    Scope::Subpackages => _ = all.by_path.insert(ground_path(&parsed.package.path), annotations),
                    Scope::Rule | Scope::Document => {}
                }
            }
            for (rule, parsed) in parsed.rules.iter().enumerate() {
                let path = || ground_path(&full_reference(compiled, RuleId { module, rule }));
                for annotations in parsed.annotations.iter().filter(|one| one.scope == Scope::Document) {
                    all.by_path.insert(path(), annotations);
                }
            }
        }
        all
    }

    /// What is said of documents for a rule, the most general first, so that what is said closer to it counts.
    pub fn schemas(&self, id: RuleId) -> Vec<&'c SchemaAnnotation> {
        let Some(compiled) = self.compiled else { return Vec::new() };
        let module = &compiled.modules[id.module];
        let package = ground_path(&module.package.path);
        let around = (1..=package.len()).filter_map(|length| self.by_path.get(&package[..length]));
        let own = module.rules[id.rule].annotations.iter().filter(|one| one.scope == Scope::Rule);
        let document = || self.by_path.get(&ground_path(&full_reference(compiled, id)));
        let document = if self.by_path.is_empty() { None } else { document() };
        let all = around.chain(self.by_package.get(&package)).chain(document).copied().chain(own);
        all.flat_map(|annotations| &annotations.schemas).collect()
    }
}
