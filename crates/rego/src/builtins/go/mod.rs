//! What Go's library does in its own way and policies can see: base64 errors, escaped JSON, URLs, PEM.

pub mod base64;
pub mod json;
pub mod pem;
pub mod url;
