//! Text to tokens.
//!
//! Which words are keywords depends on the version of the language and on the imports read so far, and where a template
//! string goes on depends on its expressions. So the parser asks for one token at a time.

mod scan;
mod token;

pub use scan::{Cursor, Mode, scan};
pub use token::{Keywords, Kind, Token};
