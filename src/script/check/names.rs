//! Names and properties: what is in scope, and what it has.

use super::{ANY, CheckPass, CodePlace, ValueKind, meant};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::script::{
    api,
    names::{Known, Name},
};
use rhai::Position;
use std::collections::BTreeSet;

/// Kinds of which every property is known.
const CLOSED: [&str; 13] = [
    "operators",
    "metrics",
    "group",
    "phase",
    "run",
    "signal",
    "members",
    "role",
    "person",
    "time",
    "duration",
    "number",
    "bool",
];

impl CheckPass<'_> {
    /// A variable: one of the code's own, a name of the language, or a mistake.
    pub(super) fn variable(&mut self, name: &str, position: Position) -> ValueKind {
        let key = self.key.take();
        if let Some((_, kind)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return kind;
        }
        match self.place {
            CodePlace::Expression(known) => self.name_in_expression(known, name, key.as_deref(), position),
            CodePlace::Script { functions, constants, modules } => {
                if let Some(word) = Name::parse(name).filter(|word| *word != Name::Row) {
                    self.found.names = self.found.names.with(word);
                    self.found.hears |= from_outside(word, key.as_deref(), None);
                    return api::kind_of_global(word);
                }
                if constants.contains(name) || functions.contains_key(name) || modules.contains_key(name) {
                    return ANY;
                }
                let mut near: Vec<&str> = Name::ALL.iter().map(|(word, _)| *word).collect();
                near.extend(self.locals.iter().map(|(local, _)| local.as_str()));
                near.extend(constants.iter().map(String::as_str));
                let help = match crate::script::suggest::nearest(name, near) {
                    Some(name) => phrase!("did you mean `{name}`?", "是不是想写 `{name}`？"),
                    None => phrase!(
                        "a value of the playbook comes in with `with: {{ {name}: \"${{{name}}}\" }}` and is read as `args.{name}`; functions see constants (`const`) of the file, not its `let`s",
                        "剧本里的值用 `with: {{ {name}: \"${{{name}}}\" }}` 传入，用 `args.{name}` 读取；函数能看到文件里的常量（`const`），看不到 `let`"
                    ),
                };
                self.problem(position, phrase!("there is no `{name}` here", "这里没有 `{name}`"), Some(help));
                ANY
            }
        }
    }

    fn name_in_expression(
        &mut self,
        known: &Known,
        name: &str,
        key: Option<&str>,
        position: Position,
    ) -> ValueKind {
        if let Some(word) = Name::parse(name) {
            let own = word.may_be_taken() && known.bindings.contains(name);
            if known.globals.has(word) && !own {
                self.found.names = self.found.names.with(word);
                self.found.hears |= from_outside(word, key, Some(known));
                return api::kind_of_global(word);
            }
            if !known.bindings.contains(name) {
                let message = phrase!("`{name}` is not in scope here", "`{name}` 在这里用不了");
                self.problem(position, message, Some(why_not_in_scope(word).into()));
                return ANY;
            }
        }
        self.found.hears |= !known.owned.contains(name);
        if known.bindings.contains(name) {
            return if known.asks.contains(name) { "result" } else { ANY };
        }
        let names = in_scope(known);
        let help = if self.functions.contains_key(name) {
            phrase!("`{name}` is a function: `{name}(…)`", "`{name}` 是函数：`{name}(…)`")
        } else {
            match crate::script::suggest::nearest(name, names.iter().copied()) {
                Some(near) => phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
                None if known.vars.as_ref().is_some_and(|vars| vars.contains(name)) => {
                    phrase!("write `vars.{name}`", "写成 `vars.{name}`")
                }
                None if known.dates.as_ref().is_some_and(|dates| dates.contains(name)) => {
                    phrase!("write `date.{name}`", "写成 `date.{name}`")
                }
                None if known.roles.contains(name) => phrase!("write `roles.{name}`", "写成 `roles.{name}`"),
                None => {
                    phrase!(
                        "in scope here: {}; text is written in quotes: `\"{name}\"`",
                        "这里可用的有：`{}`；文字要加引号：`\"{name}\"`",
                        names.join(", ")
                    )
                }
            }
        };
        self.problem(position, phrase!("there is no `{name}` here", "这里没有 `{name}`"), Some(help));
        ANY
    }

    /// `on.name`
    pub(super) fn property(&mut self, on: ValueKind, name: &str, position: Position) -> ValueKind {
        if let CodePlace::Expression(known) = self.place {
            let keys = match on {
                "vars" => known.vars.as_ref(),
                "date" => known.dates.as_ref(),
                "roles" => Some(&known.roles),
                _ => None,
            };
            if on == "metrics" && known.metrics.contains(name) {
                return "number";
            }
            if let Some(keys) = keys {
                self.key(on, keys, name, position);
                return match (on, name) {
                    ("roles", _) => "role",
                    ("date", "at") => "time",
                    _ => ANY,
                };
            }
        }
        if on == "roles" {
            return "role";
        }
        if let Some(item) = api::find(on, name).find(|item| item.params.is_none_or(<[_]>::is_empty)) {
            return item.gives;
        }
        if on == "member" {
            self.field(name, position);
        }
        if CLOSED.contains(&on) || on == "result" {
            let message = match api::find(on, name).next() {
                Some(method) => {
                    phrase!("`{name}` takes arguments: `{}`", "`{name}` 需要参数：`{}`", method.signature())
                }
                None => has_no(on, name, &api::names_of(on, self.is_script())),
            };
            self.problem(position, message, None);
        }
        ANY
    }

    /// A field of a member. Lists bring in fields of any name, so only a slip in a name that every member has is a
    /// mistake: `member.idel` would be nothing, and a condition on it never true.
    fn field(&mut self, name: &str, position: Position) {
        if matches!(self.place, CodePlace::Expression(known) if known.fields.contains(name)) {
            return;
        }
        let names = api::names_of("member", self.is_script());
        let slip = names.iter().find(|property| strsim::damerau_levenshtein(name, property) == 1);
        if let Some(meant) = slip {
            let help = phrase!(
                "did you mean `{meant}`? A field of its own is listed under `members.fields`",
                "是不是想写 `{meant}`？自定义字段要列在 `members.fields` 下面"
            );
            self.problem(position, phrase!("a member has no `{name}`", "成员没有 `{name}`"), Some(help));
        }
    }

    fn key(&mut self, on: ValueKind, keys: &BTreeSet<String>, name: &str, position: Position) {
        if keys.contains(name) || (on == "date" && matches!(name, "at" | "id")) {
            return;
        }
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let message = if on == "date" {
            let more = meant(name, &names);
            phrase!(
                "the entries of `dates` have no `{name}`{more}",
                "`dates` 的条目没有 `{name}`{more}"; more
            )
        } else {
            has_no(on, name, &names)
        };
        self.problem(position, message, None);
    }

    pub(super) fn closed(on: ValueKind) -> bool {
        CLOSED.contains(&on) || on == "state"
    }
}

