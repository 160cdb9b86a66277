//! The daemon: listening, and stopping without dropping what is under way.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::router;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::services::search::follower;

/// A daemon that has its port and does not serve yet.
pub struct Daemon {
    listener: TcpListener,
    address: SocketAddr,
    cx: Context,
}

/// Takes the port.
pub async fn bind(cx: Context) -> Result<Daemon> {
    let wanted = cx.loaded.settings.server.listen.clone();
    let listener = TcpListener::bind(&wanted).await.map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => {
            Error::new(ErrorKind::Io, format!("cannot listen on {wanted}: another program has this port"))
                .hint("choose another with --listen HOST:PORT; port 0 takes a free one")
                .source(e)
        }
        std::io::ErrorKind::InvalidInput => {
            Error::settings(format!("`server.listen` is `{wanted}`, and must be HOST:PORT")).source(e)
        }
        _ => Error::new(ErrorKind::Io, format!("cannot listen on {wanted}: {e}")).source(e),
    })?;
    let address = listener.local_addr().map_err(|e| Error::io("read the address of the socket", e))?;
    Ok(Daemon { listener, address, cx })
}

impl Daemon {
    /// Where it can be reached.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is under way.
    pub async fn run(self) -> Result<()> {
        let drain = self.cx.loaded.settings.server.drain_timeout;
        let db = self.cx.db.clone();
        let app = router(follower::start(self.cx))?;
        let mut stop = stop_signal()?;
        let mut stopping = stop.clone();
        let serving = axum::serve(self.listener, app)
            .with_graceful_shutdown(async move { stopped(&mut stopping).await })
            .into_future();
        let overdue = async {
            stopped(&mut stop).await;
            tracing::info!("stopping: requests under way have {drain:?}");
            tokio::time::sleep(drain).await;
        };
        tokio::select! {
            served = serving => served.map_err(|e| Error::io("serve", e))?,
            () = overdue => tracing::warn!("stopped with requests under way"),
        }
        // Connections in use give up by themselves when the process ends.
        let _ = tokio::time::timeout(Duration::from_secs(1), db.close()).await;
        tracing::info!("stopped");
        Ok(())
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error would mean that the sender is gone, and it never ends.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Turns true at the first SIGTERM or SIGINT.
fn stop_signal() -> Result<watch::Receiver<bool>> {
    let failed = |e| Error::io("watch for signals", e);
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tell.send_replace(true);
        // Kept, so that nobody mistakes a dropped sender for silence.
        std::future::pending::<()>().await;
    });
    Ok(told)
}
