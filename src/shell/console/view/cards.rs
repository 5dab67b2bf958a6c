//! Cards: what people are asked, alike in several groups as one, bounded for a page.

use super::{brief::beginning, evening, place::Place};
use crate::{
    base::{
        ids::{EffectId, GroupId, MemberId, PersonId, RunId, TaskId},
        limits,
        phrase::Phrase,
        time::{Timestamp, Zone},
    },
    engine::{
        entry::{Outcome, TaskKind},
        state::OpenTask,
    },
    shell::{
        answers,
        console::{
            board::Board,
            cards::{Alike, CardKey},
            door::{self, Asker},
            link::Links,
        },
        delivery::markup,
        runtime::publish::GroupNow,
        store::MessageStatus,
    },
};
use imbl::OrdSet;
use std::collections::BTreeSet;

/// Cards of what waits for its reader that a page shows.
const CARDS_SHOWN: usize = 12;
/// Cards of what waits for others that the page of today shows.
const OTHER_CARDS_SHOWN: usize = 6;
/// Bytes of text that the cards of one page have; the first card is always whole.
const CARDS_TEXT_BYTES: usize = 12_000;
/// Groups that the cards of one page name to press about, together.
const CARD_PLACES_ON_PAGE: usize = 150;
/// Groups that one card names to press about; the others come when these are done.
const CARD_PLACES_MAX: usize = 50;
/// People to whom a card can be handed on by a press.
const HEIRS_SHOWN: usize = 12;

/// Something that a person is asked, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    /// The groups that the task is open in, as many as one press is for.
    pub(crate) places: Vec<Place>,
    /// In how many further groups it is open.
    pub(crate) more: usize,
    /// What kind of task it is.
    pub(crate) kind: TaskKind,
    /// What is asked; of a delivery, the text that is to be pasted.
    pub(crate) text: String,
    /// The group is hushed: it is not to be pasted yet.
    pub(crate) hushed: bool,
    /// The picture that is sent with it: an address, or a file of the playbook's folder.
    pub(crate) image: Option<String>,
    /// What is approved.
    pub(crate) show: Option<String>,
    /// What is to be ticked off, and whether it is.
    pub(crate) list: Vec<(String, bool)>,
    /// Of a removal, or the approval of one: who.
    pub(crate) members: Vec<(MemberId, String)>,
    /// Whether its list is of those who come: whoever else comes is added.
    pub(crate) checkin: bool,
    /// Who is asked.
    pub(crate) people: Vec<String>,
    /// To whom it can be handed on: the other people of its groups, by id and name.
    pub(crate) heirs: Vec<(PersonId, String)>,
    /// When it should be done, or is over.
    pub(crate) due: Option<Timestamp>,
    /// What is pressed to mend what it is about, where that is a thing that commands mend.
    pub(crate) remedy: Option<Remedy>,
    /// Whether the reader may answer it.
    pub(crate) answers: bool,
    /// Whether the reader commands its groups.
    pub(crate) commands: bool,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// What mends the trouble that somebody is asked to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// It is decided about a message that was refused, or may have arrived.
    Decide {
        /// The message.
        effect: EffectId,
        /// Whether it may have arrived.
        in_doubt: bool,
        /// How it begins: that is what people know it by.
        words: String,
        /// What the platform said.
        reason: Phrase,
    },
    /// A run that failed goes on.
    GoOn(RunId),
    /// The pause of the group ends.
    Resume,
}

/// What mends the trouble of a task that names the command for it, as long as there is something to mend.
pub(super) fn remedy(board: &Board, group: &GroupNow, text: &str) -> Option<Remedy> {
    let Some((_, named)) = text.split_once("`playbook retry ") else {
        return (group.state.paused && text.contains("`playbook resume")).then_some(Remedy::Resume);
    };
    let Some(effect) = named.strip_prefix('\'') else {
        let run = RunId::new(named.split([' ', '`']).next()?);
        let failed = group.state.finished.iter().find(|known| known.id == run)?;
        return (failed.outcome == Some(Outcome::Failed)).then_some(Remedy::GoOn(run));
    };
    let effect = EffectId::new(effect.split('\'').next()?);
    let mut dead = board.dead.0.iter();
    let row = dead.find(|row| row.group == group.state.group && row.effect == effect)?;
    let (in_doubt, words) = (row.status == MessageStatus::InDoubt, beginning(&row.outgoing.message.text));
    Some(Remedy::Decide { effect, in_doubt, words, reason: answers::in_words(&row.note) })
}

