//! Asking a person at a terminal.

use std::io::{BufRead, IsTerminal, Read, Write};

use crate::error::{Error, Result};
use crate::model::Secret;

/// The longest password that is read, in bytes.
const MAX_PASSWORD: u64 = 8192;

/// Asks before something is destroyed. Without a terminal there is nobody to ask.
pub fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::usage(format!("not done: {question} needs a confirmation, and there is no terminal"))
            .hint("give --yes if you mean it"));
    }
    let mut line = String::new();
    write!(std::io::stderr(), "{question}? [y/N] ")
        .and_then(|()| stdin.lock().read_line(&mut line).map(drop))
        .map_err(|e| Error::io("ask", e))?;
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::usage("not done: it was not confirmed")),
    }
}

/// A password from stdin or, at a terminal, from a prompt.
pub fn password(from_stdin: bool, prompt: &str) -> Result<Secret> {
    if from_stdin {
        return read_password();
    }
    require_terminal()?;
    ask(prompt)
}

/// A new password: as [`password`], but asked for twice.
pub fn new_password(from_stdin: bool, prompt: &str) -> Result<Secret> {
    if from_stdin {
        return read_password();
    }
    require_terminal()?;
    let first = ask(prompt)?;
    let second = ask("The same again: ")?;
    if first.expose() == second.expose() { Ok(first) } else { Err(Error::invalid("the two passwords differ")) }
}

fn ask(prompt: &str) -> Result<Secret> {
    rpassword::prompt_password(prompt).map(Secret::new).map_err(|e| Error::io("read the password", e))
}

fn require_terminal() -> Result<()> {
    if std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Error::usage("a password is needed, and there is no terminal to ask at").hint("give it with --password-stdin"))
}

/// One line, without its line feed.
fn read_password() -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_PASSWORD)
        .read_to_string(&mut text)
        .map_err(|e| Error::io("read the password from stdin", e))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Error::usage("there is no password on stdin"));
    }
    Ok(Secret::new(line.to_owned()))
}

/// All of stdin as text.
pub fn read_stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).map_err(|e| Error::io("read stdin", e))?;
    Ok(text)
}
