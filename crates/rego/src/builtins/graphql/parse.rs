//! What queries and schemas have in common: names, types, literals, arguments, directives.

use super::{
    lex::{Kind, Lexer, Token},
    node::{Kind as Literal, Position, Problem, node},
};
use crate::value::Value;

/// Nesting deeper than this is refused.
const MAX_DEPTH: usize = 2_000;

pub type Result<T> = std::result::Result<T, Problem>;

pub struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    /// Comments before the token.
    comments: Vec<Value>,
    /// The token before.
    pub previous: Option<Token>,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t str) -> Self {
        let end = Token { kind: Kind::End, value: String::new(), position: (1, 1) };
        let mut parser = Self { lexer: Lexer::new(text), token: end, comments: Vec::new(), previous: None, depth: 0 };
        parser.read();
        parser
    }

    fn read(&mut self) {
        self.comments.clear();
        loop {
            self.token = self.lexer.next();
            if self.token.kind != Kind::Comment {
                return;
            }
            let comment = Value::object([("Value".into(), self.token.value.as_str().into())]);
            self.comments.push(comment);
        }
    }

    /// The token that comes next.
    pub fn peek(&self) -> &Token {
        &self.token
    }

    pub fn position(&self) -> Position {
        self.token.position
    }

    /// Comments before the token that comes next.
    pub fn comment(&self) -> Value {
        match self.comments.is_empty() {
            true => Value::Null,
            false => Value::object([("List".into(), Value::array(self.comments.iter().cloned()))]),
        }
    }

    pub fn next(&mut self) -> Token {
        let token = self.token.clone();
        self.previous = Some(token.clone());
        self.read();
        token
    }

    pub fn problem<T>(token: &Token, message: String) -> Result<T> {
        Err(Problem { position: Some(token.position), message })
    }

    pub fn unexpected<T>(&self) -> Result<T> {
        Self::problem(&self.token, format!("Unexpected {}", self.token.shown()))
    }

    pub fn is(&self, mark: &'static str) -> bool {
        self.token.kind == Kind::Mark(mark)
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.token.kind == Kind::Name && self.token.value == word
    }

    pub fn skip(&mut self, mark: &'static str) -> bool {
        let found = self.is(mark);
        if found {
            self.next();
        }
        found
    }

    pub fn expect(&mut self, kind: Kind) -> Result<Token> {
        match self.token.kind == kind {
            true => Ok(self.next()),
            false => {
                let message = format!("Expected {}, found {}", kind.name(), self.token.kind.name());
                Self::problem(&self.token, message)
            }
        }
    }

    /// A word; gives the comments before it.
    pub fn expect_word(&mut self, word: &str) -> Result<Value> {
        if self.is_word(word) {
            let comment = self.comment();
            self.next();
            return Ok(comment);
        }
        let message = format!("Expected {}, found {}", Value::from(word), self.token.shown());
        Self::problem(&self.token, message)
    }

    pub fn name(&mut self) -> Result<Value> {
        Ok(self.expect(Kind::Name)?.value.into())
    }

    /// Things between two marks, at least one; nothing, if the first mark is missing. Gives the comments before the
    /// last mark, too.
    pub fn some(
        &mut self,
        open: &'static str,
        close: &'static str,
        item: fn(&mut Self) -> Result<Value>,
    ) -> Result<(Value, Value)> {
        if !self.skip(open) {
            return Ok((Value::Null, Value::Null));
        }
        let mut items = Vec::new();
        while !self.is(close) {
            items.push(self.deeper(item)?);
        }
        if items.is_empty() {
            let message = format!("expected at least one definition, found {}", self.token.kind.name());
            return Self::problem(&self.token, message);
        }
        let comment = self.comment();
        self.next();
        Ok((Value::array(items), comment))
    }

    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Self::problem(&self.token, "nested too deeply".to_owned());
        }
        self.depth += 1;
        let result = stacker::maybe_grow(64 * 1024, 1024 * 1024, || read(self))?;
        self.depth -= 1;
        Ok(result)
    }

    pub fn kind(&mut self) -> Result<Value> {
        let (at, element, name) = if self.skip("[") {
            let at = self.position();
            let element = self.deeper(Self::kind)?;
            self.expect(Kind::Mark("]"))?;
            (at, element, "".into())
        } else {
            (self.position(), Value::Null, self.name()?)
        };
        let non_null = self.skip("!");
        Ok(node(at, [("NamedType", name), ("Elem", element), ("NonNull", non_null.into())]))
    }

    pub fn variable(&mut self) -> Result<Value> {
        self.expect(Kind::Mark("$"))?;
        self.name()
    }

    pub fn literal(&mut self, constant: bool) -> Result<Value> {
        let token = self.token.clone();
        let kind = match token.kind {
            Kind::Mark("[") => return self.deeper(|parser| parser.collection(Literal::List, constant)),
            Kind::Mark("{") => return self.deeper(|parser| parser.collection(Literal::Object, constant)),
            Kind::Mark("$") if !constant => {
                let name = self.variable()?;
                return Ok(literal(token.position, Literal::Variable, name, Value::Null, Value::Null));
            }
            Kind::Int => Literal::Int,
            Kind::Float => Literal::Float,
            Kind::String => Literal::String,
            Kind::BlockString => Literal::Block,
            Kind::Name => match &*token.value {
                "true" | "false" => Literal::Boolean,
                "null" => Literal::Null,
                _ => Literal::Enum,
            },
            _ => return self.unexpected(),
        };
        self.next();
        Ok(literal(token.position, kind, token.value.into(), Value::Null, Value::Null))
    }

    fn collection(&mut self, kind: Literal, constant: bool) -> Result<Value> {
        let (at, comment) = (self.position(), self.comment());
        let close = if kind == Literal::List { "]" } else { "}" };
        self.next();
        let mut children = Vec::new();
        while !self.is(close) {
            children.push(match kind {
                Literal::List => {
                    let value = self.literal(constant)?;
                    Value::object([("Name".into(), "".into()), ("Value".into(), value)])
                }
                _ => {
                    let (at, comment) = (self.position(), self.comment());
                    let name = self.name()?;
                    self.expect(Kind::Mark(":"))?;
                    let value = self.literal(constant)?;
                    node(at, [("Name", name), ("Value", value), ("Comment", comment)])
                }
            });
        }
        self.next();
        Ok(literal(at, kind, "".into(), Value::array(children), comment))
    }

    pub fn arguments(&mut self, constant: bool) -> Result<Value> {
        fn argument(parser: &mut Parser<'_>, constant: bool) -> Result<Value> {
            let (at, comment) = (parser.position(), parser.comment());
            let name = parser.name()?;
            parser.expect(Kind::Mark(":"))?;
            let value = parser.literal(constant)?;
            Ok(node(at, [("Name", name), ("Value", value), ("Comment", comment)]))
        }
        let read = match constant {
            true => |parser: &mut Self| argument(parser, true),
            false => |parser: &mut Self| argument(parser, false),
        };
        Ok(self.some("(", ")", read)?.0)
    }

    pub fn directives(&mut self, constant: bool) -> Result<Value> {
        let mut directives = Vec::new();
        while self.skip("@") {
            let at = self.position();
            let name = self.name()?;
            let arguments = self.arguments(constant)?;
            directives.push(node(at, [("Name", name), ("Arguments", arguments), ("Location", "".into())]));
        }
        Ok(Value::array(directives))
    }
}

fn literal(at: Position, kind: Literal, raw: Value, children: Value, comment: Value) -> Value {
    let fields = [
        ("Raw", raw),
        ("Children", children),
        ("Kind", Value::int(kind as i32)),
        ("Comment", comment),
        ("ExpectedTypeHasDefault", false.into()),
    ];
    node(at, fields)
}
