//! `# METADATA` comments.

use super::state::Parser;
use crate::{
    ast::{Annotations, Module},
    error::Result,
};

impl Parser<'_> {
    pub fn annotations(&mut self) -> Vec<Annotations> {
        Vec::new()
    }
}

pub(super) fn attach(_module: &mut Module) -> Result<()> {
    Ok(())
}
