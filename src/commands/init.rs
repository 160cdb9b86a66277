//! `platform init`: everything that a fresh machine needs.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use super::Run;
use crate::backend::{Backend, Readiness, local_only};
use crate::error::{Error, Result};
use crate::model::{Secret, redact};
use crate::services::auth::generate_password;
use crate::services::migration::MigrateUp;
use crate::services::seed::ApplySeed;
use crate::services::user::{AddUser, ListUsers, check_password, normal_email};
use crate::settings::{create_private_dir, template};
use crate::ui::{self, Cell, Render, View};

pub const ADMIN: &str = "admin@localhost";

#[derive(Debug, clap::Args)]
#[command(after_help = "Doing it again changes nothing that is there.")]
pub struct Init {
    /// E-mail address of the first administrator
    #[arg(long, default_value = ADMIN, value_name = "EMAIL")]
    admin: String,
    /// Read the administrator's password from stdin instead of making one
    #[arg(long)]
    password_stdin: bool,
}

/// What was set up.
#[derive(Debug, serde::Serialize)]
pub struct InitReport {
    pub data_dir: String,
    pub settings_file: String,
    pub database: String,
    /// The administrator that was made; none if there was one already
    pub admin: Option<String>,
    /// The password that was made for them, shown this once
    pub password: Option<Secret>,
}

impl Init {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let url = run.loaded.url();
        if run.loaded.is_remote() {
            return Err(local_only("platform init", &redact(&url)));
        }
        let given = if self.password_stdin { Some(ui::password(true, "")?) } else { None };
        let (report, _) = set_up(run, &self.admin, given).await?;
        run.ui.show(&report)?;
        if report.password.is_some() {
            run.ui.note("keep the password: it is not shown again");
        } else if report.admin.is_none() {
            run.ui.note("it was set up already");
        }
        Ok(0)
    }
}

/// Sets up what is missing, and returns the backend that did it.
pub async fn set_up(run: &Run<'_>, admin: &str, given: Option<Secret>) -> Result<(InitReport, Backend)> {
    // What could be refused comes before anything is made.
    let email = normal_email(admin)?;
    if let Some(password) = &given {
        check_password(password)?;
    }
    create_private_dir(&run.loaded.data_dir)?;
    write_settings(run)?;
    let backend = run.backend_as(Readiness::Create).await?;
    backend.call(MigrateUp::default()).await?;
    backend.call(ApplySeed { profile: "base".into(), dry_run: false }).await?;
    let admins = ListUsers { role: Some("admin".into()), after: String::new(), limit: 1 };
    let mut report = InitReport {
        data_dir: run.loaded.data_dir.display().to_string(),
        settings_file: run.loaded.file.display().to_string(),
        database: redact(&run.loaded.url()),
        admin: None,
        password: None,
    };
    if backend.call(admins).await?.is_empty() {
        let made = given.is_none();
        let password = given.unwrap_or_else(generate_password);
        let user =
            AddUser { email, role: "admin".into(), name: None, if_not_exists: false, password: Some(password.clone()) };
        report.admin = Some(backend.call(user).await?.email);
        report.password = made.then_some(password);
    }
    Ok((report, backend))
}

/// Writes the settings file, unless there is one.
fn write_settings(run: &Run<'_>) -> Result<()> {
    let path = &run.loaded.file;
    let failed = |e| Error::io(format_args!("write the settings file {}", path.display()), e);
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(template()?.as_bytes()).map_err(failed),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(failed(e)),
    }
}

impl Render for InitReport {
    fn view(&self) -> View {
        let mut fields = vec![
            ("data directory", Cell::text(&self.data_dir)),
            ("settings file", Cell::text(&self.settings_file)),
            ("database", Cell::text(&self.database)),
        ];
        if let Some(admin) = &self.admin {
            fields.push(("administrator", Cell::text(admin)));
        }
        if let Some(password) = &self.password {
            fields.push(("password", Cell::text(password.expose())));
        }
        View::Record(fields)
    }
}
