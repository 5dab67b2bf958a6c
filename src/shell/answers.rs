//! What platforms answer, in the reader's language: the sentences of the adapters beside their Chinese, in `answers.zh`.
//!
//! A platform's own words, which follow in brackets or behind a colon, stay as they came. Sends nothing.

use crate::base::phrase::Phrase;

/// Pairs of lines, English and Chinese.
const TABLE: &str = include_str!("answers.zh");

/// The pairs.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut lines = TABLE.lines();
    std::iter::from_fn(move || lines.next().zip(lines.next()))
}

/// What an attempt brought back, as it was noted, in every language: the sentence that it begins with is known.
pub fn in_words(noted: &str) -> Phrase {
    let known = pairs().filter(|(en, _)| noted.starts_with(en)).max_by_key(|(en, _)| en.len());
    let Some((en, zh)) = known else { return Phrase::same(noted) };
    Phrase { en: noted.to_owned(), zh: format!("{zh}{}", &noted[en.len()..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_sentence_counts_and_what_follows_stays() {
        let told = in_words("the mail server refused the message (550 no)");
        assert_eq!(told.zh, "邮件服务器拒绝了这封信 (550 no)");
        assert_eq!(in_words("something new").zh, "something new");
        let shared = pairs().filter(|(en, _)| pairs().filter(|(other, _)| other == en).count() > 1);
        assert_eq!(shared.map(|(en, _)| en).collect::<Vec<_>>(), Vec::<&str>::new(), "twice in the table");
    }

    #[test]
    fn every_refusal_of_the_platforms_used_in_china_is_known() {
        for source in [
            include_str!("delivery/adapter/wecom.rs"),
            include_str!("delivery/adapter/feishu.rs"),
            include_str!("delivery/adapter/dingtalk.rs"),
            include_str!("delivery/adapter/onebot.rs"),
            include_str!("delivery/adapter/telegram.rs"),
        ] {
            for said in source.split("refused(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(said.contains('\\') || in_words(said).zh != said, "say this in answers.zh: {said}");
            }
        }
    }
}
