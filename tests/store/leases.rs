//! Leases: one holder at a time, and a holder that was replaced finds out.

use chrono::{DateTime, TimeDelta, Utc};
use platform::store::{lease, migration};

use crate::on_both;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

on_both!(one_holder_at_a_time, |store| {
    migration::create_tables(&store.db).await.unwrap();
    let mut tx = store.db.begin().await.unwrap();
    let first = lease::acquire(&mut tx, "x", "ada", at(0), at(60)).await.unwrap().expect("it is free");
    assert_eq!(lease::acquire(&mut tx, "x", "bob", at(59), at(120)).await.unwrap(), None);
    // It has expired: Bob may have it, and Ada's token is worth nothing.
    let second = lease::acquire(&mut tx, "x", "bob", at(60), at(120)).await.unwrap().expect("it has expired");
    assert!(second > first);
    assert!(!lease::renew(&mut tx, "x", first, at(999)).await.unwrap());
    assert!(lease::renew(&mut tx, "x", second, at(180)).await.unwrap());
    lease::release(&mut tx, "x", first, at(61)).await.unwrap();
    assert_eq!(lease::acquire(&mut tx, "x", "eve", at(61), at(120)).await.unwrap(), None, "Ada released what is Bob's");
    lease::release(&mut tx, "x", second, at(62)).await.unwrap();
    assert!(lease::acquire(&mut tx, "x", "eve", at(62), at(120)).await.unwrap().expect("released") > second);
    tx.commit().await.unwrap();
    assert_eq!(lease::get(&store.db, "x").await.unwrap().unwrap().holder, "eve");
});

on_both!(a_migration_says_who_holds_the_lease, |store| {
    use platform::services::migration::MigrateUp;
    migration::create_tables(&store.db).await.unwrap();
    let mut tx = store.db.begin().await.unwrap();
    let now = store.cx.now();
    lease::acquire(&mut tx, "migrate", "ada on db1, process 7", now, now + TimeDelta::seconds(60)).await.unwrap();
    tx.commit().await.unwrap();
    let error = platform::operation::perform(MigrateUp::default(), &store.cx).await.unwrap_err();
    assert_eq!(error.kind, platform::error::ErrorKind::Busy);
    assert!(error.message.contains("ada on db1, process 7 (since 2026-01-02 03:04:05 UTC)"), "{error}");
});
