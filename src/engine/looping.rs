//! A step that is repeated for each of several things: the list is taken when it begins.

use super::{
    IllegalEntry,
    carrying::{At, Carried, Trouble, Went},
    draft::{Decided, Draft},
    entry::Fact,
};
use crate::{
    base::{
        ids::RunId,
        limits,
        phrase::{Phrase, phrase},
        value::Value,
    },
    model::{program::Op, step::Verb},
};

impl Draft<'_> {
    pub(super) fn begin_loop(&mut self, at: &At<'_>, each: &crate::model::step::Each) -> Carried {
        let items = each.items.eval(&self.step_facts(at, each.items.names()))?;
        let Some(list) = items.as_list() else {
            let (source, kind) = (Phrase::same(each.items.source()), Phrase::from(items.kind()));
            return Err(Trouble::Step(phrase!(
                "`each: {source}` is {kind}; a loop needs a list",
                "`each: {source}` 是{kind}；循环要一个列表";
                source, kind
            )));
        };
        let max = each.max.map_or(limits::EACH_MAX, |max| max as usize);
        if each.max.is_none() && list.len() > max {
            return Err(Trouble::Step(phrase!(
                "`each: {}` has {} items; without `max` a loop may have {max}",
                "`each: {}` 有 {} 项；不写 `max` 最多 {max} 项",
                each.items.source(),
                list.len()
            )));
        }
        let list: Vec<Value> = list.iter().take(max).cloned().collect();
        let index = (!list.is_empty()).then_some(0);
        let next = if index.is_some() { at.pc + 1 } else { at.otherwise };
        self.emit(Fact::LoopSet {
            run: at.run.id.clone(),
            pc: at.pc,
            items: Some(Value::list(list)),
            index,
            binding: each.binding.clone(),
            next,
            end: Some(at.ends.max(at.due)),
        })?;
        Ok(Went::On(next))
    }

    pub(super) fn next_item(&mut self, id: &RunId, head: u32, ops: &[Op]) -> Decided<u32> {
        let run = self.run(id)?;
        let Some(Op::Step { step, otherwise, .. }) = ops.get(head as usize) else {
            return Err(IllegalEntry(format!("{id}: no loop at {head}")));
        };
        let Verb::Each(each) = &step.verb else {
            return Err(IllegalEntry(format!("{id}: no loop at {head}")));
        };
        let current = run.loops.iter().rev().find(|l| l.pc == head);
        let len = current.and_then(|l| l.items.as_list()).map_or(0, <[Value]>::len);
        let index = current.map_or(0, |l| l.index + 1);
        let index = ((index as usize) < len).then_some(index);
        let next = if index.is_some() { head + 1 } else { *otherwise };
        self.emit(Fact::LoopSet {
            run: id.clone(),
            pc: head,
            items: None,
            index,
            binding: each.binding.clone(),
            next,
            end: None,
        })?;
        Ok(next)
    }
}
