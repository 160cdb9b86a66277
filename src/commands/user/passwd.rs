use crate::commands::Run;
use crate::error::Result;
use crate::services::user::SetPassword;
use crate::ui;

#[derive(Debug, clap::Args)]
pub struct Passwd {
    #[command(flatten)]
    operation: SetPassword,
    /// Read the password from stdin instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl Passwd {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let mut operation = self.operation;
        let backend = run.backend().await?;
        let prompt = format!("New password for {}: ", operation.email);
        operation.password = Some(ui::new_password(self.password_stdin, &prompt)?);
        run.ui.show(&backend.call(operation).await?)?;
        Ok(0)
    }
}
