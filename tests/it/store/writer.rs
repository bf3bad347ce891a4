//! The queue before the store: what it answers, when it refuses, and how it ends.

use core::task::{Context, Poll, Waker};
use core::time::Duration;

use server::store::{Commit, Memory, Outcome, Redb, Store, Table, Version, limits};
use server::writer::{DrainError, WriteError, Writer, WriterConfig};

use super::disk::Disk;
use super::{CACHE_BYTES, TEAM, entry, now, put};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn every_commit_is_answered_with_its_own_outcome() {
    let writer = queued(Memory::new(), WriterConfig::default());
    let answers: Vec<_> = (0..100).map(|_| ask(&writer, append())).collect();
    let mut heads = Vec::new();
    for answer in answers {
        match answer.await.unwrap().unwrap() {
            Outcome::Applied { heads: grown, .. } => heads.extend(grown),
            other => panic!("not applied: {other:?}"),
        }
    }
    heads.sort_unstable();
    assert_eq!(heads, (1..=100).map(|n| (TEAM, n)).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_is_answered_before_the_disk_has_it() {
    let disk = Disk::default();
    let store = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
    let writer = queued(store.clone(), WriterConfig::default());
    disk.stop();
    let answer = ask(&writer, append());
    until(|| writer.waiting() == 0).await;
    assert!(!answer.is_finished());
    assert_eq!(store.heads(vec![TEAM]).await.unwrap(), [0]);
    disk.go_on();
    answer.await.unwrap().unwrap();
    assert_eq!(store.heads(vec![TEAM]).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_loses_nothing_it_took() {
    let disk = Disk::default();
    let store = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
    let config = WriterConfig {
        queue_commits_max: 3,
        group_commits_max: 1,
        busy_retry_seconds: 9,
        ..WriterConfig::default()
    };
    let writer = queued(store.clone(), config);
    disk.stop();
    let mut answers = vec![ask(&writer, append())];
    until(|| writer.waiting() == 0).await;
    answers.extend((0..3).map(|_| ask(&writer, append())));
    let refused = writer.commit(append()).await;
    assert!(matches!(
        refused,
        Err(WriteError::Busy {
            retry_after_seconds: 9
        })
    ));
    disk.go_on();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(store.heads(vec![TEAM]).await.unwrap(), [4]);
}

#[tokio::test]
async fn draining_answers_what_waits_and_refuses_what_comes() {
    let disk = Disk::default();
    let store = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
    let writer = queued(store, WriterConfig::default());
    disk.stop();
    let first = ask(&writer, append());
    let second = ask(&writer, append());
    assert_eq!(writer.drain(Duration::ZERO).await, Err(DrainError));
    assert!(matches!(
        writer.commit(append()).await,
        Err(WriteError::Stopped)
    ));
    disk.go_on();
    assert_eq!(writer.drain(LONG).await, Ok(()));
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert!(matches!(writer.health(), Err(WriteError::Stopped)));
}

#[tokio::test]
async fn a_failed_commit_fails_its_group_and_stops_all_writing_until_reopened() {
    let disk = Disk::default();
    let store = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
    let writer = queued(store, WriterConfig::default());
    writer.commit(append()).await.unwrap();
    disk.stop();
    let answers = [append(), append(), append()].map(|commit| ask(&writer, commit));
    until(|| writer.waiting() < 3).await;
    disk.fill();
    disk.go_on();
    let mut failed = 0;
    for answer in answers {
        match answer.await.unwrap() {
            Err(WriteError::Failed(cause) | WriteError::Poisoned(cause)) => {
                assert!(cause.is_transient());
                failed += 1;
            }
            other => panic!("expected a failure: {other:?}"),
        }
    }
    assert_eq!(failed, 3);
    assert!(matches!(
        writer.commit(append()).await,
        Err(WriteError::Poisoned(_))
    ));

    let reopened = Redb::with_backend(disk.copy(), CACHE_BYTES).unwrap();
    let heads = reopened.heads(vec![TEAM]).await.unwrap();
    assert!(heads[0] >= 1);
    queued(reopened, WriterConfig::default())
        .commit(append())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_commit_that_breaks_a_bound_fails_alone() {
    let writer = queued(Memory::new(), WriterConfig::default());
    let unfit = Commit {
        puts: vec![put(Table::Row, &"k".repeat(limits::KEY_BYTES_MAX + 1), "")],
        ..Commit::default()
    };
    assert!(matches!(
        writer.commit(unfit).await,
        Err(WriteError::Unfit(_))
    ));
    writer.commit(append()).await.unwrap();
}

#[tokio::test]
async fn gathering_a_group_loses_and_doubles_nothing() {
    let config = WriterConfig {
        group_commits_max: 4,
        group_wait: Duration::from_millis(1),
        ..WriterConfig::default()
    };
    let store = Memory::new();
    let writer = queued(store.clone(), config);
    let answers: Vec<_> = (0..10).map(|_| ask(&writer, append())).collect();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(store.heads(vec![TEAM]).await.unwrap(), [10]);
}

#[test]
fn a_direct_writer_needs_neither_thread_nor_runtime() {
    let store = Memory::new();
    let writer = Writer::direct(store.clone());
    let outcome = now(writer.commit(append())).unwrap();
    let applied = Outcome::Applied {
        version: Version(1),
        heads: vec![(TEAM, 1)],
    };
    assert_eq!(outcome, applied);
    assert_eq!(now(writer.drain(Duration::ZERO)), Ok(()));
    assert!(matches!(
        now(writer.commit(append())),
        Err(WriteError::Stopped)
    ));
}

fn queued<S: Store>(store: S, config: WriterConfig) -> Writer<S> {
    Writer::queued(store, config).unwrap()
}

fn append() -> Commit {
    Commit {
        appends: vec![entry(TEAM, "a")],
        ..Commit::default()
    }
}

/// Puts a commit into the queue; its answer comes later.
fn ask<S: Store>(
    writer: &Writer<S>,
    commit: Commit,
) -> tokio::task::JoinHandle<Result<Outcome, WriteError>> {
    let writer = writer.clone();
    let mut answer = Box::pin(async move { writer.commit(commit).await });
    let polled = answer
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    tokio::spawn(async move {
        match polled {
            Poll::Ready(answer) => answer,
            Poll::Pending => answer.await,
        }
    })
}

/// Lets the others run until `reached`.
async fn until(reached: impl Fn() -> bool) {
    while !reached() {
        tokio::task::yield_now().await;
    }
}
