//! What a policy must not do, one file a check.

pub(crate) mod functions;
pub mod safety;
pub(crate) mod vars;
