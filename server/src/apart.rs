//! Work that would hold up everybody else on its thread.

/// Runs `work` where it holds up nobody: on a blocking thread, if there is a runtime.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => match runtime.spawn_blocking(work).await {
            Ok(done) => done,
            Err(panicked) if panicked.is_panic() => {
                std::panic::resume_unwind(panicked.into_panic())
            }
            // The runtime ends, and this task with it.
            Err(_) => core::future::pending().await,
        },
        Err(_) => work(),
    }
}
