//! How the handbook says what a playbook writes for the engine: expressions in texts, offsets, signals.
//!
//! Nothing is evaluated: what is known from the file stands there, everything else is named.

use crate::{
    base::{
        locale::Locale,
        offset::Offset,
        phrase::{Words, pair},
        time::Duration,
        value::Value,
    },
    model::{
        playbook::Playbook,
        text::{Part, Text},
    },
};

/// A playbook as it is told in a language.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a> {
    /// What is told.
    pub(super) playbook: &'a Playbook,
    /// In which language.
    pub(super) locale: Locale,
}

/// What stands where an expression does, by its whole text.
const NAMES: [(&str, Words); 23] = [
    ("member.name", pair("the member's name", "成员的名字")),
    ("member.id", pair("the member's id", "成员的 id")),
    ("member.points", pair("the member's points", "成员的积分")),
    ("member.tier", pair("where the member stands", "成员的层级")),
    ("signal.member.name", pair("the member's name", "成员的名字")),
    ("group.title", pair("the name of the group", "群名")),
    ("group.id", pair("the group", "群的 id")),
    ("members.count", pair("how many members there are", "成员人数")),
    ("run.number", pair("which time it is", "第几次")),
    ("now", pair("the time", "当时的时间")),
    ("date.at", pair("the date and time", "日期和时间")),
    ("date.title", pair("the title", "标题")),
    ("phase", pair("the phase", "当时的阶段")),
    ("approval.note", pair("what whoever decided has noted", "审批时写的话")),
    ("approval.by", pair("whoever decided", "审批的人")),
    ("metrics.health", pair("the health of the group", "群的健康度")),
    ("signal.data.added", pair("the new rules", "新增的群规")),
    ("signal.data.removed", pair("the rules that went", "去掉的群规")),
    ("signal.data.kept", pair("the rules that stay", "保留的群规")),
    ("signals", pair("what has come", "收到的信号")),
    ("signal.data", pair("what was reported", "报来的内容")),
    ("with", pair("what was given", "带来的内容")),
    ("member", pair("the member", "这位成员")),
];

/// What stands where an expression does, by how it begins; behind it its last word.
const BEGINNINGS: [(&str, Words); 9] = [
    ("signals.", pair("those who came", "这一批人")),
    ("members.", pair("the members it is about", "说到的那些成员")),
    ("metrics.", pair("the number", "数字")),
    ("data(", pair("from a table", "表里的内容")),
    ("signal.data.", pair("reported", "报来的")),
    ("date.", pair("of that date", "这一场的")),
    ("args.", pair("given", "带来的")),
    ("member", pair("of the member", "成员的")),
    ("if ", pair("as the case may be", "视情况而定")),
];

/// The last names of paths that playbooks often write, as they are called.
const LAST: [(&str, Words); 14] = [
    ("seated", pair("those who have a place", "有名额的人")),
    ("winner", pair("what most have chosen", "选得最多的")),
    ("total", pair("how many answered", "回答的人数")),
    ("right", pair("the right answer", "正确答案")),
    ("note", pair("what was noted", "写下的话")),
    ("items", pair("what stands in the list", "清单里写的")),
    ("names", pair("their names", "他们的名字")),
    ("name", pair("the name", "名字")),
    ("inviter", pair("whoever brought them", "邀请 TA 的人")),
    ("guest", pair("the guest", "嘉宾")),
    ("topic", pair("the topic", "题目")),
    ("place", pair("the place", "地点")),
    ("goal", pair("the goal", "目标")),
    ("about", pair("who that is", "介绍")),
];

/// The signals that every playbook knows, as the moment that they are.
const SIGNALS: [(&str, Words); 19] = [
    ("group.created", pair("when the group begins", "建群时")),
    ("phase.entered", pair("when a phase begins", "进入新阶段时")),
    ("member.joined", pair("when somebody joins", "有人进群时")),
    ("member.left", pair("when somebody leaves", "有人退群时")),
    ("join.requested", pair("when somebody wants in", "有人申请进群时")),
    ("message", pair("when somebody writes", "有人发言时")),
    ("answer", pair("when somebody answers", "有人回答时")),
    ("reaction", pair("when somebody reacts", "有人点表情时")),
    ("task.done", pair("when a task is done", "任务完成时")),
    ("rules.changed", pair("when the rules have changed", "群规改动时")),
    ("tag.added", pair("when somebody has a new tag", "有人得到新标签时")),
    ("tier.changed", pair("when somebody rises or falls", "有人升降层级时")),
    ("operators.idle", pair("when nobody has looked after the group", "没有人照看群时")),
    ("strike", pair("when somebody breaks a rule", "有人违规时")),
    ("screened", pair("when a message is caught by a rule", "消息被规则拦下时")),
    ("appeal", pair("when somebody objects to a decision", "有人申诉时")),
    ("question.answered", pair("when a question was answered", "有问题得到回答时")),
    ("fee.paid", pair("when a fee has come", "会费到账时")),
    ("order.paid", pair("when an order is paid", "订单付款时")),
];

