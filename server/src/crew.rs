//! The crew: a few threads that do what is heavy about requests, fairly.
//!
//! It promises that a full queue refuses at once, that whoever has used least gets on first, so
//! that neither many requests of one device nor costly ones hold up the others, that pulls and
//! small bundles get on beside large ones, and that a request whose work panics takes nobody with it. It knows nothing of what the work
//! is. Work runs without an async runtime: what it reads from the store it reads on the spot.

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant;

use shared::id::DeviceId;
use tokio::sync::oneshot;

/// Bounds of a crew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrewConfig {
    /// Threads; at least 1.
    pub threads: usize,
    /// Requests that may wait; one more is refused as busy.
    pub queue_jobs_max: usize,
    /// Requests of one device that may wait. An honest phone has one or two on the way.
    pub device_jobs_max: usize,
    /// What a refused sender is told to wait.
    pub busy_retry_seconds: u32,
}

impl Default for CrewConfig {
    /// A thread for each processor. A usual bundle takes about 5 ms, so the last of a full queue
    /// waits some 2 s on two of them.
    fn default() -> Self {
        Self {
            threads: thread::available_parallelism().map_or(1, usize::from),
            queue_jobs_max: 1_024,
            device_jobs_max: 8,
            busy_retry_seconds: 3,
        }
    }
}

/// What kind of work waits. Each kind gets on whatever waits of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A question: news, names.
    Pull,
    /// A bundle of a day's work.
    Small,
    /// A bundle of an import or a re-packed outbox: never on all threads at once.
    Large,
}

/// Bytes from which a bundle is large: four times what a phone freezes at.
pub const LARGE_BUNDLE_BYTES: usize = 16 * 1024;

impl Lane {
    /// The lane for a bundle of so many bytes.
    #[must_use]
    pub fn for_bundle(bytes: usize) -> Self {
        match bytes >= LARGE_BUNDLE_BYTES {
            true => Self::Large,
            false => Self::Small,
        }
    }
}

/// In which order lanes are looked at, one step further with every job.
const TURNS: [Lane; 4] = [Lane::Pull, Lane::Small, Lane::Large, Lane::Small];

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrewError {
    /// Too much waits; nothing was done. Send again later.
    #[error("too much waits: try again in {retry_after_seconds} s")]
    Busy {
        /// How long to wait.
        retry_after_seconds: u32,
    },
    /// The work panicked; nothing of it was committed.
    #[error("the work broke off")]
    Broken,
}

/// A handle to the crew; clones lead to the same one. The threads end with the last.
#[derive(Clone)]
pub struct Crew(Option<Arc<Hands>>);

impl core::fmt::Debug for Crew {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Crew")
    }
}

/// Ends the threads when the last handle is gone.
struct Hands {
    deck: Arc<Deck>,
    config: CrewConfig,
}

struct Deck {
    queue: Mutex<Queue>,
    woken: Condvar,
}

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    lanes: [LaneQueue; 3],
    spent: Spent,
    jobs: usize,
    turn: usize,
    large_running: usize,
    is_closed: bool,
}

/// Microseconds that devices have used, counted from what the last one served had used: who was
/// not here for a while begins where the others are, and not with a credit.
#[derive(Default)]
struct Spent {
    by_device: BTreeMap<DeviceId, u64>,
    served: u64,
}

impl Spent {
    fn of(&self, device: DeviceId) -> u64 {
        let spent = self.by_device.get(&device).copied();
        spent.unwrap_or_default().max(self.served)
    }

    fn charge(&mut self, device: DeviceId, micros: u64) {
        let spent = self.of(device).saturating_add(micros);
        self.by_device.insert(device, spent);
        if self.by_device.len() > DEVICES_REMEMBERED_MAX {
            let served = self.served;
            self.by_device.retain(|_, spent| *spent > served);
        }
    }
}

/// Devices whose use is remembered before those that are even with the others are forgotten.
const DEVICES_REMEMBERED_MAX: usize = 4_096;

/// Jobs of one lane, by device.
#[derive(Default)]
struct LaneQueue(BTreeMap<DeviceId, VecDeque<Job>>);

impl LaneQueue {
    fn push(&mut self, device: DeviceId, job: Job) {
        self.0.entry(device).or_default().push_back(job);
    }

