//! Doubles as Go writes them. All functions take values that are not negative.

/// No double has more digits, before or after the point.
const MAX_DIGITS: usize = 1100;

/// Significant digits without trailing zeros, none for zero, and how many of them stand before the point.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// Rounded to a number of digits, or the shortest that reads back the same.
    fn of(value: f64, precision: Option<usize>) -> Self {
        let text = match precision {
            Some(precision) => format!("{value:.*e}", precision.clamp(1, MAX_DIGITS) - 1),
            None => format!("{value:e}"),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { exponent.parse::<i64>().unwrap_or(0) + 1 };
        Self { digits, point }
    }

    fn digit(&self, at: i64) -> char {
        usize::try_from(at).ok().and_then(|at| self.digits.get(at)).map_or('0', |digit| char::from(*digit))
    }

    /// `d.ddde±dd`
    fn scientific(&self, fraction: usize, letter: char) -> String {
        let mut text = String::from(self.digit(0));
        if fraction > 0 {
            text.push('.');
            text.extend((1..=fraction as i64).map(|at| self.digit(at)));
        }
        text.push(letter);
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        text.push_str(&signed(exponent));
        text
    }

    /// `ddd.ddd`
    fn plain(&self, fraction: usize) -> String {
        let mut text: String = (0..self.point).map(|at| self.digit(at)).collect();
        if text.is_empty() {
            text.push('0');
        }
        if fraction > 0 {
            text.push('.');
            text.extend((0..fraction as i64).map(|at| self.digit(self.point + at)));
        }
        text
    }
}

/// An exponent with its sign and two digits at least.
fn signed(exponent: i64) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.abs())
}

/// With a verb of `e E f g G x X b`; no precision means the shortest text that reads back the same.
pub fn format(value: f64, verb: char, precision: Option<usize>) -> String {
    match verb {
        'e' | 'E' => {
            let digits = precision.map(|precision| precision + 1);
            Decimal::of(value, digits).scientific(precision.unwrap_or(0), verb)
        }
        'f' => {
            let precision = precision.unwrap_or(6);
            let zeros = "0".repeat(precision.saturating_sub(MAX_DIGITS));
            format!("{value:.*}{zeros}", precision.min(MAX_DIGITS))
        }
        'x' => hexadecimal(value, precision),
        'X' => hexadecimal(value, precision).to_uppercase(),
        'b' => {
            let (mantissa, exponent) = parts(value);
            let exponent = exponent - 52;
            format!("{mantissa}p{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
        _ => general(value, if verb == 'G' { 'E' } else { 'e' }, precision),
    }
}

fn general(value: f64, letter: char, precision: Option<usize>) -> String {
    let decimal = Decimal::of(value, precision);
    let count = decimal.digits.len() as i64;
    let limit = match precision {
        None => 6,
        Some(precision) if precision as i64 > count && count >= decimal.point => count,
        Some(precision) => precision.max(1) as i64,
    };
    let exponent = decimal.point - 1;
    match exponent < -4 || exponent >= limit {
        true => decimal.scientific(decimal.digits.len().saturating_sub(1), letter),
        false => decimal.plain((count - decimal.point).max(0) as usize),
    }
}

/// Mantissa of 53 bits and exponent of its first bit.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let (exponent, mantissa) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    match exponent {
        0 => (mantissa, -1022),
        _ => (mantissa | 1 << 52, exponent - 1023),
    }
}

/// `0x1.8p+01`
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let (mantissa, mut exponent) = parts(value);
    let mut mantissa = mantissa << 8;
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent -= i64::from(shift);
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let shift = precision as u32 * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut text = format!("0x{}", mantissa >> 60 & 1);
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => fraction.chars().chain(std::iter::repeat('0')).take(precision).collect(),
    };
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(&fraction);
    }
    text.push('p');
    text.push_str(&signed(exponent));
    text
}

/// What the flag `#` does: a point in any case and, with `g`, zeros up to the precision.
pub fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let exponent = match verb {
        'x' | 'X' => text.find(['p', 'P']),
        _ => text.find(['e', 'E']),
    };
    let (number, tail) = text.split_at(exponent.unwrap_or(text.len()));
    let mut missing = match verb {
        'g' | 'G' | 'x' => precision.unwrap_or(6) as i64,
        _ => 0,
    };
    let significant = number.trim_start_matches(['0', '.']);
    missing -= significant.chars().filter(|char| *char != '.').count() as i64;
    let mut number = number.to_owned();
    if !number.contains('.') {
        if number == "0" {
            missing -= 1;
        }
        number.push('.');
    }
    number.extend(std::iter::repeat_n('0', usize::try_from(missing).unwrap_or(0)));
    number + tail
}
