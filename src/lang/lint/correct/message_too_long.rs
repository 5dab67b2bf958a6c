//! `message-too-long`: a text that its platform takes only in pieces.

use super::context::{Context, found};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        words::tick,
    },
    model::{
        channel::TextUnit,
        text::{Text, TextPart},
    },
};

pub(super) const CODE: Code = Code {
    slug: "message-too-long",
    severity: Severity::Warning,
    meaning: pair("a text is longer than one message of its platform", "文字超过平台单条消息的长度"),
    explanation: pair(
        "A longer text is split into several messages, or shortened where the platform cannot have several. Counted is \
             what is written, without the values of `${…}`, so the message may be longer still. Limits: WeCom 4096 bytes (a \
             Chinese character has three), Discord 2000 characters, Telegram and ntfy 4096, Feishu and DingTalk 20,000 bytes.",
        "更长的文字会拆成几条，平台不支持时会截短。这里只数写出来的部分，不含 `${…}` 的值，实际可能更长。上限：企业微信 4096 字节（一个汉字三字节）、Discord 2000 字符、Telegram 与 ntfy 4096、飞书与钉钉 20000 字节。",
    ),
    bad: Example { yaml: "", files: &[] },
    good: Example { yaml: "", files: &[] },
    practices: &["P040"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step, post) in cx.posts() {
        let lacks = cx.kinds(&post.to).into_iter().find_map(|kind| {
            let (max, unit) = kind.longest()?;
            let length = written(&post.text, unit);
            let word = if unit == TextUnit::Bytes { pair("bytes", "字节") } else { pair("characters", "个字符") };
            (length > max)
                .then(|| phrase!("this text has {length} {word}; one message on {kind} has at most {max}", "这段文字有 {length} {word}；{kind} 的一条消息最多 {max}"; word))
        });
        if let Some(message) = lacks {
            let help = phrase!(
                "shorten it, or put the long part behind a link; {} gets it in pieces",
                "缩短它，或把长的部分放到链接后面；否则 {} 会分几条收到",
                tick(post.to.as_str())
            );
            out.push(found(&CODE, cx.step_span(play, step), message).help(help));
        }
    }
}

fn written(text: &Text, unit: TextUnit) -> usize {
    text.parts
        .iter()
        .map(|part| match part {
            TextPart::Literal(literal) => unit.length(literal),
            TextPart::Expr(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages_of, CODE};

    #[test]
    fn counts_as_the_platform_counts() {
        let file = |kind: &str, n: usize| {
            let text = format!(
                "name: a\ntimezone: UTC\nchannels:\n  group: {{ type: {kind}, url: {{ env: A }} }}\nplays:\n  hi:\n    \
                 every: monday at 09:00\n    steps:\n      - post: {}\n",
                "字".repeat(n)
            );
            messages_of(&CODE, text.into())
        };
        assert_eq!(file("wecom", 1365), [""; 0]);
        assert_eq!(file("wecom", 1366), ["this text has 4098 bytes; one message on wecom has at most 4096"]);
        assert_eq!(file("discord", 2000), [""; 0]);
        assert_eq!(
            file("discord", 2001),
            ["this text has 2001 characters; one message on discord has at most 2000"]
        );
    }
}
