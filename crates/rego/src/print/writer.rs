//! Lines, indentation and comments: what all of the printing is made of.

use std::collections::HashSet;

use super::imports;
use crate::{
    ast::{Comment, Location, Module, RegoVersion, Term, Var},
    error::{self, Errors},
};

pub(super) const KEYWORDS_V0: [&str; 11] =
    ["not", "package", "import", "as", "default", "else", "with", "null", "true", "false", "some"];

/// A comment stands where the layout has no room for it.
pub(super) struct Misplaced;

/// What printing a part gives.
pub(super) type Step = Result<(), Misplaced>;

/// What holds for the whole module.
pub(super) struct Settings {
    /// Whether sets are built with `contains`.
    pub contains: bool,
    /// Whether bodies stand behind `if`.
    pub ifs: bool,
    /// Whether heads are written as references everywhere, since some rule needs it.
    pub ref_heads: bool,
    /// Whether the text has to be version 1 or later.
    pub v1: bool,
    /// Whether the text has to be version 2.
    pub v2: bool,
    /// Words that are put in brackets in references when they were written so.
    pub keywords: Vec<String>,
}

impl Settings {
    pub(super) fn new(module: &Module, version: RegoVersion) -> Self {
        let imported = |name: &str| module.imports.iter().any(|import| imports::is_import_of(import, name));
        let v1 = version != RegoVersion::V0;
        let all = v1 || imported("rego.v1") || imported("rego.v2") || imported("future.keywords");
        let mut keywords: Vec<String> = KEYWORDS_V0.iter().map(|&word| word.to_owned()).collect();
        let v2 = version == RegoVersion::V2;
        if v1 || v2 || imported("rego.v2") {
            keywords.extend(["if", "contains", "in", "every"].map(str::to_owned));
        }
        if v2 || imported("rego.v2") {
            keywords.extend(["and", "or"].map(str::to_owned));
        }
        let future = module.imports.iter().filter(|import| import.alias.is_none());
        keywords.extend(future.filter_map(imports::future_keyword).map(str::to_owned));
        Self {
            contains: all || imported("future.keywords.contains"),
            ifs: all || imported("future.keywords.if"),
            ref_heads: module.rules.iter().any(|rule| {
                let (head, parts) = (&rule.head, rule.head.reference.len());
                parts > 2 || (parts == 2 && head.key.is_some() && head.value.is_none())
            }),
            v1,
            v2,
            keywords,
        }
    }
}

/// The text so far and what is still to come.
pub(super) struct Printer<'m> {
    pub settings: Settings,
    /// All comments by place, and how many of them are done.
    pub comments: Vec<&'m Comment>,
    pub next: usize,
    /// The comment that goes to the end of the current line.
    pub line_comment: Option<&'m Comment>,
    /// Whether a comment in the last row of a term that is copied goes with it.
    pub final_comment: bool,
    /// An expression and a term that are to get parentheses, by identity.
    pub parens_around_expr: Option<*const crate::ast::Expr>,
    pub parens_around_term: Option<*const Term>,
    pub errors: Errors,
    pub level: usize,
    repeated_wildcards: HashSet<Var>,
    out: String,
    /// Whether the current line has begun.
    pub inline: bool,
    /// Whether the comment of the line waits for one more line.
    delayed: bool,
}

impl<'m> Printer<'m> {
    pub(super) fn new(module: &'m Module, settings: Settings, repeated_wildcards: HashSet<Var>) -> Self {
        let mut comments: Vec<&Comment> = module.comments.iter().collect();
        comments.sort_by_key(|comment| (comment.location.row, comment.location.col));
        Self {
            settings,
            comments,
            next: 0,
            line_comment: None,
            final_comment: false,
            parens_around_expr: None,
            parens_around_term: None,
            errors: Vec::new(),
            level: 0,
            repeated_wildcards,
            out: String::with_capacity(module.package.location.source.text.len()),
            inline: false,
            delayed: false,
        }
    }

