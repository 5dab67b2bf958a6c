//! Calls: functions that are there, how much they take, which are refused, and the maps of `post` and `task`.

use super::{ANY, CheckPass, CodePlace, ValueKind, meant, names::has_no};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::base::source::normal_path;
use crate::base::time::{ClockTime, Zone};
use crate::script::{
    api,
    posting::{self, VerbShape},
    suggest,
};
use rhai::{Dynamic, Expr, FnCallExpr, FnPtr, Position};

/// Functions that are part of Rhai's language, not of a package.
const LANGUAGE: [&str; 7] = ["call", "Fn", "is_def_var", "is_def_fn", "type_of", "is_shared", "print"];

/// What people look for here and is not there, with the reason.
const REFUSED: [(&str, Words); 17] = [
    (
        "reduce",
        pair(
            "this is only in scripts; a list of numbers has `sum()`",
            "这只在脚本里有；数字的列表有 `sum()`",
        ),
    ),
    (
        "reduce_rev",
        pair(
            "this is only in scripts; a list of numbers has `sum()`",
            "这只在脚本里有；数字的列表有 `sum()`",
        ),
    ),
    (
        "eval",
        pair(
            "code made at run time cannot be checked; write the code itself",
            "运行时拼出来的代码没法检查；请直接写代码",
        ),
    ),
    (
        "sleep",
        pair(
            "a script does not wait; end it and use a `wait` step",
            "脚本不等待；让它结束，再用一个 `wait` 步骤",
        ),
    ),
    ("exit", pair("a script ends with `return`", "脚本用 `return` 结束")),
    (
        "timestamp",
        pair("there is no clock; `now` is the time of the input", "这里没有时钟；`now` 是本次输入的时间"),
    ),
    (
        "parse_json",
        pair(
            "`data(path)` and `fetch(url)` parse JSON already",
            "`data(path)` 和 `fetch(url)` 已经会解析 JSON",
        ),
    ),
    (
        "open",
        pair(
            "there are no files; `data(path)` reads one of the playbook's folder",
            "这里没有文件操作；`data(path)` 可以读剧本文件夹里的文件",
        ),
    ),
    (
        "open_file",
        pair(
            "there are no files; `data(path)` reads one of the playbook's folder",
            "这里没有文件操作；`data(path)` 可以读剧本文件夹里的文件",
        ),
    ),
    (
        "read_file",
        pair(
            "there are no files; `data(path)` reads one of the playbook's folder",
            "这里没有文件操作；`data(path)` 可以读剧本文件夹里的文件",
        ),
    ),
    (
        "write_file",
        pair(
            "there are no files; `state` keeps what later calls need",
            "这里没有文件操作；以后要用的值存进 `state`",
        ),
    ),
    ("exec", pair("there are no processes", "这里不能启动进程")),
    ("system", pair("there are no processes", "这里不能启动进程")),
    ("command", pair("there are no processes", "这里不能启动进程")),
    (
        "connect",
        pair(
            "there are no sockets; `fetch(url)` asks an address that the playbook allows",
            "这里没有网络连接；`fetch(url)` 可以访问剧本允许的网址",
        ),
    ),
    ("http_get", pair("use `fetch(url)`", "用 `fetch(url)`")),
    ("require", pair("use `import \"path\" as name;`", "用 `import \"path\" as name;`")),
];

