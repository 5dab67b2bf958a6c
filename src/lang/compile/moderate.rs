//! `moderate`: what breaks a rule of the group, and what follows from it.

use super::{
    budgets, common,
    cx::Cx,
    lists,
    text::{self, Scope},
    words,
};
use crate::{
    base::{
        limits,
        phrase::{Words, pair, phrase},
        time::Duration,
        value::{Map, Value},
        words::tick,
    },
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node},
            reader::{self, Fields},
        },
        keys, read_text,
    },
    model::{
        budget::Quota,
        moderation::{Acts, HouseRule, Moderation, Rung, Sample},
        wordlist::{self, WordList},
    },
    script::{expr::Expr, names::Name},
};
use std::sync::Arc;

/// How long a new rule only watches where the file does not say.
const WATCH: Duration = Duration::DAY.times(7);
/// What `do` may say.
const DOES: Words = pair(
    "`delete`, `redirect`, `report`, `remind`, `warn`, `mute 1d` or `remove`",
    "`delete`、`redirect`、`report`、`remind`、`warn`、`mute 1d` 或 `remove`",
);

/// The section of the playbook and of the files that it uses: a rule of the playbook's own comes before one of that name
/// elsewhere, and so do its settings.
pub(crate) fn lower(cx: &mut Cx<'_>, sections: &[(&Node, super::cx::UnitView)], scope: &Scope) -> Moderation {
    let mut all = Moderation::default();
    let mut rules: Vec<HouseRule> = Vec::new();
    for (node, view) in sections {
        cx.unit = view.clone();
        cx.moderated.push(node.span);
        let what = pair("`moderate`", "`moderate`");
        let Some(fields) = Fields::open(&mut cx.report, node, what) else { continue };
        let exempt =
            fields.get("exempt").and_then(|node| text::condition(cx, node, &scope.with(Name::Member)));
        all.exempt = all.exempt.take().or(exempt);
        let judge = common::assignee(cx, &fields, "judge", scope);
        all.judge = all.judge.take().or(judge);
        let expire = fields.get("strikes_expire").and_then(|node| reader::positive(&mut cx.report, node));
        all.expire = all.expire.or(expire);
        let raid = fields.get("raid").and_then(|node| raid(cx, node));
        all.raid = all.raid.or(raid);
        let usual =
            RuleUsual { allow: allow(cx, fields.get("allow")), watch: watch(cx, fields.get("watch")) };
        for entry in fields.entries() {
            let name = &entry.key.value;
            cx.origin(format!("moderate.{name}"), entry.key.span);
            if keys::MODERATE.names.contains(&&**name) || rules.iter().any(|rule| rule.name == *name) {
                continue;
            }
            words::check_name(cx, entry, pair("rule", "规则"));
            if rules.len() >= limits::MODERATE_RULES_MAX {
                let most = limits::MODERATE_RULES_MAX;
                let message = phrase!("more than {most} rules", "规则超过 {most} 条");
                cx.error(codes::TOO_MANY, entry.key.span, message, pair("put some together", "合并一些"));
                break;
            }
            if let Some(rule) = rule(cx, entry, scope, &usual, &mut all.reads_text) {
                rules.push(rule);
            }
        }
        judged(cx, node, &rules, &all);
    }
    all.rules = rules.into();
    all
}

/// What holds for every rule that does not say otherwise.
struct RuleUsual {
    allow: Arc<[Arc<str>]>,
    watch: Duration,
}

/// `10 joins per 1m`
fn raid(cx: &mut Cx<'_>, node: &Node) -> Option<Quota> {
    let expected = pair("an amount such as `10 joins per 1m`", "数量，例如 `10 joins per 1m`");
    let text = reader::text(&mut cx.report, node, expected)?.replace("joins", "");
    let quota = text.split_once("per").and_then(|(max, per)| {
        let max = max.trim().parse().ok().filter(|max: &u32| *max > 0)?;
        let per = per.trim().parse().ok().filter(|length: &Duration| !length.is_zero())?;
        Some(Quota { max, per: crate::model::budget::QuotaWindow::Sliding(per) })
    });
    if quota.is_none() {
        reader::bad_value(&mut cx.report, node, expected, None);
    }
    quota
}

