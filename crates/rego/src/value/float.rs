//! Binary floating point with a mantissa of 64 bits, rounded to nearest even: what Rego's arithmetic is defined in.

use std::{cmp::Ordering, fmt};

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, ToPrimitive, Zero};

use super::number::Decimal;

/// `± mantissa × 2^exponent`, the mantissa with its top bit set, or zero.
#[derive(Clone, Copy, Debug)]
pub struct Float {
    negative: bool,
    mantissa: u64,
    exponent: i64,
    /// How many bits of the mantissa count: 64, or 53 for a product of many.
    bits: u32,
}

/// Decimal exponents beyond this become zero or are held at it: nothing else could be written down.
const LIMIT: i64 = 100_000;

impl Float {
    const ZERO: Self = Self { negative: false, mantissa: 0, exponent: 0, bits: 64 };

    /// One half.
    pub const HALF: Self = Self { negative: false, mantissa: 1 << 63, exponent: -64, bits: 64 };

    /// One with a mantissa of 53 bits. Products that begin with it are rounded to as many.
    pub const ONE_OF_53_BITS: Self = Self { negative: false, mantissa: 1 << 63, exponent: -63, bits: 53 };

    /// An integer, exactly.
    pub fn from_i64(int: i64) -> Self {
        Self::round(int < 0, u128::from(int.unsigned_abs()), 0, false)
    }

    /// An integer, rounded to 64 bits.
    pub fn from_bigint(int: &BigInt) -> Self {
        Self::from_ratio(int.sign() == Sign::Minus, int.magnitude(), &BigUint::one())
    }

    pub(crate) fn from_decimal(decimal: &Decimal) -> Self {
        if decimal.digits.is_empty() {
            return Self { negative: decimal.negative, ..Self::ZERO };
        }
        let point = decimal.digits.len() as i64 + decimal.exponent;
        if point < -LIMIT {
            return Self { negative: decimal.negative, ..Self::ZERO };
        }
        let digits: Vec<u8> = decimal.digits.iter().map(|digit| digit + b'0').collect();
        let digits = BigUint::parse_bytes(&digits, 10).unwrap_or_default();
        let exponent = decimal.exponent.clamp(-2 * LIMIT, LIMIT);
        let scale = BigUint::from(10u8).pow(exponent.unsigned_abs() as u32);
        match exponent >= 0 {
            true => Self::from_ratio(decimal.negative, &(digits * scale), &BigUint::one()),
            false => Self::from_ratio(decimal.negative, &digits, &scale),
        }
    }

    fn from_ratio(negative: bool, numerator: &BigUint, denominator: &BigUint) -> Self {
        if numerator.is_zero() {
            return Self { negative, ..Self::ZERO };
        }
        // Scale so that the quotient has 66 or 67 bits, then round with the remainder as sticky bit.
        let shift = 66 - (numerator.bits() as i64 - denominator.bits() as i64);
        let (quotient, remainder) = match shift >= 0 {
            true => num_integer::Integer::div_rem(&(numerator << shift as u64), denominator),
            false => num_integer::Integer::div_rem(numerator, &(denominator << (-shift) as u64)),
        };
        Self::round(negative, quotient.to_u128().unwrap_or(u128::MAX), -shift, !remainder.is_zero())
    }

    /// `value × 2^exponent`, a little more if `sticky`, rounded to 64 bits.
    fn round(negative: bool, value: u128, exponent: i64, sticky: bool) -> Self {
        Self::round_to(64, negative, value, exponent, sticky)
    }