impl CheckPass<'_> {
    /// `name(…)`
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> ValueKind {
        if call.name == "curry" {
            return self.curried(call, ANY);
        }
        let heard = self.found.hears;
        let kinds: Vec<ValueKind> = call.args.iter().map(|arg| self.expr(arg)).collect();
        if super::sheltered(&call.name) {
            self.found.hears = heard;
        } else if call.name == "fetch" {
            self.found.hears = true;
        }
        if call.is_operator_call() {
            return operator(&call.name, &kinds);
        }
        if call.is_qualified() {
            return self.qualified(call, position);
        }
        self.files_and_maps(call);
        self.zone_or_clock(call);
        let given = call.args.len();
        if let CodePlace::Script { functions, .. } = self.place
            && functions.get(call.name.as_str()).is_some_and(|counts| counts.contains(&given))
        {
            return ANY;
        }
        if LANGUAGE.contains(&call.name.as_str()) {
            return ANY;
        }
        if self.exists(&call.name, given, position) {
            let mut items = api::find("", &call.name);
            return items.find(|i| i.params.map_or(0, <[_]>::len) == given).map_or(ANY, |item| item.gives);
        }
        ANY
    }

    /// `on.name(…)`
    pub(super) fn method(&mut self, on: ValueKind, call: &FnCallExpr, position: Position) -> ValueKind {
        let item_kind = if on == "members" { "member" } else { ANY };
        for arg in &call.args {
            self.argument(arg, item_kind);
        }
        let given = call.args.len();
        let name = call.name.as_str();
        if LANGUAGE.contains(&name) || matches!(name, "to_string" | "to_debug") {
            return ANY;
        }
        let script = self.is_script();
        let counts: Vec<usize> = api::find(on, name)
            .filter(|item| script || !item.script)
            .map(|item| item.params.map_or(0, <[_]>::len))
            .collect();
        if counts.contains(&given) {
            let mut items = api::find(on, name);
            return items.find(|i| i.params.map_or(0, <[_]>::len) == given).map_or(ANY, |item| item.gives);
        }
        if !counts.is_empty() && on != "list" {
            let signatures: Vec<String> =
                api::find(on, name).map(|i| format!("`{}`", i.signature())).collect();
            let message = {
                let (takes, all) = (listed(&counts), signatures.join(", "));
                phrase!("`{name}` takes {takes}, not {given}: {all}", "`{name}` 要{takes}，写了 {given} 个：{all}"; takes)
            };
            self.problem(position, message, None);
            return ANY;
        }
        if Self::closed(on) && !matches!(on, "number" | "bool") {
            let message = if api::find(on, name).next().is_some() {
                phrase!(
                    "`{name}` is only in scripts: an expression changes nothing",
                    "`{name}` 只在脚本里有：表达式不改变任何东西"
                )
            } else {
                has_no(on, name, &api::names_of(on, script))
            };
            self.problem(position, message, None);
            return ANY;
        }
        if let CodePlace::Script { functions, .. } = self.place
            && functions.get(name).is_some_and(|counts| counts.contains(&given))
        {
            return ANY;
        }
        self.exists(name, given + 1, position);
        ANY
    }

    /// An argument of a method; a closure there is called with an element.
    fn argument(&mut self, arg: &Expr, item: ValueKind) {
        match arg {
            Expr::DynamicConstant(value, _) => self.closure_constant(value, 0, item),
            Expr::Stmt(block) => match block.statements().last() {
                Some(rhai::Stmt::Expr(last)) => match &**last {
                    Expr::FnCall(call, _) if call.name == "curry" => {
                        self.curried(call, item);
                    }
                    _ => {
                        self.expr(arg);
                    }
                },
                Some(rhai::Stmt::FnCall(call, _)) if call.name == "curry" => {
                    self.curried(call, item);
                }
                _ => {
                    self.expr(arg);
                }
            },
            _ => {
                self.expr(arg);
            }
        }
    }

    /// A closure with the names it captured, which it sees as its own first parameters.
    fn curried(&mut self, call: &FnCallExpr, item: ValueKind) -> ValueKind {
        match call.args.first() {
            Some(Expr::DynamicConstant(value, _)) if value.is_fnptr() => {
                self.closure_constant(value, call.args.len() - 1, item);
            }
            _ => {
                for arg in &call.args {
                    self.expr(arg);
                }
            }
        }
        ANY
    }

    fn closure_constant(&mut self, value: &Dynamic, captured: usize, item: ValueKind) {
        if let Some(function) = value.read_lock::<FnPtr>() {
            self.closure(function.fn_name(), captured, item);
        }
    }

    /// Whether there is such a function; the problem is noted when there is none.
    fn exists(&mut self, name: &str, given: usize, position: Position) -> bool {
        let own = match self.place {
            CodePlace::Script { functions, .. } => functions.get(name),
            CodePlace::Expression(_) => None,
        };
        let counts = self.functions.get(name);
        if counts.is_some_and(|counts| counts.contains(&given)) {
            return true;
        }
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name)
            && own.is_none()
        {
            self.problem(position, phrase!("`{name}` is not there", "没有 `{name}`"), Some((*why).into()));
            return false;
        }
        let counts: Vec<usize> = counts.into_iter().chain(own).flatten().copied().collect();
        if !counts.is_empty() {
            let takes = listed(&counts);
            let message =
                phrase!("`{name}` takes {takes}, not {given}", "`{name}` 要{takes}，写了 {given} 个"; takes);
            self.problem(position, message, self.signatures(name));
            return false;
        }
        if !self.is_script() && api::ITEMS.iter().any(|item| item.script && item.name == name) {
            let help = pair("put it into a script and `run` it", "把它放进脚本，再用 `run` 运行").into();
            let message = phrase!(
                "`{name}` is only in scripts: an expression changes nothing",
                "`{name}` 只在脚本里有：表达式不改变任何东西"
            );
            self.problem(position, message, Some(help));
            return false;
        }
        let mut names: Vec<&str> = self.functions.keys().map(String::as_str).collect();
        if let CodePlace::Script { functions, .. } = self.place {
            names.extend(functions.keys().map(String::as_str));
        }
        let help = suggest::nearest(name, names).map_or_else(
            || pair("`playbook api` lists what there is", "`playbook api` 列出了所有可用的名字").into(),
            |near| phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
        );
        self.problem(position, phrase!("there is no function `{name}`", "没有函数 `{name}`"), Some(help));
        false
    }

    fn signatures(&self, name: &str) -> Option<Phrase> {
        let all: Vec<String> = api::ITEMS
            .iter()
            .filter(|item| item.name == name && (self.is_script() || !item.script))
            .map(|item| format!("`{}`", item.signature()))
            .collect();
        (!all.is_empty()).then(|| Phrase::same(all.join(", ")))
    }

    /// `module::name(…)`
    fn qualified(&mut self, call: &FnCallExpr, position: Position) -> ValueKind {
        let CodePlace::Script { modules, .. } = self.place else {
            self.problem(position, pair("an expression has no modules", "表达式里没有模块"), None);
            return ANY;
        };
        let module = call.namespace.root().to_owned();
        let Some(functions) = modules.get(&module) else {
            let names: Vec<&str> = modules.keys().map(String::as_str).collect();
            let more = meant(&module, &names);
            let message = phrase!("there is no module `{module}`{more}", "没有模块 `{module}`{more}"; more);
            self.problem(
                position,
                message,
                Some(phrase!(
                    "`import \"path\" as {module};` brings one in",
                    "用 `import \"path\" as {module};` 引入"
                )),
            );
            return ANY;
        };
        match functions.get(call.name.as_str()) {
            Some(counts) if counts.contains(&call.args.len()) => {}
            Some(counts) => {
                let counts: Vec<usize> = counts.iter().copied().collect();
                let (name, takes, given) = (&call.name, listed(&counts), call.args.len());
                let message = phrase!("`{name}` takes {takes}, not {given}", "`{name}` 要{takes}，写了 {given} 个"; takes);
                self.problem(position, message, None);
            }
            None => {
                let names: Vec<&str> = functions.keys().map(String::as_str).collect();
                let (name, more) = (&call.name, meant(&call.name, &names));
                let message = phrase!(
                    "`{module}` has no function `{name}`{more}",
                    "`{module}` 里没有函数 `{name}`{more}"; more
                );
                self.problem(position, message, None);
            }
        }
        ANY
    }

    /// `data("…")`, `post(#{ … })`, `task(#{ … })`
    /// `at(time, "Europe/Berlin")`: a zone that nobody knows would only be missed when the message is due.
    fn zone_or_clock(&mut self, call: &FnCallExpr) {
        let ("at", [_, Expr::StringConstant(there, position)]) = (call.name.as_str(), &call.args[..]) else {
            return;
        };
        if Zone::named(there).is_some() || there.parse::<ClockTime>().is_ok() {
            return;
        }
        let zones = Zone::names();
        let near = suggest::nearest(there, zones.iter().map(String::as_str));
        let help = near.map(|near| phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"));
        let message =
            phrase!("`{there}` is neither a time zone nor a clock time", "`{there}` 既不是时区，也不是钟点");
        self.problem(*position, message, help);
    }

    fn files_and_maps(&mut self, call: &FnCallExpr) {
        let Some(first) = call.args.first() else { return };
        match (call.name.as_str(), first) {
            ("data", Expr::StringConstant(path, position)) => {
                if let Some(clean) = normal_path(path) {
                    self.found.data.insert(clean);
                } else {
                    let message =
                        phrase!("{path:?} is outside the playbook's folder", "{path:?} 在剧本的文件夹之外");
                    self.problem(
                        *position,
                        message,
                        Some(
                            pair("`data` reads only files inside it", "`data` 只读那个文件夹里的文件").into(),
                        ),
                    );
                }
            }
            ("data", other) if !self.is_script() => {
                let message = pair(
                    "`data` in an expression takes a path in quotes, because the file is read with the playbook",
                    "表达式里的 `data` 要用引号写出路径，因为文件是随剧本一起读入的",
                );
                self.problem(
                    other.start_position(),
                    message,
                    Some(pair("write `data(\"texts/long.md\")`", "写成 `data(\"texts/long.md\")`").into()),
                );
            }
            ("post", Expr::Map(parts, position)) => self.map(&posting::POST, parts, *position),
            ("task", Expr::Map(parts, position)) => self.map(&posting::TASK, parts, *position),
            _ => {}
        }
    }

    fn map(&mut self, shape: &VerbShape, parts: &MapParts, position: Position) {
        for (key, value) in &parts.0 {
            if let Some(message) = shape.unknown(&key.name) {
                self.problem(key.pos, message, None);
            } else if let Expr::StringConstant(text, place) = value
                && let Some(message) = shape.refuses(&key.name, text)
            {
                self.problem(*place, message, None);
            }
        }
        if !parts.0.iter().any(|(key, _)| key.name == "text") {
            self.problem(position, phrase!("`{}` needs a `text`", "`{}` 需要 `text`", shape.verb), None);
        }
    }
}

/// A map literal: its keys and values in order, and Rhai's template of it.
type MapParts = (rhai::StaticVec<(rhai::Ident, Expr)>, std::collections::BTreeMap<rhai::Identifier, Dynamic>);

fn operator(name: &str, kinds: &[ValueKind]) -> ValueKind {
    match (name, kinds) {
        ("==" | "!=" | "<" | "<=" | ">" | ">=" | "!" | "in" | "!in", _) => "bool",
        ("-", ["time", "time"]) => "duration",
        ("+" | "-", ["time", "duration"]) => "time",
        ("+" | "-", ["duration", "duration"]) => "duration",
        ("+" | "-" | "*" | "/" | "%", ["number", "number"]) => "number",
        _ => ANY,
    }
}

/// "1 or 2 arguments"
fn listed(counts: &[usize]) -> Phrase {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    counts.dedup();
    let words: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let noun = if counts == [1] { "argument" } else { "arguments" };
    Phrase { en: format!("{} {noun}", words.join(" or ")), zh: format!(" {} 个参数", words.join(" 或 ")) }
}
