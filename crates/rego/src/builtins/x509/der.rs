//! Reads DER (X.690): definite, shortest lengths and one-byte tags only.

use num_bigint::{BigInt, BigUint};

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OID: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

/// `[n]` with a primitive value.
pub const fn context(number: u8) -> u8 {
    0x80 | number
}

/// `[n]` with values in it.
pub const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// An object identifier.
pub type Oid = Vec<u32>;

/// One value with its tag.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    pub tag: u8,
    pub content: &'d [u8],
    /// With tag and length.
    pub whole: &'d [u8],
}

/// What is left to read. Every method gives None where the data is not as asked for.
#[derive(Clone, Copy)]
pub struct Reader<'d> {
    pub rest: &'d [u8],
}

impl<'d> Reader<'d> {
    pub fn new(rest: &'d [u8]) -> Self {
        Self { rest }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn peek(&self, tag: u8) -> bool {
        self.rest.first() == Some(&tag)
    }

    pub fn any(&mut self) -> Option<Element<'d>> {
        let (&tag, after) = self.rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, after) = after.split_first()?;
        let (length, after) = match first {
            0..=0x7f => (usize::from(first), after),
            0x81..=0x84 => {
                let (bytes, after) = after.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
                let shortest = bytes[0] != 0 && length >= 0x80;
                shortest.then_some((length, after))?
            }
            _ => return None,
        };
        let (content, after) = after.split_at_checked(length)?;
        let whole = &self.rest[..self.rest.len() - after.len()];
        self.rest = after;
        Some(Element { tag, content, whole })
    }

    pub fn element(&mut self, tag: u8) -> Option<Element<'d>> {
        if !self.peek(tag) {
            return None;
        }
        self.any()
    }

    pub fn read(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.element(tag).map(|element| element.content)
    }

    /// What is in a value.
    pub fn inside(&mut self, tag: u8) -> Option<Reader<'d>> {
        self.read(tag).map(Reader::new)
    }

    /// The value if the next one has the tag.
    pub fn optional(&mut self, tag: u8) -> Option<Option<&'d [u8]>> {
        if self.peek(tag) { self.read(tag).map(Some) } else { Some(None) }
    }

    pub fn integer(&mut self) -> Option<BigInt> {
        let bytes = self.read(INTEGER)?;
        shortest(bytes).then(|| BigInt::from_signed_bytes_be(bytes))
    }

    /// An integer that is not negative.
    pub fn unsigned(&mut self) -> Option<BigUint> {
        self.integer()?.to_biguint()
    }

    /// A small integer with any tag.
    pub fn small(&mut self, tag: u8) -> Option<i64> {
        let bytes = self.read(tag)?;
        let int = shortest(bytes).then(|| BigInt::from_signed_bytes_be(bytes))?;
        i64::try_from(int).ok()
    }

    pub fn boolean(&mut self) -> Option<bool> {
        match self.read(BOOLEAN)? {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    pub fn oid(&mut self) -> Option<Oid> {
        oid(self.read(OID)?)
    }

    /// Bits, moved to the right end of the bytes.
    pub fn bits(&mut self) -> Option<Vec<u8>> {
        let (unused, bytes) = self.raw_bits()?;
        let number = BigUint::from_bytes_be(bytes) >> unused;
        let shifted = number.to_bytes_be();
        Some(match unused {
            0 => bytes.to_vec(),
            _ => [vec![0; bytes.len().saturating_sub(shifted.len())], shifted].concat(),
        })
    }

    /// How many bits of the last byte do not count, and the bytes.
    pub fn raw_bits(&mut self) -> Option<(u32, &'d [u8])> {
        let (&unused, bytes) = self.read(BIT_STRING)?.split_first()?;
        let last = bytes.last().copied();
        let fits = match last {
            None => unused == 0,
            Some(last) => unused < 8 && last & ((1u16 << unused) as u8).wrapping_sub(1) == 0,
        };
        fits.then_some((u32::from(unused), bytes))
    }
}

fn shortest(bytes: &[u8]) -> bool {
    match bytes {
        [] => false,
        [0, next, ..] => next & 0x80 != 0,
        [0xff, next, ..] => next & 0x80 == 0,
        _ => true,
    }
}

/// The numbers of an object identifier. None if one does not fit 31 bits.
pub fn oid(bytes: &[u8]) -> Option<Oid> {
    let mut numbers = Vec::new();
    let mut number = 0u32;
    let mut fresh = true;
    for byte in bytes {
        if (fresh && *byte == 0x80) || number >= 1 << 24 {
            return None;
        }
        number = number << 7 | u32::from(byte & 0x7f);
        fresh = byte & 0x80 == 0;
        if fresh {
            match (numbers.is_empty(), number) {
                (true, 0..80) => numbers.extend([number / 40, number % 40]),
                (true, _) => numbers.extend([2, number - 80]),
                (false, _) => numbers.push(number),
            }
            number = 0;
        }
    }
    (fresh && !numbers.is_empty()).then_some(numbers)
}

/// `2.5.29.15`
pub fn dotted(oid: &[u32]) -> String {
    oid.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

/// What is wrong with data that is not as it should be.
pub fn problem(data: &[u8]) -> String {
    let mut outer = Reader::new(data);
    let problem = match (data.is_empty(), outer.any()) {
        (true, _) => "syntax error: sequence truncated",
        (false, None) => "syntax error: data truncated",
        (false, Some(element)) if element.tag != SEQUENCE => "structure error: tags don't match",
        (false, Some(element)) if element.content.is_empty() => "syntax error: sequence truncated",
        _ if !outer.is_empty() => "syntax error: trailing data",
        _ => "structure error: tags don't match",
    };
    format!("asn1: {problem}")
}
