//! The closed list of diagnostic codes: what each means, why it matters, how it looks wrong and right.
//!
//! Printed by `playbook explain`; never consulted while compiling.
