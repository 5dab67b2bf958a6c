//! Pass 3: every name that was used is one that is defined.

use super::{cx::Cx, names::Sort};
use crate::{
    base::source::Span,
    lang::{codes, document::near},
};

/// A name and where it was used.
#[derive(Debug)]
pub(crate) struct Reference {
    /// What it should name.
    pub(crate) sort: Sort,
    /// The name.
    pub(crate) name: String,
    /// Where.
    pub(crate) span: Span,
}

impl Cx<'_> {
    /// Notes that a name is used.
    pub(crate) fn refer(&mut self, sort: Sort, name: &str, span: Span) {
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
            let help = if sort == Sort::Channel && name == "group" {
                "a message goes to the channel `group` unless it says `to`: define it under `channels`"
                    .to_owned()
            } else if names.is_empty() {
                format!("define it under `{key}`")
            } else {
                format!("{} (names are defined under `{key}`)", near::advice(&name, &names, word))
            };
            self.error(codes::UNKNOWN_NAME, span, format!("there is no {word} `{name}`"), help);
        }
    }
}
