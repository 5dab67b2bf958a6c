//! Pass 3: every name that was used is one that is defined.

use super::{
    cx::Cx,
    names::{NameSort, Reference},
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::source::Span,
    lang::{codes, document::near},
};

impl Cx<'_> {
    /// Notes that a name is used.
    pub(crate) fn refer(&mut self, sort: NameSort, name: &str, span: Span) {
        self.refs.push(Reference { sort, name: name.to_owned(), span });
    }

    /// Checks every name that was used.
    pub(crate) fn resolve(&mut self) {
        for reference in std::mem::take(&mut self.refs) {
            let Reference { sort, name, span } = reference;
            if self.names.has(sort, &name) {
                continue;
            }
            let (word, key) = sort.words();
            let names = self.names.all(sort);
            let help = if sort == NameSort::Channel && name == "group" {
                pair(
                    "a message goes to the channel `group` unless it says `to`: define it under `channels`",
                    "消息不写 `to` 就发到频道 `group`：请在 `channels` 下面定义它",
                )
                .into()
            } else if names.is_empty() {
                let key = under(key);
                phrase!("define it under {key}", "在 {key} 下面定义它"; key)
            } else {
                {
                    let advice = near::advice(&name, &names, word);
                    let key = under(key);
                    phrase!("{advice} (names are defined under {key})", "{advice}（名字在 {key} 下面定义）"; advice, key)
                }
            };
            self.error(
                codes::UNKNOWN_NAME,
                span,
                phrase!("there is no {word} `{name}`", "没有{word} `{name}`"; word),
                help,
            );
            let names: Vec<String> = self.names.all(sort).into_iter().map(str::to_owned).collect();
            self.mend_name(span, &name, &names);
        }
    }
}

/// The keys under which names are defined, in backticks.
fn under(key: &str) -> Phrase {
    Phrase {
        en: format!("`{key}`"), zh: format!("`{key}`").replace(" and ", " 和 ").replace("`, `", "`、`")
    }
}
