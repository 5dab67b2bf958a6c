//! What one evaluation carries with it: the facts it may see, what it has collected, how much it may still do.
//!
//! A frame lives exactly as long as the call that opened it and is reachable only from inside that call, on
//! its own thread. Nothing in it survives the call but what the call returns.

use super::{
    action::{Action, Fetched},
    facts::Facts,
    held::{HeldVariables, place_of},
    outside::Host,
    weight::{self, Excess},
};
use crate::base::{
    ids::MemberId,
    limits,
    locale::Locale,
    member::{Activity, Member, Members},
    phrase::{Phrase, phrase},
    seed::Seed,
    value::{Map, Value},
};
use rhai::{Dynamic, EvalAltResult, Position, Scope};
use std::{
    cell::{Cell, OnceCell, RefCell},
    sync::Arc,
};

scoped_tls_hkt::scoped_thread_local!(static FRAME: for<'a> &'a Frame<'a>);

/// How many operations pass between two looks at the wall clock.
const CLOCK_EVERY: u64 = 1_000;
/// A call over its limit is stopped at the next variable it reads, which has a place in the source; this many
/// operations later it is stopped wherever it is.
const GRACE: u64 = 2_000;
/// Compiled modules by their path in the playbook's folder.
pub(super) type Imports = std::collections::BTreeMap<String, rhai::Shared<rhai::Module>>;

/// One evaluation.
pub(super) struct Frame<'a> {
    pub(super) facts: &'a Facts,
    /// The member in scope, over the one of the facts.
    member: Option<&'a MemberId>,
    limit: u64,
    /// Whether the limit is less than expressions have.
    cut: bool,
    operations: Cell<u64>,
    clock_at: Cell<u64>,
    held: RefCell<HeldVariables>,
    stop: Cell<Option<CallStop>>,
    /// Whether something was read that nobody knows.
    unknown: Cell<bool>,
    /// Whether a member is being tested: what is unknown of one fails that test and nothing else.
    testing: Cell<bool>,
    seed: RefCell<Seed>,
    live: OnceCell<RefCell<Live>>,
    host: Option<&'a dyn Host>,
    imports: Option<&'a Imports>,
    /// What failed last, in both languages: Rhai carries a text only.
    raised: RefCell<Phrase>,
}

/// Why a call was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallStop {
    /// It did too much.
    Operations,
    /// It took too long.
    Time,
    /// It holds too much.
    Size(Excess),
}

/// What a script has asked for and written so far; what it reads back.
pub(super) struct Live {
    pub(super) members: Members,
    pub(super) state: Arc<Map>,
    pub(super) actions: Vec<Action>,
    pub(super) log: Vec<String>,
    pub(super) fetches: Vec<Fetched>,
    /// What the actions hold, in bytes.
    pub(super) bytes: usize,
}

impl<'a> Frame<'a> {
    /// The frame of an expression: it can change nothing.
    pub(super) fn expression(facts: &'a Facts, member: Option<&'a MemberId>) -> Self {
        Self {
            facts,
            member,
            limit: limits::EXPRESSION_OPERATIONS_MAX
                + limits::EXPRESSION_OPERATIONS_PER_MEMBER * facts.members.len() as u64,
            cut: false,
            operations: Cell::new(0),
            clock_at: Cell::new(CLOCK_EVERY),
            held: RefCell::default(),
            stop: Cell::new(None),
            unknown: Cell::new(false),
            testing: Cell::new(false),
            seed: RefCell::new(Seed::from_u64(facts.seed)),
            live: OnceCell::new(),
            host: None,
            imports: None,
            raised: RefCell::default(),
        }
    }

    /// The same with fewer operations, where the decision that it is part of has no more left.
    pub(super) fn at_most(mut self, operations: Option<u64>) -> Self {
        if let Some(operations) = operations.filter(|operations| *operations < self.limit) {
            self.limit = operations;
            self.cut = true;
        }
        self
    }

    /// Whether it was stopped because of what its decision had done before it.
    pub(super) fn is_cut_short(&self) -> bool {
        self.cut && self.stop.get() == Some(CallStop::Operations)
    }