    /// Prints the comments that are left and gives the text.
    pub(super) fn finish(mut self) -> error::Result<String> {
        let left = self.comments.split_off(self.next);
        for comment in &left {
            self.line(comment);
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        if self.out.ends_with('\n') {
            self.out.truncate(self.out.trim_end_matches('\n').len());
            self.out.push('\n');
        }
        Ok(self.out)
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Where the text ends now, to come back to with `back_to`.
    pub(super) fn position(&self) -> usize {
        self.out.len()
    }

    pub(super) fn back_to(&mut self, position: usize) {
        self.out.truncate(position);
    }

    pub(super) fn start_line(&mut self) {
        self.inline = true;
        self.out.extend(std::iter::repeat_n('\t', self.level));
    }

    /// Begins a line unless one has begun.
    pub(super) fn need_line(&mut self) {
        if !self.inline {
            self.start_line();
        }
    }

    pub(super) fn end_line(&mut self) {
        self.inline = false;
        if !self.delayed
            && let Some(comment) = self.line_comment.take()
        {
            self.out.push(' ');
            self.comment(comment);
        }
        self.delayed = false;
        self.out.push('\n');
    }

    pub(super) fn next_line(&mut self) {
        self.end_line();
        self.start_line();
    }

    pub(super) fn blank_line(&mut self) {
        if self.inline {
            self.end_line();
        }
        self.out.push('\n');
    }

    /// Ends the line that opens a list; its comment goes to the end of the next.
    pub(super) fn open_list(&mut self) {
        self.delayed = true;
        self.end_line();
        self.level += 1;
        self.start_line();
    }

    pub(super) fn down(&mut self) {
        self.level = self.level.saturating_sub(1);
    }

    /// A variable; wildcards that occur once stay wildcards.
    pub(super) fn var(&mut self, var: &Var) {
        if self.repeated_wildcards.contains(var) {
            self.out.push('_');
            self.out.push_str(var.as_str().trim_start_matches('$').trim_start_matches('_'));
        } else {
            self.out.push_str(if var.is_wildcard() { "_" } else { var.as_str() });
        }
    }

    fn comment(&mut self, comment: &Comment) {
        self.out.push('#');
        self.out.push_str(comment.text.trim_end());
    }

    fn line(&mut self, comment: &Comment) {
        self.need_line();
        self.comment(comment);
        self.end_line();
    }

    /// Comments that are not done yet.
    pub(super) fn waiting(&self) -> &[&'m Comment] {
        &self.comments[self.next.min(self.comments.len())..]
    }

    /// Passes an outcome on; when it is bad, the comments that are left are dropped, as those of a part that could not
    /// be laid out.
    pub(super) fn or_drop(&mut self, step: Step) -> Step {
        if step.is_err() {
            self.next = self.comments.len();
        }
        step
    }

    /// Takes the comments above a row.
    pub(super) fn take_above(&mut self, row: i64) -> Vec<&'m Comment> {
        let above = self.waiting().iter().take_while(|comment| i64::from(comment.location.row) < row);
        let taken: Vec<&Comment> = above.copied().collect();
        self.next += taken.len();
        taken
    }

    /// Prints the comments above a row, and keeps the one in it for the end of the line.
    pub(super) fn insert_comments(&mut self, row: i64) -> Step {
        let above = self.take_above(row);
        self.block(&above);
        if above.last().is_some_and(|last| row - i64::from(last.location.row) > 1) {
            self.blank_line();
        }
        match self.waiting().first() {
            Some(comment) if i64::from(comment.location.row) == row => {
                let comment = *comment;
                self.next += 1;
                if self.line_comment.take().is_some() {
                    return Err(Misplaced);
                }
                self.line_comment = Some(comment);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Comments on lines of their own.
    pub(super) fn block(&mut self, comments: &[&Comment]) {
        let mut in_metadata = false;
        let mut before: Option<&Comment> = None;
        for comment in comments {
            let begins_metadata = comment.location.col == 1 && comment.text.trim().starts_with("METADATA");
            let gap = before.map_or(0, |before| comment.location.row.saturating_sub(before.location.row));
            if gap > 1 {
                self.blank_line();
                in_metadata = false;
            } else if gap == 1 && in_metadata && begins_metadata {
                self.blank_line();
            }
            in_metadata |= begins_metadata;
            self.line(comment);
            before = Some(comment);
        }
    }

    /// Writes the author's own text, whose comments are done with it.
    pub(super) fn copy(&mut self, location: &Location) {
        let text = location.text();
        let last = i64::from(location.row) + super::layout::newlines(text);
        self.out.push_str(text);
        while let Some(&comment) = self.waiting().first() {
            let row = i64::from(comment.location.row);
            let goes_along = self.final_comment && row == last;
            if row >= last && !goes_along {
                break;
            }
            if goes_along {
                self.out.push(' ');
                self.out.push_str(comment.location.text());
            }
            self.next += 1;
        }
    }
}
