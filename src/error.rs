//! What can go wrong, and the one table from a kind of error to its exit code and HTTP status.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong; scripts decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request itself makes no sense: an unknown flag, field or column
    Usage,
    /// The request is well formed, its content is not acceptable
    Invalid,
    NotFound,
    /// A database or daemon cannot be reached, or is not ready
    Unavailable,
    Internal,
    /// The request contradicts what is there already
    Conflict,
    Io,
    /// Somebody else holds what is needed; try again later
    Busy,
    Unauthenticated,
    Denied,
    Settings,
}

/// Every kind with its exit code, its HTTP status and its meaning, as `platform help exit-codes` prints them.
/// Exit codes are those of BSD's `sysexits.h` where it has one.
pub const TABLE: [(ErrorKind, u8, u16, &str); 11] = [
    (ErrorKind::Usage, 2, 400, "wrong usage: an unknown command, flag, column or field"),
    (ErrorKind::Invalid, 65, 422, "invalid input: malformed JSON or Rego, a value that is not allowed"),
    (ErrorKind::NotFound, 66, 404, "not found: a user, policy, file or database that is not there"),
    (ErrorKind::Unavailable, 69, 503, "unavailable: the database or the daemon cannot be reached or is not ready"),
    (ErrorKind::Internal, 70, 500, "internal error: a defect of this program"),
    (ErrorKind::Conflict, 73, 409, "conflict: it exists already, or contradicts what is stored"),
    (ErrorKind::Io, 74, 500, "input or output failed: permissions, a full disk, a port in use"),
    (ErrorKind::Busy, 75, 503, "busy: somebody else holds the lock; try again later"),
    (ErrorKind::Unauthenticated, 77, 401, "not signed in, or the token has expired"),
    (ErrorKind::Denied, 77, 403, "permission denied"),
    (ErrorKind::Settings, 78, 500, "wrong settings"),
];

impl ErrorKind {
    fn row(self) -> &'static (Self, u8, u16, &'static str) {
        // The table has a row for every kind: a test walks them.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[4])
    }

    /// The exit code of a process that ends with this kind of error.
    pub fn exit_code(self) -> u8 {
        self.row().1
    }

    /// The HTTP status (RFC 9110) that carries this kind of error.
    pub fn status(self) -> u16 {
        self.row().2
    }

    /// A short heading for a problem body.
    pub fn title(self) -> &'static str {
        self.row().3.split(':').next().unwrap_or_default()
    }
}

/// An error as a person reads it: what was wrong, what to do about it, and what caused it.
#[derive(Debug)]
pub struct Error {
    pub kind: ErrorKind,
    pub message: String,
    pub hints: Vec<String>,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), source: None }
    }
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Busy, message)
    }
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unauthenticated, message)
    }
    pub fn settings(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Settings, message)
    }

    /// An operation on a file or socket that failed: `what` names the operation and its object.
    pub fn io(what: impl fmt::Display, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            _ => ErrorKind::Io,
        };
        Self::new(kind, format!("cannot {what}: {}", reason(&source))).source(source)
    }

    /// Adds a line that says what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the hint `did you mean …` if one of the known names is close.
    pub fn nearest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, known) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    pub fn source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// The system's words for an I/O error, without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The known name that is closest to a mistyped one (Jaro-Winkler similarity of at least 0.8).
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let made = match &error {
            E::RowNotFound => Self::not_found("no such row"),
            E::Database(db) if db.is_unique_violation() => Self::conflict("it exists already"),
            E::Database(db) if db.is_foreign_key_violation() => Self::conflict("something else still refers to it"),
            E::Database(db) => database_error(db.code().as_deref(), db.message()),
            E::Io(_) | E::Tls(_) | E::PoolClosed | E::WorkerCrashed => {
                Self::unavailable(format!("the database connection was lost: {error}"))
            }
            E::PoolTimedOut => Self::unavailable("no database connection became free in time")
                .hint("raise `database.max_connections`, or find what holds them"),
            _ => Self::internal(format!("the database answered unexpectedly: {error}")),
        };
        made.source(error)
    }
}

/// Words an error that the database reported, by SQLite's extended result code or PostgreSQL's SQLSTATE.
fn database_error(code: Option<&str>, message: &str) -> Error {
    match code {
        // SQLITE_BUSY and its extended codes
        Some("5" | "261" | "517" | "773") => Error::busy("another process is writing to the database")
            .hint("try again; if it persists, see which process has the file open"),
        Some("8" | "264" | "520" | "776" | "1032" | "1288" | "1544") => {
            Error::new(ErrorKind::Io, "the database is read-only").hint("check the permissions of the data directory")
        }
        Some("10" | "13" | "14") => Error::new(ErrorKind::Io, format!("the database file cannot be used: {message}")),
        Some("11" | "26") => Error::invalid(format!("the database file is damaged or no SQLite database: {message}")),
        Some("42P01") | Some("1") if message.contains("no such table") || message.contains("does not exist") => {
            Error::unavailable("the database has no tables of this program yet").hint("run `platform migrate up`")
        }
        Some("28P01" | "28000") => Error::unavailable(format!("the database refused the sign-in: {message}"))
            .hint("check user and password in the database URL"),
        Some("3D000") => Error::not_found(message).hint("create it with `createdb`, then run `platform init`"),
        Some("42501") => Error::new(ErrorKind::Denied, format!("the database denied it: {message}")),
        Some("53300" | "57P03" | "57P01") => Error::unavailable(format!("the database is not available: {message}")),
        _ => Error::internal(format!("the database answered: {message}")),
    }
}

/// An error on the wire: RFC 9457 problem details with this program's kind and hints.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `kind` tells problems apart
    #[serde(rename = "type")]
    pub problem_type: String,
    /// The kind in words
    pub title: String,
    /// The HTTP status code
    pub status: u16,
    /// What was wrong
    pub detail: String,
    pub kind: ErrorKind,
    /// What to do about it
    #[serde(default)]
    pub hints: Vec<String>,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self {
            problem_type: "about:blank".into(),
            title: error.kind.title().into(),
            status: error.kind.status(),
            detail: error.message,
            kind: error.kind,
            hints: error.hints,
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self { kind: problem.kind, message: problem.detail, hints: problem.hints, source: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_kind_once() {
        for (i, row) in TABLE.iter().enumerate() {
            assert_eq!(TABLE.iter().position(|other| other.0 == row.0), Some(i));
            assert_eq!(row.0.exit_code(), row.1);
        }
        // `Settings` is the last variant: as many rows as variants.
        assert_eq!(TABLE.len(), ErrorKind::Settings as usize + 1);
    }

    #[test]
    fn a_problem_carries_the_error_over_the_wire() {
        let error = Error::invalid("no").hint("say yes");
        let json = serde_json::to_string(&Problem::from(error)).expect("serialises");
        let back = Error::from(serde_json::from_str::<Problem>(&json).expect("parses"));
        assert_eq!(
            (back.kind, back.message.as_str(), back.hints),
            (ErrorKind::Invalid, "no", vec!["say yes".to_owned()])
        );
    }

    #[test]
    fn nearest_finds_a_typo_and_nothing_else() {
        assert_eq!(nearest("raeder", ["admin", "operator", "reader"]), Some("reader"));
        assert_eq!(nearest("xyz", ["admin", "operator"]), None);
    }
}
