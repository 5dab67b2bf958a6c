//! `playbook members import`: members from a CSV file into a running engine.

use super::{args::Target, failure::Failure, output::Output};
use crate::{
    base::{
        ids::MemberId,
        limits,
        member::Member,
        time::{Timestamp, Zone},
        value::Value,
        words,
    },
    engine::input::Command,
    shell::{clock, files},
};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum MembersCommand {
    Import(Import),
}

/// Brings a list of members in: known ones are updated, nobody is removed unless `--replace`.
///
/// The header names `id` or `name`, and any of `role`, `source`, `joined`, `seen`, `tags` (separated by spaces,
/// commas or `;`), `messages` and `points`; every other column becomes a field.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The CSV file, UTF-8.
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Members who are not in the list have left.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    target: Target,
}

impl MembersCommand {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let Self::Import(import) = self;
        import.run(out)
    }
}

impl Import {
    fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let path = self.file.display();
        let text = files::text(&self.file, limits::DATA_BYTES_MAX)
            .map_err(|error| Failure::environment(format!("{path} cannot be read: {error}")))?;
        let remote = self.target.remote()?;
        let members = members(&text, &remote.zone, clock::now())
            .map_err(|error| Failure::usage(format!("{path}: {error}")))?;
        let said = format!("imported {}", words::count(members.len(), "member"));
        remote.command(Command::ImportMembers { members, replace: self.replace }, &said, out)
    }
}

/// Reads the rows; an error names its line.
fn members(text: &str, zone: &Zone, now: Timestamp) -> Result<Vec<Member>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header: Vec<String> =
        reader.headers().map_err(|error| error.to_string())?.iter().map(str::to_owned).collect();
    if !header.iter().any(|name| name == "id" || name == "name") {
        return Err(format!("the header is {:?}; expected a column id or name", header.join(",")));
    }
    let mut members = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let line = index + 2;
        let record = record.map_err(|error| format!("line {line}: {error}"))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        members.push(member(&header, &record, zone, now).map_err(|error| format!("line {line}: {error}"))?);
        if members.len() > limits::MEMBERS_MAX {
            return Err(format!("it has more than {} members", limits::MEMBERS_MAX));
        }
    }
    Ok(members)
}

fn member(
    header: &[String],
    record: &csv::StringRecord,
    zone: &Zone,
    now: Timestamp,
) -> Result<Member, String> {
    let column = |name: &str| {
        let index = header.iter().position(|column| column == name)?;
        record.get(index).filter(|text| !text.is_empty())
    };
    let id = column("id").or(column("name")).ok_or("it has no id")?;
    let time = |name: &str| -> Result<Option<Timestamp>, String> {
        let read = |text: &str| {
            super::args::time(text, zone).map_err(|failure| format!("{name}: {}", failure.message))
        };
        column(name).map(read).transpose()
    };
    let number = |name: &str| -> Result<i64, String> {
        column(name)
            .map_or(Ok(0), |text| text.parse().map_err(|_| format!("{name}: {text:?} is not a whole number")))
    };
    let mut member = Member::new(MemberId::new(id), time("joined")?.unwrap_or(now));
    member.seen = time("seen")?.unwrap_or(member.joined);
    column("name").unwrap_or(id).clone_into(&mut member.name);
    column("role").unwrap_or_default().clone_into(&mut member.role);
    column("source").unwrap_or_default().clone_into(&mut member.source);
    member.messages = number("messages")?.max(0) as u64;
    member.points = number("points")?;
    let tags = column("tags").unwrap_or_default();
    member.tags =
        tags.split([' ', ',', ';', '、', ',']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    const KNOWN: [&str; 9] = ["id", "name", "role", "source", "joined", "seen", "messages", "points", "tags"];
    for (name, text) in header.iter().zip(record).filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        if !text.is_empty() && !name.is_empty() {
            member.fields.insert(name.clone(), Value::str(text));
        }
    }
    Ok(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Member>, String> {
        members(text, &Zone::named("Asia/Shanghai").unwrap(), Timestamp::from_millis(0))
    }

    #[test]
    fn columns_go_where_they_belong() {
        let text =
            "\u{feff}id,name,joined,tags,city,points\nli,小李,2026/11/2,vip;host,西安,5\n\nwang,,,,,\n";
        let members = read(text).unwrap();
        assert_eq!(members.len(), 2);
        let li = &members[0];
        assert_eq!((li.id.as_str(), li.name.as_str(), li.points), ("li", "小李", 5));
        assert_eq!(li.joined.to_utc(), "2026-11-01T16:00:00Z");
        assert_eq!(li.tags.iter().map(String::as_str).collect::<Vec<_>>(), ["host", "vip"]);
        assert_eq!(li.fields["city"], Value::str("西安"));
        assert_eq!(members[1].name, "wang");
    }

    #[test]
    fn an_error_names_its_line() {
        assert!(read("id,joined\na,\nb,soon\n").unwrap_err().starts_with("line 3: joined: \"soon\""));
        assert!(read("city\nx\n").unwrap_err().contains("id or name"));
    }
}
