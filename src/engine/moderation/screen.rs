//! What members write, held against the rules: who breaks one, and what is counted on the way.
//!
//! A rule that needs to know something that nobody knows is not broken. What a message says is looked at here and goes
//! no further than its beginning.

use super::{Breach, CountedMessage, Moderating, Strike};
use crate::{
    base::{
        ids::{GroupId, MemberId},
        limits,
        member::{Listed, Member},
        seed::Seed,
        time::{Duration, Timestamp},
        value::{Map, Value},
    },
    engine::{
        draft::{Decided, Draft},
        entry::Fact,
        facts::ExprAbout,
        input::Signal,
        numbers,
    },
    model::{
        budget::{Quota, QuotaWindow},
        moderation::{HouseRule, Rung, Sample},
        playbook::Playbook,
        wordlist,
    },
    script::{facts::Facts, names::Names},
};
use std::{cell::OnceCell, sync::Arc};

/// Whoever breaks a rule several times within this breaks it once.
const ONE_BREACH: Duration = Duration::MINUTE.times(10);
/// What is heard later than this of a message is history.
const HISTORY: Duration = Duration::DAY;
/// Whoever was active on so many of the last days is known here.
const KNOWN: (u32, u32) = (8, 28);

/// What a report says of a message.
struct Written<'m> {
    message: &'m Value,
}

impl<'m> Written<'m> {
    fn of(data: &'m Value) -> Self {
        Self { message: data.get("message").filter(|message| message.as_map().is_some()).unwrap_or(data) }
    }

    fn word(&self, key: &str) -> Option<&'m str> {
        self.message.get(key).and_then(Value::as_str)
    }

    /// How many links it has that are not allowed.
    fn links(&self, allowed: &[Arc<str>]) -> u64 {
        let sites = self.word("text").map(wordlist::sites).unwrap_or_default();
        let fine = sites.iter().filter(|site| wordlist::is_allowed(site, allowed)).count() as u64;
        let told = match self.message.get("links") {
            Some(Value::Int(links)) => u64::try_from(*links).unwrap_or(0),
            _ => sites.len() as u64,
        };
        // A card is a link, also where nobody counts it.
        let card = u64::from(self.word("kind") == Some("link"));
        told.max(card).saturating_sub(fine)
    }
}

/// Whether a rule catches a message, how often it was sent aside. None where it cannot be known.
fn catches<'f>(rule: &HouseRule, data: &Value, facts: impl FnOnce() -> &'f Arc<Facts>) -> Option<bool> {
    let written = Written::of(data);
    if !rule.kinds.is_empty() && !rule.kinds.iter().any(|kind| written.word("kind") == Some(&**kind)) {
        return Some(false);
    }
    if rule.links && written.links(&rule.allow) == 0 {
        return Some(false);
    }
    if let Some(words) = &rule.words
        && words.find(written.word("text")?).is_none()
    {
        return Some(false);
    }
    let Some(matches) = &rule.matches else { return Some(true) };
    let mut facts = facts().clone();
    if matches.source().contains(".links") {
        Arc::make_mut(&mut facts).signal = with_links(&facts.signal, written.links(&rule.allow));
    }
    matches.eval_known(&facts).ok().flatten()
}

/// A signal whose message has so many links.
fn with_links(signal: &Value, links: u64) -> Value {
    let set = |value: &Value, key: &str, to: Value| {
        let mut map = value.as_map().cloned().unwrap_or_else(Map::new);
        map.insert(Arc::from(key), to);
        Value::Map(Arc::new(map))
    };
    let nothing = Value::Null;
    let data = signal.get("data").unwrap_or(&nothing);
    let message = data.get("message").unwrap_or(&nothing);
    let links = Value::Int(i64::try_from(links).unwrap_or(i64::MAX));
    set(signal, "data", set(data, "message", set(message, "links", links)))
}

/// What came of a message with which a rule was tried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedRule {
    /// The rule.
    pub rule: Arc<str>,
    /// The message.
    pub words: Arc<str>,
    /// Whether it should be caught.
    pub wanted: bool,
    /// Whether it is; none where that cannot be known.
    pub caught: Option<bool>,
}

/// Tries every message that the playbook's rules name.
pub fn samples(playbook: &Playbook, now: Timestamp) -> Vec<TriedRule> {
    let rules = playbook.moderation.rules.iter();
    let each = rules.flat_map(|rule| rule.samples.iter().map(move |sample| (rule, sample)));
    each.map(|(rule, sample)| TriedRule {
        rule: rule.name.clone(),
        words: sample.words.clone(),
        wanted: sample.caught,
        caught: tried(playbook, rule, sample, now),
    })
    .collect()
}

