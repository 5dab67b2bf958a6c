//! What a step says about its script, against the script itself.

use super::cx::Cx;
use crate::{
    base::{diagnostic::Diagnostic, limits},
    lang::{
        codes,
        document::{near, node::Node},
    },
    script::sandbox::Script,
};

/// Checks that a script has the function that a step calls, and that it takes one argument or none.
pub(crate) fn check_call(cx: &mut Cx<'_>, script: &Script, function: &str, node: &Node) {
    let mut found = script.functions.iter().filter(|(name, _)| name == function).map(|(_, n)| *n).peekable();
    let (message, help) = match found.peek().copied() {
        None => {
            let names: Vec<&str> = script.functions.iter().map(|(name, _)| name.as_str()).collect();
            let help = if function == "main" && !names.is_empty() {
                format!(
                    "a script begins with `fn main(args)`; or say which function with `call: {}`",
                    names[0]
                )
            } else {
                near::advice(function, &names, "function in that script")
            };
            (format!("`{}` has no function `{function}`", script.path), help)
        }
        Some(_) if found.any(|n| n <= 1) => return,
        Some(n) => (
            format!("`{function}` takes {n} arguments; a step gives one, its `with`"),
            format!("write `fn {function}(args)` and read `args.name` inside"),
        ),
    };
    cx.script_problems.push(Diagnostic::error(codes::SCRIPT_FUNCTION, node.span, message).help(help));
}

/// Checks that the files which a script reads by a path in quotes are there.
pub(crate) fn check_data(cx: &mut Cx<'_>, script: &Script, node: &Node) {
    for path in script.data_paths.iter() {
        if let Err(error) = cx.load(path, limits::DATA_BYTES_MAX) {
            let message = format!("`{}` reads a file that cannot be read: {error}", script.path);
            let help = format!("create `{path}` in the playbook's folder, or correct the script");
            cx.script_problems.push(Diagnostic::error(codes::FILE_UNREADABLE, node.span, message).help(help));
        }
    }
}
