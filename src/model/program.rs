//! A block of steps as a flat program, so that a run's position is one number.
//!
//! Made once, when the playbook is compiled; the same steps always give the same program.

use super::step::{Approve, Block, Step, Verb, Way};
use crate::base::phrase::{Words, pair};
use std::sync::Arc;

/// A flat list of operations. Running off its end ends the run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Program {
    /// In order; a run's position is an index into them.
    pub ops: Vec<Op>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Carry a step out. Where the step gates or branches, `otherwise` is where to go when it does not
    /// proceed; where it loops, when the list is at its end.
    Step {
        /// The step.
        step: Arc<Step>,
        /// Where to go when it does not proceed. For a step that does not branch: the next operation.
        otherwise: u32,
        /// Where the silence of those who were asked leads, where that is elsewhere.
        silent: u32,
        /// The operation after the step and everything nested in it: where a skipped step goes on.
        end: u32,
    },
    /// Go there.
    Jump(u32),
    /// Go to the next item of the innermost loop, whose step is there.
    Next(u32),
    /// The run ends here, and why: after the `otherwise` steps of a wait, or what a no leads to.
    End(Words),
}

impl Program {
    /// Flattens a block.
    pub fn new(block: &Block) -> Self {
        let mut program = Self::default();
        program.block(block);
        program
    }

    /// The steps in the order of the file.
    pub fn steps(&self) -> impl Iterator<Item = &Arc<Step>> {
        self.ops.iter().filter_map(|op| match op {
            Op::Step { step, .. } => Some(step),
            Op::Jump(_) | Op::Next(_) | Op::End(_) => None,
        })
    }

    /// The step that comes right after the operation at a place, where no loop decides that.
    pub fn after(&self, pc: u32) -> Option<&Arc<Step>> {
        let mut pc = pc as usize + 1;
        // Each jump leads ahead, or to the head of a loop.
        for _ in 0..self.ops.len() {
            match self.ops.get(pc)? {
                Op::Jump(to) => pc = *to as usize,
                Op::Step { step, .. } => return Some(step),
                Op::Next(_) | Op::End(_) => return None,
            }
        }
        None
    }

    /// The steps that may come after the operation at a place, in their order: those of a loop's next round, whose heads
    /// are given with the innermost first, behind the rest of this one. What another branch does is not among them.
    pub fn ahead<'a>(&'a self, pc: u32, rounds: &[u32]) -> Vec<(&'a Arc<Step>, bool)> {
        let mut seen = vec![false; self.ops.len()];
        let mut found = Vec::new();
        self.reach(pc + 1, &mut seen, &mut |step| found.push((step, false)));
        for head in rounds {
            self.reach(head + 1, &mut seen, &mut |step| found.push((step, true)));
        }
        found
    }

    /// Says each step that may come from a place on and was not seen yet, in their order. A loop's head is passed by.
    fn reach<'a>(&'a self, from: u32, seen: &mut [bool], say: &mut impl FnMut(&'a Arc<Step>)) {
        let mut open = std::collections::BTreeSet::from([from as usize]);
        while let Some(pc) = open.pop_first() {
            let Some(seen) = seen.get_mut(pc) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            match &self.ops[pc] {
                Op::Step { step, otherwise, silent, .. } => {
                    say(step);
                    open.extend([pc + 1, *otherwise as usize, *silent as usize]);
                }
                Op::Jump(to) => drop(open.insert(*to as usize)),
                Op::Next(head) => {
                    if let Some(Op::Step { otherwise, .. }) = self.ops.get(*head as usize) {
                        open.insert(*otherwise as usize);
                    }
                }
                Op::End(_) => {}
            }
        }
    }

    fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    fn push_step(&mut self, step: &Arc<Step>) -> usize {
        self.ops.push(Op::Step { step: step.clone(), otherwise: 0, silent: 0, end: 0 });
        self.ops.len() - 1
    }

    fn set_otherwise(&mut self, index: usize, to: u32) {
        if let Op::Step { otherwise, silent, .. } = &mut self.ops[index] {
            *otherwise = to;
            *silent = to;
        }
    }

    fn set_silent(&mut self, index: usize, to: u32) {
        if let Op::Step { silent, .. } = &mut self.ops[index] {
            *silent = to;
        }
    }

    fn set_end(&mut self, index: usize, to: u32) {
        if let Op::Step { end, .. } = &mut self.ops[index] {
            *end = to;
        }
    }

    fn set_jump(&mut self, index: usize, to: u32) {
        self.ops[index] = Op::Jump(to);
    }

    /// The ways of a gate. Its program is as short as it was before a no and silence could have steps, so that open
    /// runs find their place.
    fn approve(&mut self, index: usize, approve: &Approve) {
        if let Way::Steps(yes) = &approve.yes {
            self.block(yes);
        }
        let mut jumps = Vec::new();
        if !approve.is_plain() {
            jumps.push(self.ops.len());
            self.ops.push(Op::Jump(0));
        }
        let mut way = |program: &mut Self, way: &Way, why| -> Option<u32> {
            let Way::Steps(block) = way else { return None };
            let start = program.here();
            program.block(block);
            if approve.gates_a_part() {
                jumps.push(program.ops.len());
                program.ops.push(Op::Jump(0));
            } else {
                program.ops.push(Op::End(why));
            }
            Some(start)
        };
        let no = way(self, &approve.no, pair("not approved", "没有同意"));
        let silent = way(self, &approve.silence, pair("nobody decided in time", "没有人按时决定"));
        let end = self.here();
        for jump in jumps {
            self.set_jump(jump, end);
        }
        // Where the rest of the run is gated, it ends: past the last operation.
        let shut = if approve.gates_a_part() { end } else { u32::MAX };
        self.set_otherwise(index, no.unwrap_or(shut));
        self.set_silent(index, silent.unwrap_or(shut));
    }

    fn block(&mut self, block: &Block) {
        for step in block {
            let index = self.push_step(step);
            match &step.verb {
                Verb::If(branch) => {
                    self.block(&branch.then);
                    if branch.otherwise.is_empty() {
                        let end = self.here();
                        self.set_otherwise(index, end);
                    } else {
                        let jump = self.ops.len();
                        self.ops.push(Op::Jump(0));
                        let other = self.here();
                        self.set_otherwise(index, other);
                        self.block(&branch.otherwise);
                        let end = self.here();
                        self.set_jump(jump, end);
                    }
                }
                Verb::Each(each) => {
                    self.block(&each.steps);
                    self.ops.push(Op::Next(index as u32));
                    let end = self.here();
                    self.set_otherwise(index, end);
                }
                Verb::Approve(approve) => self.approve(index, approve),
                Verb::Wait(wait) => {
                    let jump = self.ops.len();
                    self.ops.push(Op::Jump(0));
                    let other = self.here();
                    self.set_otherwise(index, other);
                    self.block(&wait.otherwise);
                    if wait.silence == super::step::Silence::Stop {
                        self.ops.push(Op::End(pair("waited in vain", "白等了一场")));
                    }
                    let end = self.here();
                    self.set_jump(jump, end);
                }
                Verb::Post(_)
                | Verb::Run(_)
                | Verb::Task(_)
                | Verb::Ask(_)
                | Verb::Prune(_)
                | Verb::Mark(_)
                | Verb::Set(_)
                | Verb::Signal { .. }
                | Verb::Start { .. }
                | Verb::Enter(_)
                | Verb::Stop(_) => {
                    let next = self.here();
                    self.set_otherwise(index, next);
                }
            }
            let end = self.here();
            self.set_end(index, end);
        }
    }
}
