use crate::commands::Run;
use crate::error::Result;
use crate::services::user::{GetUser, RemoveUser};
use crate::ui;

#[derive(Debug, clap::Args)]
pub struct Rm {
    #[command(flatten)]
    operation: RemoveUser,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Show who would be removed, and remove nobody
    #[arg(long)]
    dry_run: bool,
}

impl Rm {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let backend = run.backend().await?;
        let email = self.operation.email.clone();
        if self.dry_run {
            run.ui.show(&backend.call(GetUser { email }).await?)?;
            run.ui.note("dry run: nothing was removed");
            return Ok(0);
        }
        ui::confirm(&format!("remove user {email}"), self.yes)?;
        run.ui.show(&backend.call(self.operation).await?)?;
        Ok(0)
    }
}
