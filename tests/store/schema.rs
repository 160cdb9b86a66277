//! Both migration folders make the same schema, and taking it back leaves nothing.

use std::collections::BTreeSet;

use platform::store::{Db, Dialect, migration};

use crate::on_both;
use crate::support::{Engine, block_on};

/// Every table with its columns, and whether each may be null.
async fn columns(db: &Db) -> BTreeSet<(String, String, bool)> {
    let rows: Vec<(String, String, bool)> = match db {
        Db::Sqlite(pool) => {
            sqlx::query_as(
                "select m.name, c.name, c.\"notnull\" = 0 from sqlite_master m join pragma_table_info(m.name) c \
                 where m.type = 'table' and m.name not like 'sqlite_%'",
            )
            .fetch_all(pool)
            .await
        }
        Db::Postgres(pool) => {
            sqlx::query_as(
                "select table_name::text, column_name::text, is_nullable = 'YES' from information_schema.columns \
                 where table_schema = 'public'",
            )
            .fetch_all(pool)
            .await
        }
    }
    .unwrap();
    rows.into_iter().collect()
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    block_on(async {
        let (sqlite, postgres) = (crate::Store::new(Engine::Sqlite).await, crate::Store::new(Engine::Postgres).await);
        sqlite.migrate().await;
        postgres.migrate().await;
        let (ours, theirs) = (columns(&sqlite.db).await, columns(&postgres.db).await);
        assert!(ours.len() > 40);
        assert_eq!(ours, theirs);
    });
}

#[test]
fn both_folders_have_the_same_migrations() {
    let names = |dialect| {
        let all = migration::embedded(dialect).unwrap();
        all.into_iter().map(|m| (m.version, m.name)).collect::<Vec<_>>()
    };
    let sqlite = names(Dialect::Sqlite);
    assert_eq!(sqlite, names(Dialect::Postgres));
    let versions: Vec<i64> = sqlite.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, (1..=versions.len() as i64).collect::<Vec<_>>());
}

on_both!(up_down_up_is_up, |store| {
    use platform::operation::perform;
    use platform::services::migration::MigrateDown;
    store.migrate().await;
    let up = columns(&store.db).await;
    perform(MigrateDown { to: Some(0), lock_timeout: 0 }, &store.cx).await.unwrap();
    let down = columns(&store.db).await;
    let left: BTreeSet<_> = down.iter().map(|(table, ..)| table.as_str()).collect();
    assert_eq!(left, BTreeSet::from(["leases", "schema_migrations"]));
    store.migrate().await;
    assert_eq!(columns(&store.db).await, up);
});
