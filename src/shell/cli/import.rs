//! `playbook members import`: members from a CSV file into a running engine.

use super::{args::TargetArg, failure::Failure, output::Output, remote::Remote};
use crate::{
    base::{
        decode::decode,
        diagnostic::suggest,
        ids::{GroupId, MemberId},
        limits,
        member::{Listed, Member, Members},
        phrase::{Phrase, phrase},
        words::tick,
    },
    engine::{input::Command, state::State},
    lang::{
        data::DataProblem,
        roster::{self, PersonRow},
    },
    model::playbook::Playbook,
    shell::files,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum MembersCommand {
    Import(ImportArgs),
    Export(super::export::ExportArgs),
    Show(super::export::ShowArgs),
    Forget(super::forget::ForgetArgs),
    Tag(super::of_member::TagArgs),
    Replied(super::of_member::RepliedArgs),
}

/// Brings a list of members in: known ones are updated, nobody is removed unless `--replace`.
///
/// The header names `id` or `name`, and any of `role`, `source`, `joined`, `seen`, `tags` (separated by spaces,
/// commas, semicolons or `、`), `messages`, `points` and `group`; every other column becomes a field. Case does not
/// matter, and 编号, 昵称, 身份, 来源, 入群时间, 最后发言, 标签, 发言数, 积分 and 群 are understood. What the list does
/// not say stays unknown: without `seen`, nobody is taken for silent.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The CSV file, as Excel or another spreadsheet saves it: UTF-8, GB18030 or UTF-16.
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Those who are new have just joined: each of them is reported as `member.joined`.
    #[arg(long)]
    joined: bool,
    /// Members who are not in the list have left.
    #[arg(long)]
    replace: bool,
    /// With `--replace`: lets those go who are not in the list.
    #[arg(long, requires = "replace")]
    yes: bool,
    /// Says what it would do, and does nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl MembersCommand {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Import(import) => import.run(out),
            Self::Export(export) => export.run(out),
            Self::Show(show) => show.run(out),
            Self::Forget(forget) => forget.run(out),
            Self::Tag(tag) => tag.run(out),
            Self::Replied(replied) => replied.run(out),
        }
    }
}

