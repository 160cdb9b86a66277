//! The only room that prints. Answers go to stdout, everything else to stderr.

mod format;
mod progress;
mod prompt;
mod view;

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

pub use format::OutputFormat;
pub use progress::Progress;
pub use prompt::{confirm, new_password, password, read_stdin};
pub use view::{Cell, Table, View, relative};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    Always,
    Never,
}

/// How a person wants answers.
#[derive(Debug, Clone, Default)]
pub struct Ui {
    pub format: OutputFormat,
    pub columns: Vec<String>,
    pub no_headers: bool,
    pub sort: Option<String>,
    pub quiet: bool,
    pub verbose: u8,
    pub color: Color,
}

/// An answer that a person can read.
pub trait Render: Serialize {
    fn view(&self) -> View;

    /// The field that holds the list, where `ndjson` prints its elements; the answer itself may be the list.
    fn list(&self) -> Option<&'static str> {
        None
    }
}

impl Ui {
    /// Prints an answer in the format that was asked for.
    pub fn show(&self, answer: &impl Render) -> Result<()> {
        let text = format::format(self, answer)?;
        self.print(&text)
    }

    /// Prints text to stdout as it is.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(cannot_print)
    }

    /// Tells something that is not the answer.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// Tells something that only `-v` wants to know.
    pub fn detail(&self, text: &str) {
        if self.verbose > 0 {
            self.complain(text);
        }
    }

    /// Prints an error: one line, then hints, then with `-v` its causes.
    pub fn error(&self, error: &Error) {
        let colored = self.colored(&std::io::stderr());
        self.complain(&format!("{} {}", paint(colored, AnsiColor::Red.on_default().bold(), "error:"), error.message));
        for hint in &error.hints {
            self.complain(&format!("{} {hint}", paint(colored, AnsiColor::Cyan.on_default(), "hint:")));
        }
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause.filter(|_| self.verbose > 0) {
            self.complain(&format!("cause: {inner}"));
            cause = inner.source();
        }
    }

    /// Whether a stream gets colours.
    pub fn colored(&self, stream: &impl IsTerminal) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    pub fn complain(&self, text: &str) {
        // When stderr is gone there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

/// Text in a style, or plain.
pub fn paint(colored: bool, style: Style, text: &str) -> String {
    if colored { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// A reader who has seen enough (`| head`) is no error: the exit code of this one is 0.
fn cannot_print(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, "cannot write to stdout").source(error)
}

/// Whether an error only says that nobody reads stdout any more.
pub fn is_broken_pipe(error: &Error) -> bool {
    let source = error.source.as_deref().and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|source| source.kind() == std::io::ErrorKind::BrokenPipe)
}
