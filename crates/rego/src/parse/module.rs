//! Modules: the package, imports and rules.

use super::state::Parser;
use crate::{
    ast::{Module, Node, Package, Rule, Term},
    lex::Kind,
};

impl Parser<'_> {
    /// The whole text as a module.
    pub fn module(&mut self) -> Option<Module> {
        if self.at_end() {
            let location = self.location();
            self.error_at(&location, "empty module");
            return None;
        }
        let package = self.package()?;
        let mut imports = Vec::new();
        let mut rules: Vec<Rule> = Vec::new();
        loop {
            while self.accept(";") {}
            if self.at_end() {
                break;
            }
            if self.is_keyword("import") && !self.starts_reference() {
                let import = self.import()?;
                imports.push(import);
            } else if self.is_keyword("package") && !self.starts_reference() {
                self.illegal("");
                return None;
            } else {
                rules.extend(self.rules()?);
            }
        }
        let (comments, version) = (std::mem::take(&mut self.comments), self.version());
        let mut module = Module { package, imports, annotations: Vec::new(), rules, comments, version };
        if self.options.annotations {
            self.metadata(&mut module)?;
        }
        Some(module)
    }

    fn package(&mut self) -> Option<Package> {
        let start = self.location();
        if !self.accept_keyword("package") {
            self.error("package expected");
            return None;
        }
        let first = self.location();
        let Kind::Name(name) = self.token().kind.clone() else {
            self.illegal("expected var");
            return None;
        };
        if self.keywords.has(&name) && !self.starts_reference() {
            self.illegal("expected var");
            return None;
        }
        self.advance();
        let head = Term::var(&*name, &first);
        let term = self.finish_until_call(head, &first, false)?;
        let data = Term::var("data", &first);
        let path = match term.node {
            Node::Var(var) => vec![data, Term::string(&*var, &first)],
            Node::Ref(parts) => {
                let mut path = vec![data, Term::string(&*name, &first)];
                path.extend(parts.into_iter().skip(1));
                path
            }
            _ => {
                self.illegal("invalid package");
                return None;
            }
        };
        if let Some(part) = path[1..].iter().find(|part| part.as_str().is_none()) {
            let (location, kind) = (part.location.clone(), part.to_string());
            self.error_at(&location, format!("unexpected {kind} token: expecting string"));
            return None;
        }
        Some(Package { path, location: self.since(&start) })
    }
}