/// What something does not have, and what it has.
pub(super) fn has_no(on: ValueKind, name: &str, names: &[&str]) -> Phrase {
    let (on, more) = (called(on), meant(name, names));
    phrase!("{on} has no `{name}`{more}", "{on}没有 `{name}`{more}"; on, more)
}

/// A kind as a sentence calls it.
pub(super) fn called(on: ValueKind) -> Words {
    match on {
        "group" => pair("`group`", "`group` "),
        "phase" => pair("`phase`", "`phase` "),
        "run" => pair("`run`", "`run` "),
        "operators" => pair("`operators`", "`operators` "),
        "metrics" => pair("`metrics`", "`metrics` "),
        "signal" => pair("`signal`", "`signal` "),
        "members" => pair("`members`", "`members` "),
        "result" => pair("the result of an `ask`", "`ask` 的结果"),
        "vars" => pair("`vars`", "`vars` "),
        "roles" => pair("`roles`", "`roles` "),
        "state" => pair("`state`", "`state` "),
        "role" => pair("a role", "角色"),
        "person" => pair("a person", "人"),
        "time" => pair("a time", "时刻"),
        "duration" => pair("a duration", "时长"),
        "number" => pair("a number", "数"),
        "bool" => pair("true or false", "真或假"),
        other => pair(other, other),
    }
}

fn in_scope(known: &Known) -> Vec<&str> {
    let mut names: Vec<&str> =
        Name::ALL.iter().filter(|(_, name)| known.globals.has(*name)).map(|(word, _)| *word).collect();
    names.extend(known.bindings.iter().map(String::as_str));
    names
}

/// Whether what a name stands for, or what is under this key of it, may hold what others said. Everything else comes
/// from the operator's files. What a script finds in `args` and `vars` is judged where the script is run.
fn from_outside(name: Name, key: Option<&str>, known: Option<&Known>) -> bool {
    match name {
        Name::Members | Name::Member | Name::Signal | Name::Signals | Name::State => true,
        // The id names whoever the run is about.
        Name::Run => !matches!(key, Some("play" | "anchor" | "number")),
        Name::Vars => known.is_some_and(|known| known.said_vars.has(key)),
        Name::Args => known.is_some_and(|known| known.said_args.has(key)),
        Name::Group
        | Name::Phase
        | Name::Date
        | Name::Rules
        | Name::Charter
        | Name::Roles
        | Name::Now
        | Name::Metrics
        | Name::Operators
        | Name::Row => false,
    }
}

fn why_not_in_scope(name: Name) -> Words {
    match name {
        Name::Date => {
            pair("`date` is only in scope in a play with `dates`", "`date` 只在有 `dates` 的玩法里可用")
        }
        Name::Signal | Name::Signals => pair(
            "`signal` and `signals` are only in scope in a play with `on`",
            "`signal` 和 `signals` 只在有 `on` 的玩法里可用",
        ),
        Name::Member => pair(
            "`member` is only in scope in `prune`, `protect`, `per: member` and `members.where(|member| …)`",
            "`member` 只在 `prune`、`protect`、`per: member` 和 `members.where(|member| …)` 里可用",
        ),
        Name::Run => pair("`run` is only in scope while a run is in progress", "`run` 只在执行过程中可用"),
        Name::Args => pair("`args` is only in scope in the steps of a play", "`args` 只在玩法的步骤里可用"),
        Name::State => pair(
            "`state` is only in scripts; a script returns what an expression is to see",
            "`state` 只在脚本里有；要让表达式看到，就由脚本返回",
        ),
        Name::Row => pair(
            "`row` is only in scope in the `at` of `dates: { file: … }`",
            "`row` 只在 `dates: { file: … }` 的 `at` 里可用",
        ),
        Name::Group
        | Name::Members
        | Name::Phase
        | Name::Vars
        | Name::Rules
        | Name::Charter
        | Name::Roles
        | Name::Metrics
        | Name::Operators
        | Name::Now => pair("this text is used before there is a group to look at", "用到这段文字时还没有群"),
    }
}
