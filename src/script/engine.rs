//! The two Rhai engines, one for expressions and one for scripts, with every limit set.
//!
//! Limits are set for debug and release alike: Rhai's own defaults differ between the two.

use super::{
    api, convert, cost,
    facts::Facts,
    frame,
    frame::{CallStop, Frame},
    host,
    modules::Resolver,
    names::Name,
    objects::{
        GroupRef, MemberList, MemberRef, MetricsRef, OpenMap, OperatorsRef, PersonRef, PhaseRef, RoleRef,
        RolesRef, RunRef, StateRef,
    },
    weight,
};
use crate::base::{
    limits,
    phrase::{Phrase, pair, phrase},
    time::{Duration, Timestamp},
};
use rhai::{
    Dynamic, Engine, EvalAltResult, EvalContext, Module, OptimizationLevel, Position, packages,
    packages::Package,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// Functions by name, with the numbers of arguments they take (a method's object is one of them).
pub(super) type Arities = BTreeMap<String, BTreeSet<usize>>;

struct Kit {
    engine: Engine,
    arities: Arities,
}

/// The engine of expressions.
pub(super) fn expressions() -> &'static Engine {
    &expression_kit().engine
}

/// The engine of scripts.
pub(super) fn scripts() -> &'static Engine {
    &script_kit().engine
}

/// Every function an expression can call.
pub(super) fn expression_functions() -> &'static Arities {
    &expression_kit().arities
}

/// Every function a script can call, beside its own.
pub(super) fn script_functions() -> &'static Arities {
    &script_kit().arities
}

fn expression_kit() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(|| {
        let mut kit =
            kit(vec![cost::counted(uncounted), host::shared(), host::expressions()], arities(false));
        // A function by its name in text is called without an operation being counted.
        kit.engine.disable_symbol("Fn");
        kit
    })
}

/// The functions themselves, without what counts them: what [`cost`] calls once it has counted.
pub(super) fn uncounted() -> &'static Engine {
    static KIT: OnceLock<Kit> = OnceLock::new();
    &KIT.get_or_init(|| kit(vec![host::shared()], Arities::new())).engine
}

fn script_kit() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(|| {
        let mut kit = kit(vec![cost::counted(uncounted), host::shared(), host::scripts()], arities(true));
        kit.engine.set_module_resolver(Resolver);
        kit
    })
}

/// Rhai's packages without the one that can wait and end the process, the clock and byte arrays.
fn rhai_modules() -> Vec<Arc<Module>> {
    vec![
        packages::ArithmeticPackage::new().as_shared_module(),
        packages::LogicPackage::new().as_shared_module(),
        packages::BasicMathPackage::new().as_shared_module(),
        packages::BasicStringPackage::new().as_shared_module(),
        packages::MoreStringPackage::new().as_shared_module(),
        packages::BasicIteratorPackage::new().as_shared_module(),
        packages::BasicFnPackage::new().as_shared_module(),
        packages::BasicArrayPackage::new().as_shared_module(),
        packages::BasicMapPackage::new().as_shared_module(),
    ]
}

/// Rhai's functions and ours.
fn arities(script: bool) -> Arities {
    let mut arities = Arities::new();
    for (name, counts) in api::RHAI {
        if !script && host::NOT_IN_EXPRESSIONS.contains(&name) {
            continue;
        }
        arities.entry(name.to_owned()).or_default().extend(counts);
    }
    for item in api::ITEMS.iter().filter(|item| script || !item.script) {
        let object = usize::from(!item.on.is_empty());
        arities.entry(item.name.to_owned()).or_default().insert(object + item.params.map_or(0, <[_]>::len));
    }
    arities
}

fn kit(host: Vec<Module>, arities: Arities) -> Kit {
    let mut engine = Engine::new_raw();
    // Later modules are searched first, so ours replace Rhai's.
    for module in rhai_modules().into_iter().chain(host.into_iter().map(Arc::new)) {
        engine.register_global_module(module);
    }
    set_limits(&mut engine);
    set_hooks(&mut engine);
    name_types(&mut engine);
    Kit { engine, arities }
}

fn set_limits(engine: &mut Engine) {
    engine
        // The frame counts operations and stops first; this is the second lock on the door.
        .set_max_operations(limits::SCRIPT_OPERATIONS_MAX * 2)
        .set_max_call_levels(limits::SCRIPT_CALL_LEVELS_MAX)
        .set_max_expr_depths(limits::SCRIPT_EXPR_DEPTH_MAX, limits::SCRIPT_EXPR_DEPTH_MAX)
        .set_max_string_size(limits::SCRIPT_TEXT_BYTES_MAX)
        .set_max_array_size(limits::SCRIPT_ARRAY_SIZE_MAX)
        .set_max_map_size(limits::SCRIPT_MAP_SIZE_MAX)
        .set_max_variables(limits::SCRIPT_VARIABLES_MAX)
        .set_max_functions(limits::SCRIPT_FUNCTIONS_MAX)
        .set_max_modules(limits::SCRIPT_IMPORTS_MAX)
        .set_optimization_level(OptimizationLevel::None)
        .set_fail_on_invalid_map_property(true)
        .disable_symbol("eval")
        // Copies a function with what it holds into another: twice as much each time. Closures capture without it.
        .disable_symbol("curry");
}

#[expect(deprecated, reason = "Rhai marks these hooks volatile in this way; they are not deprecated")]
fn set_hooks(engine: &mut Engine) {
    engine
        .on_var(resolve)
        .on_progress(|_| frame::tick().then_some(Dynamic::UNIT))
        .on_print(frame::note)
        .on_debug(|text, _, _| frame::note(text));
}

