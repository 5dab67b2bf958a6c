//! `playbook new`: a playbook from the shelf, with the files it needs.

#![expect(clippy::disallowed_methods, reason = "writes the files of a new playbook")]

use super::{
    failure::Failure,
    load,
    output::{NAME, Output, Table},
    placeholders,
    templates::{ShippedEdition, TEMPLATES},
};
use crate::{
    base::{
        diagnostic::suggest,
        locale::Locale,
        phrase::{Phrase, pair, phrase},
    },
    lang::schema,
    shell::files::io_in_words,
};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Copies a playbook from the shelf into a new folder, with the scripts and data it uses.
///
/// Without a template, lists them.
#[derive(Debug, clap::Args)]
pub(super) struct NewArgs {
    /// The template.
    #[arg(value_name = "TEMPLATE")]
    template: Option<String>,
    /// The folder [default: the template's name].
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl NewArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let Some(name) = &self.template else { return list(out) };
        let edition = ShippedEdition::find(name, out.languages.people).ok_or_else(|| {
            let near = suggest::nearest(name, TEMPLATES.iter().map(|template| template.name));
            let help = near.map_or_else(
                || {
                    phrase!(
                        "`playbook new` without a template lists them",
                        "`playbook new` 不写模板会列出全部"
                    )
                },
                |near| phrase!("did you mean {near}?", "是不是 {near}？"),
            );
            Failure::usage(phrase!("there is no template {name:?}", "没有叫 {name:?} 的模板")).help(help)
        })?;
        let dir = self.dir.clone().unwrap_or_else(|| PathBuf::from(edition.template.name));
        let main = edition.file();
        // What another template brought along is there already. Nothing is written when anything else is in the way.
        let is_there = |path: &str, text: &str| {
            let known = |own: String| own == text || path != main && own == with_schema(text);
            fs::read_to_string(dir.join(path)).is_ok_and(known)
        };
        let (kept, files): (Vec<_>, Vec<_>) =
            edition.files().into_iter().partition(|(path, text)| is_there(path, text));
        if let Some((path, _)) = files.iter().find(|(path, _)| dir.join(path).exists()) {
            let there = dir.join(path);
            let text = phrase!("{} is there already", "{} 已经在了", there.display());
            return Err(Failure::environment(text).help(phrase!(
                "name another folder: `playbook new TEMPLATE DIR`",
                "换一个文件夹：`playbook new TEMPLATE DIR`"
            )));
        }
        for (path, text) in &files {
            let full = dir.join(path);
            let text = if *path == main { with_schema(text) } else { (*text).to_owned() };
            let write = || {
                fs::create_dir_all(full.parent().unwrap_or(&dir))?;
                fs::OpenOptions::new().write(true).create_new(true).open(&full)?.write_all(text.as_bytes())
            };
            write().map_err(|error: std::io::Error| unwritten(&full, &error))?;
            out.line(format!("  {}", full.display()))?;
        }
        for (path, _) in &kept {
            out.say(phrase!("  {} (was there already)", "  {}（原来就有）", dir.join(path).display()))?;
        }
        let schema_file = dir.join("playbook.schema.json");
        if !schema_file.exists() {
            fs::write(&schema_file, format!("{:#}\n", schema::schema()))
                .map_err(|error| unwritten(&schema_file, &error))?;
            out.say(phrase!("  {} (for your editor)", "  {}（给编辑器用）", schema_file.display()))?;
        }
        let file = dir.join(&main);
        out.line("")?;
        // Whom it names is nobody; a part of the shelf may need a file around it.
        let made_up =
            load::compile(&file).ok().and_then(|loaded| placeholders::said(loaded.playbook().ok()?));
        if let Some(words) = made_up {
            out.say(words)?;
        }
        out.say(phrase!("What next:", "接下来："))?;
        for command in ["check", "plan", "simulate"] {
            out.line(format!("  playbook {command} {}", file.display()))?;
        }
        out.line(format!("  playbook run {} --rehearse", file.display()))?;
        if edition.is_part() {
            out.say(phrase!(
                "It is a part: it runs alone to be tried. For your group write a file of your own beside it, with your people and channels and `use: [{{ playbook: {main} }}]`.",
                "它是一个部分，单独能跑，用来试。自己的群：在旁边写一个自己的文件，写上你们的人和频道，再 `use: [{{ playbook: {main} }}]`。"
            ))?;
        }
        Ok(())
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    let (path, error) = (Phrase::same(path.display().to_string()), io_in_words(error));
    Failure::environment(phrase!("{path} cannot be written: {error}", "写不了 {path}：{error}"; path, error))
}

/// The playbook with a first line that names the schema beside it; on the shelf the schema is elsewhere.
fn with_schema(text: &str) -> String {
    const MODELINE: &str = "# yaml-language-server: $schema=";
    let rest = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with(MODELINE) => rest,
        _ => text,
    };
    format!("{MODELINE}playbook.schema.json\n{rest}")
}

fn list(out: &mut Output) -> Result<(), Failure> {
    let mut table =
        Table::new(&[pair("template", "模板"), pair("what it is", "是什么")], out.languages.people);
    let locale = out.languages.people;
    for ShippedEdition { template, locale: own } in ShippedEdition::listed(locale) {
        let about = template.about.of(locale);
        // Whoever reads one language only is not given the other without a word.
        let foreign = match (own, locale) {
            (Locale::Zh, Locale::En) if !about.contains("Chinese") => " (in Chinese)",
            (Locale::En, Locale::Zh) if !about.contains("英文") => "（英文）",
            _ => "",
        };
        table.row(vec![template.name.to_owned(), format!("{about}{foreign}")]);
        table.paint_last(0, NAME);
    }
    table.write(out)?;
    out.line("")?;
    out.say(phrase!(
        "Copy one with `playbook new TEMPLATE [DIR]`.",
        "用 `playbook new TEMPLATE [DIR]` 拷一份。"
    ))?;
    out.say(phrase!(
        "Several go into one folder; a file of your own with `use: [{{ playbook: rules.yaml }}, …]` makes one life of them.",
        "几个可以放进同一个文件夹，自己再写一个文件，用 `use: [{{ playbook: rules.yaml }}, …]` 合成一个群的一生。"
    ))?;
    Ok(())
}