    fn round_to(bits: u32, negative: bool, value: u128, exponent: i64, sticky: bool) -> Self {
        if value == 0 {
            return Self { negative, bits, ..Self::ZERO };
        }
        let all = 128 - value.leading_zeros();
        if all <= bits {
            let shift = 64 - all;
            return Self { negative, mantissa: (value as u64) << shift, exponent: exponent - i64::from(shift), bits };
        }
        let drop = all - bits;
        let kept = value >> drop;
        let rest = value & ((1 << drop) - 1);
        let half = 1u128 << (drop - 1);
        let up = match rest.cmp(&half) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => sticky || kept & 1 == 1,
        };
        let kept = (kept + u128::from(up)) << (64 - bits);
        let exponent = exponent + i64::from(drop) - i64::from(64 - bits);
        match kept >> 64 {
            0 => Self { negative, mantissa: kept as u64, exponent, bits },
            _ => Self { negative, mantissa: 1 << 63, exponent: exponent + 1, bits },
        }
    }

    /// Whether the value is zero.
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Whether the sign is minus, also of zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether there is no fraction.
    pub fn is_integer(&self) -> bool {
        self.is_zero() || self.exponent + i64::from(self.mantissa.trailing_zeros()) >= 0
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    /// The value with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { negative: !self.negative, ..self }
    }

    /// The integer part, towards zero.
    pub fn trunc(&self) -> BigInt {
        let mantissa = BigUint::from(self.mantissa);
        let magnitude = match self.exponent {
            exponent if exponent >= 0 => mantissa << exponent as u64,
            exponent if exponent <= -64 => BigUint::zero(),
            exponent => mantissa >> (-exponent) as u64,
        };
        BigInt::from_biguint(if self.negative { Sign::Minus } else { Sign::Plus }, magnitude)
    }

    /// The sum, rounded.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        if self.is_zero() {
            return if other.is_zero() {
                Self { negative: self.negative && other.negative, ..Self::ZERO }
            } else {
                other
            };
        }
        if other.is_zero() {
            return self;
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let distance = high.exponent - low.exponent;
        if distance > 130 {
            // Too far below to matter but for the direction of rounding, which nearest-even takes back.
            return high;
        }
        let signed = |float: &Self| {
            BigInt::from_biguint(if float.negative { Sign::Minus } else { Sign::Plus }, float.mantissa.into())
        };
        let sum = (signed(&high) << distance as u64) + signed(&low);
        let rounded = Self::from_bigint(&sum);
        match rounded.is_zero() {
            true => Self::ZERO,
            false => Self { exponent: rounded.exponent + low.exponent, ..rounded },
        }
    }

    /// The difference, rounded.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// The product, rounded to as many bits as this has.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Self::round_to(self.bits, self.negative != other.negative, product, self.exponent + other.exponent, false)
    }

    /// The quotient, rounded. The divisor must not be zero.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        let quotient = Self::from_ratio(negative, &self.mantissa.into(), &other.mantissa.into());
        match quotient.is_zero() {
            true => quotient,
            false => Self { exponent: quotient.exponent + self.exponent - other.exponent, ..quotient },
        }
    }

    /// The shortest decimal digits that round to this value, and the power of ten of the point before them.
    fn shortest(&self) -> (Vec<u8>, i64) {
        // The interval of everything that rounds here: half a unit each side, a quarter below a power of two.
        let two = BigUint::from(2u8);
        let scale = |shift: i64| if shift > 0 { two.pow(shift as u32) } else { BigUint::one() };
        let narrow = self.mantissa == 1 << 63;
        // value = numerator / denominator, in quarter units.
        let mantissa = BigUint::from(self.mantissa) << 2u32;
        let exponent = self.exponent - 2;
        let numerator = &mantissa * scale(exponent);
        let mut denominator = scale(-exponent);
        let unit = scale(exponent) << (64 - self.bits);
        let above = &two * &unit;
        let below = if narrow { unit } else { above.clone() };
        let inclusive = self.mantissa >> (64 - self.bits) & 1 == 0;
        // Find the decimal point.
        let log2 = self.exponent + 64;
        let mut point = (log2 as f64 * std::f64::consts::LOG10_2).ceil() as i64;
        let ten = BigUint::from(10u8);
        let (mut rest, mut above, mut below) = (numerator, above, below);
        if point >= 0 {
            denominator *= ten.pow(point as u32);
        } else {
            let factor = ten.pow((-point) as u32);
            rest *= &factor;
            above *= &factor;
            below *= &factor;
        }
        let reaches = |rest: &BigUint, above: &BigUint, denominator: &BigUint| {
            let high = rest + above;
            if inclusive { high >= *denominator } else { high > *denominator }
        };
        while !reaches(&(&rest * &ten), &(&above * &ten), &denominator) {
            rest *= &ten;
            above *= &ten;
            below *= &ten;
            point -= 1;
        }
        if reaches(&rest, &above, &denominator) {
            denominator *= &ten;
            point += 1;
        }
        let mut digits = Vec::new();
        loop {
            rest *= &ten;
            above *= &ten;
            below *= &ten;
            let digit = (&rest / &denominator).to_u8().unwrap_or(0);
            rest -= &denominator * digit;
            let low = if inclusive { rest <= below } else { rest < below };
            let high = reaches(&rest, &above, &denominator);
            match (low, high) {
                (false, false) => digits.push(digit),
                (true, false) => {
                    digits.push(digit);
                    break;
                }
                (false, true) => {
                    digits.push(digit + 1);
                    break;
                }
                (true, true) => {
                    // To the nearer one; in the middle to the even digit.
                    let up = match (&rest * &two).cmp(&denominator) {
                        Ordering::Less => 0,
                        Ordering::Equal => digit & 1,
                        Ordering::Greater => 1,
                    };
                    digits.push(digit + up);
                    break;
                }
            }
        }
        (digits, point)
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        (self.is_zero() && other.is_zero())
            || (self.negative, self.mantissa, self.exponent) == (other.negative, other.mantissa, other.exponent)
    }
}

