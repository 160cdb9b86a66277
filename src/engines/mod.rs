//! What does the actual work of deciding, finding and hashing. No SQL here, and no HTTP API.

pub mod password;
pub mod policy;
pub mod search;
pub mod token;