impl ImportArgs {
    fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let text = self.text()?;
        let mut groups = self.groups(&text)?;
        if groups.is_empty() {
            // An empty list is still on record, and with --replace everybody has left.
            groups.insert(None);
        }
        let mut brought = Vec::new();
        for group in groups {
            let mut target = self.target.clone();
            target.group.group = group.clone().or(target.group.group);
            let remote = target.remote()?;
            let state = remote.state()?;
            let playbook = remote.playbook(&state);
            let identity = playbook.as_ref().and_then(|playbook| playbook.keeping.identity.clone());
            let rows = self.rows(&text, identity.as_deref(), &remote.zone)?;
            let known = playbook.as_ref().and_then(|book| book.groups.get(&remote.group));
            let title = known.map(|known| &*known.title);
            let is_own = |row: &PersonRow| match row.group.as_deref() {
                None => true,
                named => named == group.as_deref() || named == Some(remote.group.as_str()) || named == title,
            };
            let (mut own, others): (Vec<PersonRow>, Vec<PersonRow>) = rows.into_iter().partition(is_own);
            if self.target.group.group.is_some() && !others.is_empty() {
                let named: BTreeSet<String> = others.iter().filter_map(|row| row.group.clone()).collect();
                let named = named.into_iter().take(limits::LEAVING_SHOWN).collect::<Vec<_>>().join(", ");
                let rows = Phrase::counted(others.len(), "row", "行");
                out.say(phrase!(
                    "{rows} of other groups left out: {named}; without --group each goes into its own",
                    "别的群的 {rows}没有导入：{named}；不写 `--group` 就各进各的群";
                    rows
                ))?;
            }
            if let Some(playbook) = &playbook {
                Self::declare(&mut own, playbook, out)?;
            }
            self.give_ids(&text, &mut own, &state.members)?;
            brought.push((remote, state, own));
        }
        // Whoever goes in any group is said before anything is done in one.
        let mut goes = Phrase::default();
        for (remote, state, rows) in &brought {
            let leaving = self.leaving(&state.members, rows);
            if let Some(leave) = who_leaves(&remote.group, &state.members, &leaving) {
                out.say(leave.clone())?;
                goes = leave;
            }
            if self.dry_run {
                let members = Phrase::counted(rows.len(), "row", "行");
                let group = &remote.group;
                out.say(
                    phrase!("{group}: {members} would be imported", "{group}：会导入 {members}"; members),
                )?;
            }
        }
        if self.dry_run {
            return Ok(());
        }
        if goes != Phrase::default() && !self.yes {
            return Err(Failure::refused(phrase!(
                "nothing was imported: --replace lets people go who are not in the list",
                "什么都没有导入：`--replace` 会让不在名单里的人离开"
            ))
            .help(phrase!(
                "add --yes if that is meant; without --replace nobody goes",
                "确实要这样就加上 `--yes`；不写 `--replace` 就谁也不离开"
            )));
        }
        for (remote, state, rows) in brought {
            self.bring(&text, rows, (&remote, state), out)?;
        }
        Ok(())
    }

    /// Gives a row without an id the one of the member who has its name.
    fn give_ids(&self, text: &str, rows: &mut [PersonRow], known: &Members) -> Result<(), Failure> {
        for row in rows.iter_mut().filter(|row| row.by_name) {
            let name = row.listed.member.name.as_str();
            let mut named: Vec<&MemberId> =
                known.iter().filter(|member| member.name == name).map(|member| &member.id).collect();
            match &named[..] {
                [] => {}
                [one] => row.listed.member.id = (*one).clone(),
                _ => {
                    named.sort();
                    let ids = named.into_iter().map(MemberId::as_str).collect::<Vec<_>>().join(", ");
                    let (path, line) = (self.file.display(), line(text, row.range.start));
                    return Err(Failure::refused(phrase!(
                        "{path}:{line}: `{name}` is the name of {ids}",
                        "{path}:{line}: `{name}` 是 {ids} 的名字"
                    ))
                    .help(phrase!(
                        "give the row the id of the one who is meant, in a column `id`",
                        "在 `id` 一列写上所指的那个人的编号"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Who is not in the list any more, where that means that they have left.
    fn leaving(&self, known: &Members, rows: &[PersonRow]) -> Vec<MemberId> {
        if !self.replace {
            return Vec::new();
        }
        let there: BTreeSet<&MemberId> = rows.iter().map(|row| known.own_id(&row.listed.member.id)).collect();
        known.ids().filter(|id| !there.contains(id)).cloned().collect()
    }

    fn text(&self) -> Result<String, Failure> {
        let path = self.file.display();
        let bytes = files::bytes(&self.file, limits::DATA_BYTES_MAX).map_err(|error| {
            let (at, error) = (Phrase::same(path.to_string()), error.in_words());
            Failure::environment(phrase!("{at} cannot be read: {error}", "读不了 {at}：{error}"; at, error))
        })?;
        let (text, _) = decode(&bytes).map_err(|error| {
            let (path, error) = (Phrase::same(path.to_string()), error.phrase());
            Failure::usage(phrase!("{path}: {error}", "{path}：{error}"; path, error))
        })?;
        Ok(text.into_owned())
    }

    fn rows(
        &self,
        text: &str,
        identity: Option<&str>,
        zone: &crate::base::time::Zone,
    ) -> Result<Vec<PersonRow>, Failure> {
        roster::read(text, identity, zone).map_err(|problems| self.refused(text, &problems))
    }

    fn refused(&self, text: &str, problems: &[DataProblem]) -> Failure {
        let said = |problem: &DataProblem| {
            let (path, line, words) =
                (self.file.display(), line(text, problem.range.start), problem.in_words());
            phrase!("{path}:{line}: {words}", "{path}:{line}: {words}"; words)
        };
        let all = problems.iter().map(said);
        Failure::usage(
            all.reduce(|all, one| phrase!("{all}\n{one}", "{all}\n{one}"; all, one)).unwrap_or_default(),
        )
    }

    /// The groups that get members: those that the rows name, and the one that is meant where a row names none.
    fn groups(&self, text: &str) -> Result<BTreeSet<Option<String>>, Failure> {
        let rows = self.rows(text, None, &crate::base::time::Zone::utc())?;
        Ok(match self.target.group.group.clone() {
            Some(wanted) => BTreeSet::from([Some(wanted)]),
            None => rows.into_iter().map(|row| row.group).collect(),
        })
    }

    /// Puts columns under the names of the fields that they fill, and says which those are.
    fn declare(rows: &mut [PersonRow], playbook: &Playbook, out: &mut Output) -> Result<(), Failure> {
        let keeping = &playbook.keeping;
        let meant = rows.iter_mut().flat_map(|row| roster::as_declared(keeping, &mut row.listed.member));
        for (column, field) in meant.collect::<BTreeSet<_>>() {
            out.say(phrase!(
                "the column {} fills the field `{field}`",
                "{} 这一列填的是字段 `{field}`",
                tick(&column)
            ))?;
        }
        Ok(())
    }

    /// Says which columns the playbook does not keep, and which field of it could be meant by one.
    fn tell_left_out(
        listed: &BTreeMap<MemberId, Listed>,
        (remote, state): (&Remote, &State),
        out: &mut Output,
    ) -> Result<(), Failure> {
        let Some(playbook) = remote.playbook(state) else { return Ok(()) };
        let columns: BTreeSet<&String> = listed.values().flat_map(|one| one.member.fields.keys()).collect();
        let members = listed.values().map(|one| {
            // What a list does not tell stays as it is.
            let mut member = one.member.clone();
            let known = state.members.get(&member.id).map(|known| known.fields.clone()).unwrap_or_default();
            for (name, value) in known {
                member.fields.entry(name).or_insert(value);
            }
            member
        });
        let members: Vec<Member> = members.collect();
        for (_, words) in roster::unlike(&playbook.keeping, members.iter()) {
            out.say(words)?;
        }
        let declared = playbook.keeping.fields.iter().flatten().map(|(name, _)| &**name);
        for column in columns.into_iter().filter(|column| !playbook.keeping.keeps(column)) {
            let meant = match suggest::nearest(column, declared.clone()) {
                Some(near) => phrase!("; is `{near}` meant?", "；是不是指 `{near}`？"),
                None => Phrase::default(),
            };
            let column = tick(column);
            out.say(phrase!(
                "the column {column} is not kept: `members.fields` does not have it{meant}",
                "{column} 这一列没有保留：`members.fields` 里没有它{meant}";
                meant
            ))?;
        }
        Ok(())
    }

    /// Brings members into one group, so many at once.
    fn bring(
        &self,
        text: &str,
        rows: Vec<PersonRow>,
        (remote, state): (&Remote, State),
        out: &mut Output,
    ) -> Result<(), Failure> {
        let left = self.leaving(&state.members, &rows);
        let named = rows.iter().any(|row| row.group.is_some());
        for (later, earlier) in roster::twice(&rows, |row| (&row.listed, None)) {
            let (later, earlier) = (&rows[later], &rows[earlier]);
            let id = tick(later.listed.member.id.as_str());
            let (later, earlier) = (line(text, later.range.start), line(text, earlier.range.start));
            out.say(phrase!(
                "line {later}: {id} is in line {earlier} already, and otherwise; the later line counts",
                "第 {later} 行：{id} 在第 {earlier} 行已经有了，内容不同；以后一行为准"
            ))?;
        }
        let mut listed: BTreeMap<MemberId, Listed> = BTreeMap::new();
        for row in rows {
            listed.insert(row.listed.member.id.clone(), row.listed);
        }
        Self::tell_left_out(&listed, (remote, &state), out)?;
        let known = state.members;
        let unseen = listed.values().filter(|one| one.seen.is_none());
        let unseen = unseen.filter(|one| known.activity(&one.member.id).seen.is_none()).count();
        let brought = listed.len();
        let new = listed.keys().filter(|id| !known.contains(id)).count();
        let doubles = known_by_name(&known, &listed);
        let mut listed = listed.into_values();
        let mut going = left.iter().cloned();
        loop {
            let members: Vec<Listed> = listed.by_ref().take(limits::MEMBERS_AT_ONCE_MAX).collect();
            let room = limits::MEMBERS_AT_ONCE_MAX - members.len();
            let left: Vec<MemberId> = going.by_ref().take(room).collect();
            let more = listed.len() + going.len() > 0;
            let command = Command::ImportMembers { members, left, joined: self.joined };
            super::client::command(&remote.dir, &remote.group, command)?;
            if !more {
                break;
            }
        }
        let left = match left.len() {
            0 => Phrase::default(),
            n => phrase!(", {n} left", "，{n} 位离开"),
        };
        let group = if named { phrase!(" into {}", "到 {}", remote.group) } else { Phrase::default() };
        let members = Phrase::counted(brought, "member", "位成员");
        out.say(
            phrase!("imported {members}{group}{left}", "导入了 {members}{group}{left}"; members, group, left),
        )?;
        if !doubles.is_empty() {
            tell_joined(&doubles, &remote.state()?.members, out)?;
        }
        if self.joined {
            out.say(match new {
                0 => phrase!(
                    "all of them were known already: nobody is reported as joined",
                    "这些人早就在了：没有人按进群报告"
                ),
                _ => phrase!("{new} of them reported as joined", "其中 {new} 位按进群报告了"),
            })?;
        }
        if unseen > 0 && !self.joined {
            let have = if unseen == 1 { "has" } else { "have" };
            let unseen =
                Phrase { en: format!("{unseen} of them {have}"), zh: format!("其中 {unseen} 位") };
            out.say(phrase!(
                "{unseen} no `seen`: until they are heard, nobody knows whether they are silent, and no \
                 prune takes them",
                "{unseen}没有 `seen`：在听到发言之前，没人知道是否久未出现，`prune` 也不会移出";
                unseen
            ))?;
        }
        Ok(())
    }
}

/// Who leaves a group by a list, by name.
fn who_leaves(group: &GroupId, known: &Members, leaving: &[MemberId]) -> Option<Phrase> {
    let called = |id: &MemberId| match known.name_of(id) {
        name if name == id.as_str() => name,
        name => format!("{name} ({id})"),
    };
    let (n, all) = (Phrase::counted(leaving.len(), "member", "位成员"), known.len());
    let more = leaving.len().saturating_sub(limits::LEAVING_SHOWN);
    let who: Vec<String> = leaving.iter().take(limits::LEAVING_SHOWN).map(called).collect();
    let (who, behind) = (who.join(", "), if more > 0 { format!(", +{more}") } else { String::new() });
    (!leaving.is_empty()).then(|| {
        phrase!(
            "{group}: of {all}, {n} not in the list would leave: {who}{behind}",
            "{group}：{all} 人里有 {n}不在名单里，会离开：{who}{behind}";
            n
        )
    })
}

/// Listed members with a name that is all that is known of somebody else, as a paste leaves it: that one, and them.
fn known_by_name(
    known: &Members,
    listed: &BTreeMap<MemberId, Listed>,
) -> BTreeMap<MemberId, BTreeSet<MemberId>> {
    let mut found: BTreeMap<MemberId, BTreeSet<MemberId>> = BTreeMap::new();
    for Listed { member, .. } in listed.values() {
        let name = MemberId::new(member.name.as_str());
        let same = known.get(&name).is_some_and(|known| known.id == name && known.name == member.name);
        if same && name != *known.own_id(&member.id) && !listed.contains_key(&name) {
            found.entry(name).or_default().insert(member.id.clone());
        }
    }
    found
}

/// Says who was joined with whom, and who may be one and was not.
fn tell_joined(
    doubles: &BTreeMap<MemberId, BTreeSet<MemberId>>,
    now: &Members,
    out: &mut Output,
) -> Result<(), Failure> {
    for (name, ids) in doubles {
        let into = now.own_id(name);
        let known = now.contains(name);
        if into != name {
            out.say(phrase!(
                "{name} was known by name only and is {into} now, answers included",
                "{name} 之前只知道名字，现在就是 {into}，回答也归过去了"
            ))?;
        } else if known {
            let ids = ids.iter().map(MemberId::as_str).collect::<Vec<_>>().join(", ");
            out.say(phrase!(
                "! {name} is known by name only and may be {ids}: both are members now; answer by the id, and forget the other",
                "! {name} 只知道名字，可能就是 {ids}：现在两个都是成员；请用编号报回答，再忘掉另一个"
            ))?;
        }
    }
    Ok(())
}

/// The line in which a byte stands.
fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}
