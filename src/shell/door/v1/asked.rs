//! What a request to `/v1` asks for: which group, from where on, how many lines.
//!
//! Pure.

use crate::{
    base::{ids::GroupId, limits},
    shell::door::answer::Turned,
};
use axum::http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asked {
    /// The only group that is meant.
    pub(super) group: Option<GroupId>,
    /// After which line.
    pub(super) after: Option<String>,
    /// How many lines at most.
    pub(super) limit: usize,
    /// What else was said.
    more: BTreeMap<String, String>,
}

impl Asked {
    /// Reads a query; `more` are the words that it may say beside the common ones.
    pub(super) fn read(query: &str, more: &[&str]) -> Result<Self, Turned> {
        let mut asked = Self { limit: limits::VIEW_LINES_MAX, ..Self::default() };
        for (key, value) in pairs(query)? {
            match key.as_str() {
                "group" => asked.group = Some(GroupId::from(value)),
                "after" => asked.after = Some(value),
                "limit" => {
                    let limit =
                        value.parse().ok().filter(|limit| (1..=limits::VIEW_LINES_MAX).contains(limit));
                    let most = limits::VIEW_LINES_MAX;
                    asked.limit =
                        limit.ok_or_else(|| wrong(format!("`limit` is a number from 1 to {most}")))?;
                }
                key if more.contains(&key) => {
                    asked.more.insert(key.to_owned(), value);
                }
                key => {
                    let known: Vec<&str> = ["group", "after", "limit"].iter().chain(more).copied().collect();
                    return Err(wrong(format!(
                        "{key:?} cannot be asked here; there are {}",
                        known.join(", ")
                    )));
                }
            }
        }
        Ok(asked)
    }

    /// Something that was said beside the common words.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.more.get(key).map(String::as_str)
    }

    /// A number that was said.
    pub(super) fn number(&self, key: &str, otherwise: usize, most: usize) -> Result<usize, Turned> {
        let Some(text) = self.get(key) else { return Ok(otherwise) };
        let number = text.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| wrong(format!("`{key}` is a number up to {most}")))
    }

    /// After which entry of the journal.
    pub(super) fn seq(&self) -> Result<i64, Turned> {
        let Some(after) = &self.after else { return Ok(0) };
        let seq = after.parse().ok().filter(|seq| *seq >= 0);
        seq.ok_or_else(|| wrong("`after` is the number of an entry of the journal"))
    }

    /// After which line of a list: its group, and its own id there.
    pub(super) fn line(&self) -> Option<(&str, &str)> {
        let after = self.after.as_deref()?;
        Some(after.split_once('/').unwrap_or((after, "")))
    }
}

/// A request that cannot be understood.
pub(super) fn wrong(message: impl Into<String>) -> Turned {
    Turned::new(StatusCode::BAD_REQUEST, "query", message)
}

/// The query of the lines after these.
pub(super) fn next(query: &str, after: &str) -> String {
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let after = format!("after={}", utf8_percent_encode(after, NON_ALPHANUMERIC));
    kept.chain([after.as_str()]).collect::<Vec<_>>().join("&")
}

fn pairs(query: &str) -> Result<Vec<(String, String)>, Turned> {
    let text = |part: &str| {
        let decoded =
            percent_decode_str(&part.replace('+', " ")).decode_utf8().map(std::borrow::Cow::into_owned);
        decoded.map_err(|_| wrong("the query is not UTF-8"))
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((text(key)?, text(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_which_lines_and_nothing_that_is_not_known() {
        let asked = Asked::read("group=xian&after=bath%2F7&limit=5&at=2026-12-01+08%3A00", &["at"]).unwrap();
        assert_eq!((asked.group.as_ref().map(GroupId::as_str), asked.limit), (Some("xian"), 5));
        assert_eq!((asked.line(), asked.get("at")), (Some(("bath", "7")), Some("2026-12-01 08:00")));
        assert_eq!(Asked::read("", &[]).unwrap().limit, limits::VIEW_LINES_MAX);
        for bad in ["limit=0", "limit=1001", "limit=x", "at=1", "group=%ff"] {
            assert!(Asked::read(bad, &[]).is_err(), "{bad}");
        }
        assert!(Asked::read("after=-1", &[]).unwrap().seq().is_err());
        assert_eq!(Asked::read("after=12", &[]).unwrap().seq().unwrap(), 12);
    }

    #[test]
    fn the_next_lines_are_asked_for_as_these_were() {
        assert_eq!(next("group=a&after=1&limit=2", "a/7"), "group=a&limit=2&after=a%2F7");
        assert_eq!(next("", "9"), "after=9");
    }
}
