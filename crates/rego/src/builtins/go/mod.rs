//! What Go's library does in its own way and policies can see: base64 errors and PEM.

pub mod base64;
pub mod pem;
pub mod quote;
