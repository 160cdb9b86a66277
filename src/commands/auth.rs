//! `platform login`, `logout` and `whoami`.

use super::Run;
use crate::backend::{Backend, Credentials, Readiness};
use crate::error::{Error, Result};
use crate::model::{IssuedToken, redact};
use crate::services::auth::{self, SignedOut, Who};
use crate::ui::{self, Cell, Render, View};

#[derive(Debug, clap::Args)]
#[command(after_help = "The token is kept in the file credentials.json of the configuration directory, readable by you
alone, and is used for this URL from then on. In scripts set PLATFORM_TOKEN instead:
`platform login EMAIL --password-stdin --print` prints the token and keeps nothing.")]
pub struct Login {
    /// E-mail address
    email: String,
    /// Read the password from stdin instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    /// Print the token and do not keep it
    #[arg(long)]
    print: bool,
}

impl Login {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        // Not as whoever was signed in before: their token may have expired.
        let backend = run.backend_as(Readiness::Any).await?;
        let password = ui::password(self.password_stdin, &format!("Password for {}: ", self.email))?;
        let issued = backend.call(auth::Login { email: self.email, password }).await?;
        if self.print {
            run.ui.print(&format!("{}\n", issued.token.expose()))?;
            return Ok(0);
        }
        let mut credentials = Credentials::load()?;
        credentials.put(&run.loaded.url(), issued.token.clone());
        credentials.save()?;
        run.ui.show(&SignedIn(issued))?;
        Ok(0)
    }
}

/// A sign-in as a person sees it: without the token, which is in the credentials file.
struct SignedIn(IssuedToken);

impl serde::Serialize for SignedIn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Render for SignedIn {
    fn view(&self) -> View {
        View::Record(vec![
            ("email", Cell::text(&self.0.email)),
            ("role", Cell::text(&self.0.role)),
            ("expires", Cell::Time(self.0.expires_at)),
        ])
    }
}

#[derive(Debug, clap::Args)]
pub struct Logout {}

impl Logout {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let url = run.loaded.url();
        let mut credentials = Credentials::load()?;
        let Some(token) = credentials.token(&url) else {
            return Err(Error::unauthenticated(format!("you are not signed in at {}", redact(&url))));
        };
        // Whatever becomes of the session, the token goes: an expired one must not keep anybody signed in.
        let ended = match run.backend().await {
            // That of the kept token, whatever PLATFORM_TOKEN says.
            Ok(Backend::Remote(client)) => end_session(&Backend::Remote(client.with_token(token))).await,
            Ok(backend) => end_session(&backend).await,
            Err(error) => Err(error),
        };
        credentials.remove(&url);
        credentials.save()?;
        match ended {
            Ok(answer) => run.ui.show(&answer)?,
            Err(error) => run.ui.note(&format!("signed out here; the session itself could not be ended: {error}")),
        }
        Ok(0)
    }
}

async fn end_session(backend: &Backend) -> Result<SignedOut> {
    backend.call(auth::Logout {}).await
}

impl Render for SignedOut {
    fn view(&self) -> View {
        View::Record(vec![("signed out", Cell::text(&self.name))])
    }
}

impl Render for Who {
    fn view(&self) -> View {
        View::Record(vec![
            ("name", Cell::text(&self.name)),
            ("role", Cell::option(self.role.as_ref())),
            ("permissions", Cell::text(self.permissions.join(", "))),
        ])
    }
}
