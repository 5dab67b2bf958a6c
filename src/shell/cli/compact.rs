//! `playbook compact`: older journal into compressed pages.
//!
//! Needs no engine and disturbs none.

use super::{
    args::{StateArg, time_of_all},
    failure::Failure,
    output::Output,
    state::directory,
};
use crate::{
    base::phrase::{Phrase, phrase},
    shell::store::{self, Reader},
};

/// Compresses the older part of the journal, engine running or not.
///
/// `log`, `why` and `simulate --world journal:DIR` read it as before. Texts of playbook versions that no group and no
/// run has any more go. With no engine running, the file is shortened; else its free space is used again.
#[derive(Debug, clap::Args)]
pub(super) struct CompactArgs {
    /// What was decided before this is compressed.
    #[arg(long, value_name = "TIME")]
    before: String,
    #[command(flatten)]
    state: StateArg,
}

impl CompactArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let failed = |error: store::StoreError| Failure::environment(error.in_words());
        let groups = Reader::open(&dir).and_then(|reader| reader.groups()).map_err(failed)?;
        let before = time_of_all(&self.before, &groups)?;
        let done = store::compact(&dir, before).map_err(failed)?;
        let decisions = Phrase::counted(done.decisions as usize, "decision", "个决定");
        let (text, page) = (done.text_bytes, done.page_bytes);
        out.say(phrase!(
            "{decisions} compressed: {text} bytes of text are {page} now",
            "压缩了 {decisions}：{text} 字节的文字现在是 {page} 字节";
            decisions
        ))?;
        if done.sources > 0 {
            let versions = Phrase::counted(done.sources as usize, "playbook version", "个剧本版本");
            out.say(phrase!(
                "{versions} that nobody has any more: dropped",
                "{versions}没人再用，已删除";
                versions
            ))?;
        }
        let after = if done.online {
            phrase!(
                "free space in it is used again; compact with no engine running to shorten it",
                "空出来的地方会再用；引擎没开时再压缩才会变短"
            )
        } else if done.after_bytes < done.before_bytes {
            phrase!("shortened", "变短了")
        } else {
            phrase!("there was nothing to gain", "没有可以省的")
        };
        let (was, is) = (done.before_bytes, done.after_bytes);
        out.say(phrase!(
            "the file had {was} bytes and has {is}: {after}",
            "文件原来 {was} 字节，现在 {is} 字节：{after}";
            after
        ))?;
        Ok(())
    }
}