impl Telling<'_> {
    /// Words of the language.
    pub(super) fn pick(&self, en: &str, zh: &str) -> String {
        self.locale.pick(en, zh).to_owned()
    }

    /// A text with words in brackets for what is only known when it is said.
    pub(super) fn text(&self, text: &Text) -> String {
        text.parts.iter().fold(String::new(), |mut out, part| {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Expr(expr) => out.push_str(&self.stands(expr.source().trim())),
            }
            out
        })
    }

    /// The same in one line.
    pub(super) fn line(&self, text: &Text) -> String {
        self.text(text).trim().replace('\n', " ")
    }

    /// What stands where an expression does.
    fn stands(&self, source: &str) -> String {
        if let Some(known) = self.known(source) {
            return known;
        }
        let named = NAMES.iter().find(|(name, _)| *name == source).map(|(_, words)| words.of(self.locale));
        if let Some(words) = named {
            return self.bracketed(words);
        }
        let last = last_name(source);
        let called = last.and_then(|last| LAST.iter().find(|(name, _)| *name == last));
        if let Some((_, words)) = called {
            return self.bracketed(words.of(self.locale));
        }
        let begun = BEGINNINGS.iter().find(|(beginning, _)| source.starts_with(beginning));
        if last.is_none() && [".count", ".len", "metrics."].iter().any(|part| source.contains(part)) {
            return self.bracketed(&self.pick("how many", "数目"));
        }
        let words = match (begun, last) {
            (Some((_, words)), None) => words.of(self.locale).to_owned(),
            (Some((beginning, words)), Some(last)) => match *beginning {
                "date." | "args." | "signal.data." => last.replace('_', " "),
                "metrics." | "member" => match self.locale {
                    Locale::En if *beginning == "member" => format!("{last} {}", words.en),
                    _ => format!("{} {last}", words.of(self.locale)),
                },
                _ => words.of(self.locale).to_owned(),
            },
            (None, Some(last)) => last.replace('_', " "),
            (None, None) => self.pick("worked out at the time", "届时算出"),
        };
        self.bracketed(&words)
    }

    fn bracketed(&self, words: &str) -> String {
        match self.locale {
            Locale::En => format!("[{words}]"),
            Locale::Zh => format!("〔{words}〕"),
        }
    }

    /// The value of a path whose value the file says.
    fn known(&self, source: &str) -> Option<String> {
        let mut path = source.split('.');
        let (first, rest): (&str, Vec<&str>) = (path.next()?, path.collect());
        if first == "roles" {
            let role = self.playbook.roles.get(&crate::base::ids::RoleName::new(rest.first()?))?;
            let names: Vec<String> = role.people.iter().map(|person| person.name.clone()).collect();
            return match role.term {
                None => Some(self.locale.join(&names)),
                Some(_) => Some(self.bracketed(&self.pick("whose turn it is", "当值的人"))),
            };
        }
        let mut value = match first {
            "vars" => self.playbook.vars.get(*rest.first()?)?,
            "charter" => self.playbook.charter.get(rest.first()?)?,
            "rules" => self.playbook.rules.get(rest.first()?)?,
            _ => return None,
        };
        for key in &rest[1..] {
            value = value.get(key)?;
        }
        match value {
            Value::Map(_) | Value::Null => None,
            Value::List(items) => {
                let items: Option<Vec<String>> =
                    items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                items.map(|items| self.locale.join(&items))
            }
            Value::Str(text) => Some(text.trim().to_owned()),
            other => Some(other.to_json().to_string().trim_matches('"').to_owned()),
        }
    }

    /// A length of time in words.
    pub(super) fn length(&self, length: Duration) -> String {
        self.locale.duration(length)
    }

    /// When a step comes, from the moment that its play is about.
    pub(super) fn offset(&self, offset: Offset) -> String {
        let en = self.locale == Locale::En;
        match offset {
            Offset::Exact(length) => {
                let long = self.length(Duration::from_millis(length.as_millis().saturating_abs()));
                match (length.as_millis(), en) {
                    (0, true) => "at the time".to_owned(),
                    (0, false) => "准时".to_owned(),
                    (..0, true) => format!("{long} before"),
                    (..0, false) => format!("提前 {long}"),
                    (_, true) => format!("{long} after"),
                    (_, false) => format!("{long}后"),
                }
            }
            Offset::Days(days, clock) => match (days, en) {
                (0, true) => format!("that day at {clock}"),
                (0, false) => format!("当天 {clock}"),
                (-1, true) => format!("the day before at {clock}"),
                (-1, false) => format!("前一天 {clock}"),
                (1, true) => format!("the day after at {clock}"),
                (1, false) => format!("第二天 {clock}"),
                (..0, true) => format!("{} days before at {clock}", days.unsigned_abs()),
                (..0, false) => format!("提前 {} 天的 {clock}", days.unsigned_abs()),
                (_, true) => format!("{days} days after at {clock}"),
                (_, false) => format!("{days} 天后的 {clock}"),
            },
        }
    }

    /// The moment of a signal.
    pub(super) fn signal(&self, name: &str) -> String {
        let known = SIGNALS.iter().find(|(known, _)| *known == name);
        match (known, self.locale) {
            (Some((_, words)), locale) => words.of(locale).to_owned(),
            (None, Locale::En) => format!("when `{name}` is reported"),
            (None, Locale::Zh) => format!("收到 `{name}` 时"),
        }
    }
}

/// The last name of a path that is nothing but names and dots.
fn last_name(source: &str) -> Option<&str> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '[' | ']');
    let last = source.rsplit(['.', '[']).next()?.trim_matches(|c| matches!(c, '"' | ']'));
    (source.chars().all(plain) && !last.is_empty()).then_some(last)
}
