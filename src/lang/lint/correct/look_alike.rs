//! `look-alike`: a word of Latin letters with one of another alphabet in it that looks like them, and names that look
//! the same.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    ids::{ChannelName, PersonId, RoleName},
    phrase::{pair, phrase},
    source::Span,
    words::tick,
};
use std::collections::BTreeMap;

pub(super) const CODE: Code = Code {
    slug: "look-alike",
    severity: Severity::Warning,
    meaning: pair(
        "a letter of another alphabet looks like a Latin one",
        "混进了另一种文字里长得像拉丁字母的字母",
    ),
    explanation: pair(
        "A Cyrillic or Greek letter in a Latin word, or a name that looks like another name and is none, makes people believe \
             that they read one thing while the engine reads another. Words that are wholly of one alphabet are fine.",
        "拉丁字母的单词里混进一个西里尔或希腊字母，或者两个名字看起来一样其实不同，会让人以为读到的是一个词，而引擎读到的是另一个。\
             整个词都用同一种文字没有问题。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    title: P\u{430}ypal hour\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    title: Paypal hour\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

/// So many are said of one file.
const SAID_MAX: usize = 20;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (id, source) in cx.sources.iter() {
        let strange = words(&source.text).filter_map(|(at, word)| Some((at, word, mixed(word)?)));
        out.extend(strange.take(SAID_MAX).map(|(at, word, (letter, twin))| {
            let (code, word_shown) = (tick(format!("U+{:04X}", u32::from(letter))), tick(word));
            found(
                &CODE,
                Span::new(id, at, at + word.len()),
                phrase!(
                    "`{letter}` ({code}) in {word_shown} is not the Latin `{twin}` it looks like",
                    "{word_shown} 里的 `{letter}`（{code}）看起来像拉丁字母 `{twin}`，但不是"
                ),
            )
            .help(pair("type the word anew", "把这个词重新输入一遍"))
        }));
    }
    names(cx, out);
}

/// Names of one kind that look the same.
fn names(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let playbook = cx.playbook;
    let kinds: [(&str, Vec<&str>); 4] = [
        ("plays", playbook.plays.iter().map(|play| play.name.as_str()).collect()),
        ("channels", playbook.channels.keys().map(ChannelName::as_str).collect()),
        ("roles", playbook.roles.keys().map(RoleName::as_str).collect()),
        ("people", playbook.people.keys().map(PersonId::as_str).collect()),
    ];
    for (kind, names) in kinds {
        let mut known: BTreeMap<String, &str> = BTreeMap::new();
        for name in names.iter().filter(|name| !name.is_ascii()) {
            known.insert(skeleton(name), name);
        }
        for name in names.iter().copied().filter(|_| !known.is_empty()) {
            if let Some(twin) = known.get(&skeleton(name)).filter(|twin| **twin != name) {
                let span = cx.span(&format!("{kind}.{twin}"));
                let (name, twin) = (tick(name), tick(twin));
                let message = phrase!(
                    "{twin} looks like {name} and is another name",
                    "{twin} 看起来和 {name} 一样，却是另一个名字"
                );
                out.push(
                    found(&CODE, span, message)
                        .help(pair("give one of them another name", "给其中一个换个名字")),
                );
            }
        }
    }
}

/// The words of a text that have letters beyond ASCII, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    // Greek and Cyrillic letters begin with these bytes; most texts have none.
    let any = text.bytes().any(|byte| matches!(byte, 0xcd..=0xd4));
    let all = if any { text } else { "" };
    let mut at = 0;
    let words = all.split_inclusive(|c: char| !c.is_alphabetic()).map(move |word| {
        let start = at;
        at += word.len();
        (start, word.trim_end_matches(|c: char| !c.is_alphabetic()))
    });
    words.filter(|(_, word)| !word.is_ascii())
}

/// The letter of a Latin word that looks like a Latin one and is none, and which it looks like.
fn mixed(word: &str) -> Option<(char, char)> {
    word.chars().any(|c| c.is_ascii_alphabetic()).then_some(())?;
    word.chars().find_map(|c| Some((c, twin(c)?)))
}

/// The Latin letter that a Cyrillic or Greek one looks like.
fn twin(c: char) -> Option<char> {
    const ALIKE: &[(&str, &str)] = &[
        ("аеорсухіјѕһԁԛԝ", "aeopcyxijshdqw"),
        ("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX"),
        ("ονρα", "ovpa"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ];
    if !matches!(c, '\u{370}'..='\u{52f}') {
        return None;
    }
    ALIKE
        .iter()
        .find_map(|(others, latin)| others.chars().zip(latin.chars()).find(|(other, _)| *other == c))
        .map(|(_, latin)| latin)
}

/// What a name looks like.
fn skeleton(name: &str) -> String {
    name.chars().map(|c| twin(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE, mixed};

    #[test]
    fn a_letter_of_another_alphabet_in_a_latin_word_is_named() {
        assert_eq!(mixed("sc\u{43e}pe"), Some(('\u{43e}', 'o')));
        for fine in ["scope", "\u{440}\u{43e}\u{441}\u{442}", "αβγ", "Δt", "café", "你好"] {
            assert_eq!(mixed(fine), None, "{fine}");
        }
        let file = "plays:\n  \u{441}\u{43e}\u{440}:\n    steps:\n      - post: x\n  cop:\n    steps:\n      - post: y\n";
        assert_eq!(messages(&CODE, file), ["`\u{441}\u{43e}\u{440}` looks like `cop` and is another name"]);
    }
}
