//! Planning is computation of unknown length by code that may panic: it runs on a blocking
//! thread, few at a time, within a limit, and takes nothing down with it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::plan::PlanError;

/// Runs `work`; when it overruns, its thread finishes by itself and still counts as busy.
pub(crate) async fn run<T: Send + 'static>(
    busy: &Arc<Semaphore>,
    limit: Duration,
    work: impl FnOnce() -> Result<T, PlanError> + Send + 'static,
) -> Result<T, PlanError> {
    let guarded = async {
        let permit = Arc::clone(busy)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let worker = tokio::task::spawn_blocking(move || {
            let result = catch(work);
            drop(permit);
            result
        });
        worker
            .await
            .unwrap_or_else(|err| Err(PlanError::Failed(err.to_string())))
    };
    tokio::time::timeout(limit, guarded)
        .await
        .unwrap_or(Err(PlanError::TimedOut))
}

/// Turns a panic into an error.
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T, PlanError>) -> Result<T, PlanError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(PlanError::Panicked(panic_message(&*panic))))
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let busy = Arc::new(Semaphore::new(1));
        let failed = run::<()>(&busy, SECOND, || panic!("out of paths")).await;
        assert!(matches!(failed, Err(PlanError::Panicked(text)) if text == "out of paths"));
        assert_eq!(busy.available_permits(), 1);
    }

    #[tokio::test]
    async fn an_overrun_is_an_error_and_keeps_its_place_until_it_ends() {
        let busy = Arc::new(Semaphore::new(1));
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let work = move || {
            let _ = wait.recv();
            Ok(())
        };
        let failed = run(&busy, Duration::from_millis(10), work).await;
        assert!(matches!(failed, Err(PlanError::TimedOut)));
        assert_eq!(busy.available_permits(), 0);

        drop(release);
        assert!(busy.acquire().await.is_ok());
    }
}
