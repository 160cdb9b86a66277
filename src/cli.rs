//! The command line: global flags, the tree of commands, and dispatch.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{self, Run, completion};
use crate::error::{Error, Result, TABLE};
use crate::settings::{self, Flags, Loaded};
use crate::ui::{Color, OutputFormat, Ui, is_broken_pipe};

const EXAMPLES: &str = "Examples:
  platform init                                   make a database with its first administrator
  platform search query 'open records'            find documents
  platform policy eval -d policy.rego data.authz.allow
  platform serve                                  offer everything over HTTP
  platform user list --url http://127.0.0.1:8700  the same, through a daemon

`platform help exit-codes` lists the exit codes.";

/// Policy decisions, document search, users and the care of a database, in one binary
#[derive(Debug, Parser)]
#[command(name = "platform", version, propagate_version = true, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Where to act: sqlite:PATH, postgres://USER@HOST/DATABASE, or http(s)://HOST:PORT of a daemon [env: PLATFORM_URL]
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    /// Directory of the database, the search index and the settings file [env: PLATFORM_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Settings file [env: PLATFORM_SETTINGS] [default: settings.toml in the data directory]
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    settings: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, short, global = true, value_enum, default_value_t, hide_default_value = true, value_name = "FORMAT")]
    output: OutputFormat,
    /// Print these columns only, in this order
    #[arg(long, global = true, value_delimiter = ',', value_name = "NAMES", hide_short_help = true)]
    columns: Vec<String>,
    /// Print no column names
    #[arg(long, global = true, hide_short_help = true)]
    no_headers: bool,
    /// Sort rows by this column; with - before it, backwards
    #[arg(long, global = true, value_name = "COLUMN", allow_hyphen_values = true, hide_short_help = true)]
    sort: Option<String>,
    /// Print nothing but the answer
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Explain more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_default_value = true,
        value_name = "WHEN",
        hide_short_help = true
    )]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up: data directory, settings file, database and first administrator
    Init(commands::init::Init),
    /// Offer everything over HTTP
    Serve(commands::serve::Serve),
    /// Check the database, migrations, search index and disk; exit 0 when healthy, 1 when not
    Health(commands::health::Health),
    /// Look for what could be wrong with this installation
    Doctor(commands::health::Doctor),
    /// Users
    #[command(subcommand)]
    User(commands::user::User),
    /// Sign in and keep the token
    Login(commands::auth::Login),
    /// Sign out and forget the token
    Logout(commands::auth::Logout),
    /// Say who you are here, and what you may do
    Whoami(crate::services::auth::WhoAmI),
    /// Policies and decisions
    #[command(subcommand)]
    Policy(commands::policy::Policy),
    /// Documents and the search index
    #[command(subcommand)]
    Search(commands::search::Search),
    /// The database's schema
    #[command(subcommand)]
    Migrate(commands::migrate::Migrate),
    /// Built-in data
    #[command(subcommand)]
    Seed(commands::seed::Seed),
    /// Settings of this program
    #[command(subcommand)]
    Settings(commands::settings::Settings),
    /// Do any operation of the API by its name, with arguments in JSON
    Call(commands::call::Call),
    /// Print a script that completes commands and names in a shell
    Completions(commands::completion::Completions),
    /// The exit codes and what they mean
    #[command(name = "exit-codes", long_about = exit_codes())]
    ExitCodes,
    /// Write the man pages, completions and the OpenAPI document
    #[command(hide = true)]
    Generate(commands::generate::Generate),
}

/// The table of exit codes, for help and man page.
fn exit_codes() -> String {
    let mut text = String::from(
        "Every command ends with one of these exit codes (`policy eval` with OPA's instead: 0, 1 or 2):\n\n   \
         0  done\n   1  a negative answer: unhealthy, or a decision that --fail or --fail-defined turns into one\n",
    );
    let mut last = 0;
    for (_, code, _, meaning) in TABLE {
        if code == last {
            continue;
        }
        let meaning = if code == 77 { "not signed in, the token has expired, or permission denied" } else { meaning };
        text.push_str(&format!("{code:4}  {meaning}\n"));
        last = code;
    }
    text.push_str(" 130  interrupted (SIGINT)\n 143  terminated (SIGTERM)\n");
    text
}

