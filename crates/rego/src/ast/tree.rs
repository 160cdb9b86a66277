//! The tree as indented lines, a node each, as `opa parse` prints it for people.

use super::{Body, Expr, ExprKind, Head, Import, Logical, Module, Node, Not, Rule, Term, compare};

/// A module as indented lines.
pub fn module_tree(module: &Module) -> String {
    let mut tree = Tree::default();
    tree.line("module");
    tree.below(|tree| {
        tree.parent("package", |tree| tree.parent("ref", |tree| tree.terms(&module.package.path)));
        module.imports.iter().for_each(|import| tree.import(import));
        module.rules.iter().for_each(|rule| tree.rule(rule));
        module.annotations.iter().for_each(|_| tree.line("annotations"));
        module.comments.iter().for_each(|_| tree.line("comment"));
    });
    tree.text
}

#[derive(Default)]
struct Tree {
    text: String,
    depth: usize,
}

impl Tree {
    fn line(&mut self, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', self.depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn below(&mut self, children: impl FnOnce(&mut Self)) {
        self.depth += 1;
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || children(self));
        self.depth -= 1;
    }

    fn parent(&mut self, text: &str, children: impl FnOnce(&mut Self)) {
        self.line(text);
        self.below(children);
    }

    fn import(&mut self, import: &Import) {
        self.parent("import", |tree| {
            tree.term(&import.path);
            tree.line(import.alias.as_ref().map_or("", |alias| alias.as_str()));
        });
    }

    fn rule(&mut self, rule: &Rule) {
        self.parent("rule", |tree| {
            tree.parent("head", |tree| tree.head(&rule.head));
            tree.body(&rule.body);
            if let Some(rule) = &rule.else_rule {
                tree.rule(rule);
            }
        });
    }

    fn head(&mut self, head: &Head) {
        self.parent("ref", |tree| tree.terms(&head.reference));
        match head.args.as_deref() {
            None | Some([]) => {}
            Some(args) => self.parent("args", |tree| tree.terms(args)),
        }
        self.terms(head.value.as_slice());
    }

    fn body(&mut self, body: &Body) {
        self.parent("body", |tree| body.iter().for_each(|expr| tree.expr(expr)));
    }

    fn expr(&mut self, expr: &Expr) {
        let negated = if expr.negated { "negated " } else { "" };
        self.parent(&format!("expr {negated}index={}", expr.index), |tree| {
            tree.kind(&expr.kind);
            for with in &expr.with {
                tree.parent("with", |tree| {
                    tree.term(&with.target);
                    tree.term(&with.value);
                });
            }
        });
    }

    fn kind(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(call) => self.terms(call),
            ExprKind::Some(some) => self.parent("somedecl", |tree| tree.terms(&some.symbols)),
            ExprKind::Every(every) => self.parent("every", |tree| {
                tree.terms(every.key.as_slice());
                tree.term(&every.value);
                tree.term(&every.domain);
                tree.body(&every.body);
            }),
            ExprKind::And(logical) => self.logical("logicaland", logical),
            ExprKind::Or(logical) => self.logical("logicalor", logical),
        }
    }

    fn logical(&mut self, name: &str, logical: &Logical) {
        self.parent(name, |tree| {
            tree.body(&logical.lhs);
            tree.body(&logical.rhs);
        });
    }

    fn not(&mut self, not: &Not) {
        self.parent("not", |tree| tree.body(&not.body));
    }

    fn terms(&mut self, terms: &[Term]) {
        terms.iter().for_each(|term| self.term(term));
    }

    fn term(&mut self, term: &Term) {
        let kind = term.node.kind();
        match &term.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {
                self.line(&as_format(&term.node.to_string()));
            }
            Node::Template(_) => self.line(kind),
            Node::Not(not) => self.not(not),
            Node::Ref(terms) | Node::Array(terms) | Node::Call(terms) => self.parent(kind, |tree| tree.terms(terms)),
            Node::Set(items) => self.parent(kind, |tree| {
                compare::sorted_members(items).into_iter().for_each(|item| tree.term(item));
            }),
            Node::Object(entries) => self.parent(kind, |tree| {
                for (key, value) in compare::sorted_entries(entries) {
                    tree.term(key);
                    tree.term(value);
                }
            }),
            Node::ArrayComprehension(it) | Node::SetComprehension(it) => self.parent(kind, |tree| {
                tree.term(&it.term);
                tree.body(&it.body);
            }),
            Node::ObjectComprehension(it) => self.parent(kind, |tree| {
                tree.term(&it.key);
                tree.term(&it.value);
                tree.body(&it.body);
            }),
        }
    }
}

/// A text as it comes out where it is taken for a format that lacks its operands, as `opa parse` does.
fn as_format(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        shown.push_str(before);
        let after = after.trim_start_matches(|char: char| "#0+- .".contains(char) || char.is_ascii_digit());
        let mut chars = after.chars();
        match chars.next() {
            Some('%') => shown.push('%'),
            Some(verb) => {
                shown.push_str("%!");
                shown.push(verb);
                shown.push_str("(MISSING)");
            }
            None => shown.push_str("%!(NOVERB)"),
        }
        rest = chars.as_str();
    }
    shown + rest
}
