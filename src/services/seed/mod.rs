//! Seeds: what a fresh database starts with.

mod demo;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{policy, search};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::model::{NewDocument, Permission, Role, SeedReport, SeedStatus, hex};
use crate::operation::{Operation, Route};
use crate::store::{self, Tx, transaction};

static SEEDS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seeds");

/// What can be loaded, each with all that stand before it.
const PROFILES: [(&str, &str); 2] = [
    ("base", "the roles admin, operator and reader"),
    ("demo", "legislators, committees and districts of four states, guides and example policies"),
];

/// Loads a seed profile; roles and policies that are there already stay as they are
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ApplySeed {
    /// What to load: base or demo
    #[arg(long)]
    pub profile: String,
    /// Say what would be written, and write nothing
    #[arg(long)]
    #[serde(default)]
    pub dry_run: bool,
}

impl Operation for ApplySeed {
    type Output = SeedReport;
    const ROUTE: Route = Route::post("/v1/seeds/{profile}/apply");
    const NEEDS: Permission = Permission::SeedWrite;

    async fn run(self, cx: &Context) -> Result<SeedReport> {
        let last = PROFILES.iter().position(|(name, _)| *name == self.profile).ok_or_else(|| unknown(&self.profile))?;
        let profiles = &PROFILES[..=last];
        if self.dry_run {
            // The transaction is dropped, and with it all that it wrote.
            let mut tx = cx.db.begin().await?;
            return load_all(cx, &mut tx, profiles).await;
        }
        let report = transaction!(cx.db, |tx| load_all(cx, &mut tx, profiles).await?)?;
        if report.written > 0 && self.profile != "base" {
            // What was loaded can be found when the command is done.
            let head = store::change::head(&cx.db).await?;
            search::follower::freshen(cx, Some(head.seq)).await?;
        }
        Ok(report)
    }
}

/// Lists the seed profiles and whether they were applied
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListSeeds {}

impl Operation for ListSeeds {
    type Output = Vec<SeedStatus>;
    const ROUTE: Route = Route::get("/v1/seeds");
    const NEEDS: Permission = Permission::SystemRead;

    async fn run(self, cx: &Context) -> Result<Vec<SeedStatus>> {
        let mut all = Vec::new();
        for (profile, description) in PROFILES {
            let applied = store::seed::get(&cx.db, profile).await?;
            all.push(SeedStatus {
                profile: profile.into(),
                description: description.into(),
                current: applied.as_ref().is_some_and(|(sum, _)| *sum == checksum(profile)),
                applied_at: applied.map(|(_, at)| at),
            });
        }
        Ok(all)
    }
}

async fn load_all(cx: &Context, tx: &mut Tx, profiles: &[(&str, &str)]) -> Result<SeedReport> {
    let mut report = SeedReport { profile: String::new(), written: 0, unchanged: 0 };
    for (name, _) in profiles {
        let (written, unchanged) = load(cx, tx, name).await?;
        report.profile = (*name).to_owned();
        report.written += written;
        report.unchanged += unchanged;
        store::seed::put(tx, name, &checksum(name), cx.now()).await?;
    }
    Ok(report)
}

/// Loads one profile and returns how much of it was new or different, and how much was not.
async fn load(cx: &Context, tx: &mut Tx, profile: &str) -> Result<(u64, u64)> {
    if profile == "base" {
        let roles: Vec<Role> =
            serde_json::from_str(file("base/roles.json")?).map_err(|e| broken("base/roles.json", e))?;
        let mut written = 0;
        for role in &roles {
            if store::role::put_absent(tx, role).await? {
                store::change::append(tx, cx.now(), &cx.actor.name, "role", &role.name, "put").await?;
                written += 1;
            }
        }
        return Ok((written, roles.len() as u64 - written));
    }
    let policies = demo::policies()?;
    let count = policies.len() as u64;
    let policies_written = policy::put_absent(cx, tx, policies).await?;
    let documents = demo::documents()?;
    documents.iter().try_for_each(search::check)?;
    let report = search::write_all(cx, tx, &documents).await?;
    Ok((policies_written + report.written, count - policies_written + report.unchanged))
}

/// A built-in seed file.
fn file(path: &str) -> Result<&'static str> {
    let found = SEEDS.get_file(path).and_then(include_dir::File::contents_utf8);
    found.ok_or_else(|| Error::internal(format!("the built-in seed file {path} is missing")))
}

fn broken(path: &str, error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the built-in seed file {path} is malformed: {error}"))
}

/// SHA-256 over the names and contents of a profile's files.
fn checksum(profile: &str) -> String {
    let mut digest = Sha256::new();
    let mut queue: Vec<&Dir> = SEEDS.get_dir(profile).into_iter().collect();
    while let Some(dir) = queue.pop() {
        let mut files: Vec<_> = dir.files().collect();
        files.sort_by_key(|file| file.path());
        for file in files {
            digest.update(file.path().to_string_lossy().as_bytes());
            digest.update(file.contents());
        }
        queue.extend(dir.dirs());
    }
    hex(&digest.finalize())
}

fn unknown(profile: &str) -> Error {
    let names = PROFILES.map(|(name, _)| name);
    Error::invalid(format!("there is no seed profile `{profile}`"))
        .nearest(profile, names)
        .hint(format!("profiles: {}", names.join(", ")))
}

/// A document of the demo, before it gets what is particular to it.
fn new_document(id: String, kind: &str, jurisdiction: Option<&str>, title: String, body: String) -> NewDocument {
    NewDocument {
        id,
        source: "demo".into(),
        kind: kind.into(),
        jurisdiction: jurisdiction.map(str::to_owned),
        language: Some("en".into()),
        title: Some(title),
        body,
        fields: serde_json::Map::new(),
    }
}
