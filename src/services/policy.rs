//! Policies: stored Rego modules, and decisions.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::context::Context;
use crate::engines::policy::{self, Module, PolicyError, Question};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Evaluation, Permission, Policy};
use crate::operation::{Operation, Route};
use crate::store::{self, transaction};

pub use crate::engines::policy::{
    PolicyError as EvalError, Question as EvalQuestion, THREAD as EVALUATOR_THREAD, disagreements, load, parse_input,
};

/// The largest module that is stored, in bytes.
const MAX_MODULE_BYTES: usize = 1 << 20;

/// Stores a policy module, in place of whatever has its name
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPolicy {
    /// The name to store it under; slashes are fine
    pub id: String,
    /// The module's text, in Rego
    pub module: String,
}

impl Operation for PutPolicy {
    type Output = Policy;
    const ROUTE: Route = Route::put("/v1/policies/{id}");
    const NEEDS: Permission = Permission::PolicyWrite;

    async fn run(self, cx: &Context) -> Result<Policy> {
        check_id(&self.id)?;
        check_module(&self.module)?;
        let module = Module { name: self.id.clone(), text: self.module.clone() };
        let limit = cx.loaded.settings.policy.timeout;
        let package = blocking(move || policy::package_of(module, limit)).await?.map_err(policy::refused)?;
        if let Some(same) = store::policy::get(&cx.db, &self.id).await?.filter(|old| old.module == self.module) {
            return Ok(same);
        }
        let before = store::policy::all(&cx.db).await?;
        let mut all = before.clone();
        let old = all.iter().position(|policy| policy.id == self.id).map(|at| all.remove(at));
        let (id, module) = (self.id, self.module);
        let now = cx.now();
        let created_at = old.map_or(now, |old| old.created_at);
        let policy = Policy { id, package, module, created_at, updated_at: now };
        all.push(policy.clone());
        check_together(cx, all).await?;
        transaction!(cx.db, |tx| {
            // The number first: its lock makes two that store at once see each other's modules.
            store::change::append(&mut tx, cx.now(), &cx.actor.name, "policy", &policy.id, "put").await?;
            check_unchanged(&mut tx, &before).await?;
            store::policy::put(&mut tx, &policy).await?;
            policy.clone()
        })
    }
}

/// Lists the stored policies
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListPolicies {}

impl Operation for ListPolicies {
    type Output = Vec<Policy>;
    const ROUTE: Route = Route::get("/v1/policies");
    const NEEDS: Permission = Permission::PolicyRead;

    async fn run(self, cx: &Context) -> Result<Vec<Policy>> {
        store::policy::all(&cx.db).await
    }
}

/// Shows one stored policy
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct GetPolicy {
    /// The policy's name
    pub id: String,
}

impl Operation for GetPolicy {
    type Output = Policy;
    const ROUTE: Route = Route::get("/v1/policies/{id}");
    const NEEDS: Permission = Permission::PolicyRead;

    async fn run(self, cx: &Context) -> Result<Policy> {
        check_id(&self.id)?;
        store::policy::get(&cx.db, &self.id).await?.ok_or_else(|| unknown(&self.id))
    }
}

/// Removes a stored policy
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RemovePolicy {
    /// The policy's name
    pub id: String,
}

impl Operation for RemovePolicy {
    type Output = Policy;
    const ROUTE: Route = Route::delete("/v1/policies/{id}");
    const NEEDS: Permission = Permission::PolicyWrite;

    async fn run(self, cx: &Context) -> Result<Policy> {
        check_id(&self.id)?;
        let before = store::policy::all(&cx.db).await?;
        let mut all = before.clone();
        let at = all.iter().position(|policy| policy.id == self.id).ok_or_else(|| unknown(&self.id))?;
        let gone = all.remove(at);
        // Others may call what this one defines.
        check_together(cx, all).await?;
        transaction!(cx.db, |tx| {
            store::change::append(&mut tx, cx.now(), &cx.actor.name, "policy", &self.id, "remove").await?;
            check_unchanged(&mut tx, &before).await?;
            store::policy::delete(&mut tx, &self.id).await?;
            gone.clone()
        })
    }
}

/// Asks the stored policies a question
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvalPolicy {
    /// A Rego query, such as `data.demo.rbac.allow`
    pub query: String,
    /// The document that policies see as `input`
    #[serde(default)]
    pub input: Option<Value>,
    /// End with an error when a builtin function fails, instead of making its expression undefined
    #[serde(default)]
    pub strict_builtin_errors: bool,
}

/// An answer, or the errors that stood in its way: evaluation ends in either with HTTP 200, as `opa eval`
/// prints either on stdout.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvalOutcome {
    #[serde(flatten)]
    pub evaluation: Evaluation,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<PolicyError>,
}

