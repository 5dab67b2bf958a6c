//! What a step says about its script, against the script itself.

use super::cx::Cx;
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{diagnostic::Diagnostic, limits},
    lang::{
        codes,
        document::{near, node::Node},
    },
    script::{beside::places, sandbox::Script},
};

/// Checks that a script has the function that a step calls, and that it takes one argument or none.
pub(crate) fn check_call(cx: &mut Cx<'_>, script: &Script, function: &str, node: &Node) {
    let mut found = script.functions.iter().filter(|(name, _)| name == function).map(|(_, n)| *n).peekable();
    let (message, help) = match found.peek().copied() {
        None => {
            let names: Vec<&str> = script.functions.iter().map(|(name, _)| name.as_str()).collect();
            let help = if function == "main" && !names.is_empty() {
                phrase!(
                    "a script begins with `fn main(args)`; or say which function with `call: {}`",
                    "脚本从 `fn main(args)` 开始；也可以用 `call: {}` 指明函数",
                    names[0]
                )
            } else {
                near::advice(function, &names, pair("function in that script", "那个脚本里的函数"))
            };
            (phrase!("`{}` has no function `{function}`", "`{}` 里没有函数 `{function}`", script.path), help)
        }
        Some(_) if found.any(|n| n <= 1) => return,
        Some(n) => (
            phrase!(
                "`{function}` takes {n} arguments; a step gives one, its `with`",
                "`{function}` 要 {n} 个参数；步骤只给一个，即它的 `with`"
            ),
            phrase!(
                "write `fn {function}(args)` and read `args.name` inside",
                "写成 `fn {function}(args)`，在里面用 `args.name` 读取"
            ),
        ),
    };
    cx.script_problems.push(Diagnostic::error(codes::SCRIPT_FUNCTION, node.span, message).help(help));
}

/// Checks that the files which a script reads by a path in quotes are there.
pub(crate) fn check_data(cx: &mut Cx<'_>, script: &Script, node: &Node) {
    for path in script.data_paths.iter() {
        if cx.secrets.contains(path) {
            let message = phrase!(
                "`{}` reads `{path}`, which is a secret of a channel",
                "`{}` 读取的 `{path}` 是频道的密钥文件",
                script.path
            );
            let help =
                pair("secrets are not read as data; use another file", "密钥不能当数据读；请用别的文件");
            cx.script_problems.push(Diagnostic::error(codes::SCRIPT, node.span, message).help(help));
            continue;
        }
        let places = places(&script.path, path);
        if places.iter().any(|place| cx.load(place, limits::DATA_BYTES_MAX).is_ok()) {
            continue;
        }
        if let Err(error) = cx.load(path, limits::DATA_BYTES_MAX) {
            let (name, error) = (&script.path, error.phrase());
            let message = phrase!(
                "`{name}` reads a file that cannot be read: {error}",
                "`{name}` 要读的文件读不了：{error}"; error
            );
            let help = phrase!(
                "create `{path}` in the playbook's folder, or correct the script",
                "在剧本的文件夹里建 `{path}`，或改正脚本"
            );
            cx.script_problems.push(Diagnostic::error(codes::FILE_UNREADABLE, node.span, message).help(help));
        }
    }
}
