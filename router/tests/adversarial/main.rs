//! Documents, variables and subgraph answers that mean harm: the engine neither crashes nor
//! takes more than a bounded time and memory, and says what is wrong in well-formed answers.

mod corpus;
mod fuzz;
mod subject;
mod targets;

use peak_alloc::PeakAlloc;

/// Counts what is allocated.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
