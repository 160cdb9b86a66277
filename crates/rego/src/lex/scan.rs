//! The scanner.

use std::sync::LazyLock;

use regex::Regex;

use super::{Keywords, Kind, Token};

/// How the next token is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As a token of Rego.
    Normal,
    /// As the text of a template string behind the brace that closed an expression.
    Template,
    /// The same between back quotes.
    RawTemplate,
}

/// A place in a text: the next character and its line and column.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    at: usize,
    row: u32,
    col: u32,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// What is wrong inside of a token. Usually nothing.
type Faults = Vec<&'static str>;

impl Cursor {
    /// The beginning of a text, behind a byte order mark.
    pub fn start(text: &str, faults: &mut Faults) -> Self {
        let mut scanner = Scanner { text, cursor: Self { at: 0, row: 1, col: 0 }, faults };
        scanner.arrive();
        if scanner.current() == Some(BYTE_ORDER_MARK) {
            scanner.bump();
        }
        scanner.cursor
    }
}

/// Reads the token at the cursor and moves behind it. White space is one token for each character.
pub fn scan(text: &str, cursor: &mut Cursor, keywords: Keywords, mode: Mode, faults: &mut Faults) -> Token {
    let begin = *cursor;
    let mut scanner = Scanner { text, cursor: begin, faults };
    let kind = match mode {
        Mode::Normal => scanner.token(keywords),
        Mode::Template => scanner.template(false),
        Mode::RawTemplate => scanner.template(true),
    };
    *cursor = scanner.cursor;
    Token { kind, start: begin.at as u32, end: cursor.at as u32, row: begin.row, col: begin.col }
}

struct Scanner<'t, 'f> {
    text: &'t str,
    cursor: Cursor,
    faults: &'f mut Faults,
}

fn is_letter(char: Option<char>) -> bool {
    char.is_some_and(|char| char.is_ascii_alphabetic() || char == '_')
}

/// ASCII digits and the decimal digits of other scripts.
fn is_digit(char: Option<char>) -> bool {
    static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\d$").ok());
    char.is_some_and(|char| {
        char.is_ascii_digit()
            || !char.is_ascii() && DIGIT.as_ref().is_some_and(|digit| digit.is_match(char.encode_utf8(&mut [0; 4])))
    })
}

impl Scanner<'_, '_> {
    fn current(&self) -> Option<char> {
        match self.text.as_bytes().get(self.cursor.at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text[self.cursor.at..].chars().next(),
            None => None,
        }
    }

    fn bump(&mut self) {
        if let Some(char) = self.current() {
            self.cursor.at += char.len_utf8();
            self.arrive();
        }
    }

    /// Counts the character that the cursor now stands on.
    fn arrive(&mut self) {
        let Some(char) = self.current() else { return };
        if char == '\0' {
            self.faults.push("illegal null character");
        } else if char == BYTE_ORDER_MARK && self.cursor.at > 0 {
            self.faults.push("illegal byte-order mark");
        }
        if char == '\n' {
            self.cursor.row += 1;
            self.cursor.col = 0;
        } else {
            self.cursor.col += 1;
        }
    }

    fn bump_while(&mut self, accept: impl Fn(Option<char>) -> bool) -> bool {
        let begin = self.cursor.at;
        while accept(self.current()) {
            self.bump();
        }
        self.cursor.at > begin
    }

    fn bump_if(&mut self, char: char, then: Kind, otherwise: Kind) -> Kind {
        if self.current() != Some(char) {
            return otherwise;
        }
        self.bump();
        then
    }

    fn token(&mut self, keywords: Keywords) -> Kind {
        let Some(char) = self.current() else { return Kind::End };
        if matches!(char, ' ' | '\t' | '\n' | '\r') {
            self.bump();
            return Kind::Whitespace;
        }
        if is_letter(Some(char)) {
            let begin = self.cursor.at;
            self.bump_while(|char| is_letter(char) || is_digit(char));
            return keywords.kind(&self.text[begin..self.cursor.at]);
        }
        if char.is_ascii_digit() {
            return self.number();
        }
        self.bump();
        match char {
            '#' => {
                self.bump_while(|char| char.is_some_and(|char| char != '\n'));
                Kind::Comment
            }
            '"' => self.string(),
            '`' => self.raw_string(),
            '$' => self.template_start(),
            char => self.mark(char),
        }
    }

