//! From the text of a document to a plan.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

#[path = "../../router/tests/adversarial/subject.rs"]
mod subject;
#[expect(dead_code, reason = "the other target is in it too")]
#[path = "../../router/tests/adversarial/targets.rs"]
mod targets;

use subject::Subject;

thread_local! {
    static STATE: OnceCell<(Runtime, Subject)> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    STATE.with(|state| {
        let (runtime, subject) = state.get_or_init(|| {
            let runtime = Builder::new_current_thread().enable_time().build();
            (runtime.expect("a runtime starts"), Subject::new())
        });
        runtime.block_on(targets::parse_to_plan(subject, bytes));
    });
});
