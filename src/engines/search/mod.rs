//! Document search: a tantivy index that any process can build again from the database.

mod query;
mod schema;
mod writer;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyError};

use crate::error::{Error, ErrorKind, Result};
use schema::Fields;

pub use query::Query;
pub use writer::{IndexDocument, IndexWriter};

/// What every commit of the index carries: which change it has reached, under which schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    seq: i64,
    schema: String,
}

/// An index on disk. Searching needs no lock; writing needs [`SearchIndex::try_writer`].
pub struct SearchIndex {
    /// Holds the index's own directory and the lock
    dir: PathBuf,
    index: Index,
    reader: IndexReader,
    fields: Fields,
}

impl SearchIndex {
    /// Opens the index in this directory, and makes an empty one when there is none or it is damaged.
    pub fn open(dir: &Path) -> Result<Self> {
        let (schema, fields) = schema::build();
        let home = dir.join(format!("v{}", schema::version(&schema)));
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&home)
            .map_err(|e| Error::io(format_args!("make the directory {}", home.display()), e))?;
        let (index, reader) = match open_or_create(&home, &schema) {
            Ok(opened) => opened,
            Err(error) if is_damage(&error) => {
                // Two processes may find the damage at once, and one of them mends it.
                let _lock = lock(dir)?.ok_or_else(|| {
                    Error::busy("the search index is damaged, and another process has it open")
                        .hint("restart the daemon: it mends the index when it starts")
                })?;
                match open_or_create(&home, &schema) {
                    Ok(opened) => opened,
                    Err(_) => {
                        std::fs::remove_dir_all(&home)
                            .and_then(|()| std::fs::create_dir_all(&home))
                            .map_err(|e| Error::io(format_args!("replace the damaged index {}", home.display()), e))?;
                        open_or_create(&home, &schema).map_err(|e| failed("make", e))?
                    }
                }
            }
            Err(error) => return Err(failed("open", error)),
        };
        Ok(Self { dir: dir.to_owned(), index, reader, fields })
    }

    /// The change that the newest commit has reached, whoever made it; 0 for an empty index.
    pub fn position(&self) -> Result<i64> {
        let metas = self.index.load_metas().map_err(|e| failed("read", e))?;
        let position = metas.payload.and_then(|payload| serde_json::from_str::<Position>(&payload).ok());
        Ok(position.map_or(0, |position| position.seq))
    }

    /// Takes the right to write, or returns none when another process or task has it.
    pub fn try_writer(&self, memory_bytes: usize) -> Result<Option<IndexWriter>> {
        let Some(lock) = lock(&self.dir)? else { return Ok(None) };
        IndexWriter::new(&self.index, self.fields, memory_bytes, lock).map(Some)
    }

    /// Makes the newest commit visible to searches.
    pub fn reload(&self) -> Result<()> {
        self.reader.reload().map_err(|e| failed("read", e))
    }

    /// Documents, segments and bytes on disk.
    pub fn size(&self) -> Result<(u64, usize, u64)> {
        let searcher = self.reader.searcher();
        let space = searcher.space_usage().map_err(|e| Error::io("measure the search index", e))?;
        Ok((searcher.num_docs(), searcher.segment_readers().len(), space.total().get_bytes()))
    }
}

fn open_or_create(home: &Path, schema: &tantivy::schema::Schema) -> tantivy::Result<(Index, IndexReader)> {
    let directory = tantivy::directory::MmapDirectory::open(home)?;
    let index = Index::open_or_create(directory, schema.clone())?;
    schema::register_analyzer(&index);
    // Whoever commits reloads; other processes reload before they search.
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok((index, reader))
}

/// Whether an index cannot be opened because of what is in it, or missing from it.
fn is_damage(error: &TantivyError) -> bool {
    use tantivy::directory::error::OpenReadError;
    matches!(
        error,
        TantivyError::DataCorruption(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::SchemaError(_)
            | TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_) | OpenReadError::IncompatibleIndex(_))
    )
}

/// Our own lock beside the index: it is free as soon as its holder's process is gone, and unlike tantivy's
/// it can be asked for without an error.
fn lock(dir: &Path) -> Result<Option<std::fs::File>> {
    let path = dir.join("writer.lock");
    let what = || format!("lock {}", path.display());
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io(what(), e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(e)) => Err(Error::io(what(), e)),
    }
}

/// Words an error of tantivy's.
fn failed(verb: &str, error: TantivyError) -> Error {
    let kind = match &error {
        TantivyError::IoError(_) | TantivyError::OpenDirectoryError(_) | TantivyError::OpenWriteError(_) => {
            ErrorKind::Io
        }
        _ => ErrorKind::Internal,
    };
    Error::new(kind, format!("cannot {verb} the search index: {error}"))
        .hint("`platform search rebuild` makes it anew from the database")
        .source(error)
}
