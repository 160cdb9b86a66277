//! YAML as nodes that know their lines, for messages that name them.

use std::sync::LazyLock;

use regex::Regex;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde::de::{Deserialize, IgnoredAny};

use crate::{
    builtins::go::base64::{self, Alphabet},
    value::{Plain, resolve},
};

/// Nesting deeper than this is refused.
const MAX_DEPTH: usize = 200;

/// How many nodes aliases may multiply to.
const MAX_NODES: usize = 100_000;

/// A node and the line it begins in, from 1.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub line: usize,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// The text, and what it is if it is not quoted.
    Scalar(String, Plain),
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The tag, as messages have it.
    pub fn tag(&self) -> &'static str {
        match &self.content {
            Content::Sequence(_) => "!!seq",
            Content::Mapping(_) => "!!map",
            Content::Scalar(text, plain) => match plain {
                Plain::Null => "!!null",
                Plain::Bool(_) => "!!bool",
                Plain::Int(_) => "!!int",
                Plain::Float(_) => "!!float",
                Plain::Text if super::decode::timestamp(text).is_some() => "!!timestamp",
                Plain::Text => "!!str",
            },
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(_, Plain::Null))
    }
}

/// Reads the first document; None if there is none.
pub(super) fn read(text: &str) -> Result<Option<Node>, String> {
    check_syntax(text)?;
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: Vec::new(), depth: 0, nodes: 0 };
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(None),
            (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
            (Event::DocumentEnd, _) => return Ok(None),
            (event, span) => return reader.node(event, span).map(Some),
        }
    }
}

/// Lets libyaml look for mistakes, since its messages are those that OPA's library gives.
fn check_syntax(text: &str) -> Result<(), String> {
    static PLACE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r" at (?:line (\d+) column \d+|position \d+)").ok());
    let Some(document) = yaml_serde::Deserializer::from_str(text).next() else { return Ok(()) };
    let Err(error) = IgnoredAny::deserialize(document) else { return Ok(()) };
    let message = error.to_string();
    if message == "unknown anchor" || message.starts_with("unknown anchor at") {
        return Err(unknown_anchor(text, error.location().map_or(0, |place| place.index())));
    }
    let (problem, context) =
        message.split_once(", while ").map_or((message.as_str(), None), |(problem, context)| (problem, Some(context)));
    // Lines count from zero in both, and zero is left out.
    let line = |part: &str| {
        let place = PLACE.as_ref()?.captures(part)?;
        place.get(1)?.as_str().parse::<usize>().ok()?.checked_sub(1)
    };
    let in_scanner = match context {
        Some(context) => {
            ["scanning", "parsing a quoted scalar", "parsing a tag"].iter().any(|it| context.starts_with(it))
        }
        None => problem.contains("not allowed in this context"),
    };
    let at = context.and_then(line).filter(|line| *line > 0).or_else(|| line(problem)).unwrap_or(0);
    let what = problem.split(" at ").next().unwrap_or(problem);
    match at {
        0 => Err(what.to_owned()),
        at => Err(format!("line {}: {what}", at + usize::from(in_scanner))),
    }
}

fn unknown_anchor(text: &str, at: usize) -> String {
    let name = text.get(at..).and_then(|rest| rest.trim_start().strip_prefix('*')).unwrap_or_default();
    let name: String = name.chars().take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '-')).collect();
    format!("unknown anchor '{name}' referenced")
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: Vec<(usize, Node, usize)>,
    depth: usize,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), String> {
        match self.parser.next_event() {
            None => Ok((Event::StreamEnd, Span::default())),
            Some(event) => event.map_err(|error| error.info().to_owned()),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Node, String> {
        let before = self.nodes;
        self.nodes += 1;
        let line = span.start.line();
        let (anchor, content) = match event {
            Event::Alias(anchor) => {
                let known = self.anchors.iter().rev().find(|(id, ..)| *id == anchor);
                let Some((_, node, nodes)) = known else { return Err("anchor value contains itself".to_owned()) };
                self.nodes += nodes;
                if self.nodes > MAX_NODES {
                    return Err("document contains excessive aliasing".to_owned());
                }
                return Ok(node.clone());
            }
            Event::Scalar(text, style, anchor, tag) => {
                let content = match tag {
                    None if style == ScalarStyle::Plain => Content::Scalar(text.to_string(), resolve(&text)),
                    Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "binary" => {
                        let bytes = base64::decode(&text, Alphabet::Standard)
                            .map_err(|_| "!!binary value contains invalid base64 data".to_owned())?;
                        Content::Scalar(String::from_utf8_lossy(&bytes).into_owned(), Plain::Text)
                    }
                    _ => Content::Scalar(text.into_owned(), Plain::Text),
                };
                (anchor, content)
            }
            Event::SequenceStart(anchor, _) => (anchor, self.deeper(Self::sequence)?),
            Event::MappingStart(anchor, _) => (anchor, self.deeper(Self::mapping)?),
            _ => return Err("did not find expected node content".to_owned()),
        };
        let node = Node { line, content };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Content, String>) -> Result<Content, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("exceeded max depth of {MAX_DEPTH}"));
        }
        self.depth += 1;
        let content = stacker::maybe_grow(64 * 1024, 1024 * 1024, || read(self))?;
        self.depth -= 1;
        Ok(content)
    }

    fn sequence(&mut self) -> Result<Content, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Content::Sequence(items)),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Content, String> {
        let mut entries = Vec::new();
        loop {
            match self.next()? {
                (Event::MappingEnd, _) => return Ok(Content::Mapping(entries)),
                (event, span) => {
                    let key = self.node(event, span)?;
                    let (event, span) = self.next()?;
                    entries.push((key, self.node(event, span)?));
                }
            }
        }
    }
}
