//! What is rewritten in the state before an engine works on it: members who asked to be forgotten, fields that were
//! kept long enough.
//!
//! Says what it did. What could not be done now is tried again at the next start.

use super::console::Console;
use crate::{
    base::phrase::{Phrase, phrase},
    shell::store,
};
use std::path::Path;

/// Forgets whoever waits for it.
pub(super) fn forget(dir: &Path, console: &Console) {
    match store::forget(dir) {
        Ok(done) => {
            for done in done {
                let words = phrase!(
                    "forgotten a member of {}, now {}",
                    "{} 的一位成员已遗忘，现在是 {}",
                    done.group,
                    done.gone
                );
                console.say(words.of(console.locale()));
            }
        }
        Err(error) => {
            let error = error.in_words();
            let words = phrase!(
                "nobody was forgotten yet, and it is tried again at the next start: {error}",
                "还没有人被遗忘，下次启动再试：{error}";
                error
            );
            Console::trouble(words.of(console.locale()));
        }
    }
}

/// Takes from the journal the fields that were kept long enough.
pub(super) fn expire(dir: &Path, console: &Console) {
    match store::expire(dir) {
        Ok(0) => {}
        Ok(n) => {
            let n = Phrase::counted(n, "decision", "次决定");
            let words = phrase!("{n} rewritten: what was kept long enough is gone", "改写了 {n}：保存期满的已经去掉"; n);
            console.say(words.of(console.locale()));
        }
        Err(error) => {
            let error = error.in_words();
            let words = phrase!(
                "the journal still has what was kept long enough, and it is tried again at the next start: {error}",
                "日志里还留着保存期满的内容，下次启动再试：{error}";
                error
            );
            Console::trouble(words.of(console.locale()));
        }
    }
}
