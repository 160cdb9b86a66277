//! Imports: those a version of Rego needs or no longer needs, and their lines.

use std::sync::Arc;

use super::{
    Options,
    scan::Found,
    writer::{KEYWORDS_V0, Printer},
};
use crate::ast::{Import, Location, Module, RegoVersion, Source, Term, compare};

/// The name of the source that added imports are said to come from.
const ADDED: &str = "__format_default__";

/// Keywords that version 1 knows by import only.
const FUTURE_KEYWORDS_V1: [&str; 3] = ["and", "not", "or"];

/// Whether the printer itself added an import.
pub(super) fn is_added(import: &Import) -> bool {
    import.location.file() == ADDED
}

/// Whether an import is the one of this dotted name.
pub(super) fn is_import_of(import: &Import, name: &str) -> bool {
    import.path.is_operator(name)
}

fn is_future(import: &Import) -> bool {
    let head = import.path.as_ref_term().and_then(<[Term]>::first).and_then(Term::as_var);
    head.is_some_and(|head| head.as_str() == "future")
}

/// The keyword of an import of `future.keywords.…`.
pub(super) fn future_keyword(import: &Import) -> Option<&str> {
    match import.path.as_ref_term()? {
        [head, keywords, keyword] if head.as_var()?.as_str() == "future" && keywords.as_str()? == "keywords" => {
            keyword.as_str()
        }
        _ => None,
    }
}

fn unaliased_keyword(import: &Import) -> Option<&str> {
    future_keyword(import).filter(|_| import.alias.is_none())
}

/// The imports that the printed module has.
pub(super) fn adjusted(module: &Module, options: &Options, found: &Found) -> Vec<Import> {
    let mut imports = module.imports.clone();
    let has_v2 = imports.iter().any(|import| is_import_of(import, "rego.v2"));
    let drop = options.drop_imports;
    let version = options.version;
    if version == RegoVersion::V2 {
        if drop {
            imports.retain(|it| !is_import_of(it, "rego.v1") && !is_import_of(it, "rego.v2") && !is_future(it));
        }
        return imports;
    }
    if has_v2 || (version == RegoVersion::V1 && drop) {
        imports.retain(|import| !is_import_of(import, "rego.v1"));
    } else if version == RegoVersion::V0CompatV1 && !imports.iter().any(|import| is_import_of(import, "rego.v1")) {
        add(&mut imports, "rego.v1");
    }
    let has_v1 = has_v2 || imports.iter().any(|import| is_import_of(import, "rego.v1"));
    let is_v1 = version != RegoVersion::V0 || has_v1;
    if is_v1 && (drop || has_v1) {
        imports.retain(|import| !is_future(import));
    }
    if is_v1 && has_v2 {
        return imports;
    }
    for keyword in &found.keywords {
        if !is_v1 || FUTURE_KEYWORDS_V1.contains(keyword) {
            ensure_keyword(&mut imports, keyword);
        }
    }
    imports
}

fn ensure_keyword(imports: &mut Vec<Import>, keyword: &str) {
    let has = imports.iter().any(|import| {
        // `every` brings `in` with it.
        import.path.is_operator("future.keywords")
            || future_keyword(import).is_some_and(|known| known == keyword || (known == "every" && keyword == "in"))
    });
    if !has {
        add(imports, &format!("future.keywords.{keyword}"));
    }
}

/// Adds an import in the row below those of its kind.
fn add(imports: &mut Vec<Import>, name: &str) {
    let kindred = imports.iter().filter(|import| is_future(import) || is_import_of(import, "rego.v1"));
    let row = kindred.map(|import| import.location.row + 1).max().unwrap_or(1);
    let source = Arc::new(Source { name: ADDED.to_owned(), text: String::new() });
    let location = Location { source, row, col: 1, start: 0, end: 0 };
    let path = Term::operator(name, &location);
    imports.push(Import { path, alias: None, location, alias_location: None });
}

impl<'m> Printer<'m> {
    /// Prints imports: groups stay apart as written and are sorted within.
    pub(super) fn imports(&mut self, imports: &[&Import]) {
        let mut beside: Vec<Option<String>> = vec![None; imports.len()];
        let next = self.next;
        let mut at = 0;
        self.comments.retain(|comment| {
            at += 1;
            let row = comment.location.row;
            match imports.iter().position(|import| import.location.row == row) {
                Some(import) if at > next => {
                    beside[import] = Some(format!(" #{}", comment.text.trim_end()));
                    false
                }
                _ => true,
            }
        });
        let all: Vec<(&Import, Option<String>)> = imports.iter().copied().zip(beside).collect();
        for group in all.chunk_by(|(a, _), (b, _)| i64::from(b.location.row) - i64::from(a.location.row) <= 1) {
            // A comment that has no room beside an import is dropped, as are comments beside sorted lines.
            let _ = self.insert_comments(i64::from(group[0].0.location.row));
            let mut group: Vec<&(&Import, Option<String>)> = group.iter().collect();
            group.sort_by(|(a, _), (b, _)| compare::term(&a.path, &b.path).then_with(|| a.alias.cmp(&b.alias)));
            for (import, comment) in group {
                self.start_line();
                self.import(import);
                self.write(comment.as_deref().unwrap_or_default());
                self.end_line();
            }
            self.blank_line();
        }
    }

    fn import(&mut self, import: &Import) {
        self.write("import ");
        let keywords = self.settings.keywords.clone();
        if unaliased_keyword(import).is_some() {
            self.settings.keywords = KEYWORDS_V0.iter().map(|&word| word.to_owned()).collect();
        }
        self.plain_reference(import.path.as_ref_term().unwrap_or(std::slice::from_ref(&import.path)));
        self.settings.keywords = keywords;
        if let Some(alias) = &import.alias {
            self.write(&format!(" as {alias}"));
        }
    }
}