fn tried(playbook: &Playbook, rule: &HouseRule, sample: &Sample, now: Timestamp) -> Option<bool> {
    let group = playbook.groups.keys().next().cloned().unwrap_or_else(|| GroupId::new("group"));
    let mut facts = Facts::bare(group, now, playbook.zone.clone(), playbook.locale);
    let id = MemberId::new("somebody");
    let mut member = Member::new(id.clone(), Some(now));
    let said = sample.data.get("member").cloned().unwrap_or_default();
    if let Some(age) = said.get("age").and_then(Value::as_str).and_then(|age| age.parse::<Duration>().ok()) {
        member.joined = Some(now.plus(-age));
    }
    let rest = said.as_map().map(|map| {
        map.iter().filter(|(key, _)| &***key != "age").map(|(k, v)| (k.clone(), v.clone())).collect::<Map>()
    });
    crate::engine::apply::member::describe_member(
        &mut member,
        &Value::Map(Arc::new(rest.unwrap_or_default())),
    );
    facts.members.list(&Listed::from(member));
    facts.member = Some(id.clone());
    facts.vars = playbook.vars.clone();
    facts.rules = playbook.rules.clone();
    facts.charter = playbook.charter.clone();
    facts.data = playbook.data.clone();
    let signal = Signal {
        name: Arc::from("message"),
        id: crate::base::ids::InputId::from("sample".to_owned()),
        at: now,
        sent: None,
        member: Some(id),
        data: sample.data.clone(),
    };
    facts.signal = signal.to_value();
    let facts = Arc::new(facts);
    catches(rule, &sample.data, || &facts)
}

