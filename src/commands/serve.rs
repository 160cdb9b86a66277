//! `platform serve`: the daemon.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::Run;
use super::init::{ADMIN, InitReport, set_up};
use crate::api;
use crate::backend::{Backend, Readiness};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::services::migration;
use crate::services::seed::ApplySeed;
use crate::settings::LogFormat;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The first line on stdout is the address. SIGTERM and SIGINT stop it when requests under way are done.

Examples:
  platform serve --demo
  platform serve --listen 0.0.0.0:8700 --url postgres://platform@db/platform"
)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes a free one [env: PLATFORM_SERVER_LISTEN] [default: 127.0.0.1:8700]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Set up what is missing, with an administrator and real data to try things with
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        start_logging(run)?;
        let demo = if self.demo { Some(prepare_demo(run).await?) } else { None };
        let connections = run.loaded.settings.database.max_connections;
        let cx = Backend::open_local(run.loaded.clone(), Readiness::Any, connections).await?;
        check(&cx).await?;
        let daemon = api::bind(cx).await?;
        run.ui.print(&format!("{}\n", daemon.url()))?;
        if let Some(report) = demo {
            run.ui.print(&welcome(&daemon.url(), &report))?;
        }
        tracing::info!(url = daemon.url(), "serving");
        daemon.run().await?;
        Ok(0)
    }
}

/// Pending migrations make a daemon that is not ready, and that can be told to apply them. One that lacks even
/// its tables for users could not know who tells it.
async fn check(cx: &Context) -> Result<()> {
    match migration::check_current(&cx.db).await {
        Err(error) if error.kind == ErrorKind::Unavailable && !migration::is_empty(&cx.db).await? => {
            tracing::warn!("{}", error.message);
            Ok(())
        }
        other => other,
    }
}

fn start_logging(run: &Run<'_>) -> Result<()> {
    let log = &run.loaded.settings.log;
    let filter =
        EnvFilter::try_new(&log.level).map_err(|e| Error::settings(format!("`log.level` is `{}`: {e}", log.level)))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let done = match log.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(run.ui.colored(&std::io::stderr())).try_init(),
    };
    done.map_err(|e| Error::internal(format!("cannot start logging: {e}")))
}

async fn prepare_demo(run: &Run<'_>) -> Result<InitReport> {
    let (report, backend) = set_up(run, ADMIN, None).await?;
    backend.call(ApplySeed { profile: "demo".into(), dry_run: false }).await?;
    if let Backend::Direct(cx) = backend {
        cx.db.close().await;
    }
    Ok(report)
}

/// What a newcomer sees.
fn welcome(url: &str, report: &InitReport) -> String {
    let program =
        std::env::args_os().next().map_or_else(|| "platform".into(), |name| name.to_string_lossy().into_owned());
    let sign_in = match (&report.admin, &report.password) {
        (Some(admin), Some(password)) => format!("{admin}, password {} (not shown again)", password.expose()),
        _ => format!("as before; `{program} user passwd {ADMIN}` sets a new password"),
    };
    let shell = if std::io::stdout().is_terminal() { "another terminal" } else { "a terminal" };
    format!(
        "
Database   {}
Sign-in    {sign_in}

Try in {shell}:
  {program} search query 'education committee' --jurisdiction us-vt
  {program} policy eval data.demo.rbac -i seeds/demo/examples/rbac.json
  {program} login {ADMIN} --url {url}
  {program} user list --url {url}
  curl {url}/health

Stop it with Ctrl-C.
",
        report.database
    )
}