    /// The job of whoever has used least.
    fn pop(&mut self, spent: &mut Spent) -> Option<(DeviceId, Job)> {
        let (used, device) = self.0.keys().map(|id| (spent.of(*id), *id)).min()?;
        spent.served = used;
        // The least that anything costs; the rest is added when it is known.
        spent.charge(device, 1);
        let waiting = self.0.get_mut(&device)?;
        let job = waiting.pop_front();
        if waiting.is_empty() {
            self.0.remove(&device);
        }
        job.map(|job| (device, job))
    }

    fn waiting(&self, device: DeviceId) -> usize {
        self.0.get(&device).map_or(0, VecDeque::len)
    }
}

impl Queue {
    fn lane(&mut self, lane: Lane) -> &mut LaneQueue {
        &mut self.lanes[lane as usize]
    }

    /// The next job, its lane and whose it is; of large ones all but one thread's at a time.
    fn next(&mut self, threads: usize) -> Option<(Lane, DeviceId, Job)> {
        let large_max = threads.saturating_sub(1).max(1);
        for step in 0..TURNS.len() {
            let lane = TURNS[(self.turn + step) % TURNS.len()];
            if lane == Lane::Large && self.large_running >= large_max {
                continue;
            }
            let queue = &mut self.lanes[lane as usize];
            if let Some((device, job)) = queue.pop(&mut self.spent) {
                self.turn = (self.turn + step + 1) % TURNS.len();
                self.jobs -= 1;
                self.large_running += usize::from(lane == Lane::Large);
                return Some((lane, device, job));
            }
        }
        None
    }
}

impl Crew {
    /// No threads: work is done where it is polled, for worlds on one thread.
    #[must_use]
    pub fn alone() -> Self {
        Self(None)
    }

    /// Starts the threads.
    ///
    /// # Errors
    /// The system's, if it has no thread to give.
    pub fn start(config: CrewConfig) -> io::Result<Self> {
        let deck = Arc::new(Deck {
            queue: Mutex::default(),
            woken: Condvar::new(),
        });
        let hands = Self(Some(Arc::new(Hands {
            deck: deck.clone(),
            config,
        })));
        for n in 0..config.threads.max(1) {
            let deck = deck.clone();
            let work = move || while deck.work_once(config.threads) {};
            thread::Builder::new()
                .name(format!("crew-{n}"))
                .spawn(work)?;
        }
        Ok(hands)
    }

    /// Does work for a device when it is its turn. Whoever stops waiting takes back work that was
    /// not begun.
    ///
    /// # Errors
    /// [`CrewError`].
    pub async fn run<T: Send + 'static>(
        &self,
        device: DeviceId,
        lane: Lane,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, CrewError> {
        let Some(hands) = &self.0 else {
            return Ok(work.await);
        };
        let (answer, answered) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                let _asker_left = answer.send(finish(work));
            }
        };
        hands.push(device, lane, Box::new(job))?;
        answered.await.map_err(|_| CrewError::Broken)
    }

    /// Requests that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.as_ref().map_or(0, |hands| hands.deck.queue().jobs)
    }
}

impl Hands {
    fn push(&self, device: DeviceId, lane: Lane, job: Job) -> Result<(), CrewError> {
        let mut queue = self.deck.queue();
        let mine = queue.lane(lane).waiting(device);
        if queue.jobs >= self.config.queue_jobs_max || mine >= self.config.device_jobs_max {
            return Err(CrewError::Busy {
                retry_after_seconds: self.config.busy_retry_seconds,
            });
        }
        queue.jobs += 1;
        queue.lane(lane).push(device, job);
        drop(queue);
        self.deck.woken.notify_one();
        Ok(())
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.deck.queue().is_closed = true;
        self.deck.woken.notify_all();
    }
}

impl Deck {
    /// What the lock guards is whole at every moment, so a panic elsewhere does not spoil it.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a job and does it; `false` once no more will come.
    fn work_once(&self, threads: usize) -> bool {
        let mut queue = self.queue();
        let (lane, device, job) = loop {
            if let Some(next) = queue.next(threads) {
                break next;
            }
            if queue.is_closed {
                return false;
            }
            let woken = self.woken.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        };
        drop(queue);
        let begun = Instant::now();
        // The asker learns of a panic by getting no answer.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("work for a request broke off");
        }
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut queue = self.queue();
        queue.spent.charge(device, micros);
        if lane == Lane::Large {
            queue.large_running -= 1;
            self.woken.notify_one();
        }
        true
    }
}

