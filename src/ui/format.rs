//! Laying answers out: tables for people, everything else for machines.

use anstyle::Style;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, presets};
use serde_json::Value;

use super::{Cell, Render, Table, Ui, View, paint};
use crate::error::{Error, Result};

/// How many lines a row may take on a terminal; the rest of a long cell is left out.
const MAX_LINES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OutputFormat {
    /// Aligned columns
    #[default]
    Table,
    /// The API's answer
    Json,
    /// One line of JSON for each element
    Ndjson,
    Yaml,
    Csv,
    /// Only the first column, one a line
    Name,
}

/// An answer as text, ending with a line feed unless it is empty.
pub fn format(ui: &Ui, answer: &impl Render) -> Result<String> {
    match ui.format {
        OutputFormat::Json => Ok(serde_json::to_string_pretty(answer).map_err(internal)? + "\n"),
        OutputFormat::Yaml => yaml_serde::to_string(answer).map_err(internal),
        OutputFormat::Ndjson => ndjson(answer),
        OutputFormat::Table | OutputFormat::Csv | OutputFormat::Name => laid_out(ui, answer.view()),
    }
}

fn ndjson(answer: &impl Render) -> Result<String> {
    let mut value = serde_json::to_value(answer).map_err(internal)?;
    let list = match answer.list() {
        Some(field) => value[field].take(),
        None => value,
    };
    Ok(match list {
        Value::Array(items) => items.iter().map(|item| format!("{item}\n")).collect(),
        single => format!("{single}\n"),
    })
}

fn laid_out(ui: &Ui, view: View) -> Result<String> {
    let (table, is_record) = match view {
        View::Text(text) => return Ok(text),
        View::Table(table) => (table, false),
        View::Wide(table, shown) => {
            let narrow = ui.format == OutputFormat::Table && ui.columns.is_empty();
            let columns: Vec<String> = table.columns.iter().take(shown).map(|name| (*name).to_owned()).collect();
            let ui = if narrow { Ui { columns, ..ui.clone() } } else { ui.clone() };
            return laid_out(&ui, View::Table(table));
        }
        View::Record(fields) => {
            let (columns, row) = fields.into_iter().unzip();
            (Table { columns, rows: vec![row] }, true)
        }
    };
    let table = chosen(ui, table)?;
    match ui.format {
        OutputFormat::Csv => csv(ui, &table),
        OutputFormat::Name => {
            Ok(table.rows.iter().filter_map(|row| row.first()).map(|cell| cell.for_machine() + "\n").collect())
        }
        _ if is_record => Ok(record(ui, &table)),
        _ => Ok(grid(ui, &table)),
    }
}

/// The columns and the order that were asked for.
fn chosen(ui: &Ui, mut table: Table) -> Result<Table> {
    let find = |name: &str| {
        let known = table.columns.clone();
        known.iter().position(|column| *column == name).ok_or_else(|| {
            Error::usage(format!("there is no column `{name}`"))
                .nearest(name, known.iter().copied())
                .hint(format!("columns: {}", known.join(", ")))
        })
    };
    let kept = ui.columns.iter().map(|name| find(name)).collect::<Result<Vec<_>>>()?;
    if let Some(name) = &ui.sort {
        let (name, backwards) = name.strip_prefix('-').map_or((name.as_str(), false), |name| (name, true));
        let at = find(name)?;
        table.rows.sort_by(|a, b| {
            let order = compare(&a[at], &b[at]);
            if backwards { order.reverse() } else { order }
        });
    }
    if !kept.is_empty() {
        table.columns = kept.iter().map(|at| table.columns[*at]).collect();
        table.rows = table.rows.iter().map(|row| kept.iter().map(|at| row[*at].clone()).collect()).collect();
    }
    Ok(table)
}

fn compare(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => a.total_cmp(b),
        (Cell::Time(a), Cell::Time(b)) => a.cmp(b),
        (a, b) => a.for_machine().cmp(&b.for_machine()),
    }
}

fn csv(ui: &Ui, table: &Table) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !ui.no_headers {
        writer.write_record(&table.columns).map_err(internal)?;
    }
    for row in &table.rows {
        writer.write_record(row.iter().map(Cell::for_machine)).map_err(internal)?;
    }
    let bytes = writer.into_inner().map_err(internal)?;
    String::from_utf8(bytes).map_err(internal)
}

fn grid(ui: &Ui, table: &Table) -> String {
    let mut out = comfy_table::Table::new();
    out.load_style(presets::NOTHING);
    fit(&mut out);
    if !ui.no_headers {
        out.set_header(table.columns.iter().map(|name| name.to_uppercase()));
    }
    for row in &table.rows {
        let mut line: comfy_table::Row = row
            .iter()
            .map(|cell| {
                let laid = comfy_table::Cell::new(visible(&cell.for_person()));
                if matches!(cell, Cell::Number(_)) { laid.set_alignment(CellAlignment::Right) } else { laid }
            })
            .collect::<Vec<_>>()
            .into();
        line.max_height(MAX_LINES);
        out.add_row(line);
    }
    // Names are there to be copied: they stay whole.
    if let Some(first) = out.column_mut(0) {
        first.set_constraint(ColumnConstraint::ContentWidth);
    }
    let text = finish(out);
    match text.split_once('\n') {
        Some((heading, rows)) if !ui.no_headers => {
            format!("{}\n{rows}", paint(ui.colored(&std::io::stdout()), Style::new().bold(), heading))
        }
        _ => text,
    }
}

fn record(ui: &Ui, table: &Table) -> String {
    let mut out = comfy_table::Table::new();
    out.load_style(presets::NOTHING);
    fit(&mut out);
    for (name, cell) in table.columns.iter().zip(table.rows.iter().flatten()) {
        let value = visible(&cell.for_person());
        if ui.no_headers {
            out.add_row([value]);
        } else {
            out.add_row([(*name).to_owned(), value]);
        }
    }
    finish(out)
}

/// On a terminal long cells are wrapped; elsewhere a row is a line.
fn fit(out: &mut comfy_table::Table) {
    use std::io::IsTerminal;
    if std::io::stdout().is_terminal()
        && let Some((width, _)) = terminal_size::terminal_size()
    {
        out.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.0);
    }
}

/// Columns two spaces apart, none before the first, nothing after the last.
fn finish(mut out: comfy_table::Table) -> String {
    let count = out.column_count();
    for (i, column) in out.column_iter_mut().enumerate() {
        column.set_padding((0, if i + 1 == count { 0 } else { 2 }));
    }
    let text = out.trim_fmt();
    if text.is_empty() { text } else { text + "\n" }
}

/// Control characters in stored text must not reach a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("cannot lay out the answer: {error}"))
}
