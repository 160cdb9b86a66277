//! `# METADATA` comments.

use super::state::Parser;
use crate::ast::Module;

impl Parser<'_> {
    /// Reads the metadata of a module and gives it to its rules.
    pub fn metadata(&mut self, _module: &mut Module) -> Option<()> {
        Some(())
    }
}
