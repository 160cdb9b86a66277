//! `platform call`: any operation by its name.

use serde_json::Value;

use super::Run;
use crate::error::{Error, Result};
use crate::operation::{self, Operation, Visitor};
use crate::services::each_operation;
use crate::ui::{self, Cell, Render, Table, View};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  platform call --list
  platform call ListUsers '{\"role\": \"admin\"}'
  platform call SearchDocuments @query.json")]
pub struct Call {
    /// The operation, such as ListUsers
    #[arg(required_unless_present = "list")]
    operation: Option<String>,
    /// Its arguments: JSON, @FILE, or - for stdin
    #[arg(default_value = "{}")]
    arguments: String,
    /// List the operations there are
    #[arg(long)]
    list: bool,
}

impl Call {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let Some(name) = self.operation.filter(|_| !self.list) else {
            run.ui.show(&operations())?;
            return Ok(0);
        };
        let (origin, text) = match self.arguments.as_str() {
            "-" => ("stdin".to_owned(), ui::read_stdin()?),
            text => match text.strip_prefix('@') {
                Some(path) => {
                    let read = std::fs::read_to_string(path);
                    (path.to_owned(), read.map_err(|e| Error::io(format_args!("read {path}"), e))?)
                }
                None => ("the arguments".to_owned(), text.to_owned()),
            },
        };
        let arguments: Value = serde_json::from_str(&text).map_err(|e| {
            let plain = e.to_string();
            let plain = plain.split(" at line ").next().unwrap_or(&plain);
            Error::invalid(format!("{origin}:{}:{}: {plain}", e.line(), e.column()))
        })?;
        let answer = run.backend().await?.call_by_name(&name, arguments).await?;
        run.ui.show(&Answer(answer))?;
        Ok(0)
    }
}

/// Any answer: JSON in every format that has no columns.
#[derive(serde::Serialize)]
#[serde(transparent)]
struct Answer(Value);

impl Render for Answer {
    fn view(&self) -> View {
        View::Text(serde_json::to_string_pretty(&self.0).unwrap_or_default() + "\n")
    }
}

#[derive(serde::Serialize)]
struct OperationInfo {
    operation: &'static str,
    method: &'static str,
    path: &'static str,
    permission: &'static str,
}

fn operations() -> Vec<OperationInfo> {
    struct List(Vec<OperationInfo>);
    impl Visitor for List {
        fn visit<O: Operation>(&mut self) {
            let (route, permission) = (O::ROUTE, O::NEEDS.name());
            let operation = operation::name::<O>();
            self.0.push(OperationInfo { operation, method: route.method.name(), path: route.path, permission });
        }
    }
    let mut list = List(Vec::new());
    each_operation(&mut list);
    list.0
}

impl Render for Vec<OperationInfo> {
    fn view(&self) -> View {
        let rows = self.iter().map(|o| [o.operation, o.method, o.path, o.permission].map(Cell::text).to_vec());
        View::Table(Table { columns: vec!["operation", "method", "path", "permission"], rows: rows.collect() })
    }
}