impl Card {
    /// One task of one group, as it stands there.
    pub(crate) fn of(title: &str, group: &GroupNow, open: &OpenTask, zone: Zone) -> Self {
        let task = &open.task;
        let member = |id: &MemberId| (id.clone(), group.state.members.name_of(id));
        let place =
            Place { group: group.state.group.clone(), title: title.to_owned(), subject: task.id.to_string() };
        let text = if task.kind == TaskKind::Delivery {
            markup::to_paste(&task.to_paste())
        } else {
            task.text.clone()
        };
        let ticked = task.list.iter().zip(0..);
        Self {
            places: vec![place],
            more: 0,
            kind: task.kind,
            text,
            hushed: group.state.is_not_to_be_pasted_yet(task),
            image: (task.kind == TaskKind::Delivery).then(|| task.to_paste().image).flatten(),
            show: task.show.clone(),
            list: ticked.map(|(item, n)| (item.clone(), open.ticks.contains_key(&n))).collect(),
            members: task.members.iter().map(member).collect(),
            checkin: task.checkin,
            people: task.people.iter().map(|person| person.name.clone()).collect(),
            heirs: heirs(group, open),
            due: task.due,
            remedy: None,
            answers: false,
            commands: false,
            zone,
        }
    }

    fn text_bytes(&self) -> usize {
        self.text.len() + self.show.as_ref().map_or(0, String::len)
    }
}

/// People of the file who are not asked yet.
fn heirs(group: &GroupNow, open: &OpenTask) -> Vec<(PersonId, String)> {
    let Some(book) = group.book.as_ref().filter(|_| open.task.members.is_empty()) else { return Vec::new() };
    let others =
        book.playbook.people.values().filter(|person| open.task.people.iter().all(|one| one.id != person.id));
    others.take(HEIRS_SHOWN).map(|person| (person.id.clone(), person.name.clone())).collect()
}

/// Whether a task waits for somebody: it asks them, or nobody by name and they command its group.
fn waits_for(asker: &Asker, group: &GroupNow, open: &OpenTask, now: Timestamp) -> bool {
    let nobody = open.task.people.is_empty() && open.task.role.is_none();
    match &asker.person {
        None => true,
        Some(_) if nobody => asker.commands(group, now),
        Some(_) => asker.is_asked(group, open, now),
    }
}

/// The cards that wait for somebody.
pub(crate) struct Mine<'b> {
    board: &'b Board,
    /// Those that ask them by name; of whoever signed in without a name all.
    named: Option<&'b OrdSet<CardKey>>,
    all: bool,
    /// Those that ask a role which they have now, or nobody where they command.
    further: OrdSet<CardKey>,
}

impl<'b> Mine<'b> {
    /// Looks which they are.
    pub(crate) fn of(board: &'b Board, asker: &Asker, now: Timestamp) -> Self {
        let Some(person) = &asker.person else {
            return Self { board, named: None, all: true, further: OrdSet::new() };
        };
        let named = board.cards.of(person);
        let (mut further, mut looked) = (OrdSet::new(), 0);
        for (key, alike) in board.cards.behind(None) {
            if looked >= limits::PLACES_LOOKED_AT_MAX {
                break;
            }
            looked += 1;
            let is_named = named.is_some_and(|named| named.contains(key));
            if is_named || !(alike.by_role || alike.people.is_empty()) {
                continue;
            }
            let waits = alike.places.iter().take(CARD_PLACES_MAX).any(|place| {
                looked += 1;
                open(board, place).is_some_and(|(group, open)| waits_for(asker, group, open, now))
            });
            if waits {
                further.insert(*key);
            }
        }
        Self { board, named, all: false, further }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        if self.all { self.board.cards.len() } else { self.named.map_or(0, OrdSet::len) + self.further.len() }
    }

    fn has(&self, key: &CardKey) -> bool {
        self.all || self.further.contains(key) || self.named.is_some_and(|named| named.contains(key))
    }
}

/// A task on the board.
fn open<'b>(board: &'b Board, (group, task): &(GroupId, TaskId)) -> Option<(&'b GroupNow, &'b OpenTask)> {
    let group = board.now.groups.get(group)?;
    Some((group, group.state.tasks.get(task)?))
}

/// What a page shows of the cards, the most urgent first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shown {
    /// The cards.
    pub(crate) cards: Vec<Card>,
    /// How many there are in all.
    pub(crate) all: usize,
    /// How many of them are overdue.
    pub(crate) late: usize,
    /// The address of the rest begins behind this one, where there is more.
    pub(crate) rest: Option<String>,
    /// Whether they ask others: the reader answers in their place at most.
    pub(crate) of_others: bool,
}

/// Gathers cards for one page.
pub(crate) struct Gatherer<'b> {
    board: &'b Board,
    asker: &'b Asker,
    links: &'b Links,
    now: Timestamp,
    mine: Mine<'b>,
    /// What members of an evening under way wait for: it comes before what is due earlier.
    first: BTreeSet<CardKey>,
    /// Places and bytes that the page still has room for.
    places: usize,
    bytes: usize,
}

