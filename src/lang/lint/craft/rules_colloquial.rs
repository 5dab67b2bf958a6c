//! `rules-colloquial`: rules in the tone of a chat.

use super::{
    advice,
    context::{Context, found},
    said::all,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = advice(
    "rules-colloquial",
    pair("the rules are written as one talks", "群规写得太口语"),
    pair(
        "Rules are itemised and written, not spoken: words such as 吧, 哈, 哦, 啦, waves (～) and emoji make them sound like a wish.",
        "群规要用书面语：「吧、哈、哦、啦」、波浪号和表情会让规矩听起来像商量。",
    ),
    "rules:\n  intro: { who: 我们, benefit: 书, owner: 小朱 }\n  namecard: \"{city}-{name}\"\n  encourage: [分享书摘]\n  forbid: [别发广告哦～]\n",
    "rules:\n  intro: { who: 我们, benefit: 书, owner: 小朱 }\n  namecard: \"{city}-{name}\"\n  encourage: [分享书摘]\n  forbid: [商业广告]\n",
    &["P014"],
);

/// Particles that a written sentence does not end with.
const PARTICLES: [char; 6] = ['吧', '哈', '哦', '啦', '哟', '呗'];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let rules = all(&cx.playbook.rules);
    let chars: Vec<char> = rules.chars().collect();
    let at_end = |at: usize| chars.get(at + 1).is_none_or(|next| !next.is_alphabetic());
    let spoken = chars.iter().enumerate().find_map(|(at, c)| match c {
        '～' | '😀'..='🙏' | '🚀'..='🛿' | '🤀'..='🧿' => Some(*c),
        c if PARTICLES.contains(c) && at_end(at) => Some(*c),
        '~' if chars.get(at + 1) == Some(&'~') => Some('~'),
        _ => None,
    });
    if let Some(spoken) = spoken {
        let message =
            phrase!("the rules have `{spoken}`, which is how one talks", "群规里有 `{spoken}`，是口语");
        out.push(found(&CODE, cx.span("rules"), message).help(pair(
            "write what is wanted and what is not in plain written words",
            "用书面语写清楚要什么、不要什么",
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_particle_inside_a_word_is_none() {
        assert_eq!(messages(&CODE, "rules: { forbid: [在酒吧间发广告, 哈尔滨口音的嘲笑] }\n"), [""; 0]);
        assert_eq!(messages(&CODE, "rules: { forbid: [不要发广告啦] }\n").len(), 1);
    }
}
