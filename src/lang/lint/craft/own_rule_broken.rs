//! `own-rule-broken`: the playbook writes what it forbids its members.

use super::{
    advice,
    context::{Context, found, shown_texts},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{Phrase, pair, phrase},
        words::tick,
    },
    model::{moderation::HouseRule, wordlist},
};

pub(super) const CODE: Code = advice(
    "own-rule-broken",
    pair("a text of the playbook breaks one of its own rules", "剧本自己的文案违反了自己的规则"),
    pair(
        "Whoever keeps a rule others see is kept by themselves believes in it. Where the group's own posts may do what members may not, the rule is about who, not about what.",
        "规则先自己守住，别人才信。如果群里自己的消息可以做成员不可以做的事，规则就只是在分人。",
    ),
    "moderate:\n  bargain: { words: [砍一刀], say: 请私信群主。 }\nplays:\n  sale:\n    steps:\n      - post: 帮忙砍一刀吧\n",
    "moderate:\n  bargain: { words: [砍一刀], say: 请私信群主。 }\nplays:\n  sale:\n    steps:\n      - post: 本周书单九折。\n",
    &["P018", "P029"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // A rule that looks at who writes, too, is no rule about words alone.
    let rules = cx.playbook.moderation.rules.iter();
    let rules: Vec<&HouseRule> =
        rules.filter(|rule| rule.matches.is_none() && rule.kinds.is_empty()).collect();
    if rules.is_empty() {
        return;
    }
    for (play, _, step) in cx.steps() {
        for (key, text) in shown_texts(step) {
            let text = text.source();
            let Some((rule, what)) = rules.iter().find_map(|rule| Some((rule, broken(rule, &text)?))) else {
                continue;
            };
            let rule = tick(&*rule.name);
            let message = phrase!("this text has {what}, which {rule} forbids", "这段文字里有 {what}，{rule} 不允许"; what);
            let help = pair("write it without, or allow it to everybody", "换个写法，或者对大家也放开");
            out.push(found(&CODE, cx.key_span(play, step, key), message).help(help));
        }
    }
}

/// What in a text breaks a rule. A text that speaks of the rule does not.
fn broken(rule: &HouseRule, text: &str) -> Option<Phrase> {
    let word = rule.words.as_ref().map(|words| words.find(text).filter(|word| !denies(text, word)));
    let site = rule
        .links
        .then(|| wordlist::sites(text).into_iter().find(|site| !wordlist::is_allowed(site, &rule.allow)));
    match (word, site) {
        (Some(None), _) | (_, Some(None)) | (None, None) => None,
        (Some(Some(word)), _) => Some(Phrase::same(tick(&**word))),
        (None, Some(Some(site))) => Some(phrase!("a link to {site}", "到 {site} 的链接")),
    }
}

/// Whether the words before say that it is not allowed.
fn denies(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    let Some(at) = text.find(&word.to_lowercase()) else { return false };
    let before: String = text[..at].chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    ["禁", "勿", "拒", "不", "别", "no ", "not ", "never", "don't", "without"]
        .iter()
        .any(|no| before.contains(no))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn links_count_where_they_are_forbidden_and_a_word_about_the_rule_does_not() {
        let yaml = |text: &str, rule: &str| -> &'static str {
            format!("moderate:\n  ads: {{ {rule}, say: No ads. }}\nplays:\n  a:\n    steps:\n      - post: '{text}'\n").leak()
        };
        let link = "links: yes, allow: [example.com]";
        assert_eq!(messages(&CODE, yaml("see https://shop.example/1", link)).len(), 1);
        assert_eq!(messages(&CODE, yaml("see https://example.com/1", link)), [""; 0]);
        assert_eq!(
            messages(&CODE, yaml("see https://shop.example/1", "links: yes, match: member.age < days(3)")),
            [""; 0]
        );
        assert_eq!(messages(&CODE, yaml("Please, no free money here.", "words: [free money]")), [""; 0]);
    }
}
