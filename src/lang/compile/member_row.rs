//! A member as a file lists one: who it is, for which group, and where that is written.
//!
//! Plain data; the readers of lists make it.

use crate::base::{member::Listed, source::Span};
use std::sync::Arc;

/// A member of a file.
pub(crate) struct Row {
    /// The member.
    pub(crate) listed: Arc<Listed>,
    /// The group that the row names, if it names one.
    pub(crate) group: Option<String>,
    /// Where it stands.
    pub(crate) span: Span,
}
