//! The Rego policy language: `text → lex → parse → ast → resolve → check → plan → eval`, a folder for each stage.

pub mod ast;
pub mod builtins;
pub mod check;
pub mod compile;
pub mod error;
pub mod eval;
pub mod lex;
pub mod load;
pub mod parse;
pub mod plan;
pub mod print;
pub mod resolve;
pub mod types;
pub mod value;

pub use error::{Code, Error, Errors};
pub use value::{Number, Value};