    /// Notes a failure and gives the text by which Rhai carries it.
    pub(super) fn raised(&self, message: Phrase) -> String {
        let text = message.en.clone();
        self.raised.replace(message);
        text
    }

    /// What a text that Rhai carried says in both languages; a script's own says itself.
    pub(super) fn meant_by(&self, text: String) -> Phrase {
        let raised = self.raised.borrow();
        if raised.en == text { raised.clone() } else { Phrase::same(text) }
    }

    /// How many operations it has had.
    pub(super) fn operations(&self) -> u64 {
        self.operations.get()
    }

    /// The frame of a script call.
    pub(super) fn script(facts: &'a Facts, host: &'a dyn Host, imports: &'a Imports) -> Self {
        let live = OnceCell::new();
        live.get_or_init(|| {
            RefCell::new(Live {
                members: facts.members.clone(),
                state: facts.state.clone(),
                actions: Vec::new(),
                log: Vec::new(),
                fetches: Vec::new(),
                bytes: 0,
            })
        });
        Self {
            host: Some(host),
            imports: Some(imports),
            limit: limits::SCRIPT_OPERATIONS_MAX,
            live,
            ..Self::expression(facts, None)
        }
    }

    /// Runs something inside the frame.
    pub(super) fn enter<R>(&self, body: impl FnOnce() -> R) -> R {
        FRAME.set(self, body)
    }

    /// What a script collected.
    pub(super) fn into_live(self) -> Option<Live> {
        self.live.into_inner().map(RefCell::into_inner)
    }

    /// Counts one operation; whether it was one too many. Counted here, not by Rhai, because Rhai counts what
    /// a closure does from the same number again for every call of it.
    fn tick(&self) -> bool {
        let n = self.count(1);
        self.stop.get().is_some() && n > self.limit.saturating_add(GRACE)
    }

    /// Counts operations, and looks at the clock now and then.
    fn count(&self, operations: u64) -> u64 {
        let n = self.operations.get().saturating_add(operations);
        self.operations.set(n);
        if self.stop.get().is_some() {
            return n;
        }
        if n > self.limit {
            self.halt(CallStop::Operations);
            return self.operations.get();
        }
        if n >= self.clock_at.get() {
            self.clock_at.set(n - n % CLOCK_EVERY + CLOCK_EVERY);
            if self.host.is_some_and(Host::expired) {
                self.halt(CallStop::Time);
            }
        }
        self.operations.get()
    }

    /// Counts what a native function is about to do. It must not do it when this fails.
    pub(super) fn spend(&self, operations: u64) -> Result<(), CallStop> {
        if operations > 0 {
            self.count(operations);
        }
        self.stop.get().map_or(Ok(()), Err)
    }

    /// Ends the call at the next variable it reads, or soon after that wherever it is.
    fn halt(&self, why: CallStop) {
        self.stop.set(Some(why));
        self.operations.set(self.limit);
    }

    /// Weighs the variable that is about to be read, and what else the function holds that was not weighed yet.
    pub(super) fn read(&self, name: &str, index: usize, level: usize, scope: &Scope<'_>) {
        if self.stop.get().is_some() {
            return;
        }
        let weighed = if self.live.get().is_some() {
            let read = self.held.borrow_mut().read(name, index, level, scope);
            read.map(|cost| {
                self.count(cost);
            })
        } else {
            place_of(name, index, scope).and_then(|at| scope.iter_raw().nth(at)).map_or(
                Ok(()),
                |(.., value)| {
                    self.count(weight::weigh(value)?.copy_cost());
                    Ok(())
                },
            )
        };
        if let Err(excess) = weighed {
            self.halt(CallStop::Size(excess));
        }
    }

    /// Holds what a native function collects from the closures it calls; let go with [`Frame::release`].
    pub(super) fn hold(&self, value: &Dynamic) -> Result<usize, CallStop> {
        let weighed = weight::weigh(value).and_then(|weight| {
            let mut held = self.held.borrow_mut();
            held.collected += weight.bytes;
            held.total().map(|()| weight.bytes)
        });
        weighed.map_err(|excess| {
            self.halt(CallStop::Size(excess));
            CallStop::Size(excess)
        })
    }

