//! Keeping the index up with the database. In the daemon a task follows the change feed; a direct command
//! does a short stretch of the same work itself, unless somebody else is at it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::context::{Context, Follower};
use crate::engines::search::{IndexDocument, IndexWriter};
use crate::error::{Error, Result};
use crate::store::{self, document::DocumentChange};

/// Changes read from the database at once.
const BATCH: i64 = 100;
/// How often a daemon looks for changes that nobody woke it for: those of other processes.
const POLL: Duration = Duration::from_millis(100);
/// How long a request waits for the index to reach a change.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells the daemon's follower that there is something new.
pub fn wake(cx: &Context) {
    if let Some(follower) = &cx.follower {
        follower.wake.notify_one();
    }
}

/// Sees to it that a search finds what it should: in the daemon everything up to `wait_for`, directly
/// everything that is committed.
pub async fn freshen(cx: &Context, wait_for: Option<i64>) -> Result<()> {
    match (&cx.follower, wait_for) {
        (Some(_), None) => Ok(()),
        (Some(follower), Some(target)) => {
            let target = target.min(store::change::head(&cx.db).await?.seq);
            let mut position = follower.position.clone();
            follower.wake.notify_one();
            let reached = tokio::time::timeout(PATIENCE, position.wait_for(|at| *at >= target)).await;
            reached.map(drop).map_err(|_| behind(target))
        }
        (None, _) => {
            let index = cx.index().await?;
            let head = store::change::head(&cx.db).await?.seq;
            let deadline = Instant::now() + PATIENCE;
            loop {
                // An index beyond the database belongs to a later state of it, since undone: build it anew.
                if index.position()? == head {
                    break;
                }
                if let Some(writer) = index.try_writer(cx.loaded.settings.search.writer_memory_bytes)? {
                    finish(catch_up(cx, writer).await?.0).await?;
                    break;
                }
                if index.position()? > head {
                    break;
                }
                if Instant::now() > deadline {
                    return Err(behind(head));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            index.reload()
        }
    }
}

fn behind(target: i64) -> Error {
    Error::busy(format!("the search index has not reached change {target} in {} s", PATIENCE.as_secs()))
        .hint("`platform search stats` shows how far it is")
}

fn held_elsewhere() -> Error {
    Error::busy("another daemon or command is writing the search index")
        .hint("run the rebuild through the daemon that does: `platform search rebuild --url http://HOST:PORT`")
}

/// Builds the index anew.
pub async fn rebuild(cx: &Context) -> Result<()> {
    if let Some(follower) = &cx.follower {
        let (done, result) = oneshot::channel();
        let gone = || Error::unavailable("the follower of the search index has stopped");
        follower.rebuild.send(done).await.map_err(|_| gone())?;
        return result.await.map_err(|_| gone())?;
    }
    let index = cx.index().await?;
    let memory = cx.loaded.settings.search.writer_memory_bytes;
    let writer = index.try_writer(memory)?.ok_or_else(held_elsewhere)?;
    let (writer, _) = build_anew(cx, writer).await?;
    let (writer, _) = catch_up(cx, writer).await?;
    finish(writer).await?;
    index.reload()
}

/// Applies everything committed so far, in one commit. Returns the writer and the change it has reached.
async fn catch_up(cx: &Context, writer: IndexWriter) -> Result<(IndexWriter, i64)> {
    let index = cx.index().await?;
    let (position, head) = (index.position()?, store::change::head(&cx.db).await?.seq);
    if position == head {
        return Ok((writer, head));
    }
    if position > head {
        return build_anew(cx, writer).await;
    }
    let (writer, reached) = apply_after(cx, writer, position, None).await?;
    let reached = reached.max(head);
    let writer = commit(writer, reached).await?;
    Ok((writer, reached))
}

/// Applies changes until there are no more or the time is over; returns the last one's number.
async fn apply_after(
    cx: &Context,
    mut writer: IndexWriter,
    mut position: i64,
    until: Option<Instant>,
) -> Result<(IndexWriter, i64)> {
    loop {
        let changes = store::document::changes_after(&cx.db, position, BATCH).await?;
        let Some(last) = changes.last() else { break };
        position = last.seq;
        let full = changes.len() as i64 == BATCH;
        writer = blocking(move || {
            changes.into_iter().try_for_each(|change| apply(&writer, change))?;
            Ok(writer)
        })
        .await?;
        if !full || until.is_some_and(|until| Instant::now() > until) {
            break;
        }
    }
    Ok((writer, position))
}

fn apply(writer: &IndexWriter, change: DocumentChange) -> Result<()> {
    match change.current {
        None => writer.delete(&change.key),
        // A later change in the feed carries the document as it is now.
        Some(current) if current > change.seq => {}
        Some(_) => writer.put(document(change))?,
    }
    Ok(())
}

fn document(row: DocumentChange) -> IndexDocument {
    IndexDocument {
        key: row.key,
        source: row.source.unwrap_or_default(),
        id: row.id.unwrap_or_default(),
        kind: row.kind.unwrap_or_default(),
        jurisdiction: row.jurisdiction,
        language: row.language,
        title: row.title,
        body: row.body.unwrap_or_default(),
        fields: row.fields.map(|fields| fields.0).unwrap_or_default(),
    }
}

/// Fills an emptied index from all documents, in one commit.
async fn build_anew(cx: &Context, mut writer: IndexWriter) -> Result<(IndexWriter, i64)> {
    // What happens from here on is applied again afterwards: it may have been seen only in part.
    let head = store::change::head(&cx.db).await?.seq;
    writer = blocking(move || writer.clear().map(|()| writer)).await?;
    let mut position = -1;
    loop {
        let rows = store::document::by_seq(&cx.db, position, BATCH).await?;
        let Some(last) = rows.last() else { break };
        position = last.seq;
        writer = blocking(move || {
            // Put, not add: a document that changes meanwhile comes by again.
            rows.into_iter().try_for_each(|row| writer.put(document(row)))?;
            Ok(writer)
        })
        .await?;
    }
    let writer = commit(writer, head).await?;
    Ok((writer, head))
}

async fn commit(mut writer: IndexWriter, seq: i64) -> Result<IndexWriter> {
    blocking(move || writer.commit(seq).map(|()| writer)).await
}

async fn finish(writer: IndexWriter) -> Result<()> {
    blocking(move || writer.finish()).await
}

async fn blocking<T: Send + 'static>(job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(job).await.map_err(|e| Error::internal("indexing was cut short").source(e))?
}

/// Starts the daemon's follower; it runs until the process ends. Returns the context that operations in the
/// daemon use.
pub fn start(cx: Context) -> Context {
    let (rebuild, requests) = mpsc::channel(1);
    let (reached, position) = watch::channel(0);
    let follower = Follower { wake: Arc::new(Notify::new()), rebuild, position };
    let wake = follower.wake.clone();
    tokio::spawn(follow(cx.clone(), wake, requests, reached));
    cx.with_follower(follower)
}

async fn follow(
    cx: Context,
    wake: Arc<Notify>,
    mut requests: mpsc::Receiver<oneshot::Sender<Result<()>>>,
    reached: watch::Sender<i64>,
) {
    loop {
        // Ends only with an error: a full disk, a lost database. The index stays as its last commit left it.
        if let Err(error) = follow_on(&cx, &wake, &mut requests, &reached).await {
            tracing::error!(error = %error.message, "the search index cannot follow; trying again in a second");
        }
        cx.forget_index().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn follow_on(
    cx: &Context,
    wake: &Notify,
    requests: &mut mpsc::Receiver<oneshot::Sender<Result<()>>>,
    reached: &watch::Sender<i64>,
) -> Result<()> {
    let index = cx.index().await?;
    let mut writer = loop {
        // While a direct command writes, its commits are shown all the same.
        index.reload()?;
        reached.send_replace(index.position()?);
        match index.try_writer(cx.loaded.settings.search.writer_memory_bytes)? {
            Some(writer) => break writer,
            None => {
                if let Ok(done) = requests.try_recv() {
                    // Whoever asked may have gone.
                    let _ = done.send(Err(held_elsewhere()));
                }
                tokio::time::sleep(POLL).await;
            }
        }
    };
    let mut position = index.position()?;
    let instance = store::change::head(&cx.db).await?.instance;
    loop {
        let now = store::change::head(&cx.db).await?;
        if now.instance != instance {
            return Err(Error::unavailable("the database has become another one, and so has its index"));
        }
        let head = now.seq;
        if position > head {
            (writer, position) = build_anew(cx, writer).await?;
        } else if position < head {
            let until = Instant::now() + cx.loaded.settings.search.commit_interval;
            let before = position;
            (writer, position) = apply_after(cx, writer, before, Some(until)).await?;
            // All document changes up to the head were read, unless the time ran out first.
            if Instant::now() <= until || position == before {
                position = position.max(head);
            }
            writer = commit(writer, position).await?;
        } else {
            tokio::select! {
                () = wake.notified() => continue,
                () = tokio::time::sleep(POLL) => continue,
                request = requests.recv() => {
                    let Some(done) = request else { return Ok(()) };
                    let (next, built) = build_anew(cx, writer).await?;
                    (writer, position) = (next, built);
                    index.reload()?;
                    reached.send_replace(position);
                    // Whoever asked may have gone.
                    let _ = done.send(Ok(()));
                    continue;
                }
            }
        }
        index.reload()?;
        reached.send_replace(position);
    }
}