impl Draft<'_> {
    /// A message came: is a rule broken?
    pub(in crate::engine) fn screen(&mut self, signal: &Signal) -> Decided {
        let moderation = self.playbook.moderation.clone();
        let says = matches!(&*signal.name, "message" | "message.edited");
        let Some(member) = signal.member.clone().filter(|_| says && !moderation.rules.is_empty()) else {
            return Ok(());
        };
        let late = self.now.since(signal.happened()) > HISTORY;
        if late || self.state.phase_final || self.state.paused {
            return Ok(());
        }
        let about = ExprAbout {
            signal: Some(signal.to_value()),
            member: Some(member.clone()),
            ..ExprAbout::default()
        };
        // Gathered only where a condition is looked at.
        let facts = OnceCell::new();
        let known = || facts.get_or_init(|| self.facts(Names::ALL, &about));
        let caught: Vec<&HouseRule> =
            moderation.rules.iter().filter(|rule| catches(rule, &signal.data, known) == Some(true)).collect();
        if caught.is_empty() || self.is_exempt(&member, known()) {
            return Ok(());
        }
        let mut struck = false;
        for rule in caught {
            if !self.is_too_much(rule, &member, signal)? {
                continue;
            }
            let acts = self.state.moderation.rules.get(&rule.name).map(|known| known.acts);
            let watched = acts.is_none_or(|acts| acts > self.now);
            // What breaks several rules breaks the first of them.
            if watched {
                self.is_watched(rule, &member, signal)?;
            } else if !std::mem::replace(&mut struck, true) {
                self.is_broken(rule, &member, signal)?;
            }
        }
        Ok(())
    }

    /// Whether no rule is held against somebody. Where that cannot be known, none is.
    pub(in crate::engine) fn is_exempt(&self, id: &MemberId, facts: &Arc<Facts>) -> bool {
        let Some(member) = self.state.members.get(id) else { return true };
        if numbers::is_a_bot(member) {
            return true;
        }
        if let Some(exempt) = &self.playbook.moderation.exempt {
            return exempt.eval_bool_for(facts, id).ok().flatten() != Some(false);
        }
        let (days, of) = KNOWN;
        let active = facts.metrics.as_ref().and_then(|metrics| metrics.active(id, of));
        numbers::is_staff(member) || self.has_role(member) || active.is_some_and(|active| active >= days)
    }

    /// Counts a message where a rule allows some of them; gives whether this one is too much.
    fn is_too_much(&mut self, rule: &HouseRule, member: &MemberId, signal: &Signal) -> Decided<bool> {
        if rule.max.is_none() && rule.repeats.is_none() {
            return Ok(true);
        }
        let text = Written::of(&signal.data).word("text").map(wordlist::plain);
        let same = rule.repeats.and(text.filter(|text| !text.is_empty())).map(|text| {
            Seed::from_parts(&[self.state.group.as_str(), member.as_str(), &text]).next_u64() as u32
        });
        let begins = |quota: Quota| match quota.per {
            QuotaWindow::Day => self.playbook.zone.day_bounds(self.now).0.just_before(),
            QuotaWindow::Sliding(length) => self.now.plus(-length),
        };
        let [max, repeats] =
            [rule.max, rule.repeats].map(|quota| quota.map(|quota| (quota.max, begins(quota))));
        let from = [max, repeats].into_iter().flatten().map(|(_, from)| from).min().unwrap_or(self.now);
        self.emit(Fact::Moderated(Moderating::Counted {
            rule: rule.name.clone(),
            member: member.clone(),
            counted: CountedMessage { at: self.now, same },
            from,
        }))?;
        let known = self.state.moderation.counted.get(member).and_then(|rules| rules.get(&rule.name));
        let often = |from: Timestamp, is: &dyn Fn(&CountedMessage) -> bool| {
            known.map_or(0, |known| known.iter().filter(|one| one.at > from && is(one)).count())
        };
        let many = max.is_some_and(|(max, from)| often(from, &|_| true) > max as usize);
        let again = repeats
            .is_some_and(|(max, from)| same.is_some() && often(from, &|one| one.same == same) > max as usize);
        Ok(many || again)
    }

    /// A new rule writes down what it would have caught, and does nothing.
    fn is_watched(&mut self, rule: &HouseRule, member: &MemberId, signal: &Signal) -> Decided {
        let breach = breach(rule, member, signal);
        self.emit(Fact::Moderated(Moderating::Broken(Box::new(Breach { watched: true, ..breach }))))
    }

    /// A rule is broken: it is written down, and what follows from it happens.
    fn is_broken(&mut self, rule: &HouseRule, member: &MemberId, signal: &Signal) -> Decided {
        let lately = |strike: &&Strike| strike.rule == rule.name && self.now.since(strike.at) < ONE_BREACH;
        let strikes: Vec<&Strike> = self.state.moderation.strikes_of(member, self.now).collect();
        let again = strikes.iter().any(lately);
        let known = strikes.len() as u32;
        let strikes = rule.strikes() && !again;
        let number = known.saturating_add(u32::from(strikes));
        // The ladder of a rule is climbed by strikes of that rule.
        let of_rule =
            self.state.moderation.strikes_of(member, self.now).filter(|s| s.rule == rule.name).count();
        let rung = if strikes { rule.rung((of_rule as u32).saturating_add(1)) } else { None };
        // Whoever can be told alone is.
        let alone = rung == Some(Rung::Remind) && !rule.acts.redirect && self.whispers_to(member);
        let told = !alone && self.tells(rule, rung);
        let until = strikes.then(|| self.now.plus(self.playbook.moderation.expire()));
        let breach = Breach {
            until,
            number,
            rung: rung.map(|rung| Arc::from(rung.to_string())),
            told,
            ..breach(rule, member, signal)
        };
        self.emit(Fact::Moderated(Moderating::Broken(Box::new(breach.clone()))))?;
        let data = |kind: &'static str| {
            let rung = breach.rung.as_deref().unwrap_or_default();
            Value::map([
                (kind, Value::str(&*rule.name)),
                ("rung", Value::str(rung)),
                ("strikes", Value::Int(i64::from(number))),
            ])
        };
        self.tell_of(member, "screened", data("kind"))?;
        if strikes {
            self.tell_of(member, "strike", data("rule"))?;
        }
        self.follow(rule, rung, &breach, again)
    }
}

/// The breach of a rule, as far as it is known before anybody counts.
fn breach(rule: &HouseRule, member: &MemberId, signal: &Signal) -> Breach {
    let written = Written::of(&signal.data);
    let words = written.word("text").map(beginning).unwrap_or_default();
    Breach {
        rule: rule.name.clone(),
        member: member.clone(),
        message: written.word("id").map(Arc::from),
        words,
        watched: false,
        until: None,
        number: 0,
        rung: None,
        told: false,
    }
}

/// How a message begins, in one line.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    crate::base::words::shorten(&line, limits::BREACH_CHARS_MAX)
}

/// A message without what it says, where nothing keeps it: what was found out from it stays.
pub(in crate::engine) fn without_words(data: &Value) -> Value {
    let Some(message) = data.get("message").filter(|message| message.get("text").is_some()) else {
        return data.clone();
    };
    let mut all = data.as_map().cloned().unwrap_or_default();
    let mut kept = message.as_map().cloned().unwrap_or_default();
    let text = kept.remove("text").unwrap_or_default();
    if let Some(text) = text.as_str() {
        let asks = text.trim_end().ends_with(['?', '\u{ff1f}', '吗', '呢']);
        kept.entry(Arc::from("question")).or_insert(Value::Bool(asks));
        let links = wordlist::sites(text).len() as i64;
        kept.entry(Arc::from("links")).or_insert(Value::Int(links));
    }
    all.insert(Arc::from("message"), Value::Map(Arc::new(kept)));
    Value::Map(Arc::new(all))
}