impl<'b> Gatherer<'b> {
    /// For a page with nothing on it yet.
    pub(crate) fn new(board: &'b Board, (asker, now): (&'b Asker, Timestamp), links: &'b Links) -> Self {
        let mine = Mine::of(board, asker, now);
        let (places, bytes) = (CARD_PLACES_ON_PAGE, CARDS_TEXT_BYTES);
        let first = evening::awaited(board, now);
        Self { board, asker, links, now, mine, first, places, bytes }
    }

    /// What waits for the reader, behind a card.
    pub(crate) fn mine(&mut self, after: Option<CardKey>) -> Shown {
        let all = self.mine.len();
        Shown { all, ..self.gather(after, true, CARDS_SHOWN) }
    }

    /// What waits for others, as far as the reader sees their groups.
    pub(crate) fn others(&mut self) -> Shown {
        let sees_all = self.asker.sees_all(&self.board.now);
        let shown = self.gather(None, false, OTHER_CARDS_SHOWN);
        let all = if sees_all { self.board.cards.len().saturating_sub(self.mine.len()) } else { shown.all };
        Shown { all, ..shown }
    }

    fn gather(&mut self, after: Option<CardKey>, mine: bool, most: usize) -> Shown {
        let mut shown = Shown { of_others: !mine, ..Shown::default() };
        let (mut looked, mut last) = (0, None);
        // A page behind another one has what was first on that again at its own place.
        let first = if after.is_none() { std::mem::take(&mut self.first) } else { BTreeSet::new() };
        let (board, ahead) = (self.board, first.clone());
        let early = ahead.iter().filter_map(|key| board.cards.one(key));
        let rest = board.cards.behind(after).filter(|(key, _)| !ahead.contains(*key));
        for (key, alike) in early.chain(rest) {
            if looked >= limits::PLACES_LOOKED_AT_MAX {
                break;
            }
            looked += 1;
            if self.mine.has(key) != mine {
                continue;
            }
            let is_late = alike.due.is_some_and(|due| due < self.now);
            let full = shown.cards.len() >= most || self.bytes == 0 && !shown.cards.is_empty();
            if full && (mine || self.asker.sees_all(&self.board.now)) {
                // Of what comes behind only how much is overdue is still asked.
                if !is_late {
                    break;
                }
                shown.late += 1;
                continue;
            }
            let (places, more) = self.places_of(alike, mine, &mut looked);
            if places.is_empty() {
                continue;
            }
            shown.all += 1;
            shown.late += usize::from(is_late);
            if full {
                continue;
            }
            self.cards_of(&places, more, &mut shown.cards);
            last = last.max(Some(*key).filter(|key| !ahead.contains(key)));
        }
        self.first = first;
        let rest = last.filter(|_| shown.cards.len() >= most || self.bytes == 0);
        shown.rest = rest.map(|key| key.word());
        shown
    }

    /// The places of a card that the reader sees, or that wait for the reader, and how many more there are.
    fn places_of(
        &self,
        alike: &'b Alike,
        mine: bool,
        looked: &mut usize,
    ) -> (Vec<&'b (GroupId, TaskId)>, usize) {
        let room = CARD_PLACES_MAX.min(self.places.max(1));
        if self.asker.person.is_none() {
            let places: Vec<_> = alike.places.iter().take(room).collect();
            let more = alike.places.len() - places.len();
            return (places, more);
        }
        let (mut places, mut more) = (Vec::new(), 0);
        for place in &alike.places {
            if *looked >= limits::PLACES_LOOKED_AT_MAX && !places.is_empty() {
                break;
            }
            *looked += 1;
            let Some((group, open)) = open(self.board, place) else { continue };
            let waits = waits_for(self.asker, group, open, self.now);
            if if mine { waits } else { !waits && self.asker.sees(group, self.now) } {
                if places.len() < room { places.push(place) } else { more += 1 }
            }
        }
        (places, more)
    }

    /// One card; of texts that have the address of their own group below them, one for each.
    fn cards_of(&mut self, places: &[&(GroupId, TaskId)], more: usize, all: &mut Vec<Card>) {
        let mut one: Option<Card> = None;
        for place in places {
            let Some((group, open)) = open(self.board, place) else { continue };
            let Some(book) = &group.book else { continue };
            let zone = book.playbook.in_group(&place.0).zone.clone();
            let mut card = Card::of(&door::title(group, &place.0), group, open, zone);
            card.answers = self.asker.answers(group, &place.1, self.now).is_some();
            card.commands = self.asker.commands(group, self.now);
            if card.kind == TaskKind::Task {
                card.remedy = remedy(self.board, group, &card.text);
            }
            let pasted =
                (card.kind == TaskKind::Delivery).then(|| self.links.pasted(book, &group.state, open));
            self.places = self.places.saturating_sub(1);
            if let Some((locale, address)) = pasted.flatten() {
                card.text =
                    format!("{}\n\n{}{address}", card.text, locale.pick("Answer here: ", "在这里回答："));
                self.bytes = self.bytes.saturating_sub(card.text_bytes());
                all.push(card);
                continue;
            }
            match &mut one {
                None => one = Some(card),
                Some(one) => {
                    one.answers &= card.answers;
                    one.commands &= card.commands;
                    one.remedy = None;
                    one.places.append(&mut card.places);
                }
            }
        }
        if let Some(one) = one {
            self.bytes = self.bytes.saturating_sub(one.text_bytes());
            all.push(Card { more, ..one });
        }
    }
}
