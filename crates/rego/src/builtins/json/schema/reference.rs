//! `$id` and `$ref`: references between schemas.

use crate::{builtins::uri::Uri, value::Value};

/// A URL without its fragment, and the fragment.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    uri: Uri,
}

impl Reference {
    /// Reads a reference, or says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { uri: Uri::parse(text)? })
    }

    /// The document: everything but the fragment.
    pub fn document(&self) -> String {
        let Uri { scheme, opaque, host, raw_path, query, .. } = &self.uri;
        let mut out = String::new();
        if !scheme.is_empty() {
            out.push_str(scheme);
            out.push(':');
        }
        out.push_str(opaque);
        if !host.is_empty() {
            out.push_str("//");
            out.push_str(host);
        }
        out.push_str(raw_path);
        if !query.is_empty() {
            out.push('?');
            out.push_str(query);
        }
        out
    }

    /// The whole reference.
    pub fn text(&self) -> String {
        let mut out = self.document();
        if !self.uri.fragment.is_empty() {
            out.push('#');
            for byte in self.uri.fragment.bytes() {
                match byte {
                    b'!' | b'#'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~'
                        if byte != b'#' && byte != b'%' =>
                    {
                        out.push(char::from(byte));
                    }
                    _ => out.push_str(&format!("%{byte:02X}")),
                }
            }
        }
        out
    }

    /// Whether it says by itself where to find the document.
    pub fn is_canonical(&self) -> bool {
        match &*self.uri.scheme {
            "" => false,
            "file" => self.uri.path.starts_with('/'),
            _ => !self.uri.host.is_empty(),
        }
    }

    /// The host of the document.
    pub fn host(&self) -> &str {
        self.uri.hostname()
    }

    /// What `child` means within this document (RFC 3986, section 5.2).
    pub fn resolve(&self, child: &Self) -> Self {
        let mut uri = child.uri.clone();
        if !uri.scheme.is_empty() {
            return Self { uri };
        }
        uri.scheme.clone_from(&self.uri.scheme);
        if !uri.host.is_empty() {
            return Self { uri };
        }
        uri.host.clone_from(&self.uri.host);
        if uri.raw_path.is_empty() {
            uri.raw_path.clone_from(&self.uri.raw_path);
            uri.opaque.clone_from(&self.uri.opaque);
            if uri.query.is_empty() {
                uri.query.clone_from(&self.uri.query);
            }
        } else {
            uri.raw_path = join(&self.uri.raw_path, &uri.raw_path);
        }
        uri.path.clone_from(&uri.raw_path);
        Self { uri }
    }

    /// Follows the fragment as a JSON pointer.
    pub fn find(&self, document: &Value) -> Result<Value, String> {
        let Some(pointer) = self.uri.fragment.strip_prefix('/') else { return Ok(document.clone()) };
        let mut node = document;
        for token in pointer.split('/') {
            node = match node {
                Value::Object(object) => {
                    let key = token.replace("~1", "/").replace("~0", "~");
                    object.field(&key).ok_or_else(|| format!("Object has no key '{key}'"))?
                }
                Value::Array(items) => {
                    let at: i64 = token.parse().map_err(|_| format!("Invalid array index '{token}'"))?;
                    let item = usize::try_from(at).ok().and_then(|at| items.get(at));
                    item.ok_or_else(|| format!("Out of bound array[0,{}] index '{at}'", items.len()))?
                }
                _ => return Err(format!("Invalid token reference '{token}'")),
            };
        }
        Ok(node.clone())
    }
}

/// A path within the folder of another, without `.` and `..`.
fn join(base: &str, path: &str) -> String {
    let full = match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("{}{path}", &base[..base.rfind('/').map_or(0, |at| at + 1)]),
    };
    let mut parts: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for part in full.trim_start_matches('/').split('/') {
        ends_in_folder = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let slash = if ends_in_folder { "/" } else { "" };
    format!("/{}{slash}", parts.join("/"))
}