    fn mark(&mut self, char: char) -> Kind {
        match char {
            '[' => Kind::LeftBracket,
            ']' => Kind::RightBracket,
            '{' => Kind::LeftBrace,
            '}' => Kind::RightBrace,
            '(' => Kind::LeftParen,
            ')' => Kind::RightParen,
            ',' => Kind::Comma,
            ':' => self.bump_if('=', Kind::Assign, Kind::Colon),
            '+' => Kind::Plus,
            '-' => Kind::Minus,
            '*' => Kind::Times,
            '/' => Kind::Divide,
            '%' => Kind::Remainder,
            '&' => Kind::Intersection,
            '|' => Kind::Union,
            '=' => self.bump_if('=', Kind::Equal, Kind::Unify),
            '>' => self.bump_if('=', Kind::GreaterEqual, Kind::Greater),
            '<' => self.bump_if('=', Kind::LessEqual, Kind::Less),
            '!' if self.current() == Some('=') => self.bump_if('=', Kind::NotEqual, Kind::Illegal),
            '!' => self.fault("illegal ! character"),
            '\u{a0}' => self.fault("illegal non-breaking space character, use a regular space instead"),
            ';' => Kind::Semicolon,
            '.' => Kind::Dot,
            _ => Kind::Illegal,
        }
    }

    fn fault(&mut self, what: &'static str) -> Kind {
        self.faults.push(what);
        Kind::Illegal
    }

    fn number(&mut self) -> Kind {
        let is_decimal = |char: Option<char>| char.is_some_and(|char| char.is_ascii_digit());
        self.bump_while(is_decimal);
        if self.current() == Some('.') {
            self.bump();
            if !self.bump_while(is_decimal) {
                self.fault("expected fraction");
            }
        }
        if matches!(self.current(), Some('e' | 'E')) {
            self.bump();
            if matches!(self.current(), Some('+' | '-')) {
                self.bump();
            }
            if !self.bump_while(is_decimal) {
                self.fault("expected exponent");
            }
        }
        if is_letter(self.current()) {
            self.fault("illegal number format");
            self.bump_while(|char| is_letter(char) || is_digit(char));
        }
        Kind::Number
    }

    fn string(&mut self) -> Kind {
        loop {
            match self.current() {
                None | Some('\n') => return self.fault("non-terminated string"),
                Some('"') => {
                    self.bump();
                    return Kind::String;
                }
                Some('\\') => {
                    self.bump();
                    self.escape(false);
                }
                Some(_) => self.bump(),
            }
        }
    }

    /// Steps over what follows a backslash. Whether hexadecimal digits are right shows when the text is taken.
    fn escape(&mut self, template: bool) {
        match self.current() {
            Some('\\' | '"' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => self.bump(),
            Some('{') if template => self.bump(),
            Some('u') => (0..4).for_each(|_| self.bump()),
            _ => {
                self.fault("illegal escape sequence");
            }
        }
    }

    fn raw_string(&mut self) -> Kind {
        self.bump_while(|char| char.is_some_and(|char| char != '`'));
        match self.current() {
            Some(_) => {
                self.bump();
                Kind::String
            }
            None => self.fault("non-terminated string"),
        }
    }

    fn template_start(&mut self) -> Kind {
        let raw = match self.current() {
            Some('"') => false,
            Some('`') => true,
            _ => return self.fault("illegal $ character"),
        };
        self.bump();
        self.template(raw)
    }

    fn template(&mut self, raw: bool) -> Kind {
        loop {
            match self.current() {
                None => return self.fault("non-terminated string"),
                Some('\n') if !raw => return self.fault("non-terminated string"),
                Some('"') if !raw => {
                    self.bump();
                    return Kind::TemplateEnd;
                }
                Some('`') if raw => {
                    self.bump();
                    return Kind::RawTemplateEnd;
                }
                Some('{') => {
                    self.bump();
                    return if raw { Kind::RawTemplatePart } else { Kind::TemplatePart };
                }
                Some('\\') => {
                    self.bump();
                    match raw {
                        false => self.escape(true),
                        true if self.current() == Some('{') => self.bump(),
                        true => {}
                    }
                }
                Some(_) => self.bump(),
            }
        }
    }
}
