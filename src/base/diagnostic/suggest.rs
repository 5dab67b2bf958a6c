//! The nearest name: "did you mean …?". Good for short names and for Chinese; silent when nothing is near.

use strsim::{jaro_winkler, osa_distance};

/// The candidate that a person most likely meant; `None` when nothing is near enough to be worth saying.
///
/// Upper and lower case, `-`, `_` and spaces do not count as different. Among equally near ones the one that is
/// most alike wins, then the first.
pub fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = fold(found);
    if plain.is_empty() {
        return None;
    }
    let mut best: Option<(usize, f64, &'a str)> = None;
    for candidate in candidates {
        if candidate == found {
            continue;
        }
        let other = fold(candidate);
        let Some(distance) = near(&plain, &other) else { continue };
        let alike = jaro_winkler(&plain, &other);
        if best.is_none_or(|(d, a, _)| distance < d || (distance == d && alike > a)) {
            best = Some((distance, alike, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// The one candidate that differs in a single letter (or in case, `-`, `_`), where no other is nearly as near: what was
/// meant for certain. Names of three letters and less are never certain.
pub fn certain<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = fold(found);
    if plain.chars().count() < 4 {
        return None;
    }
    let (mut one, mut near) = (None, 0);
    for candidate in candidates {
        match osa_distance(&plain, &fold(candidate)) {
            0 | 1 => {
                near += 1;
                one = Some(candidate);
            }
            2 => near += 1,
            _ => {}
        }
    }
    one.filter(|_| near == 1)
}

/// How far two folded names are, when that is near.
fn near(found: &str, other: &str) -> Option<usize> {
    let distance = osa_distance(found, other);
    if distance <= allowed(found, other) {
        return Some(distance);
    }
    // A name of which a whole dotted part was left out: `joined` for `member.joined`.
    let part = |long: &str, short: &str| short.chars().count() >= 3 && long.split('.').any(|p| p == short);
    (part(other, found) || part(found, other)).then_some(distance)
}

/// How many letters may differ: a Chinese character says as much as a syllable, so half of them may; of Latin
/// letters a third, and of very short words one only when the word begins alike.
fn allowed(found: &str, other: &str) -> usize {
    let length = found.chars().count().max(other.chars().count());
    if !found.is_ascii() && !other.is_ascii() {
        return length / 2;
    }
    match length {
        0 | 1 => 0,
        2 | 3 => usize::from(found.chars().next() == other.chars().next()),
        4 | 5 => 1,
        _ => length / 3,
    }
}

fn fold(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| if matches!(c, '-' | ' ') { '_' } else { c })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{certain, nearest};

    #[test]
    fn is_certain_of_one_letter_and_one_candidate() {
        assert_eq!(certain("tilte", ["title", "steps"]), Some("title"));
        assert_eq!(certain("max-late", ["max_late", "when"]), Some("max_late"));
        assert_eq!(certain("post", ["posts", "host"]), None);
        assert_eq!(certain("too", ["to"]), None);
        assert_eq!(certain("tiel", ["title"]), None);
    }

    #[test]
    fn finds_slips_of_the_finger() {
        let keys = ["title", "during", "steps", "when", "every", "at", "to", "max_late", "on", "as"];
        assert_eq!(nearest("tilte", keys), Some("title"));
        assert_eq!(nearest("step", keys), Some("steps"));
        assert_eq!(nearest("durring", keys), Some("during"));
        assert_eq!(nearest("max-late", keys), Some("max_late"));
        assert_eq!(nearest("Evry", keys), Some("every"));
        assert_eq!(nearest("too", keys), Some("to"));
    }

    #[test]
    fn is_silent_when_nothing_is_near() {
        let keys = ["title", "during", "steps", "at", "to"];
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("x", keys), None);
        assert_eq!(nearest("by", keys), None);
        assert_eq!(nearest("", keys), None);
    }

    #[test]
    fn knows_chinese_names_and_dotted_ones() {
        assert_eq!(nearest("选书头票", ["选书投票", "周三猜谜"]), Some("选书投票"));
        assert_eq!(nearest("猜迷", ["猜谜", "清理"]), Some("猜谜"));
        assert_eq!(nearest("清理", ["猜谜", "投票"]), None);
        assert_eq!(nearest("joined", ["member.joined", "message"]), Some("member.joined"));
        assert_eq!(nearest("member.join", ["member.joined", "member.left"]), Some("member.joined"));
    }

    #[test]
    fn prefers_the_nearest_then_the_most_alike() {
        assert_eq!(nearest("post", ["host", "posts"]), Some("posts"));
    }
}