    /// Lets go of what was collected.
    pub(super) fn release(&self, bytes: usize) {
        let mut held = self.held.borrow_mut();
        held.collected = held.collected.saturating_sub(bytes);
    }

    /// Empties the variables that functions captured: a function that is kept in a variable which it captured
    /// itself is a circle that nothing else would ever free.
    pub(super) fn break_circles(&self) {
        let all = std::mem::take(&mut self.held.borrow_mut().captured);
        for (mut captured, _) in all.into_values() {
            let inner = captured.write_lock::<Dynamic>().map(|mut inner| std::mem::take(&mut *inner));
            drop(inner);
        }
    }

    /// How many operations it may do.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Why the call has to end, once it has to.
    pub(super) fn stopped(&self) -> Option<CallStop> {
        self.stop.get()
    }

    /// Host and imports, for calls.
    pub(super) fn host(&self) -> Option<&'a dyn Host> {
        self.host
    }

    pub(super) fn imports(&self) -> Option<&'a Imports> {
        self.imports
    }

    /// What a script has collected; `None` in an expression.
    pub(super) fn live(&self) -> Option<&RefCell<Live>> {
        self.live.get()
    }

    /// The member in scope.
    pub(super) fn member_in_scope(&self) -> Option<&MemberId> {
        self.member.or(self.facts.member.as_ref())
    }

    /// A member as of now, with what the call itself changed.
    pub(super) fn member(&self, id: &MemberId) -> Option<Arc<Member>> {
        match self.live.get() {
            Some(live) => live.borrow().members.get(id).cloned(),
            None => self.facts.members.get(id).cloned(),
        }
    }

    /// What a member does, as far as it is known. Somebody who is not in the group is known from now on only.
    pub(super) fn activity(&self, id: &MemberId) -> Activity {
        let members = &self.facts.members;
        if members.contains(id) {
            members.activity(id)
        } else {
            Activity { seen: Some(self.facts.now), messages: 0 }
        }
    }

    /// Something is read that nobody knows. In an expression nothing can be made of it, so its evaluation ends and
    /// is unknown, and so does the test of a member; a script gets nothing and can look.
    pub(super) fn reads_unknown(&self) -> bool {
        let ends = self.live.get().is_none() || self.testing.get();
        if ends {
            self.unknown.set(true);
        }
        ends
    }

    /// Whether what was evaluated is unknown.
    pub(super) fn is_unknown(&self) -> bool {
        self.unknown.get()
    }

    /// Tests a member; none when the answer is unknown.
    pub(super) fn test<T, E>(&self, body: impl FnOnce() -> Result<T, E>) -> Result<Option<T>, E> {
        let testing = self.testing.replace(true);
        let unknown = self.unknown.replace(false);
        let answer = body();
        self.testing.set(testing);
        if self.unknown.replace(unknown) { Ok(None) } else { answer.map(Some) }
    }

    /// All members as of now.
    pub(super) fn members(&self) -> Members {
        self.live.get().map_or_else(|| self.facts.members.clone(), |live| live.borrow().members.clone())
    }

    /// The language of texts.
    pub(super) fn locale(&self) -> Locale {
        self.facts.locale
    }

    /// The random stream of this call.
    pub(super) fn random<R>(&self, draw: impl FnOnce(&mut Seed) -> R) -> R {
        draw(&mut self.seed.borrow_mut())
    }
}

impl Live {
    /// Adds an action; the reason when there are too many.
    pub(super) fn act(&mut self, action: Action) -> Result<(), Phrase> {
        if self.actions.len() >= limits::SCRIPT_ACTIONS_MAX {
            return Err(phrase!(
                "this call asked for more than {} actions; do less in one call",
                "这一次调用要做超过 {} 件事；一次少做一些",
                limits::SCRIPT_ACTIONS_MAX
            ));
        }
        self.bytes = self.bytes.saturating_add(action.stored_bytes());
        if self.bytes > limits::SCRIPT_ACTION_BYTES_MAX {
            return Err(phrase!(
                "what this call asked for holds more than {} bytes; do less in one call, or keep less",
                "这一次调用要存超过 {} 字节；一次少做一些，或者少存一些",
                limits::SCRIPT_ACTION_BYTES_MAX
            ));
        }
        self.actions.push(action);
        Ok(())
    }

