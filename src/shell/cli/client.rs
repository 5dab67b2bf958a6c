//! What the commands ask of a running engine, through the socket in its state directory.
//!
//! An answer comes after the commit: what was said to be done is done for ever.

use super::failure::Failure;
use crate::{
    base::{
        hint,
        ids::{EffectId, GroupId, MemberId},
        phrase::{Phrase, phrase},
        value::Value,
    },
    engine::input::Command,
    shell::{
        socket::{self, Ask, CommandReply, CommandRequest, SocketError},
        store::Reader,
    },
};
use std::path::Path;

/// Sends a command of an operator.
pub(super) fn command(dir: &Path, group: &GroupId, command: Command) -> Result<CommandReply, Failure> {
    ask(dir, group, Ask::Command(command))
}

/// Reports a fact; by hand it is refused where nobody hears it.
pub(super) fn signal(
    dir: &Path,
    group: &GroupId,
    name: &str,
    member: Option<MemberId>,
    data: Value,
    by_hand: bool,
) -> Result<CommandReply, Failure> {
    ask(dir, group, Ask::Signal { name: name.into(), member, data, by_hand })
}

/// Sends a message again that was refused or is in doubt.
pub(super) fn retry(dir: &Path, group: &GroupId, effect: &EffectId) -> Result<CommandReply, Failure> {
    ask(dir, group, Ask::Resend { effect: effect.clone() })
}

/// Says that a message in doubt has arrived.
pub(super) fn arrived(
    dir: &Path,
    group: &GroupId,
    effect: &EffectId,
    by: Option<String>,
) -> Result<CommandReply, Failure> {
    ask(dir, group, Ask::Arrived { effect: effect.clone(), by })
}

/// Has every file and every secret read again.
pub(super) fn reload(dir: &Path) -> Result<CommandReply, Failure> {
    put(dir, None, Ask::Reload)
}

/// Has somebody forgotten, in one group or in all.
pub(super) fn forget(dir: &Path, group: Option<GroupId>, member: MemberId) -> Result<CommandReply, Failure> {
    put(dir, group, Ask::Forget { member })
}

fn ask(dir: &Path, group: &GroupId, ask: Ask) -> Result<CommandReply, Failure> {
    put(dir, Some(group.clone()), ask).map_err(|refused| in_group(dir, group, refused))
}

/// A refusal whose commands work as they stand, where there are several groups.
fn in_group(dir: &Path, group: &GroupId, refused: Failure) -> Failure {
    let several = Reader::open(dir).and_then(|reader| reader.groups()).is_ok_and(|groups| groups.len() > 1);
    if !several {
        return refused;
    }
    let of_group = |phrase: &Phrase| hint::phrase_of_group(phrase, group.as_str());
    Failure { message: of_group(&refused.message), help: refused.help.as_ref().map(of_group), ..refused }
}

fn put(dir: &Path, group: Option<GroupId>, ask: Ask) -> Result<CommandReply, Failure> {
    let request = CommandRequest { id: None, group, ask };
    let reply = socket::request(dir, &request).map_err(|error| match error {
        SocketError::NotRunning(dir) => Failure::no_engine(&dir),
        broken @ SocketError::Broken { .. } => Failure::environment(broken.in_words()),
    })?;
    if reply.ok {
        return Ok(reply);
    }
    let silent = || phrase!("the engine refused and did not say why", "引擎拒绝了，没有说原因");
    Err(Failure::refused(reply.refusal().unwrap_or_else(silent)))
}
