//! One argument and one verb.

use num_bigint::{BigInt, Sign};

use super::{Argument, float};
use crate::builtins::go::quote;

/// What stands between the percent sign and the verb.
#[derive(Clone, Copy, Default)]
pub struct Flags {
    pub sharp: bool,
    pub zero: bool,
    pub plus: bool,
    pub minus: bool,
    pub space: bool,
    /// `%#v` and `%+v`: these flags mean something else with this verb.
    pub sharp_v: bool,
    pub plus_v: bool,
    pub width: Option<usize>,
    pub precision: Option<usize>,
}

#[derive(Default)]
pub struct Printer {
    pub out: String,
    pub flags: Flags,
}

/// Digits in a base, without a sign.
fn digits(int: u64, base: u32) -> String {
    match base {
        2 => format!("{int:b}"),
        8 => format!("{int:o}"),
        16 => format!("{int:x}"),
        _ => int.to_string(),
    }
}

impl Printer {
    /// `%!d(MISSING)`
    pub fn mark(&mut self, verb: char, what: &str) {
        self.out.push_str("%!");
        self.out.push(verb);
        self.out.push('(');
        self.out.push_str(what);
        self.out.push(')');
    }

    fn padding(&mut self, count: usize, zero: bool) {
        self.out.extend(std::iter::repeat_n(if zero { '0' } else { ' ' }, count));
    }

    /// Writes text to the width that was asked for.
    fn pad(&mut self, text: &str, zero: bool) {
        let missing = self.flags.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.flags.minus {
            self.out.push_str(text);
            self.padding(missing, false);
        } else {
            self.padding(missing, zero);
            self.out.push_str(text);
        }
    }

    pub fn print(&mut self, argument: &Argument, verb: char) {
        match (argument, verb) {
            (_, 'T') => {
                let name = self.truncated(argument.type_name());
                self.pad(&name, self.flags.zero);
            }
            (Argument::Big(int), 'w') => {
                let words: Vec<String> = int.iter_u64_digits().map(|word| word.to_string()).collect();
                let negative = int.sign() == Sign::Minus;
                self.mark(verb, &format!("*big.Int=&{{{negative} [{}]}}", words.join(" ")));
            }
            (Argument::Big(int), _) => self.big(int, verb),
            (_, 'p') => self.bad_verb(argument, verb),
            (Argument::Int(int), _) => self.int(*int, verb, argument),
            (Argument::Float(value), _) => self.float(*value, verb, argument),
            (Argument::Text(text), _) => self.text(text, verb, argument),
        }
    }

    /// `%!d(string=hi)`
    fn bad_verb(&mut self, argument: &Argument, verb: char) {
        self.out.push_str("%!");
        self.out.push(verb);
        self.out.push('(');
        self.out.push_str(argument.type_name());
        self.out.push('=');
        self.print(argument, 'v');
        self.out.push(')');
    }

    fn int(&mut self, int: i64, verb: char, argument: &Argument) {
        match verb {
            'd' | 'v' => self.integer(int, 10, verb),
            'b' => self.integer(int, 2, verb),
            'o' | 'O' => self.integer(int, 8, verb),
            'x' | 'X' => self.integer(int, 16, verb),
            'c' => self.pad(&character(int).to_string(), self.flags.zero),
            'q' => {
                let quoted = quote::quote_char(character(int), self.flags.plus);
                self.pad(&quoted, self.flags.zero);
            }
            'U' => self.unicode(int),
            _ => self.bad_verb(argument, verb),
        }
    }

    fn integer(&mut self, int: i64, base: u32, verb: char) {
        let Flags { sharp, zero, plus, minus, space, width, precision, .. } = self.flags;
        if precision == Some(0) && int == 0 {
            return self.padding(width.unwrap_or(0), false);
        }
        let signed = int < 0 || plus || space;
        let least = match (precision, width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if zero && !minus => width.saturating_sub(usize::from(signed)),
            _ => 0,
        };
        let mut text = digits(int.unsigned_abs(), base);
        text.insert_str(0, &"0".repeat(least.saturating_sub(text.len())));
        if sharp {
            match base {
                2 => text.insert_str(0, "0b"),
                8 if !text.starts_with('0') => text.insert(0, '0'),
                16 => text.insert_str(0, "0x"),
                _ => {}
            }
        }
        if verb == 'O' {
            text.insert_str(0, "0o");
        }
        if verb == 'X' {
            text.make_ascii_uppercase();
        }
        match (int < 0, plus, space) {
            (true, ..) => text.insert(0, '-'),
            (_, true, _) => text.insert(0, '+'),
            (.., true) => text.insert(0, ' '),
            _ => {}
        }
        self.pad(&text, false);
    }