/// The whole tree of commands, with completion of the names that exist.
pub fn command() -> clap::Command {
    completion::with_names(Cli::command())
}

/// Runs the process: parse, act, exit code.
pub fn main() -> ExitCode {
    quiet_evaluator_panics();
    if std::env::var_os("COMPLETE").is_some() {
        clap_complete::CompleteEnv::with_factory(command).complete();
    }
    let parsed = Cli::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Printing help to a closed pipe is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let ui = cli.global.ui();
    match dispatch(cli, &ui) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// A panic of the evaluator is caught and reported as an error; its own message would only confuse.
fn quiet_evaluator_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(crate::services::policy::EVALUATOR_THREAD) {
            usual(info);
        }
    }));
}

impl Global {
    fn ui(&self) -> Ui {
        Ui {
            format: self.output,
            columns: self.columns.clone(),
            no_headers: self.no_headers,
            sort: self.sort.clone(),
            quiet: self.quiet,
            verbose: self.verbose,
            color: self.color,
        }
    }

    fn load(&self, listen: Option<String>) -> Result<Loaded> {
        let flags =
            Flags { url: self.url.clone(), data_dir: self.data_dir.clone(), file: self.settings.clone(), listen };
        settings::load(&flags, std::env::vars_os())
    }
}

fn dispatch(cli: Cli, ui: &Ui) -> Result<u8> {
    // What needs neither settings nor a runtime comes first.
    match &cli.command {
        Command::Completions(completions) => return completions.run(ui),
        Command::Generate(generate) => return generate.run(command(), ui),
        Command::ExitCodes => return ui.print(&exit_codes()).map(|()| 0),
        _ => {}
    }
    let listen = if let Command::Serve(serve) = &cli.command { serve.listen.clone() } else { None };
    let loaded = Arc::new(cli.global.load(listen)?);
    let mut runtime = match &cli.command {
        Command::Serve(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build().map_err(|e| Error::io("start the runtime", e))?;
    let run = Run { ui, loaded };
    let code = if let Command::Serve(serve) = cli.command {
        // It watches for signals itself, to finish what is under way.
        runtime.block_on(serve.run(&run))
    } else {
        runtime.block_on(async {
            tokio::select! {
                done = act(cli.command, &run) => done,
                code = interrupted() => {
                    ui.note("stopped by a signal: what was committed before stays, the rest is undone");
                    Ok(code)
                }
            }
        })
    };
    // Work on blocking threads is either done or harmless to leave.
    runtime.shutdown_background();
    code
}

/// The exit code of a process that SIGINT or SIGTERM ends: 128 and the signal's number.
async fn interrupted() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! { _ = interrupt.recv() => 130, _ = terminate.recv() => 143 }
}

async fn act(command: Command, run: &Run<'_>) -> Result<u8> {
    match command {
        Command::Init(command) => command.run(run).await,
        Command::Health(command) => command.run(run).await,
        Command::Doctor(command) => command.run(run).await,
        Command::User(command) => command.run(run).await,
        Command::Login(command) => command.run(run).await,
        Command::Logout(command) => command.run(run).await,
        Command::Whoami(operation) => run.show(operation).await,
        Command::Policy(command) => command.run(run).await,
        Command::Search(command) => command.run(run).await,
        Command::Migrate(command) => command.run(run).await,
        Command::Seed(command) => command.run(run).await,
        Command::Settings(command) => command.run(run).await,
        Command::Call(command) => command.run(run).await,
        Command::Serve(_) | Command::Completions(_) | Command::Generate(_) | Command::ExitCodes => {
            Err(Error::internal("this command was dispatched already"))
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_of_commands_is_sound() {
        super::command().debug_assert();
    }
}
