use crate::commands::Run;
use crate::error::{Error, Result};
use crate::services::policy::PutPolicy;
use crate::ui;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  platform policy put authz/base authz.rego")]
pub struct Put {
    /// The name to store it under; slashes are fine
    id: String,
    /// The module's file, or - for stdin
    file: String,
}

impl Put {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let module = match self.file.as_str() {
            "-" => ui::read_stdin()?,
            path => std::fs::read_to_string(path).map_err(|e| Error::io(format_args!("read {path}"), e))?,
        };
        run.show(PutPolicy { id: self.id, module }).await
    }
}
