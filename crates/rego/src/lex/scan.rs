//! The scanner.

use std::sync::Arc;

use super::{Kind, Lexed, Piece, Template, Token, string};
use crate::{
    ast::{Comment, Location, Source},
    value::Number,
};

/// Expressions in templates in expressions in templates … go this deep.
const MAX_TEMPLATES: usize = 64;

/// Two-character marks first.
const MARKS: &[&str] = &[
    ":=", "==", "!=", "<=", ">=", "{", "}", "[", "]", "(", ")", ",", ":", ";", ".", "=", "<", ">", "+", "-", "*", "/",
    "%", "&", "|",
];

/// Cuts a text into tokens. What is no token becomes [`Kind::Illegal`], for the parser to report where it matters.
pub fn tokens(source: &Arc<Source>) -> Lexed {
    let mut scanner = Scanner { source, at: 0, row: 1, col: 1, comments: Vec::new(), templates: 0 };
    let tokens = scanner.tokens(false);
    Lexed { tokens, comments: scanner.comments }
}

struct Scanner<'s> {
    source: &'s Arc<Source>,
    at: usize,
    row: u32,
    col: u32,
    comments: Vec<Comment>,
    templates: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.source.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        if char == '\n' {
            self.row += 1;
            self.col = 1;
        } else {
            self.col += 1;
        }
        Some(char)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&accept) {
            self.bump();
        }
    }

    fn here(&self) -> Location {
        let (start, end) = (self.at as u32, self.at as u32);
        Location { source: Arc::clone(self.source), row: self.row, col: self.col, start, end }
    }

    fn ended(&self, mut location: Location) -> Location {
        location.end = self.at as u32;
        location
    }

    /// Tokens up to the end or, in a template, up to the brace that closes the expression.
    fn tokens(&mut self, in_template: bool) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut braces = 0usize;
        loop {
            self.skip_space();
            let start = self.here();
            let Some(char) = self.peek() else {
                tokens.push(Token { kind: Kind::End, location: start });
                return tokens;
            };
            if in_template && char == '}' && braces == 0 {
                tokens.push(Token { kind: Kind::End, location: start });
                self.bump();
                return tokens;
            }
            let kind = self.token(char);
            match kind {
                Kind::Mark("{") => braces += 1,
                Kind::Mark("}") => braces = braces.saturating_sub(1),
                _ => {}
            }
            let location = self.ended(start);
            tokens.push(Token { kind, location });
        }
    }

    fn skip_space(&mut self) {
        loop {
            self.take_while(|char| matches!(char, ' ' | '\t' | '\r' | '\n'));
            if self.peek() != Some('#') {
                return;
            }
            let start = self.here();
            self.take_while(|char| char != '\n');
            let location = self.ended(start);
            let text = location.text()[1..].trim_end_matches('\r').to_owned();
            self.comments.push(Comment { text, location });
        }
    }

    fn token(&mut self, char: char) -> Kind {
        if char.is_ascii_alphabetic() || char == '_' {
            let start = self.at;
            self.take_while(|char| char.is_ascii_alphanumeric() || char == '_');
            return Kind::Name(self.source.text[start..self.at].into());
        }
        match char {
            '0'..='9' => self.number(),
            '"' => self.string(),
            '`' => self.raw(),
            '$' => self.template(),
            _ => {
                let mark = MARKS.iter().find(|mark| self.rest().starts_with(**mark)).copied();
                match mark {
                    Some(mark) => {
                        (0..mark.len()).for_each(|_| {
                            self.bump();
                        });
                        Kind::Mark(mark)
                    }
                    None => {
                        self.bump();
                        match char {
                            '!' => Kind::Illegal("illegal ! character".to_owned()),
                            char => Kind::Illegal(format!("illegal {char} character")),
                        }
                    }
                }
            }
        }
    }

    fn number(&mut self) -> Kind {
        let start = self.at;
        self.take_while(|char| char.is_ascii_digit());
        if self.peek() == Some('.') {
            self.bump();
            self.take_while(|char| char.is_ascii_digit());
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.bump();
            if matches!(self.peek(), Some('+' | '-')) {
                self.bump();
            }
            self.take_while(|char| char.is_ascii_digit());
        }
        let digits_end = self.at;
        self.take_while(|char| char.is_ascii_alphanumeric() || char == '_');
        let text = &self.source.text[start..self.at];
        if self.at > digits_end || Number::parse(text).is_none() {
            return Kind::Illegal(match text.len() > 1 && text.starts_with('0') {
                true => "expected number: illegal number format".to_owned(),
                false => "illegal number format".to_owned(),
            });
        }
        Kind::Number(text.into())
    }

    fn string(&mut self) -> Kind {
        let start = self.at;
        self.bump();
        loop {
            match self.peek() {
                None | Some('\n') => return Kind::Illegal("non-terminated string".to_owned()),
                Some('\\') => {
                    self.bump();
                    self.bump();
                }
                Some('"') => {
                    self.bump();
                    break;
                }
                Some(_) => {
                    self.bump();
                }
            }
        }
        match string::unescape(&self.source.text[start + 1..self.at - 1], false) {
            Ok(text) => Kind::String(text.into()),
            Err(message) => Kind::Illegal(message),
        }
    }

    fn raw(&mut self) -> Kind {
        self.bump();
        let start = self.at;
        self.take_while(|char| char != '`');
        let end = self.at;
        match self.bump() {
            Some(_) => Kind::Raw(self.source.text[start..end].into()),
            None => Kind::Illegal("non-terminated string".to_owned()),
        }
    }

    fn template(&mut self) -> Kind {
        self.bump();
        let quote = match self.peek() {
            Some(quote @ ('"' | '`')) => quote,
            _ => return Kind::Illegal("illegal $ character".to_owned()),
        };
        if self.templates == MAX_TEMPLATES {
            return Kind::Illegal("template strings are nested too deeply".to_owned());
        }
        self.bump();
        self.templates += 1;
        let parts = self.pieces(quote);
        self.templates -= 1;
        match parts {
            Ok(parts) => Kind::Template(Arc::new(Template { parts, multi_line: quote == '`' })),
            Err(message) => Kind::Illegal(message),
        }
    }

    fn pieces(&mut self, quote: char) -> Result<Vec<Piece>, String> {
        let mut parts = Vec::new();
        loop {
            let start = self.here();
            let mut end = self.at;
            let stop = loop {
                match self.peek() {
                    None => return Err("non-terminated string".to_owned()),
                    Some('\n') if quote == '"' => return Err("non-terminated string".to_owned()),
                    Some('\\') => {
                        self.bump();
                        // Between back quotes only a brace can be escaped.
                        if quote == '"' || self.peek() == Some('{') {
                            self.bump();
                        }
                    }
                    Some(char) if char == quote || char == '{' => {
                        self.bump();
                        break char;
                    }
                    Some(_) => {
                        self.bump();
                    }
                }
                end = self.at;
            };
            let text = &self.source.text[start.start as usize..end];
            if !text.is_empty() {
                let content = match quote {
                    '"' => string::unescape(text, true)?,
                    _ => text.replace("\\{", "{"),
                };
                parts.push(Piece::Text(content, Location { end: end as u32, ..start }));
            }
            if stop == quote {
                return Ok(parts);
            }
            let tokens = self.tokens(true);
            if self.source.text.as_bytes().get(self.at.wrapping_sub(1)) != Some(&b'}') {
                return Err("non-terminated string".to_owned());
            }
            parts.push(Piece::Expr(tokens));
        }
    }
}
