//! Errors of every stage, in the shape and with the codes that OPA gives them.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::ast::Location;

/// Codes of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The text is not Rego.
    Parse,
    /// The policy is not meaningful.
    Compile,
    /// Types do not fit.
    Type,
    /// A variable cannot be given a value.
    UnsafeVar,
    /// A rule depends on itself.
    Recursion,
    /// The policy cannot be printed.
    Format,
    /// Evaluation failed inside the engine.
    Internal,
    /// Evaluation was cancelled or ran out of time.
    Cancel,
    /// Two different values for one document, or for one key of an object.
    Conflict,
    /// An operand of a wrong type, met in evaluation.
    EvalType,
    /// A built-in failed.
    Builtin,
    /// A `with` that would replace documents by something else than an object.
    WithMerge,
}

impl Code {
    /// As OPA spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "rego_parse_error",
            Self::Compile => "rego_compile_error",
            Self::Type => "rego_type_error",
            Self::UnsafeVar => "rego_unsafe_var_error",
            Self::Recursion => "rego_recursion_error",
            Self::Format => "rego_format_error",
            Self::Internal => "eval_internal_error",
            Self::Cancel => "eval_cancel_error",
            Self::Conflict => "eval_conflict_error",
            Self::EvalType => "eval_type_error",
            Self::Builtin => "eval_builtin_error",
            Self::WithMerge => "eval_with_merge_error",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was wrong and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind.
    pub code: Code,
    /// What was wrong, in OPA's words where it has some.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// More, as OPA's JSON has it.
    pub details: Details,
    /// What to do about it, in our words.
    pub hint: Option<String>,
}

/// What an error says beside its message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Details {
    /// Nothing.
    #[default]
    None,
    /// The line, and the byte in it that a caret points to.
    Line {
        /// Text of the line.
        line: String,
        /// Byte offset in it.
        idx: usize,
    },
    /// Anything else: the JSON, and the lines that a person sees.
    Other {
        /// As OPA's JSON has it.
        json: serde_json::Value,
        /// As a person sees it.
        lines: Vec<String>,
    },
}

/// All errors of a stage.
pub type Errors = Vec<Error>;

/// What a stage gives, or all that was wrong.
pub type Result<T> = std::result::Result<T, Errors>;

impl Error {
    /// An error at a place.
    pub fn new(code: Code, location: &Location, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), location: Some(location.clone()), details: Details::None, hint: None }
    }

    /// An error without a place.
    pub fn nowhere(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), location: None, details: Details::None, hint: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Sorts errors by place, then by what they say.
pub fn sort(errors: &mut Errors) {
    errors.sort_by(|a, b| a.location.cmp(&b.location).then_with(|| a.to_string().cmp(&b.to_string())));
}

/// `file:row: code: message`, and a line for each detail.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.details {
            Details::None => Ok(()),
            Details::Line { line, idx } => {
                let before: String =
                    line.chars().take(*idx).map(|char| if char == '\t' { '\t' } else { ' ' }).collect();
                write!(f, "\n\t{line}\n\t{before}^")
            }
            Details::Other { lines, .. } => lines.iter().try_for_each(|line| write!(f, "\n\t{line}")),
        }
    }
}

impl std::error::Error for Error {}

/// `{"message": …, "code": …, "location": {"file": …, "row": …, "col": …}, "details": …}`
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Place<'e> {
            file: &'e str,
            row: u32,
            col: u32,
        }

        #[derive(Serialize)]
        struct Line<'e> {
            line: &'e str,
            idx: usize,
        }

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("code", self.code.as_str())?;
        if let Some(location) = &self.location {
            let place = Place { file: location.file(), row: location.row, col: location.col };
            map.serialize_entry("location", &place)?;
        }
        match &self.details {
            Details::None => {}
            Details::Line { line, idx } => map.serialize_entry("details", &Line { line, idx: *idx })?,
            Details::Other { json, .. } => map.serialize_entry("details", json)?,
        }
        map.end()
    }
}
