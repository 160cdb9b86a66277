//! Whether the platform can do its work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{migration, search};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::model::{Check, CheckStatus, HealthReport, Permission};
use crate::operation::{Operation, Route};

/// Below this many free bytes the disk check warns, and below a tenth of it, fails.
const LOW_DISK: u64 = 1 << 30;
/// More changes than this waiting for the index deserve a look.
const LONG_LAG: i64 = 100_000;

/// Checks the database, its migrations, the search index and the disk
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct CheckHealth {}

impl Operation for CheckHealth {
    type Output = HealthReport;
    const ROUTE: Route = Route::get("/health");
    const NEEDS: Permission = Permission::Public;

    async fn run(self, cx: &Context) -> Result<HealthReport> {
        let database = match cx.db.ping().await {
            Ok(()) => Check::new("database", CheckStatus::Ok, format!("{} answers", cx.db.dialect())),
            Err(e) => failed("database", &e),
        };
        let reachable = database.status == CheckStatus::Ok;
        let mut checks = vec![database];
        if reachable {
            let migrations = migration::check_current(&cx.db).await;
            let current = migrations.is_ok();
            checks.push(match migrations {
                Ok(()) => Check::new("migrations", CheckStatus::Ok, "all applied"),
                Err(e) => failed("migrations", &e),
            });
            if current {
                checks.push(index(cx).await);
            }
        }
        checks.push(disk(&cx.loaded.data_dir));
        Ok(HealthReport::new(checks))
    }
}

async fn index(cx: &Context) -> Check {
    match search::stats(cx).await {
        Ok(stats) if stats.lag > LONG_LAG => {
            Check::new("index", CheckStatus::Warning, format!("{} changes behind", stats.lag))
        }
        Ok(stats) if stats.lag > 0 => Check::new("index", CheckStatus::Ok, format!("{} changes behind", stats.lag)),
        Ok(stats) => Check::new("index", CheckStatus::Ok, format!("{} documents, up to date", stats.indexed)),
        Err(e) => failed("index", &e),
    }
}

/// Free space where the data directory is, or will be.
pub fn disk(dir: &std::path::Path) -> Check {
    let existing = dir.ancestors().find(|path| path.exists()).unwrap_or(dir);
    match rustix::fs::statvfs(existing) {
        Ok(fs) => {
            let free = fs.f_bavail * fs.f_frsize;
            let status = match free {
                free if free < LOW_DISK / 10 => CheckStatus::Failed,
                free if free < LOW_DISK => CheckStatus::Warning,
                _ => CheckStatus::Ok,
            };
            Check::new("disk", status, format!("{:.1} GiB free", free as f64 / f64::from(1 << 30)))
        }
        Err(e) => Check::new("disk", CheckStatus::Failed, format!("cannot look at {}: {e}", existing.display())),
    }
}

pub fn failed(name: &str, error: &Error) -> Check {
    Check::new(name, CheckStatus::Failed, error.message.clone())
}
