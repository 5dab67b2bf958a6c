//! One file as a tree in which every node knows where it was written.
//!
//! Knows YAML and its traps, and nothing of what a playbook is.

pub(crate) mod node;
mod fault;
mod indent;
pub(crate) mod meant;
pub(crate) mod near;
pub(crate) mod parse;
pub(crate) mod quoting;
pub(crate) mod reader;
mod spaces;
pub(crate) mod traps;
pub(crate) mod wide;

use node::Node;
use std::ops::Range;

/// The tree of one file.
#[derive(Debug)]
pub(crate) struct Document {
    /// The outermost node of the document.
    pub(crate) root: Node,
    /// Bytes that were not YAML and stand in the tree as a filler: what is said about them was said already.
    pub(crate) masked: Vec<Range<usize>>,
}
