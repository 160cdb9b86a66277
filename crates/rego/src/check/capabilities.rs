//! What the capabilities do not allow.

use crate::{
    ast::{Import, Module, Term},
    compile::Capabilities,
    error::{Code, Error, Errors},
};

/// Imports of `rego.v1` and `rego.v2` where the capabilities have no such feature.
pub fn language_imports(modules: &[Module], capabilities: &Capabilities) -> Errors {
    let has = |feature: &str| capabilities.features.contains(feature);
    let second = has("rego_v2_import") || has("rego_v2");
    let first = has("rego_v1_import") || has("rego_v1") || has("rego_v2");
    let mut errors = Errors::new();
    for import in modules.iter().flat_map(|module| &module.imports) {
        for (name, supported) in [("v1", first), ("v2", second)] {
            if !supported && is_language(import, name) {
                let message = format!("rego.{name} import is not supported");
                errors.push(Error::new(Code::Compile, &import.location, message));
            }
        }
    }
    errors
}

fn is_language(import: &Import, version: &str) -> bool {
    match import.path.as_ref_term() {
        Some([root, name]) => {
            root.as_var().is_some_and(|var| var.as_str() == "rego") && Term::as_str(name) == Some(version)
        }
        _ => false,
    }
}
