//! Arrays, objects, sets, argument lists and comprehensions.

use super::{
    layout::{Item, closing_row, lines, row},
    operators::is_union,
    scan,
    writer::{Misplaced, Printer, Step},
};
use crate::ast::{Body, Location, ObjectComprehension, Term, compare};

impl<'m> Printer<'m> {
    pub(super) fn object(&mut self, entries: &'m [(Term, Term)], location: &Location) -> Step {
        self.write("{");
        let sorted = compare::sorted_entries(entries);
        let items = if sorted.len() == entries.len() {
            entries.iter().map(|(key, value)| Item::Entry(key, value)).collect()
        } else {
            sorted.into_iter().map(|(key, value)| Item::Entry(key, value)).collect()
        };
        let step = self.list(items, location, closing_row(location, (b'{', b'}')), true);
        self.write("}");
        step
    }

    pub(super) fn array(&mut self, items: &'m [Term], location: &Location) -> Step {
        self.write("[");
        let items = items.iter().map(Item::Element).collect();
        let step = self.list(items, location, closing_row(location, (b'[', b']')), true);
        self.write("]");
        step
    }

    pub(super) fn set(&mut self, items: &'m [Term], location: &Location) -> Step {
        if items.is_empty() {
            self.write("set()");
            return self.insert_comments(closing_row(location, (b'(', b')')));
        }
        self.write("{");
        let items = compare::sorted_members(items).into_iter().map(Item::Element).collect();
        let step = self.list(items, location, closing_row(location, (b'{', b'}')), true);
        self.write("}");
        step
    }

    /// Items with commas between them, in the lines that they were written in. What stood on one line stays on it,
    /// unless that line was another than that of the opening bracket.
    pub(super) fn list(&mut self, mut items: Vec<Item<'m>>, whole: &Location, closing: i64, unions: bool) -> Step {
        let lines = lines(&mut items);
        let mut is_open = lines.len() > 1;
        if let [line] = lines.as_slice() {
            let within = |at: i64| at > row(whole) && at < closing;
            if self.waiting().iter().any(|comment| within(row(&comment.location))) {
                return Err(Misplaced);
            }
            is_open = line.first().is_some_and(|item| {
                let before = whole.text().find(item.first().location.text()).map(|at| &whole.text()[..at]);
                before.and_then(|before| before.find('\n')).is_some_and(|at| at > 0)
            });
        }
        if is_open {
            self.open_list();
        }
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.write(",");
                self.next_line();
            }
            for (at, item) in line.iter().enumerate() {
                self.write(if at > 0 { ", " } else { "" });
                let step = self.item(*item, unions);
                self.or_drop(step)?;
            }
        }
        if is_open {
            self.write(",");
            self.end_line();
            let step = self.insert_comments(closing);
            self.or_drop(step)?;
            self.down();
            self.start_line();
        }
        Ok(())
    }

    /// One item. A union gets parentheses, in argument lists only if it had some.
    fn item(&mut self, item: Item<'m>, unions: bool) -> Step {
        match item {
            Item::Element(term) => {
                let parens = is_union(term) && (unions || term.location.text().starts_with('('));
                self.in_parens(term, parens)
            }
            Item::Entry(key, value) => {
                self.key(key)?;
                self.in_parens(value, is_union(value))
            }
        }
    }

    fn in_parens(&mut self, term: &'m Term, parens: bool) -> Step {
        self.write(if parens { "(" } else { "" });
        let step = self.term(term);
        self.write(if parens { ")" } else { "" });
        step
    }

    fn key(&mut self, key: &'m Term) -> Step {
        let parens = is_union(key);
        self.write(if parens { "(" } else { "" });
        let step = self.term(key);
        self.or_drop(step)?;
        self.write(if parens { "): " } else { ": " });
        Ok(())
    }

    pub(super) fn object_comprehension(&mut self, it: &'m ObjectComprehension, whole: &Location) -> Step {
        self.write("{");
        // The value stays in the line of its key.
        let place = Location { row: whole.row, ..it.value.location.clone() };
        let step = match self.key(&it.key) {
            Ok(()) => self.comprehension((b'{', b'}'), &it.value, &place, &it.body, whole),
            step => step,
        };
        self.write("}");
        step
    }

    /// What a comprehension has between its brackets.
    pub(super) fn comprehension(
        &mut self,
        brackets: (u8, u8),
        element: &'m Term,
        place: &Location,
        body: &'m Body,
        whole: &Location,
    ) -> Step {
        if row(place) > row(whole) {
            self.next_line();
        }
        self.bare_term(element, place, Self::keeps_parens(element))?;
        self.write(" |");
        self.braced_body(brackets, body, row(place), whole)
    }

    /// The body of a comprehension or in braces: on one line if it was on that of what is before it.
    pub(super) fn braced_body(&mut self, brackets: (u8, u8), body: &'m Body, before: i64, whole: &Location) -> Step {
        let Some(first) = body.first() else { return Ok(()) };
        let is_spread = body.windows(2).any(|pair| pair[1].location.row > pair[0].location.row)
            && !body.iter().any(scan::expr_has_generated);
        if is_spread || row(&first.location) > before {
            self.end_line();
            self.level += 1;
            let step = self.body(body).and_then(|()| {
                let step = self.insert_comments(closing_row(whole, brackets));
                self.or_drop(step)
            });
            self.down();
            self.start_line();
            return step;
        }
        self.write(" ");
        for (at, expr) in body.iter().enumerate() {
            self.write(if at > 0 { "; " } else { "" });
            self.expr(expr)?;
        }
        let step = self.insert_comments(closing_row(whole, brackets));
        self.or_drop(step)
    }
}
