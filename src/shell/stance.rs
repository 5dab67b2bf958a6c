//! What the words behind a name in a pasted chain say: that somebody comes, does not come, or that nobody can tell.
//!
//! Pure. Words that deny something and are no clear refusal (`no meat`, `不吃辣`) are never taken for one, nor for a yes.

/// What the words of a row, or of an option, say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    /// Nothing against it.
    Open,
    /// Does not come.
    No,
    /// Does not know yet.
    Maybe,
    /// Denies something, and it cannot be told what.
    Unclear,
}

const NO: [&str; 30] = [
    "不来",
    "不去",
    "不参加",
    "不到",
    "不行",
    "不能来",
    "不能去",
    "不能参加",
    "不报",
    "不约",
    "不加入",
    "来不了",
    "去不了",
    "参加不了",
    "来不成",
    "去不成",
    "到不了",
    "没空",
    "没时间",
    "没法来",
    "没法去",
    "请假",
    "缺席",
    "退出",
    "取消",
    "算了",
    "無法",
    "无法",
    "不來",
    "來不了",
];
const MAYBE: [&str; 14] = [
    "待定",
    "未定",
    "不一定",
    "不确定",
    "不知道",
    "看情况",
    "再看",
    "可能",
    "也许",
    "或许",
    "尽量",
    "再说",
    "说不定",
    "不好说",
];
const CANNOT: [&str; 5] = ["cant", "cannot", "wont", "couldnt", "unable"];
const DENIED: [&str; 18] = [
    "able",
    "attending",
    "available",
    "coming",
    "come",
    "free",
    "going",
    "in",
    "joining",
    "making",
    "me",
    "possible",
    "there",
    "this",
    "today",
    "tonight",
    "tomorrow",
    "participating",
];
const UNSURE: [&str; 9] =
    ["maybe", "perhaps", "possibly", "probably", "tbd", "tbc", "unsure", "undecided", "might"];
const DENIES: [&str; 10] =
    ["no", "not", "nope", "nah", "dont", "doesnt", "isnt", "arent", "never", "without"];

/// What denies something and says yes.
const AGREED: [&str; 5] = ["没问题", "不见不散", "没忌口", "no problem", "no worries"];

/// What is said, in small letters and without apostrophes.
fn plain(said: &str) -> String {
    let apostrophe = |c: &char| matches!(c, '\'' | '’' | '‘' | 'ʼ' | '＇' | '´' | '`');
    said.chars().filter(|c| !apostrophe(c)).flat_map(char::to_lowercase).collect()
}

/// What words say.
pub(super) fn stance(said: &str) -> Stance {
    let said = AGREED.iter().fold(plain(said), |said, words| said.replace(words, " "));
    let words: Vec<&str> =
        said.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let pair =
        |first: &str, then: &[&str]| words.windows(2).any(|two| two[0] == first && then.contains(&two[1]));
    let any = |of: &[&str]| words.iter().any(|word| of.contains(word));
    let open = said.trim_matches(|c: char| !c.is_alphanumeric() && !"?？".contains(c));
    let maybe = MAYBE.iter().any(|words| said.contains(words))
        || any(&UNSURE)
        || pair("not", &["sure", "certain", "decided", "yet"])
        || !open.is_empty() && open.chars().all(|c| "?？".contains(c));
    if maybe {
        return Stance::Maybe;
    }
    let refused = NO.iter().any(|words| said.contains(words))
        || matches!(open, "不" | "否" | "no" | "nope" | "nah" | "not" | "out" | "absent" | "sorry")
        || any(&CANNOT) && !any(&["wait"])
        || pair("not", &DENIED)
        || pair("no", &["sorry", "thanks", "thank", "i", "way", "show"]);
    if refused {
        Stance::No
    } else if any(&DENIES) || said.contains(['不', '没', '否']) {
        Stance::Unclear
    } else {
        Stance::Open
    }
}

/// Whether a name that nobody has is a name and a refusal written together: `小李不来`.
pub(super) fn ends_in_one(name: &str) -> bool {
    NO.iter().chain(&MAYBE).any(|words| name.ends_with(words))
}

/// Whether an option stands in what is said, as words of its own.
pub(super) fn names(said: &str, option: &str) -> bool {
    let (said, option) = (plain(said), plain(option));
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let (first, last) = (is_word(option.chars().next()), is_word(option.chars().next_back()));
    !option.is_empty()
        && said.match_indices(&option).any(|(at, found)| {
            let (before, behind) = (said[..at].chars().next_back(), said[at + found.len()..].chars().next());
            !(first && is_word(before) || last && is_word(behind))
        })
}

/// The option that a row chooses: the one that it names, else the first one, or the only one that says what the row says
/// against it. Nothing where that cannot be told.
pub(super) fn chosen<'o>(said: &str, options: &'o [String]) -> Option<&'o String> {
    let means = stance(said);
    let named = options.iter().filter(|option| names(said, option)).max_by_key(|option| option.len());
    if let Some(named) = named.filter(|named| means == Stance::Open || stance(named) == means) {
        return Some(named);
    }
    let fits = |option: &&String| match (means, stance(option)) {
        (Stance::No, of) => matches!(of, Stance::No | Stance::Unclear),
        (Stance::Maybe, of) => of == Stance::Maybe,
        _ => false,
    };
    if means == Stance::Open {
        return options.first();
    }
    let mut fitting = options.iter().filter(fits);
    fitting.next().filter(|_| fitting.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_never_the_first_option() {
        let english = ["I am coming", "not this time"].map(String::from);
        let chinese = ["来", "不来", "再看"].map(String::from);
        for (said, expected) in [
            ("", Some(0)),
            (" (not coming)", Some(1)),
            (" (no)", Some(1)),
            (" (can’t)", Some(1)),
            (" can't make it", Some(1)),
            ("（不来）", Some(1)),
            (" - maybe", None),
            (" - not sure", None),
            (" no meat", None),
            (" (late)", Some(0)),
            (" no problem", Some(0)),
        ] {
            assert_eq!(chosen(said, &english), expected.map(|at: usize| &english[at]), "{said}");
        }
        for (said, expected) in [
            ("（来不了）", Some(1)),
            (" 没空", Some(1)),
            (" 待定", Some(2)),
            (" 再看", Some(2)),
            (" 不吃辣", None),
            (" can't", Some(1)),
            ("（晚到）", Some(0)),
        ] {
            assert_eq!(chosen(said, &chinese), expected.map(|at: usize| &chinese[at]), "{said}");
        }
        let several = ["yes", "no", "not today"].map(String::from);
        assert_eq!(chosen(" can't", &several), None, "two say no");
        assert_eq!(chosen(" No", &several), Some(&several[1]));
        assert_eq!(chosen(" from now on", &several), Some(&several[0]), "`now` is no no");
    }
}