fn name_types(engine: &mut Engine) {
    engine
        .register_type_with_name::<Timestamp>("time")
        .register_type_with_name::<Duration>("duration")
        .register_type_with_name::<MemberRef>("member")
        .register_type_with_name::<MemberList>("members")
        .register_type_with_name::<PersonRef>("person")
        .register_type_with_name::<RoleRef>("role")
        .register_type_with_name::<RolesRef>("roles")
        .register_type_with_name::<GroupRef>("group")
        .register_type_with_name::<PhaseRef>("phase")
        .register_type_with_name::<RunRef>("run")
        .register_type_with_name::<StateRef>("state")
        .register_type_with_name::<MetricsRef>("metrics")
        .register_type_with_name::<OperatorsRef>("operators")
        .register_type_with_name::<OpenMap>("open map");
}

/// Finds what a name stands for that is not a variable of the code itself.
#[expect(clippy::needless_pass_by_value, reason = "the signature is Rhai's")]
fn resolve(
    name: &str,
    index: usize,
    context: EvalContext<'_, '_, '_, '_, '_, '_>,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    frame::with(|frame| {
        frame.read(name, index, context.call_level(), context.scope());
        if let Some(stop) = frame.stopped() {
            return Err(stop.error(frame));
        }
        if index > 0 || context.scope().contains(name) {
            return Ok(None);
        }
        if let Some(value) = global(frame, name) {
            // Counted after, because it has been made; the next thing it does fails.
            frame.spend(cost_of(frame.facts, name)).map_err(|stop| stop.error(frame))?;
            return Ok(Some(value));
        }
        // A top-level constant, which Rhai hides from functions.
        let constants = context.global_runtime_state().constants.as_ref();
        Ok(constants.and_then(|constants| constants.read().ok()?.get(name).cloned()))
    })
}

/// What it costs to make the value that a name stands for anew, in operations.
fn cost_of(facts: &Facts, name: &str) -> u64 {
    let maps = |map: &crate::base::value::Map| map.values().map(|value| 1 + weight::plain_cost(value)).sum();
    match Name::parse(name) {
        None | Some(Name::Row) => facts.bindings.get(name).map_or(0, weight::plain_cost),
        Some(Name::Date) => weight::plain_cost(&facts.date),
        Some(Name::Signal) => weight::plain_cost(&facts.signal),
        Some(Name::Signals) => weight::plain_cost(&facts.signals),
        Some(Name::Vars) => maps(&facts.vars),
        Some(Name::Rules) => weight::plain_cost(&facts.rules),
        Some(Name::Charter) => weight::plain_cost(&facts.charter),
        Some(
            Name::Group
            | Name::Members
            | Name::Member
            | Name::Phase
            | Name::Run
            | Name::Args
            | Name::Roles
            | Name::Now
            | Name::State
            | Name::Metrics
            | Name::Operators,
        ) => 0,
    }
}

fn global(frame: &Frame<'_>, name: &str) -> Option<Dynamic> {
    let facts = frame.facts;
    let Some(word) = Name::parse(name) else {
        return facts.bindings.get(name).map(convert::to_dynamic);
    };
    // Playbooks from before there were such numbers may have a name of their own.
    if word.may_be_taken()
        && let Some(own) = facts.bindings.get(name)
    {
        return Some(convert::to_dynamic(own));
    }
    Some(match word {
        Name::Group => Dynamic::from(GroupRef),
        Name::Members => Dynamic::from(MemberList::All),
        Name::Member => {
            frame.member_in_scope().map_or(Dynamic::UNIT, |id| Dynamic::from(MemberRef(id.clone())))
        }
        Name::Phase => Dynamic::from(PhaseRef),
        Name::Run if facts.run.is_some() => Dynamic::from(RunRef),
        Name::Run => Dynamic::UNIT,
        Name::Date => convert::to_dynamic(&facts.date),
        Name::Signal => convert::to_dynamic(&facts.signal),
        Name::Signals => convert::to_dynamic(&facts.signals),
        Name::Vars => Dynamic::from_map(
            facts.vars.iter().map(|(k, v)| (k.as_ref().into(), convert::to_dynamic(v))).collect(),
        ),
        Name::Args => convert::open(&facts.args),
        Name::Rules => convert::to_dynamic(&facts.rules),
        Name::Charter => convert::to_dynamic(&facts.charter),
        Name::Roles => Dynamic::from(RolesRef),
        Name::Now => Dynamic::from(facts.now),
        Name::State => Dynamic::from(StateRef),
        Name::Metrics => Dynamic::from(MetricsRef),
        Name::Operators => Dynamic::from(OperatorsRef),
        Name::Row => return facts.bindings.get(name).map(convert::to_dynamic),
    })
}

impl CallStop {
    /// As the failure of what was under way.
    #[expect(clippy::unnecessary_box_returns, reason = "Rhai's functions fail with a boxed error")]
    pub(super) fn error(self, frame: &Frame<'_>) -> Box<EvalAltResult> {
        EvalAltResult::ErrorRuntime(frame.raised(self.message(frame)).into(), Position::NONE).into()
    }

    /// In plain words.
    pub(super) fn message(self, frame: &Frame<'_>) -> Phrase {
        match self {
            Self::Operations if frame.live().is_some() => phrase!(
                "the script did more than {} operations; is there a loop without end?",
                "脚本做了超过 {} 步运算；是不是有死循环？",
                limits::SCRIPT_OPERATIONS_MAX
            ),
            Self::Operations => {
                phrase!(
                    "the expression needs more than {} operations; do this in a script",
                    "表达式要做超过 {} 步运算；请放到脚本里",
                    frame.limit()
                )
            }
            Self::Size(excess) => excess.message(),
            Self::Time => pair(
                "the script took too long and was stopped; is there a loop without end?",
                "脚本跑得太久，被停下了；是不是有死循环？",
            )
            .into(),
        }
    }
}
