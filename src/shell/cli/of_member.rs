//! `playbook members tag` and `replied`: what a person does about one member.

use super::{args::TargetArg, failure::Failure, output::Output};
use crate::{
    base::{ids::MemberId, phrase::phrase},
    engine::input::Command,
};

/// Gives a member a tag, or takes it away; plays that hear `tag.added` hear of it.
#[derive(Debug, clap::Args)]
pub(super) struct TagArgs {
    /// The id of the member.
    #[arg(value_name = "ID")]
    member: String,
    /// The tag: one word.
    #[arg(value_name = "TAG")]
    tag: String,
    /// Takes it away.
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl TagArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let (member, tag) = (MemberId::new(&self.member), self.tag.clone());
        let said = if self.off {
            phrase!("{member} has no tag {tag} any more", "{member} 已去掉标签 {tag}")
        } else {
            phrase!("{member} has the tag {tag}", "{member} 已打标签 {tag}")
        };
        remote.command(Command::Tag { member, tag, off: self.off, by: remote.by.clone() }, said, out)
    }
}

/// Says that what a member asked was answered where no channel hears it: it waits no more, and counts as answered.
#[derive(Debug, clap::Args)]
pub(super) struct RepliedArgs {
    /// The id of the member who asked.
    #[arg(value_name = "ID")]
    member: String,
    #[command(flatten)]
    target: TargetArg,
}

impl RepliedArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let member = MemberId::new(&self.member);
        let said = phrase!("what {member} asked was answered", "{member} 的提问已有人回答");
        remote.command(Command::Replied { member, asked: None, by: remote.by.clone() }, said, out)
    }
}
