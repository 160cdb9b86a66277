//! YAML texts to values, with the types that OPA gives to scalars: those of YAML 1.2, and numbers as in 1.1 too.

use std::{collections::HashMap, fmt};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::{Number, Object, Value, float::double};
use crate::builtins::{
    encoding::lossy,
    go::base64::{self, Alphabet},
};

/// Nesting deeper than this is refused.
const MAX_DEPTH: usize = 1_000;
/// How many values aliases may multiply to.
const MAX_NODES: usize = 10_000_000;

/// Why a text is not YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What was wrong.
    pub message: String,
    /// Line, from 1; 0 if it is not known.
    pub line: usize,
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // OPA counts from zero here and leaves the first line out.
        match self.line {
            0 | 1 => write!(f, "yaml: {}", self.message),
            line => write!(f, "yaml: line {}: {}", line - 1, self.message),
        }
    }
}

impl std::error::Error for YamlError {}

impl From<ScanError> for YamlError {
    fn from(error: ScanError) -> Self {
        let info = error.info();
        let info = match info.split_once(", ") {
            Some((place, what)) if place.starts_with("while ") => what,
            _ => info,
        };
        let message = match info {
            "misplaced bracket" => "did not find expected node content",
            "simple key expected" => "could not find expected ':'",
            "expected ',' or ']'" => "did not find expected ',' or ']'",
            "invalid trailing content after double-quoted scalar" => "did not find expected key",
            info if info.starts_with("unexpected character") => "found character that cannot start any token",
            info => info,
        };
        Self { message: message.to_owned(), line: error.marker().line() }
    }
}

impl Value {
    /// Reads the first document of a YAML text; none is null. Later documents have to be well-formed. Of equal keys
    /// the last counts, and keys that are no strings become their text.
    pub fn from_yaml(text: &str) -> Result<Self, YamlError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        refuse_early(text)?;
        let mut reader = Reader {
            parser: Parser::new_from_str(text),
            // Only a text that ends within a line can end a block scalar within one.
            open_end: (!text.ends_with('\n')).then(|| text.chars().count()),
            anchors: HashMap::new(),
            depth: 0,
            nodes: 0,
        };
        let mut first = None;
        loop {
            match reader.next()? {
                Event::StreamEnd => return Ok(first.unwrap_or(Self::Null)),
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                event => {
                    let node = reader.node(event)?;
                    reader.anchors.clear();
                    first.get_or_insert(node);
                }
            }
        }
    }
}

/// What the parser would accept and OPA does not.
fn refuse_early(text: &str) -> Result<(), YamlError> {
    let allowed =
        |char: char| matches!(char, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    let message = if !text.chars().all(allowed) {
        "control characters are not allowed"
    } else if text.trim_start_matches('\n').starts_with('\t') {
        "found character that cannot start any token"
    } else if text.strip_prefix("%YAML ").is_some_and(|version| !version.trim_start().starts_with("1.1")) {
        "found incompatible YAML document"
    } else {
        return Ok(());
    };
    Err(error(message))
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// How many characters there are, if the last line has no end.
    open_end: Option<usize>,
    /// Values by anchor, with the number of values in them.
    anchors: HashMap<usize, (Value, usize)>,
    depth: usize,
    nodes: usize,
}

fn error(message: impl Into<String>) -> YamlError {
    YamlError { message: message.into(), line: 0 }
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, YamlError> {
        match self.parser.next_event() {
            None => Ok(Event::StreamEnd),
            Some(event) => match event? {
                (Event::Scalar(text, style @ (ScalarStyle::Literal | ScalarStyle::Folded), anchor, tag), span)
                    if self.open_end.is_some_and(|end| span.end.index() >= end) =>
                {
                    let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
                    Ok(Event::Scalar(text.into(), style, anchor, tag))
                }
                (event, _) => Ok(event),
            },
        }
    }

    fn node(&mut self, event: Event<'t>) -> Result<Value, YamlError> {
        let before = self.nodes;
        self.nodes += 1;
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let (value, nodes) = self.anchors.get(&anchor).ok_or_else(|| error("anchor value contains itself"))?;
                self.nodes += nodes;
                if self.nodes > MAX_NODES {
                    return Err(error("document contains excessive aliasing"));
                }
                (0, value.clone())
            }
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag.as_deref())?),
            Event::SequenceStart(anchor, _) => (anchor, self.deeper(Self::sequence)?),
            Event::MappingStart(anchor, _) => (anchor, self.deeper(Self::mapping)?),
            _ => return Err(error("unexpected event")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.nodes - before));
        }
        Ok(value)
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Value, YamlError>) -> Result<Value, YamlError> {
        if self.depth == MAX_DEPTH {
            return Err(error(format!("exceeded max depth of {MAX_DEPTH}")));
        }
        self.depth += 1;
        let value = stacker::maybe_grow(64 * 1024, 1024 * 1024, || read(self))?;
        self.depth -= 1;
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::array(items)),
                event => items.push(self.node(event)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, YamlError> {
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        loop {
            let event = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text.as_ref() == "<<");
            let key = self.node(event)?;
            let event = self.next()?;
            let value = self.node(event)?;
            match is_merge {
                true => merged.push(value),
                false => entries.push((key_text(&key)?, value)),
            }
        }
        let mut object: Object = entries.into_iter().collect();
        for value in &merged {
            merge(&mut object, value)?;
        }
        Ok(Value::Object(object.into()))
    }
}