/// Integers are written out, other values like C's `%g` with the shortest precision: exponents below -4
/// and from 6 up are written as such.
impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        if self.is_zero() {
            return f.write_str("0");
        }
        let (digits, point) = self.shortest();
        let text: String = digits.iter().map(|digit| char::from(digit + b'0')).collect();
        if self.is_integer() {
            let zeros = (point - digits.len() as i64).max(0) as usize;
            return write!(f, "{text}{}", "0".repeat(zeros));
        }
        let exponent = point - 1;
        if !(-4..6).contains(&exponent) {
            let (first, rest) = text.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            return write!(f, "{first}{dot}{rest}e{sign}{:02}", exponent.abs());
        }
        if point <= 0 {
            return write!(f, "0.{}{text}", "0".repeat((-point) as usize));
        }
        let (whole, fraction) = text.split_at(point as usize);
        write!(f, "{whole}.{fraction}")
    }
}

/// Sign, digits without leading or trailing zeros, and the power of ten of the last digit.
pub(crate) fn decimal(text: &str) -> (bool, String, i64) {
    let Decimal { negative, digits, exponent } = Decimal::read(text);
    (negative, digits.iter().map(|digit| char::from(b'0' + digit)).collect(), exponent)
}

/// A double in its shortest form, with an exponent where that of the first digit is out of `plain`.
pub(crate) fn double(float: f64, plain: std::ops::Range<i64>) -> String {
    let (negative, digits, power) = decimal(&format!("{float:e}"));
    let text = shortest(negative, &digits, power, plain.clone());
    // JSON has one digit in small exponents, other texts two.
    match plain.end {
        21 => text.replace("e-0", "e-").replace("e+0", "e+"),
        _ => text,
    }
}

/// Digits with a point, or with an exponent where that of the first digit is out of `plain`.
pub(crate) fn shortest(negative: bool, digits: &str, power: i64, plain: std::ops::Range<i64>) -> String {
    let sign = if negative { "-" } else { "" };
    if digits.is_empty() {
        return format!("{sign}0");
    }
    let len = digits.len() as i64;
    let first = power + len - 1;
    if !plain.contains(&first) {
        let (lead, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if first < 0 { '-' } else { '+' };
        return format!("{sign}{lead}{point}{rest}e{exponent_sign}{:02}", first.abs());
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    match first {
        _ if power >= 0 => format!("{sign}{digits}{}", zeros(power)),
        0.. => {
            let (whole, fraction) = digits.split_at(first as usize + 1);
            format!("{sign}{whole}.{fraction}")
        }
        _ => format!("{sign}0.{}{digits}", zeros(-first - 1)),
    }
}
