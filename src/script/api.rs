//! The host API as text: for `playbook api`, for editors, and for the checks.
//!
//! Says what is registered in [`super::host`]; registers nothing itself.

use super::names::Name;
pub(super) use super::table::{ITEMS, Item};
use crate::base::locale::Locale;
use std::fmt::Write as _;

/// Rhai's own functions that are there, with the numbers of arguments they take (a method's object is one).
/// From the packages of Rhai 1.27 that `engine.rs` registers.
#[rustfmt::skip]
pub(super) const RHAI: [(&str, &[usize]); 115] = [
    ("abs", &[1]), ("acos", &[1]), ("acosh", &[1]), ("all", &[2]), ("append", &[2]), ("asin", &[1]),
    ("asinh", &[1]), ("atan", &[1, 2]), ("atanh", &[1]), ("bits", &[1, 2, 3]), ("bytes", &[1]),
    ("ceiling", &[1]), ("chars", &[1, 2, 3]), ("chop", &[2]), ("clear", &[1]), ("contains", &[2]),
    ("cos", &[1]), ("cosh", &[1]), ("crop", &[2, 3]), ("debug", &[0, 1]), ("dedup", &[1, 2]),
    ("drain", &[2, 3]), ("end", &[1]), ("ends_with", &[2]), ("exp", &[1]), ("extract", &[2, 3]),
    ("fill_with", &[2]), ("filter", &[2]), ("find", &[2, 3]), ("find_map", &[2, 3]), ("floor", &[1]),
    ("for_each", &[2]), ("fraction", &[1]), ("get", &[2]), ("get_bits", &[1]), ("get_chars", &[1]),
    ("hypot", &[2]), ("index_of", &[2, 3]), ("insert", &[3]), ("int", &[1]), ("is_anonymous", &[1]),
    ("is_empty", &[1]), ("is_even", &[1]), ("is_exclusive", &[1]), ("is_finite", &[1]),
    ("is_inclusive", &[1]), ("is_infinite", &[1]), ("is_nan", &[1]), ("is_odd", &[1]), ("is_shared", &[1]),
    ("is_zero", &[1]), ("keys", &[1]), ("len", &[1]), ("ln", &[1]), ("log", &[1, 2]), ("make_lower", &[1]),
    ("make_upper", &[1]), ("map", &[2]), ("max", &[2]), ("min", &[2]), ("mixin", &[2]), ("name", &[1]),
    ("order", &[1, 2]), ("order_by", &[2]), ("order_desc", &[1]), ("pad", &[3]), ("parse_float", &[1]),
    ("parse_int", &[1, 2]), ("pop", &[1, 2]), ("print", &[0, 1]), ("push", &[2]), ("range", &[2, 3]),
    ("reduce", &[2, 3]), ("reduce_rev", &[2, 3]), ("remove", &[2]), ("replace", &[3]), ("retain", &[2, 3]),
    ("reverse", &[1]), ("round", &[1, 2]), ("set", &[3]), ("shift", &[1]), ("sign", &[1]), ("sin", &[1]),
    ("sinh", &[1]), ("some", &[2]), ("sort", &[1, 2]), ("sort_by", &[2]), ("sort_desc", &[1]),
    ("splice", &[3, 4]), ("split", &[1, 2, 3]), ("split_rev", &[2, 3]), ("sqrt", &[1]), ("start", &[1]),
    ("starts_with", &[2]), ("sub_string", &[2, 3]), ("tan", &[1]), ("tanh", &[1]), ("to_binary", &[1]),
    ("to_chars", &[1]), ("to_debug", &[1]), ("to_degrees", &[1]), ("to_float", &[1]), ("to_hex", &[1]),
    ("to_int", &[1]), ("to_json", &[1]), ("to_lower", &[1]), ("to_octal", &[1]), ("to_radians", &[1]),
    ("to_string", &[1]), ("to_upper", &[1]), ("trim", &[1]), ("truncate", &[2]), ("type_of", &[1]),
    ("values", &[1]), ("zip", &[3]),
];

/// The kinds of value, as headings, in the order of the listing.
const KINDS: [(&str, &str, &str); 18] = [
    ("", "Functions", "函数"),
    ("group", "group", "group 群"),
    ("phase", "phase", "phase 阶段"),
    ("run", "run", "run 执行"),
    ("signal", "signal, an element of signals", "signal 信号(signals 的元素)"),
    ("result", "the result of an ask, by its `as` name", "ask 的结果(用它的 `as` 名字)"),
    ("members", "members, and what a query gives", "members 成员列表"),
    ("member", "member", "member 成员"),
    ("metrics", "metrics: numbers about the group (docs/metrics.md)", "metrics 群的数字(docs/metrics.md)"),
    ("operators", "operators: those who look after the group", "operators 管理群的人"),
    ("role", "roles.NAME", "roles.NAME 角色"),
    ("person", "a person", "人"),
    ("time", "a time", "时间"),
    ("duration", "a duration", "时长"),
    ("list", "a list", "列表"),
    ("open map", "args, signal.data", "args、signal.data"),
    ("state", "state (scripts)", "state 持久状态(脚本)"),
    ("map", "a map", "映射"),
];

