//! A place of its own for commands: empty environment, own home, own database, and a transcript of what happened.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::daemon::Daemon;
use super::{Database, Engine, Face};

pub const ADMIN: &str = "admin@localhost";
pub const PASSWORD: &str = "correct horse battery staple";

pub struct Sandbox {
    pub dir: tempfile::TempDir,
    pub database: Database,
    pub daemon: Option<Daemon>,
    pub token: Option<String>,
    transcript: String,
}

/// What a command did.
#[derive(Debug, Clone)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Fails the test unless the command succeeded.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

impl Sandbox {
    /// Nothing there yet: no database, no daemon.
    pub fn empty(engine: Engine) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::new(engine, dir.path());
        Self { dir, database, daemon: None, token: None, transcript: String::new() }
    }

    /// Initialised, with an administrator.
    pub fn new(engine: Engine, face: Face) -> Self {
        let mut sandbox = Self::empty(engine);
        sandbox.command(["init", "--password-stdin"]).stdin(PASSWORD).run().ok();
        if face == Face::Remote {
            sandbox.serve(&[]);
        }
        sandbox
    }

    /// Starts a daemon; commands go through it from then on, as the administrator.
    pub fn serve(&mut self, arguments: &[&str]) {
        let mut command = self.command(["serve", "--listen", "127.0.0.1:0"].iter().chain(arguments)).command;
        command.env("PLATFORM_URL", &self.database.url);
        self.daemon = Some(Daemon::start(command));
        self.token = Some(self.token_for(ADMIN, PASSWORD));
    }

    /// Signs in and returns the token.
    pub fn token_for(&self, email: &str, password: &str) -> String {
        let done = self.command(["login", email, "--password-stdin", "--print"]).stdin(password).run().ok();
        done.stdout.trim().to_owned()
    }

    pub fn url(&self) -> &str {
        self.daemon.as_ref().map_or(&self.database.url, |daemon| &daemon.url)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A command that acts where this sandbox acts.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Runner {
        let mut command = Command::new(env!("CARGO_BIN_EXE_platform"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.dir.path())
            .env("HOME", self.dir.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TZ", "UTC")
            .env("PLATFORM_DATA_DIR", self.dir.path().join("data"))
            .env("PLATFORM_URL", self.url());
        if let Some(token) = &self.token {
            command.env("PLATFORM_TOKEN", token);
        }
        Runner { command, stdin: None }
    }

    /// Runs a command line, split at blanks, and notes it with its output in the transcript.
    pub fn story(&mut self, line: &str) -> Done {
        self.story_with(line, None)
    }

    pub fn story_with(&mut self, line: &str, stdin: Option<&str>) -> Done {
        let mut runner = self.command(words(line));
        runner.stdin = stdin.map(str::to_owned);
        let done = runner.run();
        self.transcript.push_str(&format!("$ platform {line}\n{}", done.stdout));
        for text in done.stderr.lines() {
            self.transcript.push_str(&format!("! {text}\n"));
        }
        if done.code != 0 {
            self.transcript.push_str(&format!("exit {}\n", done.code));
        }
        self.transcript.push('\n');
        done
    }

    /// The transcript, with what differs from run to run replaced by names.
    pub fn transcript(&self) -> String {
        self.transcript
            .replace(&self.database.url, "[URL]")
            .replace(self.url(), "[URL]")
            .replace(&self.dir.path().display().to_string(), "[DIR]")
    }
}

/// Splits at blanks; single quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

pub struct Runner {
    pub command: Command,
    stdin: Option<String>,
}

impl Runner {
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn run(mut self) -> Done {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child =
            self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        if let Some(text) = self.stdin {
            let mut pipe = child.stdin.take().unwrap();
            // A command that ends without reading is judged by its answer.
            std::thread::spawn(move || pipe.write_all(text.as_bytes()));
        }
        let output = child.wait_with_output().unwrap();
        Done {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