/// Polls to the end on this thread.
fn finish<T>(work: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut work = pin!(work);
    loop {
        match work.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::future::ready;
    use std::sync::mpsc;

    use super::*;

    const ONE: CrewConfig = CrewConfig {
        threads: 1,
        queue_jobs_max: 6,
        device_jobs_max: 3,
        busy_retry_seconds: 3,
    };

    fn device(n: u8) -> DeviceId {
        DeviceId([n; 16])
    }

    /// Holds the only thread until the sender is dropped.
    fn occupied(crew: &Crew) -> mpsc::Sender<()> {
        let (hold, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let job = move || {
            begun.send(()).unwrap();
            let _dropped = held.recv();
        };
        let hands = crew.0.as_ref().unwrap();
        hands.push(device(0), Lane::Pull, Box::new(job)).unwrap();
        begins.recv().unwrap();
        hold
    }

    #[tokio::test]
    async fn devices_take_turns_and_no_lane_waits_for_another_to_empty() {
        let crew = Crew::start(ONE).unwrap();
        let hold = occupied(&crew);
        let (told, heard) = mpsc::channel();
        let jobs = [
            (1, Lane::Large, "1 large"),
            (1, Lane::Small, "1 first"),
            (1, Lane::Small, "1 second"),
            (2, Lane::Small, "2 first"),
            (2, Lane::Pull, "2 asks"),
        ];
        let hands = crew.0.as_ref().unwrap();
        for (n, lane, what) in jobs {
            let told = told.clone();
            let job = move || told.send(what).unwrap();
            hands.push(device(n), lane, Box::new(job)).unwrap();
        }
        drop((hold, told));
        let order: Vec<_> = heard.iter().collect();
        let expected = ["1 first", "1 large", "2 first", "2 asks", "1 second"];
        assert_eq!(order, expected);
    }

    #[test]
    fn whoever_has_used_least_gets_on_first_and_nobody_saves_up() {
        let mut spent = Spent::default();
        let mut lane = LaneQueue::default();
        let served = |lane: &mut LaneQueue, spent: &mut Spent| {
            lane.pop(spent).map(|(device, _)| device.0[0])
        };
        spent.charge(device(1), 500);
        spent.charge(device(2), 90);
        for n in [1, 1, 2, 2] {
            lane.push(device(n), Box::new(|| {}));
        }
        assert_eq!(served(&mut lane, &mut spent), Some(2));
        assert_eq!(served(&mut lane, &mut spent), Some(2));
        assert_eq!(served(&mut lane, &mut spent), Some(1));
        lane.push(device(3), Box::new(|| {}));
        // Device 3 is new and begins where device 1 was served, not at nothing.
        assert_eq!(spent.of(device(3)), 500);
        assert_eq!(served(&mut lane, &mut spent), Some(3));
        assert_eq!(served(&mut lane, &mut spent), Some(1));
        assert_eq!(served(&mut lane, &mut spent), None);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_a_device_before_it_fills_it() {
        let crew = Crew::start(ONE).unwrap();
        let hold = occupied(&crew);
        let hands = crew.0.as_ref().unwrap();
        let push = |n| hands.push(device(n), Lane::Small, Box::new(|| {}));
        let busy = Err(CrewError::Busy {
            retry_after_seconds: 3,
        });
        assert_eq!([push(1), push(1), push(1)], [Ok(()); 3]);
        assert_eq!(push(1), busy);
        assert_eq!([push(2), push(3), push(4)], [Ok(()); 3]);
        assert_eq!(push(5), busy);
        assert_eq!(crew.waiting(), 6);
        drop(hold);
        while crew.waiting() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(crew.run(device(5), Lane::Pull, ready(7)).await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_panics_takes_nobody_with_it() {
        let crew = Crew::start(ONE).unwrap();
        let work = async {
            assert!(crate::clock::random().is_err(), "on purpose");
        };
        let broken = crew.run(device(1), Lane::Large, work).await;
        assert_eq!(broken, Err(CrewError::Broken));
        assert_eq!(crew.run(device(1), Lane::Large, ready(7)).await, Ok(7));
        assert_eq!(
            Crew::alone().run(device(1), Lane::Pull, ready(8)).await,
            Ok(8)
        );
    }
}
