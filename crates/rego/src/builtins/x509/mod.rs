//! `crypto.x509.*` and `crypto.parse_private_keys`

pub mod certificate;
pub mod der;
pub mod extensions;
pub mod keys;
pub mod name;