    /// `U+0041 'A'`
    fn unicode(&mut self, int: i64) {
        let code = int as u64;
        let least = self.flags.precision.unwrap_or(4).max(4);
        let digits = format!("{code:X}");
        let mut text = format!("U+{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        if self.flags.sharp
            && let Some(char) = u32::try_from(code).ok().and_then(char::from_u32)
            && quote::is_printable(char)
        {
            text.push_str(&format!(" '{char}'"));
        }
        self.pad(&text, false);
    }

    /// Integers beyond 64 bits have rules of their own.
    fn big(&mut self, int: &BigInt, verb: char) {
        let Flags { sharp, zero, plus, minus, space, sharp_v, plus_v, width, precision } = self.flags;
        let base = match verb {
            'b' => 2,
            'o' | 'O' => 8,
            'd' | 's' | 'v' => 10,
            'x' | 'X' => 16,
            _ => return self.mark(verb, &format!("big.Int={int}")),
        };
        let sign = match int.sign() {
            Sign::Minus => "-",
            _ if plus || plus_v => "+",
            _ if space => " ",
            _ => "",
        };
        let prefix = match verb {
            'O' => "0o",
            'b' if sharp || sharp_v => "0b",
            'o' if sharp || sharp_v => "0",
            'x' if sharp || sharp_v => "0x",
            'X' if sharp || sharp_v => "0X",
            _ => "",
        };
        let mut digits = int.magnitude().to_str_radix(base);
        if verb == 'X' {
            digits.make_ascii_uppercase();
        }
        let mut zeros = precision.unwrap_or(0).saturating_sub(digits.len());
        let length = sign.len() + prefix.len() + zeros + digits.len();
        let missing = width.unwrap_or(0).saturating_sub(length);
        let (mut left, mut right) = (0, 0);
        if minus {
            right = missing;
        } else if zero && precision.is_none() {
            zeros = missing;
        } else {
            left = missing;
        }
        self.padding(left, false);
        self.out.push_str(sign);
        self.out.push_str(prefix);
        self.padding(zeros, true);
        self.out.push_str(&digits);
        self.padding(right, false);
    }

    fn float(&mut self, value: f64, verb: char, argument: &Argument) {
        let (verb, default) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.bad_verb(argument, verb),
        };
        let Flags { sharp, zero, plus, minus, space, width, precision, .. } = self.flags;
        let precision = precision.or(default);
        let mut text = float::format(value.abs(), verb, precision);
        if sharp && verb != 'b' {
            text = float::with_point(&text, verb, precision);
        }
        let sign = match value.is_sign_negative() {
            true => "-",
            false if plus => "+",
            false if space => " ",
            false => "",
        };
        let length = sign.len() + text.len();
        match width {
            Some(width) if zero && !minus && width > length && !sign.is_empty() => {
                self.out.push_str(sign);
                self.padding(width - length, true);
                self.out.push_str(&text);
            }
            _ => self.pad(&format!("{sign}{text}"), zero),
        }
    }

    /// The first characters, as many as the precision says.
    fn truncated(&self, text: &str) -> String {
        text.chars().take(self.flags.precision.unwrap_or(usize::MAX)).collect()
    }

    fn text(&mut self, text: &str, verb: char, argument: &Argument) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => {
                let text = self.truncated(text);
                self.pad(&text, self.flags.zero);
            }
            'x' | 'X' => self.hex(text, verb == 'X'),
            'q' => self.quoted(text),
            _ => self.bad_verb(argument, verb),
        }
    }

    fn quoted(&mut self, text: &str) {
        let text = self.truncated(text);
        let plain = |char: char| char == '\t' || !(char < ' ' || matches!(char, '`' | '\u{7f}' | '\u{feff}'));
        let quoted = match self.flags.sharp && text.chars().all(plain) {
            true => format!("`{text}`"),
            false => quote::quote(&text, self.flags.plus),
        };
        self.pad(&quoted, self.flags.zero);
    }

    fn hex(&mut self, text: &str, upper: bool) {
        let Flags { sharp, minus, space, zero, precision, width, .. } = self.flags;
        let bytes = &text.as_bytes()[..precision.unwrap_or(usize::MAX).min(text.len())];
        let mut hex = String::with_capacity(bytes.len() * 2);
        for (at, byte) in bytes.iter().enumerate() {
            if space && at > 0 {
                hex.push(' ');
            }
            if sharp && (space || at == 0) {
                hex.push_str(if upper { "0X" } else { "0x" });
            }
            hex.push_str(&if upper { format!("{byte:02X}") } else { format!("{byte:02x}") });
        }
        let missing = width.unwrap_or(0).saturating_sub(hex.len());
        if !minus {
            self.padding(missing, zero);
        }
        self.out.push_str(&hex);
        if minus {
            self.padding(missing, false);
        }
    }
}

/// The character of a code, or U+FFFD.
fn character(code: i64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}
