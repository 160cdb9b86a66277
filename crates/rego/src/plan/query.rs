//! Queries: bodies whose variables are the answer.

use super::{Program, Slot, Step, scope::Frame};
use crate::{
    ast::Location,
    compile::{Compiled, CompiledQuery},
    error::Result,
};

/// A planned query.
pub struct QueryPlan {
    /// How many slots its frame has.
    pub slots: usize,
    /// What has to hold.
    pub body: Vec<Step>,
    /// The variables that are shown, sorted by name.
    pub bindings: Vec<(String, Slot)>,
    /// The expressions in the order written.
    pub captures: Vec<Capture>,
}

/// An expression of a query and its value.
pub struct Capture {
    /// The slot of its value; None if it just holds.
    pub slot: Option<Slot>,
    /// Where it stands.
    pub location: Location,
}

impl QueryPlan {
    /// Plans a compiled query. `captures` tells for each expression, as written, the variable that holds its value.
    ///
    /// # Errors
    /// `eval_internal_error` if the query did not pass all checks.
    pub fn new(
        _compiled: &Compiled,
        program: &Program,
        query: &CompiledQuery,
        captures: &[(Option<crate::ast::Var>, Location)],
    ) -> Result<Self> {
        let mut frame = Frame::new(program);
        let mut body: Vec<Step> = Vec::new();
        frame.body(&query.body, &mut body);
        let captures = captures
            .iter()
            .map(|(var, location)| Capture {
                slot: var.as_ref().and_then(|var| frame.bound_slot(var)),
                location: location.clone(),
            })
            .collect();
        let mut bindings: Vec<(String, Slot)> = frame
            .bound_vars()
            .filter_map(|(var, slot)| {
                let name = query.rewritten.get(var).unwrap_or(var);
                (!name.is_generated() && !name.is_wildcard()).then(|| (name.to_string(), slot))
            })
            .collect();
        bindings.sort();
        match frame.errors.is_empty() {
            true => Ok(Self { slots: frame.size(), body, bindings, captures }),
            false => Err(frame.errors),
        }
    }
}
