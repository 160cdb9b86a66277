//! `platform health` and `platform doctor`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Run;
use crate::backend::{Credentials, Readiness};
use crate::error::Result;
use crate::model::{Check, CheckStatus, HealthReport};
use crate::services::health::{CheckHealth, disk, failed};
use crate::ui::{Cell, Render, Table, View};

const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
pub struct Health {
    /// Wait until it is healthy
    #[arg(long)]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

impl Health {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let deadline = Instant::now() + self.timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let report = tokio::time::timeout(left, report(run))
                .await
                .unwrap_or_else(|_| HealthReport::new(vec![Check::new("answer", CheckStatus::Failed, "none in time")]));
            if report.healthy || !self.wait || Instant::now() >= deadline {
                run.ui.show(&report)?;
                return Ok(u8::from(!report.healthy));
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

/// The report of the database or daemon; what cannot even be asked is unhealthy.
async fn report(run: &Run<'_>) -> HealthReport {
    let asked = match run.backend_as(Readiness::Any).await {
        Ok(backend) => backend.call(CheckHealth {}).await,
        Err(error) => Err(error),
    };
    asked.unwrap_or_else(|error| {
        let what = if run.loaded.is_remote() { "daemon" } else { "database" };
        HealthReport::new(vec![failed(what, &error), disk(&run.loaded.data_dir)])
    })
}

#[derive(Debug, clap::Args)]
pub struct Doctor {}

impl Doctor {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let mut checks = vec![
            settings_file(&run.loaded.file),
            private("data directory", &run.loaded.data_dir, "`platform init` makes it"),
        ];
        if let Ok(path) = Credentials::path() {
            checks.push(match Credentials::load() {
                Ok(_) => private("credentials file", &path, "`platform login` makes it"),
                Err(error) => failed("credentials file", &error),
            });
        }
        for check in report(run).await.checks {
            checks.push(check);
        }
        let report = HealthReport::new(checks);
        run.ui.show(&report)?;
        Ok(u8::from(!report.healthy))
    }
}

fn settings_file(path: &Path) -> Check {
    // A file that could not be read or understood has ended the command before.
    let detail = if path.exists() { format!("{} is in order", path.display()) } else { "none; defaults apply".into() };
    Check::new("settings file", CheckStatus::Ok, detail)
}

/// Whether only its owner can read it.
fn private(name: &str, path: &Path, missing: &str) -> Check {
    match std::fs::metadata(path) {
        Ok(info) if info.permissions().mode() & 0o077 != 0 => {
            let mode = info.permissions().mode() & 0o777;
            let detail =
                format!("{} has mode {mode:04o}: others can look into it (chmod go= mends it)", path.display());
            Check::new(name, CheckStatus::Warning, detail)
        }
        Ok(_) => Check::new(name, CheckStatus::Ok, format!("{} is yours alone", path.display())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Check::new(name, CheckStatus::Ok, format!("none at {}; {missing}", path.display()))
        }
        Err(e) => Check::new(name, CheckStatus::Failed, format!("{}: {e}", path.display())),
    }
}

impl Render for HealthReport {
    fn view(&self) -> View {
        let rows = self.checks.iter().map(|check| {
            let status = match check.status {
                CheckStatus::Ok => "ok",
                CheckStatus::Warning => "warning",
                CheckStatus::Failed => "failed",
            };
            vec![Cell::text(&check.name), Cell::text(status), Cell::text(&check.detail)]
        });
        View::Table(Table { columns: vec!["check", "status", "detail"], rows: rows.collect() })
    }

    fn list(&self) -> Option<&'static str> {
        Some("checks")
    }
}
