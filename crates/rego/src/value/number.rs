//! Numbers as Rego has them: of any size and precision, and remembered as they were written.

use std::{cmp::Ordering, fmt, str::FromStr, sync::Arc};

use num_bigint::BigInt;

use super::float::Float;

/// A JSON number. Integers that fit an `i64` are kept as such; everything else keeps the text it was written with, so
/// that `1.50` is printed as `1.50` and yet equals `1.5`.
#[derive(Clone)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// Any other number, as a JSON number literal (RFC 8259, section 6).
    Text(Arc<str>),
}

impl Number {
    /// Reads a JSON number literal. None if `text` is not one.
    pub fn parse(text: &str) -> Option<Self> {
        is_literal(text).then(|| Self::from_literal(text))
    }

    /// Takes a literal that is known to be a JSON number.
    pub(crate) fn from_literal(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(int) if text != "-0" => Self::Int(int),
            _ => Self::Text(text.into()),
        }
    }

    /// The integer, if this is one written without fraction or exponent that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Text(_) => None,
        }
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Int(int) => *int as f64,
            Self::Text(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The exact integer value: also of `1.0` and `1e3`, none of `1.5`. Exponents beyond 100,000 digits give none.
    pub fn to_bigint(&self) -> Option<BigInt> {
        match self {
            Self::Int(int) => Some(BigInt::from(*int)),
            Self::Text(text) => Decimal::read(text).to_bigint(),
        }
    }

    /// The value rounded to a binary float of 64 bits mantissa, in which Rego calculates.
    pub fn to_float(&self) -> Float {
        match self {
            Self::Int(int) => Float::from_i64(*int),
            Self::Text(text) => Float::from_decimal(&Decimal::read(text)),
        }
    }

    /// An integer of any size.
    pub fn from_bigint(int: &BigInt) -> Self {
        match i64::try_from(int) {
            Ok(int) => Self::Int(int),
            Err(_) => Self::Text(int.to_string().into()),
        }
    }

    /// A calculated float, written in the shortest way that reads back the same.
    pub fn from_float(float: &Float) -> Self {
        Self::from_literal(&float.to_string())
    }

    /// Whether the value is an integer, however it is written.
    pub fn is_integer(&self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::Text(text) => {
                let decimal = Decimal::read(text);
                decimal.digits.is_empty() || decimal.exponent >= 0
            }
        }
    }

    /// A number from a double, as JSON encoders write it. None for infinities and NaN.
    pub fn from_f64(float: f64) -> Option<Self> {
        let number = serde_json::Number::from_f64(float)?;
        if float == float.trunc() && float.abs() < 1e15 {
            return Some(Self::Int(float as i64));
        }
        Some(Self::from_literal(&number.to_string()))
    }
}

/// A decimal as written: `±0.d₁d₂… × 10^point`, kept as digits without leading or trailing zeros.
pub(crate) struct Decimal {
    pub negative: bool,
    /// Significant digits `0..=9`; empty for zero.
    pub digits: Vec<u8>,
    /// Power of ten of the last digit.
    pub exponent: i64,
}

impl Decimal {
    pub fn read(text: &str) -> Self {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], exponent_of(&rest[at + 1..])),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        let mut exponent = exponent - fraction.len() as i64;
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        if digits.is_empty() {
            exponent = 0;
        }
        Self { negative, digits, exponent }
    }

    fn of_int(int: i64) -> Self {
        Self::read(&int.to_string())
    }

    fn to_bigint(&self) -> Option<BigInt> {
        if self.digits.is_empty() {
            return Some(BigInt::ZERO);
        }
        if !(0..=100_000).contains(&self.exponent) {
            return None;
        }
        let mut digits: Vec<u8> = self.digits.iter().map(|digit| digit + b'0').collect();
        digits.resize(digits.len() + self.exponent as usize, b'0');
        let magnitude = BigInt::parse_bytes(&digits, 10)?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    fn to_i64(&self) -> Option<i64> {
        let digits = self.digits.len() as i64 + self.exponent;
        if self.exponent < 0 || digits > 19 {
            return None;
        }
        i64::try_from(self.to_bigint()?).ok()
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        let point = |d: &Self| d.digits.len() as i64 + d.exponent;
        point(self).cmp(&point(other)).then_with(|| self.digits.cmp(&other.digits))
    }

    fn compare(&self, other: &Self) -> Ordering {
        let sign = |d: &Self| match (d.digits.is_empty(), d.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        match (sign(self), sign(other)) {
            (-1, -1) => other.cmp_magnitude(self),
            (1, 1) => self.cmp_magnitude(other),
            (a, b) => a.cmp(&b),
        }
    }
}

/// An exponent, held within ±10¹² so that arithmetic on it cannot overflow.
fn exponent_of(text: &str) -> i64 {
    const LIMIT: i64 = 1_000_000_000_000;
    match text.strip_prefix('+').unwrap_or(text).parse::<i64>() {
        Ok(exponent) => exponent.clamp(-LIMIT, LIMIT),
        Err(_) if text.starts_with('-') => -LIMIT,
        Err(_) => LIMIT,
    }
}

fn is_literal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let digits = |at: &mut usize| {
        let start = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        *at - start
    };
    let leading_zero = bytes.get(at) == Some(&b'0');
    match digits(&mut at) {
        0 => return false,
        1 => {}
        _ if leading_zero => return false,
        _ => {}
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        if digits(&mut at) == 0 {
            return false;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        if digits(&mut at) == 0 {
            return false;
        }
    }
    at == bytes.len()
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) if a == b => Ordering::Equal,
            (Self::Int(a), Self::Text(b)) => Decimal::of_int(*a).compare(&Decimal::read(b)),
            (Self::Text(a), Self::Int(b)) => Decimal::read(a).compare(&Decimal::of_int(*b)),
            (Self::Text(a), Self::Text(b)) => Decimal::read(a).compare(&Decimal::read(b)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        Self::parse(text).ok_or(NotANumber)
    }
}

/// The text is not a JSON number literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number")
    }
}

impl std::error::Error for NotANumber {}

macro_rules! from_int {
    ($($int:ty),*) => {$(
        impl From<$int> for Number {
            fn from(int: $int) -> Self {
                i64::try_from(int).map_or_else(|_| Self::Text(int.to_string().into()), Self::Int)
            }
        }
    )*};
}
from_int!(i32, u32, i64, u64, usize, u8);

/// Equal numbers hash alike, however they are written.
impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Self::Int(int) => int.hash(state),
            Self::Text(text) => {
                let decimal = Decimal::read(text);
                match decimal.to_i64() {
                    Some(int) => int.hash(state),
                    None => (decimal.negative, decimal.digits, decimal.exponent).hash(state),
                }
            }
        }
    }
}
