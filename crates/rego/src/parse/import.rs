//! Imports, and the keywords they bring.

use super::state::{FUTURE, FUTURE_V2, Parser};
use crate::{
    ast::{Import, Node, RegoVersion, Term, Var},
    lex::Kind,
};

impl Parser<'_> {
    /// `import path as alias`
    pub fn import(&mut self) -> Option<Import> {
        let start = self.advance().location;
        let first = self.location();
        let Kind::Name(name) = self.token().kind.clone() else {
            self.illegal("expected var");
            return None;
        };
        self.advance();
        let path = self.finish_until_call(Term::var(&*name, &first), &first, false)?;
        let path = match path.node {
            Node::Var(_) => Term::new(Node::Ref(vec![path.clone()]), path.location),
            _ => path,
        };
        let Node::Ref(parts) = &path.node else {
            self.illegal("invalid path");
            return None;
        };
        if !matches!(&*name, "data" | "input" | "future" | "rego") {
            let message =
                format!("unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {name}");
            self.error_at(&first, message);
            return None;
        }
        if let Some(part) = parts[1..].iter().find(|part| part.as_str().is_none()) {
            let (location, text) = (part.location.clone(), part.to_string());
            self.error_at(&location, format!("unexpected import path, must be a string: {text}"));
            return None;
        }
        let (mut alias, mut alias_location) = (None, None);
        if self.accept_keyword("as") {
            let location = self.location();
            match self.token().kind.clone() {
                Kind::Name(name) if !self.keywords.has(&name) => {
                    alias = Some(Var::new(&*name));
                    alias_location = Some(location);
                    self.advance();
                }
                _ => {
                    self.illegal("expected var");
                    return None;
                }
            }
        }
        let import = Import { path, alias, location: self.since(&start), alias_location };
        match &*name {
            "future" => self.future(&import)?,
            "rego" => self.rego(&import)?,
            _ => {}
        }
        Some(import)
    }

    fn future(&mut self, import: &Import) -> Option<()> {
        let place = import.path.location.clone();
        let parts: Vec<&str> = names(&import.path);
        if import.alias.is_some() {
            self.error_at(&place, "`future` imports cannot be aliased");
            return None;
        }
        match parts[..] {
            ["keywords"] => {
                self.keywords.all_future();
                // What v2 adds has to be named.
                Some(())
            }
            ["keywords", "not"] => {
                self.not_bodies = true;
                Some(())
            }
            ["keywords", word] => match FUTURE.iter().chain(FUTURE_V2).find(|known| **known == word) {
                Some(word) => {
                    self.keywords.add(word);
                    // `every` reads nothing without `in`.
                    if *word == "every" {
                        self.keywords.add("in");
                    }
                    Some(())
                }
                None => {
                    let known = FUTURE.iter().chain(FUTURE_V2).copied().chain(["not"]);
                    let mut known: Vec<_> = known.collect();
                    known.sort_unstable();
                    self.error_at(&place, format!("unexpected keyword, must be one of [{}]", known.join(" ")));
                    None
                }
            },
            _ => {
                self.error_at(&place, "invalid import, must be `future.keywords`");
                None
            }
        }
    }

    fn rego(&mut self, import: &Import) -> Option<()> {
        let place = import.path.location.clone();
        let (parts, alias) = (names(&import.path).join("."), import.alias.is_some());
        if !matches!(&*parts, "v1" | "v2") {
            let path = &import.path;
            self.error_at(&place, format!("invalid import `{path}`, must be one of: `rego.v1`, `rego.v2`"));
            return None;
        }
        if alias {
            self.error_at(&place, format!("`rego.{parts}` imports cannot be aliased"));
            return None;
        }
        self.keywords.all_future();
        match (&*parts, self.version()) {
            ("v1", RegoVersion::V0) => self.set_version(RegoVersion::V0CompatV1),
            ("v2", _) => {
                FUTURE_V2.iter().for_each(|word| self.keywords.add(word));
                self.not_bodies = true;
                self.set_version(RegoVersion::V2);
            }
            _ => {}
        }
        Some(())
    }
}

fn names(path: &Term) -> Vec<&str> {
    match &path.node {
        Node::Ref(parts) => parts[1..].iter().filter_map(Term::as_str).collect(),
        _ => Vec::new(),
    }
}
