//! The change feed: a follower misses nothing and sees nothing twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use platform::store::{self, Db};

use crate::on_both;

const WRITERS: usize = 8;
const TRANSACTIONS: usize = 60;

/// Each transaction takes a number, dawdles so that others would overtake it if they could, and may roll back.
async fn write(db: &Db, writer: usize) -> Vec<i64> {
    let at = chrono::DateTime::UNIX_EPOCH;
    let mut committed = Vec::new();
    for i in 0..TRANSACTIONS {
        let mut tx = db.begin().await.unwrap();
        let key = format!("{writer}/{i}");
        let first = store::change::append(&mut tx, at, "test", "thing", &key, "put").await.unwrap();
        if i % 3 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis((writer as u64 * 7 + i as u64) % 5)).await;
        }
        let second = store::change::append(&mut tx, at, "test", "thing", &key, "again").await.unwrap();
        assert!(second > first);
        if i % 10 == 9 {
            // Dropped, and so rolled back: its numbers must not stay behind as holes that a follower waits for.
            continue;
        }
        tx.commit().await.unwrap();
        committed.extend([first, second]);
    }
    committed
}

on_both!(a_follower_misses_nothing, |store| {
    store.migrate().await;
    let start = platform::store::change::head(&store.db).await.unwrap().seq;
    let running = AtomicUsize::new(WRITERS);
    let follow = async {
        let mut seen: BTreeMap<i64, String> = BTreeMap::new();
        let mut position = start;
        loop {
            let last_look = running.load(Ordering::SeqCst) == 0;
            let changes = platform::store::change::after(&store.db, position, 7).await.unwrap();
            for change in &changes {
                assert!(change.seq > position, "the feed went back");
                position = change.seq;
                assert!(seen.insert(change.seq, change.key.clone()).is_none(), "{} came twice", change.seq);
            }
            if changes.is_empty() {
                if last_look {
                    return seen;
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    };
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let running = &running;
            async move {
                let committed = write(&store.db, writer).await;
                running.fetch_sub(1, Ordering::SeqCst);
                committed
            }
        })
        .collect();
    let (seen, committed) = tokio::join!(follow, futures_util::future::join_all(writers));
    let mut committed: Vec<i64> = committed.into_iter().flatten().collect();
    committed.sort_unstable();
    assert_eq!(committed.len(), WRITERS * (TRANSACTIONS - TRANSACTIONS / 10) * 2);
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), committed);
    // The numbers have no holes: a rolled-back transaction gives its numbers back.
    assert_eq!(platform::store::change::head(&store.db).await.unwrap().seq - start, committed.len() as i64);
});

on_both!(a_block_of_numbers_belongs_to_one_transaction, |store| {
    store.migrate().await;
    let mut tx = store.db.begin().await.unwrap();
    let last = platform::store::change::take_numbers(&mut tx, 100).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.db.begin().await.unwrap();
    assert_eq!(platform::store::change::take_numbers(&mut tx, 1).await.unwrap(), last + 1);
});
