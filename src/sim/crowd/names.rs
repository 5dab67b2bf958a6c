//! What synthetic people are called, and what they say.
//!
//! Words only; nothing depends on what they mean.

use crate::base::{locale::Locale, seed::Seed};

/// Family names and given names; together they make people who can be told apart.
const FAMILY_ZH: [&str; 12] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const GIVEN_ZH: [&str; 12] =
    ["一鸣", "子涵", "雨桐", "思远", "佳宁", "浩然", "静怡", "俊杰", "梓萱", "文博", "晓燕", "海涛"];
const GIVEN_EN: [&str; 12] =
    ["Ada", "Ben", "Carol", "Dan", "Eve", "Finn", "Grace", "Hugo", "Iris", "Jon", "Kim", "Leo"];
const FAMILY_EN: [&str; 12] =
    ["Abel", "Brook", "Cole", "Dale", "Ellis", "Fox", "Gray", "Hart", "Ives", "Jones", "King", "Lane"];
const SAYINGS_ZH: [&str; 6] =
    ["早上好", "这段写得真好", "有人一起吗?", "谢谢分享", "我也这么觉得", "今天读完了"];
const SAYINGS_EN: [&str; 6] =
    ["good morning", "well said", "anyone joining?", "thanks for sharing", "same here", "done for today"];

/// What somebody says who advertises.
pub(super) fn advertisement(locale: Locale) -> &'static str {
    locale.pick(
        "cheap loans, guaranteed profit: https://shop.example/x",
        "低价好物，稳赚不赔：https://shop.example/x",
    )
}

/// A name in the playbook's locale.
pub(super) fn name(locale: Locale, seed: &mut Seed) -> String {
    let family = seed.below(12) as usize;
    let given = seed.below(12) as usize;
    match locale {
        Locale::Zh => format!("{}{}", FAMILY_ZH[family], GIVEN_ZH[given]),
        Locale::En => format!("{} {}", GIVEN_EN[given], FAMILY_EN[family]),
    }
}

/// Something that a member says.
pub(super) fn saying(locale: Locale, seed: &mut Seed) -> &'static str {
    let sayings = match locale {
        Locale::Zh => &SAYINGS_ZH,
        Locale::En => &SAYINGS_EN,
    };
    sayings[seed.below(sayings.len() as u64) as usize]
}
