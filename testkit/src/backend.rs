//! One test body, two databases.

use std::future::Future;

pub use kit::db::Backend;
use tracing_subscriber::EnvFilter;

use crate::database;

/// Makes two tests, `name::sqlite` and `name::mysql`, out of each `async fn name(backend: Backend)`.
///
/// ```ignore
/// testkit::on_both![only_a_draft_can_be_published];
///
/// async fn only_a_draft_can_be_published(backend: Backend) {
///     let app = TestApp::start(backend).await;
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[test]
            fn sqlite() {
                $crate::run(super::$test($crate::Backend::Sqlite));
            }

            #[test]
            fn mysql() {
                $crate::run(super::$test($crate::Backend::Mysql));
            }
        }
    )+};
}

/// Runs a test's future on a runtime of its own; what it logs is shown if it fails.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let filter = EnvFilter::builder().parse_lossy("info");
    // Another test of this process may have been first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_test_writer()
        .with_ansi(false)
        .try_init();

    // Dropped after the runtime and the tasks that go down with it.
    let _swept = Sweep;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built")
        .block_on(test)
}

/// Deletes what tasks wrote into a test's directory after its database was dropped.
struct Sweep;

impl Drop for Sweep {
    fn drop(&mut self) {
        database::sweep();
    }
}
