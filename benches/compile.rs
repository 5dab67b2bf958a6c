//! The compiler: megabytes a second, for the yardstick and for a long file.

use crate::measure::{line, time};
use playbook::{base::source::MemoryFolder, lang};
use std::{fmt::Write as _, sync::Arc};

pub(crate) fn run() {
    let mut text = String::from("name: long\ntimezone: Asia/Shanghai\nplays:\n");
    for n in 0..2_000 {
        let _ = write!(
            text,
            "  play-{n}:\n    title: 第 {n} 个\n    every: friday at 20:{:02}\n    when: members.count > {n}\n    steps:\n      - post: 大家好 ${{members.count}}\n      - wait: 20m\n      - post: |\n          ## 结束\n          谢谢 **大家**。\n",
            n % 60
        );
    }
    measure("2,000 plays", &text);
    for plays in [10, 100] {
        let end = text.match_indices("\n  play-").nth(plays).map_or(text.len(), |(i, _)| i + 1);
        measure(&format!("{plays} plays"), &text[..end]);
    }
}

fn measure(what: &str, text: &str) {
    let mut folder = MemoryFolder::default();
    folder.0.insert("p.yaml".into(), Arc::from(text));
    let rounds = (4_000_000 / text.len()).clamp(3, 200);
    let (took, ()) = time(|| {
        for _ in 0..rounds {
            let compiled = lang::compile(&folder, "p.yaml");
            assert!(compiled.playbook.is_some(), "{:?}", compiled.report);
        }
    });
    let each = took / rounds as u32;
    let speed = text.len() as f64 / each.as_secs_f64() / 1e6;
    line(what, format!("{speed:>8.1} MB/s   ({} bytes in {:.2} ms)", text.len(), each.as_secs_f64() * 1e3));
}
