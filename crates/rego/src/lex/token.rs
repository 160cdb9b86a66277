//! Kinds of tokens and the words that are keywords.

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the language; `Kind::name` has the spelling in messages")]
pub enum Kind {
    Illegal,
    End,
    Whitespace,
    Ident,
    Comment,
    Package,
    Import,
    As,
    Default,
    Else,
    Not,
    Some,
    With,
    Null,
    True,
    False,
    Number,
    String,
    TemplatePart,
    TemplateEnd,
    RawTemplatePart,
    RawTemplateEnd,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParen,
    RightParen,
    Comma,
    Colon,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    Intersection,
    Union,
    Unify,
    Equal,
    Assign,
    In,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Dot,
    Semicolon,
    Every,
    Contains,
    If,
    And,
    Or,
}

impl Kind {
    /// What messages call it. For operators this is the name of their built-in.
    pub fn name(self) -> &'static str {
        match self {
            Self::Illegal => "illegal",
            Self::End => "eof",
            Self::Whitespace => "whitespace",
            Self::Ident => "identifier",
            Self::Comment => "comment",
            Self::Package => "package",
            Self::Import => "import",
            Self::As => "as",
            Self::Default => "default",
            Self::Else => "else",
            Self::Not => "not",
            Self::Some => "some",
            Self::With => "with",
            Self::Null => "null",
            Self::True => "true",
            Self::False => "false",
            Self::Number => "number",
            Self::String => "string",
            Self::TemplatePart => "template-string-part",
            Self::TemplateEnd => "template-string-end",
            Self::RawTemplatePart => "raw-template-string-part",
            Self::RawTemplateEnd => "raw-template-string-end",
            Self::LeftBracket => "[",
            Self::RightBracket => "]",
            Self::LeftBrace => "{",
            Self::RightBrace => "}",
            Self::LeftParen => "(",
            Self::RightParen => ")",
            Self::Comma => ",",
            Self::Colon => ":",
            Self::Plus => "plus",
            Self::Minus => "minus",
            Self::Times => "mul",
            Self::Divide => "div",
            Self::Remainder => "rem",
            Self::Intersection | Self::And => "and",
            Self::Union | Self::Or => "or",
            Self::Unify => "eq",
            Self::Equal => "equal",
            Self::Assign => "assign",
            Self::In => "in",
            Self::NotEqual => "neq",
            Self::Greater => "gt",
            Self::Less => "lt",
            Self::GreaterEqual => "gte",
            Self::LessEqual => "lte",
            Self::Dot => ".",
            Self::Semicolon => ";",
            Self::Every => "every",
            Self::Contains => "contains",
            Self::If => "if",
        }
    }

    /// Whether messages call it a keyword.
    pub fn is_keyword(self) -> bool {
        ALWAYS.iter().chain(FUTURE).any(|(_, kind)| *kind == self)
    }
}

/// Words that are keywords in every version.
const ALWAYS: &[(&str, Kind)] = &[
    ("package", Kind::Package),
    ("import", Kind::Import),
    ("as", Kind::As),
    ("default", Kind::Default),
    ("else", Kind::Else),
    ("not", Kind::Not),
    ("some", Kind::Some),
    ("with", Kind::With),
    ("null", Kind::Null),
    ("true", Kind::True),
    ("false", Kind::False),
];

/// Words that a version or an import makes keywords, in alphabetical order. `not` is one in every version, but its
/// import changes what it means.
const FUTURE: &[(&str, Kind)] = &[
    ("and", Kind::And),
    ("contains", Kind::Contains),
    ("every", Kind::Every),
    ("if", Kind::If),
    ("in", Kind::In),
    ("not", Kind::Not),
    ("or", Kind::Or),
];

/// Which words are keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keywords {
    /// One bit for each of `FUTURE`.
    future: u8,
    /// Whether `not` is no keyword at all, as in the path of an import.
    without_not: bool,
}

impl Keywords {
    /// Those of every version, and nothing else.
    pub const BASE: Self = Self { future: 0, without_not: false };

    /// Names of all keywords that have to be imported in some version, in alphabetical order.
    pub fn future() -> impl Iterator<Item = &'static str> {
        FUTURE.iter().map(|(word, _)| *word)
    }

    /// Makes a word a keyword; `every` brings `in` along.
    pub fn add(&mut self, word: &str) {
        if let Some(at) = FUTURE.iter().position(|(known, _)| *known == word) {
            self.future |= 1 << at;
        }
        if word == "every" {
            self.add("in");
        }
    }

    /// With all words that can be imported.
    #[must_use]
    pub fn with_future(mut self) -> Self {
        Self::future().for_each(|word| self.add(word));
        self
    }

    /// Without all words that can be imported, `not` among them.
    pub fn without_future() -> Self {
        Self { future: 0, without_not: true }
    }

    /// Whether a word is a keyword.
    pub fn has(self, word: &str) -> bool {
        self.kind(word) != Kind::Ident
    }

    /// The token for a word.
    pub fn kind(self, word: &str) -> Kind {
        if let Some(at) = FUTURE.iter().position(|(known, _)| *known == word)
            && self.future & (1 << at) != 0
        {
            return FUTURE[at].1;
        }
        match ALWAYS.iter().find(|(known, _)| *known == word) {
            Some((_, Kind::Not)) if self.without_not => Kind::Ident,
            Some((_, kind)) => *kind,
            None => Kind::Ident,
        }
    }
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
    /// Line, from 1.
    pub row: u32,
    /// Column in characters, from 1.
    pub col: u32,
}
