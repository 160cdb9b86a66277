//! Ways through the tree.
