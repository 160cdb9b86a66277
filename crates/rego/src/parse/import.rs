//! `package` and `import`.

use super::{state::Parser, version::is_keyword};
use crate::{
    ast::{Import, Node, Package, RegoVersion, Term},
    lex::{Keywords, Kind},
};

impl Parser<'_> {
    pub fn package(&mut self) -> Option<Package> {
        let location = self.here();
        if !self.at_path()? {
            return None;
        }
        let Some(term) = self.term() else {
            if self.errors.is_empty() {
                self.error("expected path");
            }
            return None;
        };
        let path = match term.node {
            Node::Var(var) => {
                vec![Term::var("data", &term.location), Term::string(var.as_str(), &term.location)]
            }
            Node::Ref(parts) => self.package_path(parts)?,
            _ => return self.illegal(""),
        };
        Some(Package { path, location })
    }

    fn package_path(&mut self, parts: Vec<Term>) -> Option<Vec<Term>> {
        let mut parts = parts.into_iter();
        let head = parts.next()?;
        let Node::Var(first) = &head.node else {
            self.error_at(&head.location, format!("unexpected {} token: expecting var", head.node.kind()));
            return None;
        };
        let mut path = vec![Term::var("data", &head.location), Term::string(first.as_str(), &head.location)];
        for part in parts {
            self.expect_string(&part)?;
            path.push(part);
        }
        Some(path)
    }

    fn expect_string(&mut self, part: &Term) -> Option<()> {
        if part.as_str().is_none() {
            self.error_at(&part.location, format!("unexpected {} token: expecting string", part.node.kind()));
            return None;
        }
        Some(())
    }

    /// Steps over `package` or `import`. `Some(false)` where that is the beginning of a reference.
    fn at_path(&mut self) -> Option<bool> {
        self.scan_space();
        if matches!(self.kind(), Kind::Dot | Kind::LeftBracket) {
            return Some(false);
        }
        if self.is(Kind::Whitespace) {
            self.scan();
        }
        if self.is_ref_keyword() {
            self.state.token.kind = Kind::Ident;
        }
        if !self.is(Kind::Ident) {
            return self.illegal("");
        }
        Some(true)
    }

    pub fn import(&mut self) -> Option<Import> {
        let location = self.here();
        if !self.at_path()? {
            return None;
        }
        let path = self.import_path()?;
        let Node::Ref(parts) = &path.node else { return None };
        let root = parts.first()?;
        if !root.as_var().is_some_and(|var| matches!(var.as_str(), "data" | "input" | "future" | "rego")) {
            self.hint("if this is unexpected, try updating OPA");
            let roots = "{data, future, input, rego}";
            let message = format!("unexpected import path, must begin with one of: {roots}, got: {root}");
            self.error_at(&path.location, message);
            return None;
        }
        if self.is(Kind::As) {
            return self.import_alias(Import { path, alias: None, location, alias_location: None });
        }
        self.check_last_name(parts);
        Some(Import { path, alias: None, location, alias_location: None })
    }

    /// The path, in which no future keyword is one.
    fn import_path(&mut self) -> Option<Term> {
        let keywords = std::mem::replace(&mut self.keywords, Keywords::without_future());
        let term = self.term();
        self.keywords = keywords;
        match term {
            Some(Term { node: Node::Var(var), location }) => {
                let head = Term::new(Node::Var(var), location.clone());
                Some(Term::new(Node::Ref(vec![head]), location))
            }
            Some(Term { node: Node::Ref(parts), location }) => {
                for part in parts.iter().skip(1) {
                    self.expect_string(part)?;
                }
                Some(Term::new(Node::Ref(parts), location))
            }
            _ => {
                self.error("expected path");
                None
            }
        }
    }

    fn import_alias(&mut self, import: Import) -> Option<Import> {
        self.scan();
        if !self.is(Kind::Ident) {
            return self.illegal("expected var");
        }
        match self.term() {
            Some(Term { node: Node::Var(alias), location }) => {
                Some(Import { alias: Some(alias), alias_location: Some(location), ..import })
            }
            Some(Term { node: Node::Ref(parts), location }) if parts.len() == 1 && is_root(&parts[0]) => {
                let message = format!("unexpected import alias, must not be a reserved name, got: {}", parts[0]);
                self.error_at(&location, message);
                None
            }
            _ => self.illegal("expected var"),
        }
    }

    /// The last name becomes that of the import, so it cannot be a keyword.
    fn check_last_name(&mut self, parts: &[Term]) {
        let (Some(root), Some(last)) = (parts.first(), parts.last()) else { return };
        let is_future = root.as_var().is_some_and(|var| var.as_str() == "future");
        if parts.len() > 1 && is_future {
            return;
        }
        let name = last.as_var().map(|var| var.as_str()).or(last.as_str()).unwrap_or_default();
        if is_keyword(name, self.options.version) {
            self.hint("import a different path or use an alias");
            self.error_at(&last.location, format!("unexpected import path, must not end with a keyword, got: {name}"));
        }
    }

    /// Makes keywords of what an import of `rego` or `future` names.
    pub fn import_keywords(&mut self, import: &Import) {
        let Node::Ref(parts) = &import.path.node else { return };
        match parts.first().and_then(Term::as_var).map(|var| var.as_str()) {
            Some("rego") => self.import_version(import, parts),
            Some("future") => self.import_future(import, parts),
            _ => return,
        }
        // The parser is one token ahead: what follows the import was read before its words were keywords.
        if self.is(Kind::Ident) {
            let kind = self.keywords.kind(self.literal());
            if Keywords::future().any(|word| word == kind.name()) {
                self.state.token.kind = kind;
            }
        }
    }

    fn import_future(&mut self, import: &Import, parts: &[Term]) {
        let location = &import.path.location;
        if parts.get(1).and_then(Term::as_str) != Some("keywords") {
            return self.error_at(location, "invalid import, must be `future.keywords`");
        }
        if let Some(location) = &import.alias_location {
            return self.error_at(location, "`future` imports cannot be aliased");
        }
        let mut words = self.importable.clone();
        if let (Some(word), 3) = (parts.get(2).and_then(Term::as_str), parts.len()) {
            words.retain(|known| *known == word);
            if words.is_empty() {
                let known = self.importable.join(" ");
                return self.error_at(location, format!("unexpected keyword, must be one of [{known}]"));
            }
        }
        self.not_bodies |= words.contains(&"not");
        self.add_keywords(words);
    }

    fn import_version(&mut self, import: &Import, parts: &[Term]) {
        let name = match parts {
            [_, version] => version.as_str().unwrap_or_default(),
            _ => "",
        };
        let (own_feature, version) = match name {
            "v1" => ("rego_v1_import", RegoVersion::V1),
            "v2" => ("rego_v2_import", RegoVersion::V2),
            _ => {
                let message = format!("invalid import `{}`, must be one of: `rego.v1`, `rego.v2`", import.path);
                return self.error_at(&import.path.location, message);
            }
        };
        let by_v1 = version == RegoVersion::V1 && self.has_feature("rego_v1");
        if !self.has_feature(own_feature) && !by_v1 && !self.has_feature("rego_v2") {
            let message = format!("invalid import, `rego.{name}` is not supported by current capabilities");
            return self.error_at(&import.path.location, message);
        }
        if let Some(location) = &import.alias_location {
            return self.error_at(location, "`rego` imports cannot be aliased");
        }
        if self.options.version == version {
            return;
        }
        self.add_keywords(["contains", "every", "if", "in"]);
        if version == RegoVersion::V2 {
            self.add_keywords(["and", "not", "or"]);
            self.not_bodies = true;
        }
    }
}

/// Whether this is the variable `data` or `input`.
pub(super) fn is_root(term: &Term) -> bool {
    term.as_var().is_some_and(|var| matches!(var.as_str(), "data" | "input"))
}

/// A term that is the single variable of a reference, as `data` and `input` always are.
pub(super) fn single_ref(head: Term) -> Term {
    let location = head.location.clone();
    Term::new(Node::Ref(vec![head]), location)
}