/// Sites, without `https://` and what comes behind the name.
fn allow(cx: &mut Cx<'_>, node: Option<&Node>) -> Arc<[Arc<str>]> {
    let Some(node) = node else { return Arc::default() };
    let expected = pair("the name of a site such as `example.com`", "网站域名，例如 `example.com`");
    let nodes = reader::one_or_many(&mut cx.report, node, expected);
    let mut sites = Vec::new();
    for node in nodes {
        let Some(text) = reader::text(&mut cx.report, node, expected).cloned() else { continue };
        let linked = wordlist::sites(&text);
        let bare = text.split('/').next().unwrap_or_default().to_lowercase();
        match linked.first() {
            Some(site) if text.contains("://") => sites.push(Arc::from(site.as_str())),
            _ if bare.contains('.') && !bare.contains(char::is_whitespace) => sites.push(Arc::from(bare)),
            _ => reader::bad_value(&mut cx.report, node, expected, None),
        }
    }
    sites.into()
}

/// `7d`, or `no`.
fn watch(cx: &mut Cx<'_>, node: Option<&Node>) -> Duration {
    match node {
        None => WATCH,
        Some(node) if node.text() == Some("no") => Duration::ZERO,
        Some(node) => reader::duration(&mut cx.report, node).unwrap_or(WATCH),
    }
}

fn rule(
    cx: &mut Cx<'_>,
    entry: &KeyEntry,
    scope: &Scope,
    usual: &RuleUsual,
    reads: &mut Option<Arc<str>>,
) -> Option<HouseRule> {
    let about = scope.with(Name::Member).with(Name::Signal);
    let what = pair("a rule of `moderate`", "`moderate` 的规则");
    let fields = Fields::read(&mut cx.report, &entry.value, what, keys::MODERATE_RULE.names)?;
    let name = entry.key.value.clone();
    let matches = fields.get("match").and_then(|node| text::condition(cx, node, &about));
    let words = fields.get("words").map(|node| {
        let words: Vec<String> =
            lists::lower(cx, node, &Scope::default()).iter().map(crate::model::text::Text::source).collect();
        Arc::new(WordList::new(words.iter().map(String::as_str)))
    });
    let kinds = fields.get("kind").map(|node| kinds(cx, node)).unwrap_or_default();
    let links =
        fields.get("links").and_then(|node| reader::choice(&mut cx.report, node, &keys::closed::YES_NO));
    let max = fields.get("max").and_then(|node| quota(cx, node));
    let repeats = fields.get("repeats").and_then(|node| quota(cx, node));
    let own = fields.get("allow");
    let allow = if own.is_some() { allow(cx, own) } else { usual.allow.clone() };
    let watched = fields.get("watch");
    let does = does(cx, fields.get("do"));
    // A line to everybody cannot be about one of them.
    let say = fields.get("say").and_then(|node| text::text(cx, node, scope));
    let mut rule = HouseRule {
        say,
        words,
        kinds,
        links: links.unwrap_or(false),
        allow,
        max,
        repeats,
        acts: does.0,
        rungs: does.1,
        to: common::assignee(cx, &fields, "to", scope),
        watch: if watched.is_some() { watch(cx, watched) } else { usual.watch },
        samples: Arc::default(),
        name,
        matches,
    };
    rule.samples = samples(cx, &fields);
    complete(cx, entry, &fields, &rule);
    if reads.is_none() && reads_text(&rule) {
        let source = cx.sources.get(entry.key.span.source);
        let line = source.place(entry.key.span.start).line;
        *reads = Some(Arc::from(format!("{}:{line}", source.path)));
    }
    Some(rule)
}

/// Whether a rule has to know what a message says.
fn reads_text(rule: &HouseRule) -> bool {
    let counts = |expr: &Expr| expr.source().contains(".links");
    rule.words.is_some()
        || rule.repeats.is_some()
        || (rule.links || rule.matches.as_ref().is_some_and(counts)) && !rule.allow.is_empty()
        || rule.matches.as_ref().is_some_and(|expr| read_text::may(expr.source()))
}

fn quota(cx: &mut Cx<'_>, node: &Node) -> Option<Quota> {
    let quota = budgets::quota(cx, node)?;
    let most = limits::MODERATED_WINDOW_MAX;
    if quota.max as usize > most {
        let expected = phrase!("at most {most} in that time", "这段时间内最多 {most} 条");
        reader::bad_value(&mut cx.report, node, expected, None);
        return None;
    }
    Some(quota)
}

/// What a message may be.
const KINDS: [&str; 10] =
    ["text", "link", "image", "sticker", "file", "voice", "miniapp", "poll", "red_packet", "other"];

fn kinds(cx: &mut Cx<'_>, node: &Node) -> Vec<Arc<str>> {
    let expected = pair("a kind of message such as `sticker`", "消息的种类，例如 `sticker`");
    let known = KINDS.map(|kind| (kind, kind));
    let nodes = reader::one_or_many(&mut cx.report, node, expected);
    nodes.into_iter().filter_map(|node| reader::choice(&mut cx.report, node, &known)).map(Arc::from).collect()
}

