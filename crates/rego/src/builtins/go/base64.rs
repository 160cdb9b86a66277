//! Base64 that ignores line breaks and says at which byte it is wrong.

/// The alphabet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// With `+` and `/`.
    Standard,
    /// With `-` and `_`.
    Url,
}

fn digit(byte: u8, alphabet: Alphabet) -> Option<u32> {
    Some(u32::from(match (byte, alphabet) {
        (b'A'..=b'Z', _) => byte - b'A',
        (b'a'..=b'z', _) => byte - b'a' + 26,
        (b'0'..=b'9', _) => byte - b'0' + 52,
        (b'+', Alphabet::Standard) | (b'-', Alphabet::Url) => 62,
        (b'/', Alphabet::Standard) | (b'_', Alphabet::Url) => 63,
        _ => return None,
    }))
}

/// Decodes text with padding. Bits behind the last byte are ignored.
pub fn decode(text: &str, alphabet: Alphabet) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| format!("illegal base64 data at input byte {at}");
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut bytes = text.bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    let mut group = 0u32;
    let mut count = 0;
    while let Some((at, byte)) = bytes.next() {
        match digit(byte, alphabet) {
            Some(digit) => {
                group = group << 6 | digit;
                count += 1;
                if count == 4 {
                    out.extend_from_slice(&group.to_be_bytes()[1..]);
                    (group, count) = (0, 0);
                }
            }
            None if byte == b'=' && count >= 2 => {
                if count == 2 {
                    match bytes.next() {
                        Some((_, b'=')) => {}
                        Some((wrong, _)) => return Err(corrupt(wrong - 1)),
                        None => return Err(corrupt(text.len())),
                    }
                }
                push_rest(&mut out, group, count);
                return match bytes.next() {
                    Some((at, _)) => Err(corrupt(at)),
                    None => Ok(out),
                };
            }
            None => return Err(corrupt(at)),
        }
    }
    if count == 0 { Ok(out) } else { Err(corrupt(text.len() - count)) }
}

/// The one or two bytes of the last, incomplete group.
fn push_rest(out: &mut Vec<u8>, group: u32, count: usize) {
    let bytes = (group << (6 * (4 - count))).to_be_bytes();
    out.extend_from_slice(&bytes[1..count]);
}