    /// Writes a key of the group's state; null removes it.
    pub(super) fn set_state(&mut self, key: &str, value: Value) -> Result<(), Phrase> {
        if !value.is_null()
            && !self.state.contains_key(key)
            && self.state.len() >= limits::SCRIPT_STATE_KEYS_MAX
        {
            return Err(phrase!(
                "the group's state has {} keys already, which is the limit; remove some with `state.remove(key)`",
                "这个群的状态已经有 {} 个键，到上限了；用 `state.remove(key)` 删掉一些",
                limits::SCRIPT_STATE_KEYS_MAX
            ));
        }
        let state = Arc::make_mut(&mut self.state);
        if value.is_null() {
            state.remove(key);
        } else {
            state.insert(Arc::from(key), value.clone());
        }
        self.act(Action::State { key: key.into(), value })
    }

    /// Adds a line to the log; lines past the limit are dropped, the last kept one says so.
    pub(super) fn note(&mut self, line: &str) {
        match self.log.len() {
            n if n + 1 < limits::SCRIPT_LOG_LINES_MAX => self.log.push(line.chars().take(1_000).collect()),
            n if n < limits::SCRIPT_LOG_LINES_MAX => self.log.push("… (further lines are not kept)".into()),
            _ => {}
        }
    }
}

/// Notes a failure and gives the text by which Rhai carries it.
pub(super) fn raised(message: Phrase) -> String {
    if FRAME.is_set() { FRAME.with(|frame| frame.raised(message)) } else { message.en }
}

/// Counts what a native function is about to do; it must not do it when this fails.
pub(super) fn spend(operations: u64) -> Result<(), Box<EvalAltResult>> {
    if !FRAME.is_set() {
        return Ok(());
    }
    FRAME.with(|frame| frame.spend(operations).map_err(|stop| stop.error(frame)))
}

/// Counts what was done already and had to be, because what it gives cannot fail; the next step fails instead.
pub(super) fn spent(operations: usize) {
    if FRAME.is_set() {
        FRAME.with(|frame| frame.count(operations as u64));
    }
}

/// Counts looking at a part of this value: Rhai measures all of it after each such call.
pub(super) fn spend_on_part(value: &Dynamic) -> Result<(), Box<EvalAltResult>> {
    spend(weight::length(value) as u64 / 64)
}

/// Counts going through these values.
pub(super) fn spend_on<'v>(
    values: impl IntoIterator<Item = &'v Dynamic>,
    times: u64,
) -> Result<(), Box<EvalAltResult>> {
    let mut cost: u64 = 0;
    for value in values {
        let weight = weight::weigh(value)
            .map_err(|excess| EvalAltResult::ErrorRuntime(raised(excess.message()).into(), Position::NONE))?;
        cost = cost.saturating_add(weight.cost());
    }
    spend(cost.saturating_mul(times))
}

/// Uses the frame of the current call.
pub(super) fn with<R>(f: impl FnOnce(&Frame<'_>) -> R) -> R {
    FRAME.with(|frame| f(frame))
}

/// Whether somebody is in the group; of everybody where nobody can be asked.
pub(super) fn is_member(id: &MemberId) -> bool {
    !FRAME.is_set() || FRAME.with(|frame| frame.member(id).is_some())
}

/// Rhai's progress hook: true when the call must end here.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general over the frame's lifetime"
)]
pub(super) fn tick() -> bool {
    FRAME.is_set() && FRAME.with(|frame| frame.tick())
}

/// A line of `print` or `debug`.
pub(super) fn note(line: &str) {
    if FRAME.is_set() {
        FRAME.with(|frame| {
            if let Some(live) = frame.live() {
                live.borrow_mut().note(line);
            }
        });
    }
}
