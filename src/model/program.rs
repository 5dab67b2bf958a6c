//! A block of steps as a flat program, so that a run's position is one number.
//!
//! Made once, when the playbook is compiled; the same steps always give the same program.

use super::step::{Block, Step, Verb};
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
        /// The operation after the step and everything nested in it: where a skipped step goes on.
        end: u32,
    },
    /// Go there.
    Jump(u32),
    /// Go to the next item of the innermost loop, whose step is there.
    Next(u32),
    /// What a wait does after its `otherwise` steps when silence means stop.
    End,
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
            Op::Jump(_) | Op::Next(_) | Op::End => None,
        })
    }

    fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    fn push_step(&mut self, step: &Arc<Step>) -> usize {
        self.ops.push(Op::Step { step: step.clone(), otherwise: 0, end: 0 });
        self.ops.len() - 1
    }

    fn set_otherwise(&mut self, index: usize, to: u32) {
        if let Op::Step { otherwise, .. } = &mut self.ops[index] {
            *otherwise = to;
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
                Verb::Approve(approve) => match &approve.then {
                    Some(then) => {
                        self.block(then);
                        let end = self.here();
                        self.set_otherwise(index, end);
                    }
                    // A no ends the run: past the last operation.
                    None => self.set_otherwise(index, u32::MAX),
                },
                Verb::Wait(wait) => {
                    let jump = self.ops.len();
                    self.ops.push(Op::Jump(0));
                    let other = self.here();
                    self.set_otherwise(index, other);
                    self.block(&wait.otherwise);
                    if wait.silence == super::step::Silence::Stop {
                        self.ops.push(Op::End);
                    }
                    let end = self.here();
                    self.set_jump(jump, end);
                }
                Verb::Post(_)
                | Verb::Run(_)
                | Verb::Task(_)
                | Verb::Ask(_)
                | Verb::Prune(_)
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