/// What happens each time, and the ladder.
fn does(cx: &mut Cx<'_>, node: Option<&Node>) -> (Acts, Vec<Rung>) {
    let Some(node) = node else { return (Acts::default(), vec![Rung::Remind]) };
    let (mut acts, mut rungs) = (Acts::default(), Vec::new());
    for item in reader::one_or_many(&mut cx.report, node, DOES) {
        let Some(text) = reader::text(&mut cx.report, item, DOES).cloned() else { continue };
        let mut parts = text.split_whitespace();
        let length =
            |text: Option<&str>| text.and_then(|text| text.parse().ok()).filter(|d: &Duration| !d.is_zero());
        match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
            ("delete", None, None) => acts.delete = true,
            ("redirect", None, None) => acts.redirect = true,
            ("report", None, None) => acts.report = true,
            ("remind", None, None) => rungs.push(Rung::Remind),
            ("warn", None, None) => rungs.push(Rung::Warn),
            ("remove", None, None) => rungs.push(Rung::Remove),
            ("mute", long, None) => {
                if let Some(long) = length(long) {
                    rungs.push(Rung::Mute(long));
                } else {
                    let help = phrase!("say for how long: `mute 1d`", "写明多久：`mute 1d`");
                    reader::bad_value(&mut cx.report, item, DOES, Some(help));
                }
            }
            _ => reader::bad_value(&mut cx.report, item, DOES, None),
        }
    }
    (acts, rungs)
}

/// Whether a rule looks at anything, and says something where members are told.
fn complete(cx: &mut Cx<'_>, entry: &KeyEntry, fields: &Fields<'_>, rule: &HouseRule) {
    let name = tick(&*entry.key.value);
    let looks = ["match", "words", "kind", "links", "max", "repeats"];
    if !looks.iter().any(|key| fields.get(key).is_some()) {
        cx.error(
            codes::MISSING_KEY,
            entry.key.span,
            phrase!("nothing says what breaks {name}", "没有写明什么算违反 {name}"),
            pair(
                "write `links: yes`, `words: […]`, `kind: sticker`, `max: 5 per 1m`, `repeats: 3 per 1h` or `match: …`",
                "写 `links: yes`、`words: […]`、`kind: sticker`、`max: 5 per 1m`、`repeats: 3 per 1h` 或 `match: …`",
            ),
        );
    }
    let tells = rule.acts.redirect || rule.rungs.iter().any(|rung| matches!(rung, Rung::Remind | Rung::Warn));
    if tells && !rule.is_said() {
        cx.error(
            codes::MISSING_KEY,
            entry.key.span,
            phrase!(
                "nothing says what members are told who break {name}",
                "没有写明违反 {name} 的人会听到什么"
            ),
            pair("write `say:` with one sentence", "写 `say:` 和一句话"),
        );
    }
}

/// From `mute` on a person decides.
fn judged(cx: &mut Cx<'_>, node: &Node, rules: &[HouseRule], all: &Moderation) {
    let judged = rules.iter().any(|rule| rule.rungs.iter().any(|rung| rung.is_judged()));
    if judged && all.judge.is_none() && cx.names.roles.is_empty() {
        cx.error(
            codes::MISSING_KEY,
            node.span,
            pair("nobody decides about `mute` and `remove`", "`mute` 和 `remove` 没有人来裁定"),
            pair("write `judge:` with a role or a person", "写 `judge:` 和一个角色或人"),
        );
    }
}

/// `accept` and `reject`: messages that the rule lets pass, and messages that it catches.
fn samples(cx: &mut Cx<'_>, fields: &Fields<'_>) -> Arc<[Sample]> {
    let mut samples = Vec::new();
    for (key, caught) in [("accept", false), ("reject", true)] {
        let Some(node) = fields.get(key) else { continue };
        let expected = pair("a list of messages", "一列消息");
        for item in reader::list(&mut cx.report, node, expected).unwrap_or_default() {
            let data = sample(item);
            let part = |key| data.get("message").and_then(|message| message.get(key)).and_then(Value::as_str);
            let words = Arc::from(part("text").or(part("kind")).unwrap_or_default());
            samples.push(Sample { data, caught, words });
        }
    }
    samples.into()
}

/// A message as a signal carries it; a text alone is what it says.
fn sample(node: &Node) -> Value {
    let mut message = match node.to_value() {
        Value::Map(map) => Map::clone(&map),
        text => [(Arc::from("text"), text)].into_iter().collect(),
    };
    let member = message.remove("member").unwrap_or_default();
    message.entry(Arc::from("kind")).or_insert_with(|| Value::str("text"));
    Value::map([("message", Value::Map(Arc::new(message))), ("member", member)])
}
