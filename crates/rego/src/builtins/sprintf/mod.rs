//! `sprintf`, with the verbs, flags and error marks of Go's `fmt`.

mod float;
mod format;

use num_bigint::BigInt;

use self::format::{Flags, Printer};
use super::{Context, Failure, Function, Outcome, array, string};
use crate::value::{Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[("sprintf", sprintf)];

/// Widths and precisions beyond this are not numbers.
const TOO_LARGE: i64 = 1_000_000;

/// An operand as Go sees it. All values but numbers and strings are strings of their Rego text.
pub(super) enum Argument {
    Float(f64),
    Int(i64),
    Big(BigInt),
    Text(String),
}

impl Argument {
    fn of(value: &Value) -> Self {
        match value {
            Value::Number(Number::Int(int)) => Self::Int(*int),
            Value::Number(Number::Text(text)) => Self::of_literal(text),
            Value::String(text) => Self::Text(text.to_string()),
            other => Self::Text(other.to_string()),
        }
    }

    fn of_literal(text: &str) -> Self {
        if text.contains(['.', 'e', 'E']) {
            return match text.parse::<f64>() {
                Ok(float) if float.is_finite() => Self::Float(float),
                _ => Self::Text(text.to_owned()),
            };
        }
        match text.parse::<BigInt>() {
            Ok(big) => i64::try_from(&big).map_or(Self::Big(big), Self::Int),
            Err(_) => Self::Text(text.to_owned()),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Float(_) => "float64",
            Self::Int(_) => "int64",
            Self::Big(_) => "*big.Int",
            Self::Text(_) => "string",
        }
    }
}

fn sprintf(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let format = string(operands, 1)?;
    let arguments: Vec<Argument> = array(operands, 2)?.iter().map(Argument::of).collect();
    let mut reader = Reader { format, at: 0, arguments: &arguments, next: 0, reordered: false, good_index: true };
    Ok(Some(reader.run(cx)?.into()))
}

/// Goes through a format.
struct Reader<'f> {
    format: &'f str,
    at: usize,
    arguments: &'f [Argument],
    next: usize,
    /// Whether any index like `%[2]d` was there.
    reordered: bool,
    /// Whether indexes since the last percent sign were good.
    good_index: bool,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    fn run(&mut self, cx: &mut Context<'_>) -> Result<String, Failure> {
        let mut printer = Printer::default();
        loop {
            let rest = &self.format[self.at..];
            let literal = rest.find('%').unwrap_or(rest.len());
            printer.out.push_str(&rest[..literal]);
            self.at += literal;
            if literal == rest.len() {
                break;
            }
            self.at += 1;
            let before = printer.out.len();
            let goes_on = self.directive(&mut printer);
            cx.charge(printer.out.len() - before)?;
            cx.check()?;
            if !goes_on {
                break;
            }
        }
        if !self.reordered && self.next < self.arguments.len() {
            printer.flags = Flags::default();
            printer.out.push_str("%!(EXTRA ");
            for (at, argument) in self.arguments[self.next..].iter().enumerate() {
                printer.out.push_str(if at > 0 { ", " } else { "" });
                printer.out.push_str(argument.type_name());
                printer.out.push('=');
                printer.print(argument, 'v');
            }
            printer.out.push(')');
        }
        Ok(printer.out)
    }

    /// Everything after a percent sign; false if the format ended in it.
    fn directive(&mut self, printer: &mut Printer) -> bool {
        self.good_index = true;
        printer.flags = Flags::default();
        while let Some(byte) = self.byte() {
            match byte {
                b'#' => printer.flags.sharp = true,
                b'0' => printer.flags.zero = true,
                b'+' => printer.flags.plus = true,
                b'-' => printer.flags.minus = true,
                b' ' => printer.flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let after_index = self.index();
        let after_index = self.width(printer, after_index);
        let after_index = self.precision(printer, after_index);
        if !after_index {
            self.index();
        }
        let Some(verb) = self.format[self.at..].chars().next() else {
            printer.out.push_str("%!(NOVERB)");
            return false;
        };
        self.at += verb.len_utf8();
        match self.arguments.get(self.next) {
            _ if verb == '%' => printer.out.push('%'),
            _ if !self.good_index => printer.mark(verb, "BADINDEX"),
            None => printer.mark(verb, "MISSING"),
            Some(argument) => {
                if matches!(verb, 'v' | 'w') {
                    printer.flags.sharp_v = std::mem::take(&mut printer.flags.sharp);
                    printer.flags.plus_v = std::mem::take(&mut printer.flags.plus);
                }
                printer.print(argument, verb);
                self.next += 1;
            }
        }
        true
    }

    /// Reads `[2]`; says whether the next thing is the verb or a star that it belongs to.
    fn index(&mut self) -> bool {
        if self.byte() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = if rest.len() < 3 { None } else { rest.find(']') };
        let Some(close) = close else {
            self.good_index = false;
            self.at += 1;
            return false;
        };
        let digits = &rest[1..close];
        let number = match digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() {
            true => digits.parse::<usize>().ok().filter(|number| *number <= 10 * TOO_LARGE as usize),
            false => None,
        };
        self.at += close + 1;
        match number {
            Some(number) if (1..=self.arguments.len()).contains(&number) => {
                self.next = number - 1;
                true
            }
            _ => {
                self.good_index = false;
                number.is_some()
            }
        }
    }

    /// Decimal digits. Too many of them, and the rest of the format is skipped.
    fn digits(&mut self) -> Option<i64> {
        let mut number = None;
        while let Some(byte @ b'0'..=b'9') = self.byte() {
            if number.unwrap_or(0) > TOO_LARGE {
                self.at = self.format.len();
                return None;
            }
            number = Some(number.unwrap_or(0) * 10 + i64::from(byte - b'0'));
            self.at += 1;
        }
        number
    }

    /// The next argument as the number that a star stands for.
    fn star(&mut self) -> Option<i64> {
        self.at += 1;
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        match argument {
            Argument::Int(int) if (-TOO_LARGE..=TOO_LARGE).contains(int) => Some(*int),
            _ => None,
        }
    }

    fn width(&mut self, printer: &mut Printer, after_index: bool) -> bool {
        if self.byte() != Some(b'*') {
            let width = self.digits();
            if after_index && width.is_some() {
                self.good_index = false;
            }
            printer.flags.width = width.map(|width| width as usize);
            return after_index;
        }
        match self.star() {
            Some(width) => {
                if width < 0 {
                    printer.flags.minus = true;
                    printer.flags.zero = false;
                }
                printer.flags.width = Some(width.unsigned_abs() as usize);
            }
            None => printer.out.push_str("%!(BADWIDTH)"),
        }
        false
    }

    fn precision(&mut self, printer: &mut Printer, after_index: bool) -> bool {
        if self.byte() != Some(b'.') || self.at + 1 >= self.format.len() {
            return after_index;
        }
        self.at += 1;
        if after_index {
            self.good_index = false;
        }
        let after_index = self.index();
        if self.byte() != Some(b'*') {
            printer.flags.precision = Some(self.digits().unwrap_or(0) as usize);
            return after_index;
        }
        match self.star().and_then(|precision| usize::try_from(precision).ok()) {
            Some(precision) => printer.flags.precision = Some(precision),
            None => printer.out.push_str("%!(BADPREC)"),
        }
        false
    }
}
