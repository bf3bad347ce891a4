//! The one writer: commits wait in a bounded queue and become durable in groups.
//!
//! It promises that a commit is answered only after it is durable (or did not apply), that a
//! full queue refuses at once instead of growing, and that nothing is written any more after a
//! commit failed: what is on the disk then is known only once the store is opened again. It
//! knows nothing about what it commits.

use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

use crate::store::{Commit, Outcome, Store, StoreError};

/// Bounds of the queue and of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterConfig {
    /// Commits that may wait; one more is refused as busy. At least 1.
    pub queue_commits_max: usize,
    /// Commits one durable transaction may hold. At least 1.
    pub group_commits_max: usize,
    /// How long the first commits of a group wait for others, where there are several: whoever
    /// comes alone never waits. Every group costs two flushes and the pages it touches.
    pub group_wait: Duration,
    /// What a refused sender is told to wait.
    pub busy_retry_seconds: u32,
}

impl Default for WriterConfig {
    /// Two cores and a 4 ms flush commit about 3,000 small bundles a second in groups of 100, so
    /// the last of a full queue waits about 0.2 s.
    fn default() -> Self {
        Self {
            queue_commits_max: 512,
            group_commits_max: 128,
            group_wait: Duration::from_millis(10),
            busy_retry_seconds: 3,
        }
    }
}

/// Why a commit was not answered with an [`Outcome`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The queue is full; nothing was done. Send again later.
    #[error("too many commits are waiting: try again in {retry_after_seconds} s")]
    Busy {
        /// How long to wait.
        retry_after_seconds: u32,
    },
    /// The commit breaks a bound of the store; nothing was done. Sending it again will not help.
    #[error("the commit breaks a bound of the store")]
    Unfit(#[source] Arc<StoreError>),
    /// Writing failed. Whether the commit is durable is known only once the store is opened
    /// again; then send it again.
    #[error("writing failed")]
    Failed(#[source] Arc<StoreError>),
    /// Writing failed earlier; nothing was done. Open the store again, then send again.
    #[error("writing failed earlier")]
    Poisoned(#[source] Arc<StoreError>),
    /// The writer was drained or has ended; nothing was done. Send again to the next server.
    #[error("the writer takes no more commits")]
    Stopped,
    /// The writer ended before it answered, as after a panic; as with [`Self::Failed`] nobody
    /// knows whether the commit is durable.
    #[error("the writer ended before it answered")]
    Lost,
}

/// Commits were still waiting when the time was up. Whoever sent them has no answer and will
/// send them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("commits were still waiting at the deadline")]
pub struct DrainError;

/// A handle to the writer; clones lead to the same one. The queue's thread ends when the last
/// handle is dropped or [`Writer::drain`] was called, after what waits is written.
#[derive(Debug, Clone)]
pub struct Writer<S> {
    inner: Arc<Inner<S>>,
}

#[derive(Debug)]
struct Inner<S> {
    way: Way<S>,
    failure: Arc<Failure>,
}

/// How commits get to the store; `None` once the writer was drained.
#[derive(Debug)]
enum Way<S> {
    Direct(Mutex<Option<S>>),
    Queued {
        queue: Mutex<Option<mpsc::Sender<Job>>>,
        ended: watch::Receiver<()>,
        busy_retry_seconds: u32,
    },
}

/// The failure after which nothing is written any more.
type Failure = OnceLock<Arc<StoreError>>;

/// A commit and where its answer goes.
#[derive(Debug)]
struct Job {
    commit: Commit,
    answer: oneshot::Sender<Result<Outcome, WriteError>>,
}

impl<S: Store> Writer<S> {
    /// Starts the writer's thread, which alone commits to `store` from now on.
    ///
    /// # Errors
    /// The system's, if it has no thread to give.
    pub fn queued(store: S, config: WriterConfig) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(config.queue_commits_max.max(1));
        let (ending, ended) = watch::channel(());
        let failure = Arc::new(Failure::new());
        let loop_failure = Arc::clone(&failure);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                runtime.block_on(write_groups(store, jobs, config, &loop_failure));
                drop(ending);
            })?;
        Ok(Self::by(
            Way::Queued {
                queue: Mutex::new(Some(queue)),
                ended,
                busy_retry_seconds: config.busy_retry_seconds,
            },
            failure,
        ))
    }

    /// A writer without queue or thread, which commits one by one where it is polled: for worlds
    /// on one thread.
    #[must_use]
    pub fn direct(store: S) -> Self {
        Self::by(Way::Direct(Mutex::new(Some(store))), Arc::default())
    }

    fn by(way: Way<S>, failure: Arc<Failure>) -> Self {
        Self {
            inner: Arc::new(Inner { way, failure }),
        }
    }

    /// Makes one commit durable, together with others that wait.
    ///
    /// Whoever stops waiting for the answer does not take the commit back.
    ///
    /// # Errors
    /// Each [`WriteError`] says whether the commit may have become durable.
    pub async fn commit(&self, commit: Commit) -> Result<Outcome, WriteError> {
        self.health()?;
        commit
            .check()
            .map_err(|unfit| WriteError::Unfit(Arc::new(unfit)))?;
        match &self.inner.way {
            Way::Direct(store) => {
                let store = locked(store).clone().ok_or(WriteError::Stopped)?;
                commit_alone(&store, commit, &self.inner.failure).await
            }
            Way::Queued {
                queue,
                busy_retry_seconds,
                ..
            } => {
                let answer = enqueue(&locked(queue), commit, *busy_retry_seconds)?;
                answer.await.unwrap_or(Err(WriteError::Lost))
            }
        }
    }

    /// Whether the next commit would be tried.
    ///
    /// # Errors
    /// [`WriteError::Poisoned`] or [`WriteError::Stopped`]; the process should then end and be
    /// started again.
    pub fn health(&self) -> Result<(), WriteError> {
        if let Some(cause) = self.inner.failure.get() {
            return Err(WriteError::Poisoned(Arc::clone(cause)));
        }
        let takes = match &self.inner.way {
            Way::Direct(store) => locked(store).is_some(),
            Way::Queued { queue, .. } => locked(queue)
                .as_ref()
                .is_some_and(|queue| !queue.is_closed()),
        };
        if takes {
            Ok(())
        } else {
            Err(WriteError::Stopped)
        }
    }

    /// How many commits wait for the thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        match &self.inner.way {
            Way::Direct(_) => 0,
            Way::Queued { queue, .. } => locked(queue)
                .as_ref()
                .map_or(0, |queue| queue.max_capacity() - queue.capacity()),
        }
    }

    /// Takes no more commits and waits until those that wait are answered, at most `patience`.
    ///
    /// Needs a tokio runtime with a clock, unless the writer is direct.
    ///
    /// # Errors
    /// [`DrainError`] when the time is up; the thread goes on as long as the process does.
    pub async fn drain(&self, patience: Duration) -> Result<(), DrainError> {
        match &self.inner.way {
            Way::Direct(store) => drop(locked(store).take()),
            Way::Queued { queue, ended, .. } => {
                drop(locked(queue).take());
                let mut ended = ended.clone();
                let at_end = async move { while ended.changed().await.is_ok() {} };
                timeout(patience, at_end).await.map_err(|_| DrainError)?;
            }
        }
        Ok(())
    }
}

