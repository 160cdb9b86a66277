//! Progress on stderr: a bar on a terminal, a line every ten seconds elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::Ui;

const EVERY: Duration = Duration::from_secs(10);

/// Shows how far long work is.
pub struct Progress {
    bar: Option<ProgressBar>,
    plain: bool,
    started: Instant,
    last: Instant,
    total: Option<u64>,
}

impl Progress {
    /// `total` is in bytes, when it is known.
    pub fn bytes(ui: &Ui, total: Option<u64>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !ui.quiet).then(|| {
            let (bar, style) = match total {
                Some(total) => {
                    (ProgressBar::new(total), "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec}, {msg}, {eta} left")
                }
                None => (ProgressBar::new_spinner(), "{spinner} {bytes} {bytes_per_sec}, {msg}"),
            };
            bar.with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let now = Instant::now();
        Self { bar, plain: !terminal && !ui.quiet, started: now, last: now, total }
    }

    pub fn update(&mut self, bytes: u64, documents: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            bar.set_message(format!("{} documents", HumanCount(documents)));
        } else if self.plain && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            let rate = bytes as f64 / self.started.elapsed().as_secs_f64();
            let left = self.total.filter(|_| rate > 0.0).map(|total| {
                let left = total.saturating_sub(bytes) as f64 / rate;
                format!(", {} left", indicatif::HumanDuration(Duration::from_secs_f64(left)))
            });
            let line = format!(
                "{} documents, {}, {}/s{}",
                HumanCount(documents),
                HumanBytes(bytes),
                HumanBytes(rate as u64),
                left.unwrap_or_default()
            );
            // Nobody may be reading.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
