//! Arguments in, exit code out; nothing else.

/// Small values come and go with every decision; the allocator of the system takes a third of a step for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    playbook::shell::cli::main()
}
