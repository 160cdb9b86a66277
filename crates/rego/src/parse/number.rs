//! Number literals.

use super::state::Parser;
use crate::{
    ast::{Node, Term},
    lex::Kind,
    value::Number,
};

/// Binary exponents beyond this are refused.
const MAX_EXPONENT: f64 = 1e5;

impl Parser<'_> {
    /// A number, with a sign and without the digit before the point perhaps.
    pub fn number(&mut self) -> Option<Term> {
        let location = self.here();
        let mut prefix = String::new();
        if self.is(Kind::Minus) {
            prefix.push('-');
            self.scan();
            if !matches!(self.kind(), Kind::Number | Kind::Dot) {
                return self.illegal("expected number");
            }
        }
        if self.is(Kind::Dot) {
            // JSON has no numbers that begin with a point.
            prefix.push_str("0.");
            self.scan();
            if !self.is(Kind::Number) {
                return self.illegal("expected number");
            }
        } else if has_leading_zero(self.literal()) {
            return self.illegal("expected number without leading zero");
        }
        let text = prefix + self.literal();
        match binary_exponent(&text) {
            Some(exponent) if exponent.abs() > MAX_EXPONENT => {
                self.error("number too big");
                None
            }
            _ => match Number::parse(&text) {
                Some(number) => Some(Term::new(Node::Number(number), location)),
                None => self.illegal("invalid float"),
            },
        }
    }
}

fn has_leading_zero(literal: &str) -> bool {
    match literal.as_bytes() {
        [b'0', b'.', ..] | [b'0', b'e' | b'E', _, ..] => false,
        [b'0', _, ..] => true,
        _ => false,
    }
}

/// The exponent of a number as `0.1… × 2^exponent`, by the logarithm. None for zero.
fn binary_exponent(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<f64>().unwrap_or(0.0)),
        None => (text, 0.0),
    };
    let (whole, fraction) = mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['-', '0']);
    let point = match whole.len() {
        0 => -((fraction.len() - fraction.trim_start_matches('0').len()) as f64),
        digits => digits as f64,
    };
    let digits: String = whole.chars().chain(fraction.chars()).skip_while(|char| *char == '0').take(17).collect();
    let leading = format!("0.{digits}").parse::<f64>().ok().filter(|leading| *leading > 0.0)?;
    Some(((leading.log10() + point + exponent) * std::f64::consts::LOG2_10).floor() + 1.0)
}
