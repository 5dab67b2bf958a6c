//! Names and properties: what is in scope, and what it has.

use super::{ANY, Kind, Place, Walk, meant};
use crate::script::{
    api,
    names::{Known, Name},
};
use rhai::Position;
use std::collections::BTreeSet;

/// Kinds of which every property is known.
const CLOSED: [&str; 11] =
    ["group", "phase", "run", "signal", "members", "role", "person", "time", "duration", "number", "bool"];

impl Walk<'_> {
    /// A variable: one of the code's own, a name of the language, or a mistake.
    pub(super) fn variable(&mut self, name: &str, position: Position) -> Kind {
        if let Some((_, kind)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return kind;
        }
        match self.place {
            Place::Expression(known) => self.name_in_expression(known, name, position),
            Place::Script { functions, constants, modules } => {
                if let Some(word) = Name::parse(name).filter(|word| *word != Name::Row) {
                    self.found.names = self.found.names.with(word);
                    return api::kind_of_global(word);
                }
                if constants.contains(name) || functions.contains_key(name) || modules.contains_key(name) {
                    return ANY;
                }
                let mut near: Vec<&str> = Name::ALL.iter().map(|(word, _)| *word).collect();
                near.extend(self.locals.iter().map(|(local, _)| local.as_str()));
                near.extend(constants.iter().map(String::as_str));
                let help = match crate::script::suggest::nearest(name, near) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!(
                        "a value of the playbook comes in with `with: {{ {name}: \"${{{name}}}\" }}` and is read as `args.{name}`; functions see constants (`const`) of the file, not its `let`s"
                    ),
                };
                self.problem(position, format!("there is no `{name}` here"), Some(help));
                ANY
            }
        }
    }

    fn name_in_expression(&mut self, known: &Known, name: &str, position: Position) -> Kind {
        if let Some(word) = Name::parse(name) {
            if known.globals.has(word) {
                self.found.names = self.found.names.with(word);
                return api::kind_of_global(word);
            }
            if !known.bindings.contains(name) {
                let message = format!("`{name}` is not in scope here");
                self.problem(position, message, Some(why_not_in_scope(word).into()));
                return ANY;
            }
        }
        if known.bindings.contains(name) {
            return ANY;
        }
        let names = in_scope(known);
        let help = if self.functions.contains_key(name) {
            format!("`{name}` is a function: `{name}(…)`")
        } else {
            match crate::script::suggest::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.vars.as_ref().is_some_and(|vars| vars.contains(name)) => {
                    format!("write `vars.{name}`")
                }
                None if known.dates.as_ref().is_some_and(|dates| dates.contains(name)) => {
                    format!("write `date.{name}`")
                }
                None if known.roles.contains(name) => format!("write `roles.{name}`"),
                None => {
                    format!("in scope here: {}; text is written in quotes: `\"{name}\"`", names.join(", "))
                }
            }
        };
        self.problem(position, format!("there is no `{name}` here"), Some(help));
        ANY
    }

    /// `on.name`
    pub(super) fn property(&mut self, on: Kind, name: &str, position: Position) -> Kind {
        if let Place::Expression(known) = self.place {
            let keys = match on {
                "vars" => known.vars.as_ref(),
                "date" => known.dates.as_ref(),
                "roles" => Some(&known.roles),
                _ => None,
            };
            if let Some(keys) = keys {
                self.key(on, keys, name, position);
                return if on == "roles" { "role" } else { ANY };
            }
        }
        if on == "roles" {
            return "role";
        }
        if let Some(item) = api::find(on, name).find(|item| item.params.is_none_or(<[_]>::is_empty)) {
            return item.gives;
        }
        if on == "member" {
            self.field(name, position);
        }
        if CLOSED.contains(&on) {
            let message = match api::find(on, name).next() {
                Some(method) => format!("`{name}` takes arguments: `{}`", method.signature()),
                None => format!(
                    "{} has no `{name}`{}",
                    called(on),
                    meant(name, &api::names_of(on, self.is_script()))
                ),
            };
            self.problem(position, message, None);
        }
        ANY
    }

    /// A field of a member. Lists bring in fields of any name, so only a slip in a name that every member has is a
    /// mistake: `member.idel` would be nothing, and a condition on it never true.
    fn field(&mut self, name: &str, position: Position) {
        if matches!(self.place, Place::Expression(known) if known.fields.contains(name)) {
            return;
        }
        let names = api::names_of("member", self.is_script());
        let slip = names.iter().find(|property| strsim::damerau_levenshtein(name, property) == 1);
        if let Some(meant) = slip {
            let help = format!("did you mean `{meant}`? A field of its own is listed under `members.fields`");
            self.problem(position, format!("a member has no `{name}`"), Some(help));
        }
    }

    fn key(&mut self, on: Kind, keys: &BTreeSet<String>, name: &str, position: Position) {
        if keys.contains(name) || (on == "date" && matches!(name, "at" | "id")) {
            return;
        }
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let on = if on == "date" { "the entries of `dates`" } else { called(on) };
        let verb = if on.starts_with("the entries") { "have" } else { "has" };
        self.problem(position, format!("{on} {verb} no `{name}`{}", meant(name, &names)), None);
    }

    pub(super) fn closed(on: Kind) -> bool {
        CLOSED.contains(&on) || on == "state"
    }
}

/// A kind as a sentence calls it.
pub(super) fn called(on: Kind) -> &'static str {
    match on {
        "group" => "`group`",
        "phase" => "`phase`",
        "run" => "`run`",
        "signal" => "`signal`",
        "members" => "`members`",
        "vars" => "`vars`",
        "roles" => "`roles`",
        "state" => "`state`",
        "role" => "a role",
        "person" => "a person",
        "time" => "a time",
        "duration" => "a duration",
        "number" => "a number",
        "bool" => "true or false",
        other => other,
    }
}

fn in_scope(known: &Known) -> Vec<&str> {
    let mut names: Vec<&str> =
        Name::ALL.iter().filter(|(_, name)| known.globals.has(*name)).map(|(word, _)| *word).collect();
    names.extend(known.bindings.iter().map(String::as_str));
    names
}

fn why_not_in_scope(name: Name) -> &'static str {
    match name {
        Name::Date => "`date` is only in scope in a play with `dates`",
        Name::Signal | Name::Signals => "`signal` and `signals` are only in scope in a play with `on`",
        Name::Member => {
            "`member` is only in scope in `prune`, `protect`, `per: member` and `members.where(|member| …)`"
        }
        Name::Run => "`run` is only in scope while a run is in progress",
        Name::Args => "`args` is only in scope in the steps of a play",
        Name::State => "`state` is only in scripts; a script returns what an expression is to see",
        Name::Row => "`row` is only in scope in the `at` of `dates: { file: … }`",
        Name::Group
        | Name::Members
        | Name::Phase
        | Name::Vars
        | Name::Rules
        | Name::Charter
        | Name::Roles
        | Name::Now => "this text is used before there is a group to look at",
    }
}
