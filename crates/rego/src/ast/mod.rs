//! The syntax tree, as the parser leaves it and as the later stages rewrite it. Nodes are shaped like those that
//! `opa parse -f json` prints, so that tools for one can read the other.

mod annotations;
pub mod compare;
mod json;
mod location;
mod module;
mod term;
mod text;
mod tree;
pub mod walk;

pub use annotations::{Annotations, Author, RelatedResource, SchemaAnnotation, Scope};
pub use json::{Json, JsonOptions, module_json};
pub use location::{Location, Source};
pub use module::{
    Body, Comment, Every, Expr, ExprKind, Head, HeadKeyword, Import, Logical, Module, Package, RegoVersion, Rule,
    RuleKind, SomeDecl, With,
};
pub use term::{Call, Comprehension, Node, Not, ObjectComprehension, Ref, TemplatePart, TemplateString, Term, Var};
pub(crate) use text::escape_braces;
pub use text::{body_text, call_text, infix_sign, is_var_like, ref_text, rule_text};
pub use tree::module_tree;