/// `<<`: entries of other mappings, where there are no own ones.
fn merge(object: &mut Object, value: &Value) -> Result<(), YamlError> {
    let wrong = || error("map merge requires map or sequence of maps as the value");
    let sources = match value {
        Value::Object(_) => std::slice::from_ref(value),
        Value::Array(items) => items,
        _ => return Err(wrong()),
    };
    for source in sources {
        let Value::Object(source) = source else { return Err(wrong()) };
        for (key, value) in source.iter() {
            if object.get(key).is_none() {
                object.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

fn key_text(key: &Value) -> Result<Value, YamlError> {
    match key {
        Value::String(_) => Ok(key.clone()),
        Value::Bool(_) | Value::Number(Number::Int(_)) => Ok(key.to_string().into()),
        Value::Number(number) => Ok(number.to_string().into()),
        Value::Null => Err(error("unsupported map key of type: null")),
        _ => Err(error("invalid map key")),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, YamlError> {
    let tag = match tag {
        Some(tag) if tag.is_yaml_core_schema() => Some(&*tag.suffix),
        Some(_) => return Ok(text.into()),
        None if style != ScalarStyle::Plain => return Ok(text.into()),
        None => None,
    };
    match tag {
        Some("str") => return Ok(text.into()),
        Some("binary") => {
            let bytes = base64::decode(text, Alphabet::Standard)
                .map_err(|_| error("!!binary value contains invalid base64 data"))?;
            return Ok(lossy(&bytes).into());
        }
        _ => {}
    }
    let plain = resolve(text);
    let (is, number) = match &plain {
        Plain::Null => ("null", None),
        Plain::Bool(_) => ("bool", None),
        Plain::Int(number) => ("int", Some(number)),
        Plain::Float(_) => ("float", None),
        Plain::Text => ("str", None),
    };
    match tag {
        None => {}
        Some("float") if number.is_some() => {}
        Some(tag @ ("null" | "bool" | "int" | "float")) if tag != is => {
            return Err(error(format!("cannot decode !!{is} `{text}` as a !!{tag}")));
        }
        Some("null" | "bool" | "int" | "float") => {}
        Some(_) => return Ok(text.into()),
    }
    match plain {
        Plain::Null => Ok(Value::Null),
        Plain::Bool(bool) => Ok(Value::Bool(bool)),
        Plain::Int(number) => Ok(Value::Number(number)),
        Plain::Float(float) if float.is_finite() => Ok(Value::Number(Number::from_literal(&double(float, -6..21)))),
        Plain::Float(float) => {
            let name = if float.is_nan() {
                "NaN"
            } else if float > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            Err(YamlError { message: format!("json: unsupported value: {name}"), line: 0 })
        }
        Plain::Text => Ok(text.into()),
    }
}

/// What a plain scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Int(Number),
    Float(f64),
    Text,
}

/// Finds out what a plain scalar is.
pub(crate) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes()[0] {
        b'.' if is_float(text) => float(text),
        b'0'..=b'9' | b'+' | b'-' => {
            let plain = text.replace('_', "");
            match int(&plain) {
                Some(number) => Plain::Int(number),
                None if is_float(&plain) => float(&plain),
                None => Plain::Text,
            }
        }
        _ => Plain::Text,
    }
}

fn float(text: &str) -> Plain {
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => Plain::Float(float),
        _ => Plain::Text,
    }
}

fn int(text: &str) -> Option<Number> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("+", &text[1..]),
        _ => ("", text),
    };
    let (radix, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (sign, i64::try_from(magnitude)) {
        ("-", Ok(int)) => Some(Number::Int(-int)),
        ("-", Err(_)) => (magnitude == i64::MIN.unsigned_abs()).then_some(Number::Int(i64::MIN)),
        (_, Ok(int)) => Some(Number::Int(int)),
        ("", Err(_)) => Some(magnitude.into()),
        _ => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole) && digits(fraction) && digits(exponent) && !exponent.is_empty() && whole.len() + fraction.len() > 0
}
