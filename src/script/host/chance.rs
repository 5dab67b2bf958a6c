//! Chance: a stream that is seeded by run and step, so the same call draws the same.

use super::{Given, fail, function};
use crate::script::frame;
use rhai::{Array, Dynamic, Module};

pub(super) fn register(module: &mut Module) {
    function(module, "random", || frame::with(|f| f.random(crate::base::seed::Seed::fraction)));
    function(module, "random", |n: i64| -> Given<i64> {
        if n < 1 {
            return Err(fail(format!(
                "`random({n})` has nothing to choose from; `random(n)` gives 0 to n - 1"
            )));
        }
        Ok(below(n as usize) as i64)
    });
    function(module, "random", |from: i64, to: i64| -> Given<i64> {
        let width = to.checked_sub(from).and_then(|w| w.checked_add(1)).filter(|w| *w > 0);
        let width =
            width.ok_or_else(|| fail(format!("`random({from}, {to})` has nothing to choose from")))?;
        Ok(from + below(width as usize) as i64)
    });
    function(module, "chance", |probability: f64| frame::with(|f| f.random(|seed| seed.chance(probability))));
    function(module, "pick", |list: &mut Array| -> Given<Dynamic> {
        let n = below(list.len());
        list.get(n).cloned().ok_or_else(|| fail("`pick` of an empty list; test `list.is_empty()` first"))
    });
    function(module, "shuffle", |list: &mut Array| chosen(list, list.len()));
    function(module, "sample", |list: &mut Array, n: i64| chosen(list, usize::try_from(n).unwrap_or(0)));
}

fn below(n: usize) -> usize {
    frame::with(|f| f.random(|seed| seed.below(n as u64))) as usize
}

fn chosen(list: &Array, n: usize) -> Array {
    frame::spent(list.len() + n.min(list.len()));
    sample(list.len(), n).into_iter().filter_map(|i| list.get(i).cloned()).collect()
}

/// `n` different indices below `length`, in random order (Fisher–Yates).
pub(super) fn sample(length: usize, n: usize) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..length).collect();
    let n = n.min(length);
    for i in 0..n {
        let j = i + below(length - i);
        indices.swap(i, j);
    }
    indices.truncate(n);
    indices
}
