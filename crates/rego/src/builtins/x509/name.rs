//! Distinguished names and the strings in them.

use super::der::{Oid, Reader, SEQUENCE, SET};

/// All attributes of a name in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    pub attributes: Vec<(Oid, String)>,
}

impl Name {
    /// Reads a name, tag and length included.
    pub fn parse(der: &[u8]) -> Result<Self, String> {
        let malformed = || "x509: invalid RDNSequence".to_owned();
        let mut sequence = Reader::new(der).inside(SEQUENCE).ok_or_else(malformed)?;
        let mut attributes = Vec::new();
        while !sequence.is_empty() {
            let mut set = sequence.inside(SET).ok_or_else(malformed)?;
            while !set.is_empty() {
                let mut pair = set.inside(SEQUENCE).ok_or("x509: invalid RDNSequence: invalid attribute")?;
                let oid = pair.oid().ok_or("x509: invalid RDNSequence: invalid attribute type")?;
                let value = pair.any().ok_or("x509: invalid RDNSequence: invalid attribute value")?;
                let text = string(value.tag, value.content)
                    .map_err(|why| format!("x509: invalid RDNSequence: invalid attribute value: {why}"))?;
                attributes.push((oid, text));
            }
        }
        Ok(Self { attributes })
    }

    /// Values of the attribute `2.5.4.kind`.
    pub fn values(&self, kind: u32) -> impl Iterator<Item = &str> {
        let wanted = [2, 5, 4, kind];
        self.attributes.iter().filter(move |(oid, _)| *oid == wanted).map(|(_, text)| text.as_str())
    }
}

const UTF8: u8 = 12;
const NUMERIC: u8 = 18;
const PRINTABLE: u8 = 19;
const T61: u8 = 20;
const IA5: u8 = 22;
const BMP: u8 = 30;

/// The text of a string of any of the kinds that certificates have.
pub fn string(tag: u8, bytes: &[u8]) -> Result<String, String> {
    let ascii = |valid: fn(&u8) -> bool, name: &str| match bytes.iter().all(valid) {
        true => Ok(bytes.iter().copied().map(char::from).collect()),
        false => Err(format!("invalid {name}")),
    };
    match tag {
        // Latin-1 is what most of the world reads here.
        T61 => Ok(bytes.iter().copied().map(char::from).collect()),
        PRINTABLE => ascii(|byte| byte.is_ascii_alphanumeric() || b"'()+,-./ :=?*&".contains(byte), "PrintableString"),
        UTF8 => String::from_utf8(bytes.to_vec()).map_err(|_| "invalid UTF-8 string".to_owned()),
        BMP => wide(bytes).ok_or_else(|| "invalid BMPString".to_owned()),
        IA5 => ascii(u8::is_ascii, "IA5String"),
        NUMERIC => ascii(|byte| byte.is_ascii_digit() || *byte == b' ', "NumericString"),
        other => Err(format!("unsupported string type: {other}")),
    }
}

/// Two bytes a character, without surrogates.
fn wide(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_suffix(&[0, 0]).unwrap_or(bytes);
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let text = pairs.iter().map(|pair| char::from_u32(u32::from(u16::from_be_bytes(*pair))));
    text.map(|char| char.filter(|char| !matches!(char, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}'))).collect()
}
