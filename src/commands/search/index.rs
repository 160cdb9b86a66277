use super::input::{BadDocument, Defaults, Input};
use crate::backend::Backend;
use crate::commands::Run;
use crate::error::{Error, Result};
use crate::model::NewDocument;
use crate::services::search::{GetIndexStats, IndexDocuments, IndexReport};
use crate::ui::Progress;

/// Documents that are stored in one transaction.
const BATCH_DOCUMENTS: usize = 500;
/// And at most about so many bytes of them.
const BATCH_BYTES: usize = 4 << 20;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Documents are JSON objects with an `id`; `source`, `kind`, `jurisdiction`, `language` (or `lang`), `title`
and `body` (or `text`) have a meaning, all other fields are kept and their text is found. Documents that are
stored already, just so, are left alone: doing it again is cheap.

A document that cannot be read ends the command. Those before it are stored, those after it are not.

Examples:
  platform search index documents.ndjson
  zcat laws.jsonl.gz | platform search index - --source laws"
)]
pub struct Index {
    /// Files of NDJSON, or of a JSON array; - for stdin
    #[arg(required = true)]
    files: Vec<String>,
    /// The source of documents that do not say theirs [default: default]
    #[arg(long)]
    source: Option<String>,
    /// The kind of documents that do not say theirs [default: document]
    #[arg(long)]
    kind: Option<String>,
    /// Pass over documents that cannot be read, and exit 65 at the end if there were any
    #[arg(long)]
    skip_invalid: bool,
    /// Read and check everything, and store nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not wait until the documents can be found
    #[arg(long)]
    no_wait: bool,
}

impl Index {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let backend = run.backend().await?;
        let mut report = IndexReport::default();
        let mut skipped = 0;
        for file in &self.files {
            self.file(run, &backend, file, &mut report, &mut skipped).await?;
        }
        if !self.no_wait && !self.dry_run {
            backend.call(GetIndexStats { wait_for: Some(report.seq) }).await?;
        }
        run.ui.show(&report)?;
        if self.dry_run {
            run.ui.note("dry run: nothing was stored");
        }
        match skipped {
            0 => Ok(0),
            n => Err(Error::invalid(format!("could not read {}, passed over; all others are stored", documents(n)))),
        }
    }

    async fn file(
        &self,
        run: &Run<'_>,
        backend: &Backend,
        file: &str,
        report: &mut IndexReport,
        skipped: &mut u64,
    ) -> Result<()> {
        let defaults = Defaults { source: self.source.clone(), kind: self.kind.clone() };
        let (mut input, size) = Input::open(file, defaults)?;
        let mut progress = Progress::bytes(run.ui, size);
        let (mut batch, mut batch_start) = (Vec::new(), 0);
        loop {
            let next = input.next()?;
            let full = batch.len() >= BATCH_DOCUMENTS || input.bytes_read() - batch_start >= BATCH_BYTES as u64;
            if full || next.is_none() {
                self.store(backend, &mut batch, report).await?;
                batch_start = input.bytes_read();
                progress.update(input.bytes_read(), report.written + report.unchanged);
            }
            match next {
                None => break,
                Some(Ok(document)) => batch.push(document),
                Some(Err(bad)) if self.skip_invalid && bad.can_go_on => {
                    run.ui.note(&format!("passed over: {}", bad.message));
                    *skipped += 1;
                }
                Some(Err(bad)) => {
                    self.store(backend, &mut batch, report).await?;
                    progress.finish();
                    return Err(stopped(&bad, report));
                }
            }
        }
        progress.finish();
        Ok(())
    }

    async fn store(&self, backend: &Backend, batch: &mut Vec<NewDocument>, report: &mut IndexReport) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let taken = std::mem::take(batch);
        if self.dry_run {
            report.written += taken.len() as u64;
            return Ok(());
        }
        let done = backend.call(IndexDocuments { documents: taken }).await.map_err(|e| {
            let stored = report.written + report.unchanged;
            e.hint(format!("before this batch {} stored; run it again to go on", documents(stored)))
        })?;
        report.written += done.written;
        report.unchanged += done.unchanged;
        report.seq = done.seq;
        Ok(())
    }
}

fn documents(count: u64) -> String {
    if count == 1 { "1 document".into() } else { format!("{count} documents") }
}

fn stopped(bad: &BadDocument, report: &IndexReport) -> Error {
    let stored = report.written + report.unchanged;
    let error =
        Error::invalid(bad.message.clone()).hint(format!("before it: {} stored; after it: nothing", documents(stored)));
    if bad.can_go_on {
        error.hint("mend it and run the command again, or pass over such documents with --skip-invalid")
    } else {
        error.hint("mend it and run the command again")
    }
}