/// What the lock guards is whole at every moment, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn enqueue(
    queue: &Option<mpsc::Sender<Job>>,
    commit: Commit,
    retry_after_seconds: u32,
) -> Result<oneshot::Receiver<Result<Outcome, WriteError>>, WriteError> {
    let queue = queue.as_ref().ok_or(WriteError::Stopped)?;
    let (answer, answered) = oneshot::channel();
    match queue.try_send(Job { commit, answer }) {
        Ok(()) => Ok(answered),
        Err(TrySendError::Full(_)) => Err(WriteError::Busy {
            retry_after_seconds,
        }),
        Err(TrySendError::Closed(_)) => Err(WriteError::Stopped),
    }
}

async fn commit_alone<S: Store>(
    store: &S,
    commit: Commit,
    failure: &Failure,
) -> Result<Outcome, WriteError> {
    match store.commit(vec![commit]).await {
        Ok(outcomes) => outcomes.into_iter().next().ok_or(WriteError::Lost),
        Err(cause) => Err(WriteError::Failed(poison(failure, cause))),
    }
}

/// The thread's life: group after group until every sender is gone and the queue is empty.
async fn write_groups<S: Store>(
    store: S,
    mut jobs: mpsc::Receiver<Job>,
    config: WriterConfig,
    failure: &Failure,
) {
    loop {
        let group = next_group(&mut jobs, &config).await;
        if group.is_empty() {
            return;
        }
        let (commits, answers): (Vec<_>, Vec<_>) = group
            .into_iter()
            .map(|job| (job.commit, job.answer))
            .unzip();
        if let Some(cause) = failure.get() {
            answer_all(answers, &WriteError::Poisoned(Arc::clone(cause)));
            continue;
        }
        match store.commit(commits).await {
            Ok(outcomes) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _sender_left = answer.send(Ok(outcome));
                }
            }
            Err(cause) => answer_all(answers, &WriteError::Failed(poison(failure, cause))),
        }
    }
}

/// Waits for a job, then takes those that wait with it; empty once no more can come.
async fn next_group(jobs: &mut mpsc::Receiver<Job>, config: &WriterConfig) -> Vec<Job> {
    let group_max = config.group_commits_max.max(1);
    let mut group = Vec::new();
    jobs.recv_many(&mut group, group_max).await;
    if !config.group_wait.is_zero() && group.len() > 1 {
        let deadline = Instant::now() + config.group_wait;
        while group.len() < group_max {
            let room = group_max - group.len();
            match timeout_at(deadline, jobs.recv_many(&mut group, room)).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }
    group
}

fn answer_all(answers: Vec<oneshot::Sender<Result<Outcome, WriteError>>>, error: &WriteError) {
    for answer in answers {
        let _sender_left = answer.send(Err(error.clone()));
    }
}

/// Notes the first failure; later commits are told about it.
fn poison(failure: &Failure, cause: StoreError) -> Arc<StoreError> {
    let cause = Arc::new(cause);
    Arc::clone(failure.get_or_init(|| cause))
}
