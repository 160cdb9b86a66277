use crate::commands::Run;
use crate::error::Result;
use crate::services::user::{AddUser, GetUser};
use crate::ui;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  platform user add ada@example.org --role operator --password-stdin < password.txt")]
pub struct Add {
    #[command(flatten)]
    operation: AddUser,
    /// Read the password from stdin instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl Add {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let mut operation = self.operation;
        let backend = run.backend().await?;
        if operation.if_not_exists
            && let Ok(user) = backend.call(GetUser { email: operation.email.clone() }).await
        {
            // Nothing to ask for.
            run.ui.show(&user)?;
            return Ok(0);
        }
        let prompt = format!("Password for {}: ", operation.email);
        operation.password = Some(ui::new_password(self.password_stdin, &prompt)?);
        run.ui.show(&backend.call(operation).await?)?;
        Ok(0)
    }
}