impl Operation for EvalPolicy {
    type Output = EvalOutcome;
    const ROUTE: Route = Route::post("/v1/policy/eval");
    const NEEDS: Permission = Permission::PolicyEval;

    async fn run(self, cx: &Context) -> Result<EvalOutcome> {
        if !cx.actor.may(Permission::PolicyWrite) && !is_reference(&self.query) {
            // A query can call any function, and some take all the memory there is.
            let message = format!("{} may ask for a document only, not a query of their own", cx.actor.name);
            return Err(Error::new(ErrorKind::Denied, message)
                .hint("ask for one by its path, such as data.authz.allow; other queries need `policy:write`"));
        }
        let policies = store::policy::all(&cx.db).await?;
        let question = Question {
            modules: policies.into_iter().map(as_module).collect(),
            engine: cx.loaded.settings.policy.engine,
            query: self.query,
            input: self.input.map(rego::Value::from),
            strict_builtin_errors: self.strict_builtin_errors,
            timeout: Some(cx.loaded.settings.policy.timeout),
            ..Question::default()
        };
        let permit = cx.evaluation_permit().await?;
        blocking(move || evaluate(question, permit)).await
    }
}

/// Whether a query is nothing but a path below `data` or `input`, such as `data.authz.allow`.
fn is_reference(query: &str) -> bool {
    let name = |part: &str| !part.is_empty() && part.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    let mut parts = query.trim().split('.');
    matches!(parts.next(), Some("data" | "input")) && parts.all(name)
}

/// Answers a question, errors included, from what the question itself holds.
pub fn evaluate(question: Question, guard: impl Send + 'static) -> EvalOutcome {
    match policy::evaluate(question, guard) {
        Ok(evaluation) => EvalOutcome { evaluation, errors: Vec::new() },
        Err(errors) => EvalOutcome { evaluation: Evaluation { result: Vec::new() }, errors },
    }
}

/// Stores those modules, for seeds, that are not there yet, in the caller's transaction. Returns how many that were.
pub async fn put_absent(cx: &Context, tx: &mut store::Tx, modules: Vec<(String, String)>) -> Result<u64> {
    let mut written = 0;
    let limit = cx.loaded.settings.policy.timeout;
    for (id, text) in modules {
        if store::policy::get_within(tx, &id).await?.is_some() {
            continue;
        }
        let module = Module { name: id.clone(), text: text.clone() };
        let package = blocking(move || policy::package_of(module, limit)).await?.map_err(policy::refused)?;
        let now = cx.now();
        store::change::append(tx, now, &cx.actor.name, "policy", &id, "put").await?;
        store::policy::put(tx, &Policy { id, package, module: text, created_at: now, updated_at: now }).await?;
        written += 1;
    }
    Ok(written)
}

fn as_module(policy: Policy) -> Module {
    Module { name: policy.id, text: policy.module }
}

/// All stored modules must work together: one that contradicts the others would end every evaluation.
async fn check_together(cx: &Context, all: Vec<Policy>) -> Result<()> {
    let question = Question {
        engine: cx.loaded.settings.policy.engine,
        modules: all.into_iter().map(as_module).collect(),
        query: "true".into(),
        timeout: Some(cx.loaded.settings.policy.timeout),
        ..Question::default()
    };
    let permit = cx.evaluation_permit().await?;
    blocking(move || policy::evaluate(question, permit)).await?.map(drop).map_err(policy::refused)
}

/// Whether the stored modules are still those that were checked together: checking takes too long to keep every
/// other writer waiting for it.
async fn check_unchanged(tx: &mut store::Tx, before: &[Policy]) -> Result<()> {
    if store::policy::all_within(tx).await? == before {
        return Ok(());
    }
    Err(Error::busy("somebody else changed the stored policies at the same time").hint("run it again"))
}

async fn blocking<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(job).await;
    done.map_err(|e| Error::internal("the evaluation was cut short").source(e))
}

fn check_id(id: &str) -> Result<()> {
    let fine = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-' | '/');
    let segments = |id: &str| id.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if id.len() <= 200 && id.chars().all(fine) && segments(id) {
        Ok(())
    } else {
        Err(Error::invalid(format!("`{}` cannot name a policy", id.escape_debug()))
            .hint("use letters, digits, `.`, `_`, `-` and `/` between them, at most 200"))
    }
}

fn check_module(text: &str) -> Result<()> {
    if text.len() > MAX_MODULE_BYTES {
        return Err(Error::invalid(format!("the module has {} bytes, and may have {MAX_MODULE_BYTES}", text.len())));
    }
    match text.contains('\0') {
        true => Err(Error::new(ErrorKind::Invalid, "the module contains a NUL character")),
        false => Ok(()),
    }
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!("there is no policy `{id}`")).hint("`platform policy list` shows them")
}
