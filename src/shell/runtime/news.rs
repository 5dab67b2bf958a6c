//! What an operator has to know of the state that was found at the start: that it was brought to another form, that
//! plays behave otherwise than before, that it is an older copy.
//!
//! Text only.

use super::book::Book;
use crate::{
    base::phrase::{Phrase, phrase},
    shell::{
        editions::{self, EDITION},
        store::Recovered,
    },
};

/// One paragraph a fact.
pub(super) fn of(recovered: &Recovered, books: &[Book]) -> Vec<Phrase> {
    let mut news = Vec::new();
    if let Some(upgraded) = &recovered.upgraded {
        let (from, to, copy) = (upgraded.from, upgraded.to, upgraded.copy.display());
        news.push(phrase!(
            "the state was brought from form {from} to form {to}; as it was it lies in {copy}, until you remove it",
            "状态已从形式 {from} 升级到 {to}；原样留在 {copy}，不需要时可以删除"
        ));
    }
    if recovered.last_seq > 0 && recovered.edition < EDITION {
        for book in books {
            for (plays, what) in editions::changes(&book.playbook, recovered.edition) {
                let names: Vec<&str> = plays.iter().map(crate::base::ids::PlayName::as_str).collect();
                let (file, names) = (book.file.display(), names.join(", "));
                let (en, zh) = (&what.en, &what.zh);
                news.push(Phrase {
                    en: format!("{file}: since this version {names}: {en}"),
                    zh: format!("{file}：从这个版本起，{names}：{zh}"),
                });
            }
        }
    }
    if recovered.put_back.is_some() {
        news.push(phrase!(
            "the state is an older copy of what was here: what was done after it is not known",
            "这份状态是此处原有状态的旧副本：它之后做过什么，已无从得知"
        ));
    }
    news
}