/// What each global name is.
const GLOBALS: [(&str, &str, &str); 17] = [
    ("group", "the group", "当前群"),
    ("members", "all members", "全部成员"),
    ("member", "the member in scope", "当前成员"),
    ("phase", "the phase; as text its name", "当前阶段；作为文字是阶段名"),
    ("run", "the run in progress", "正在进行的执行"),
    ("date", "the entry of `dates` that the run is about", "本次执行对应的 `dates` 条目"),
    ("signal", "the signal that started the run", "触发本次执行的信号"),
    ("signals", "all signals of the batch", "本批全部信号"),
    ("vars", "the playbook's constants and what `set` wrote", "剧本的常量及 `set` 写入的值"),
    (
        "args",
        "what was passed with `with` or `args`; a missing key is nothing",
        "`with` 或 `args` 传入的值；没有的键为空",
    ),
    ("rules", "the playbook's rules", "群规"),
    ("charter", "the playbook's charter", "立群之本"),
    ("roles", "the roles: roles.host, roles.host.next", "角色:roles.host、roles.host.next"),
    ("now", "the time of the input", "当前时间"),
    ("metrics", "numbers about the group: metrics.speakers(7)", "群的数字:metrics.speakers(7)"),
    ("operators", "those who look after the group: operators.idle", "管理群的人:operators.idle"),
    ("state", "what scripts of this group stored (scripts only)", "本群脚本的持久状态(仅脚本)"),
];

/// Every name, function and property with its signature and one line of explanation.
pub fn listing(locale: Locale) -> String {
    let pick = usize::from(locale == Locale::Zh);
    let mut out = String::new();
    let _ = writeln!(out, "{}", locale.pick("Names", "名字"));
    for (name, en, zh) in GLOBALS {
        let _ = writeln!(out, "  {name:<34} {}", locale.pick(en, zh));
    }
    for (kind, en, zh) in KINDS {
        let mut items = ITEMS.iter().filter(|item| item.on == kind).peekable();
        if items.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "\n{}", locale.pick(en, zh));
        for item in items {
            let only = if item.script { locale.pick("  [scripts]", "  [仅脚本]") } else { "" };
            let _ = writeln!(out, "  {:<34} {}{only}", item.signature(), item.doc[pick]);
        }
    }
    out
}

/// Definitions for editors, as a `.d.rhai` file.
pub fn definitions() -> String {
    let mut out = String::from("module static;\n");
    for (name, en, _) in GLOBALS {
        let _ = write!(out, "\n/// {en}\nlet {name};\n");
    }
    for item in ITEMS.iter() {
        let _ = writeln!(out, "\n/// {}", item.doc[0]);
        let gives = rhai_type(item.gives);
        let object = (!item.on.is_empty()).then(|| format!("self: {}", rhai_type(item.on)));
        match item.params {
            None => {
                let _ = writeln!(out, "fn get {}({}) -> {gives};", item.name, object.unwrap_or_default());
            }
            Some(params) => {
                let params: Vec<String> =
                    object.into_iter().chain(params.iter().map(|p| format!("{p}: ?"))).collect();
                let _ = writeln!(out, "fn {}({}) -> {gives};", item.name, params.join(", "));
            }
        }
    }
    out
}

fn rhai_type(kind: &str) -> String {
    match kind {
        "text" => "String".into(),
        "number" => "?".into(),
        "list" => "Array".into(),
        "map" | "open map" => "Map".into(),
        "nothing" => "()".into(),
        "any" => "?".into(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

impl Item {
    /// `member.award(points)`, `time.date`, `days(n)`.
    pub(super) fn signature(&self) -> String {
        let object =
            if self.on.is_empty() { String::new() } else { format!("{}.", self.on.replace(' ', "_")) };
        match self.params {
            None => format!("{object}{}", self.name),
            Some(params) => format!("{object}{}({})", self.name, params.join(", ")),
        }
    }
}

/// What a kind of value has under a name.
pub(super) fn find<'a>(on: &'a str, name: &'a str) -> impl Iterator<Item = &'static Item> + 'a {
    ITEMS.iter().filter(move |item| item.on == on && item.name == name)
}

/// The names that a kind of value has.
pub(super) fn names_of(on: &str, script: bool) -> Vec<&'static str> {
    let mut names: Vec<&str> =
        ITEMS.iter().filter(|item| item.on == on && (script || !item.script)).map(|item| item.name).collect();
    names.dedup();
    names
}

/// The kind of value a global name stands for.
pub(super) fn kind_of_global(name: Name) -> &'static str {
    match name {
        Name::Group => "group",
        Name::Members => "members",
        Name::Member => "member",
        Name::Phase => "phase",
        Name::Run => "run",
        Name::Date => "date",
        Name::Signal => "signal",
        Name::Signals => "list",
        Name::Vars => "vars",
        Name::Args => "open map",
        Name::Roles => "roles",
        Name::Now => "time",
        Name::State => "state",
        Name::Metrics => "metrics",
        Name::Operators => "operators",
        Name::Rules | Name::Charter | Name::Row => "any",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_explained_in_both_languages() {
        for locale in [Locale::En, Locale::Zh] {
            let text = listing(locale);
            for item in ITEMS.iter() {
                assert!(text.contains(&item.signature()), "{} is not listed", item.signature());
                assert!(item.doc.iter().all(|doc| !doc.is_empty()));
                assert!(KINDS.iter().any(|(kind, ..)| *kind == item.on), "{} has no heading", item.on);
            }
        }
    }

    #[test]
    fn every_global_name_is_listed() {
        for (name, _) in Name::ALL {
            assert!(name == "row" || GLOBALS.iter().any(|(global, ..)| *global == name), "{name}");
        }
    }
}
