//! Runs the [`Engine`] over the [`Ports`]: feeds what happened, does what it says.
//!
//! Everything happens in the one future that [`start`] returns. Dropping it is what a killed
//! worker is: all operations under way are given up, and the stores hold what they hold.

mod answer;
mod commits;
mod handle;
mod line;
mod transfers;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::config::Config;
use crate::engine::Engine;
use crate::ids::{CommandId, TransferId};
use crate::input::{Input, Reply};
use crate::output::Output;
use crate::ports::{Ports, StoreError};
use crate::snapshot::EntryKey;
use crate::time::Instant;

pub use handle::Handle;

use answer::Sender;
use commits::{CommitQueue, Finished};
use handle::Call;
use line::{Inbox, Line};
use transfers::Slot;

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

/// Takes the store over and restores what is in it.
///
/// Resolves with a handle for the app's calls, and the future that must be run for anything to
/// happen. That future ends when all handles are gone, or another engine takes the store over.
///
/// # Errors
///
/// If a store cannot be read at all.
pub async fn start<P: Ports>(
    ports: Rc<P>,
    config: Config,
) -> Result<(Handle, impl Future<Output = ()> + 'static), StoreError> {
    let (epoch, snapshots) = ports.take_over().await?;
    let entries = ports.entries().await?;
    let line = Rc::new(Line::default());
    let mut driver = Driver {
        engine: Engine::new(config, epoch),
        commits: CommitQueue::new(epoch),
        ports,
        inbox: Inbox(Rc::clone(&line)),
        slots: Vec::new(),
        replies: Vec::new(),
        operations: Vec::new(),
        timer: None,
        last_command: 0,
        online: true,
    };
    driver.feed(Input::Restored { snapshots, entries });
    Ok((Handle::new(line), driver.run()))
}

struct Driver<P: Ports> {
    ports: Rc<P>,
    engine: Engine,
    commits: CommitQueue,
    inbox: Inbox,
    /// Of the open transfers: a few.
    slots: Vec<Slot<P>>,
    replies: Vec<(CommandId, Sender)>,
    /// In the order in which they were begun.
    operations: Vec<Operation<P>>,
    timer: Option<(Instant, Boxed<()>)>,
    last_command: u64,
    /// What was reported to the engine last.
    online: bool,
}

/// What is under way.
struct Operation<P: Ports> {
    /// It is given up when this one is closed.
    transfer: Option<TransferId>,
    future: Boxed<Done<P>>,
}

/// How an operation went.
enum Done<P: Ports> {
    /// An exchange with the network.
    Transfer(transfers::Step<P>),
    /// A transaction.
    Commit(Finished),
    /// Anything that needs no handle.
    Input(Input),
    /// Nobody waits for it.
    Nothing,
}

/// What the run loop waits for.
enum Wake<P: Ports> {
    Call(Option<Call>),
    Done(Done<P>),
    Time,
}

impl<P: Ports> Driver<P> {
    async fn run(mut self) {
        loop {
            self.set_timer();
            match poll_fn(|context| self.poll_wake(context)).await {
                Wake::Call(Some(call)) => self.call(call),
                Wake::Call(None) => return,
                Wake::Done(done) => self.done(done),
                Wake::Time => {
                    self.timer = None;
                    self.feed(Input::Woken);
                }
            }
        }
    }

    fn poll_wake(&mut self, context: &mut Context<'_>) -> Poll<Wake<P>> {
        if self.inbox.is_closed() {
            return Poll::Ready(Wake::Call(None));
        }
        // What is done comes first: a call of the app then sees the newest state.
        if let Some(done) = self.poll_operations(context) {
            return Poll::Ready(Wake::Done(done));
        }
        if let Poll::Ready(call) = self.inbox.poll(context) {
            return Poll::Ready(Wake::Call(call));
        }
        let timer = self.timer.as_mut().map(|(_, sleep)| sleep.as_mut().poll(context));
        if timer.is_some_and(|poll| poll.is_ready()) {
            return Poll::Ready(Wake::Time);
        }
        Poll::Pending
    }

    /// All are asked, whoever is ready: they are a few, and `FuturesUnordered`, which knows, is more code
    /// than they save time.
    fn poll_operations(&mut self, context: &mut Context<'_>) -> Option<Done<P>> {
        let mut operations = self.operations.iter_mut().enumerate();
        let (at, done) = operations.find_map(|(at, operation)| {
            match operation.future.as_mut().poll(context) {
                Poll::Ready(done) => Some((at, done)),
                Poll::Pending => None,
            }
        })?;
        self.operations.remove(at);
        Some(done)
    }

    /// A timer that comes too early does no harm, and with every chunk the next stall is later: so
    /// one that is set stays, unless it would come too late.
    fn set_timer(&mut self) {
        let Some(wanted) = self.engine.next_wake() else { return };
        if self.timer.as_ref().is_some_and(|(time, _)| *time <= wanted) {
            return;
        }
        let ports = Rc::clone(&self.ports);
        let duration = wanted.since(ports.now().monotonic);
        let sleep: Boxed<()> = Box::pin(async move { ports.sleep(duration).await });
        self.timer = Some((wanted, sleep));
    }

    fn call(&mut self, call: Call) {
        match call {
            Call::Command(command, reply) => {
                self.last_command += 1;
                let id = CommandId(self.last_command);
                self.replies.push((id, reply));
                self.feed(Input::Command { id, command });
            }
            Call::Look(look, done) => {
                look(&mut self.engine);
                done.send(Reply::Done(Ok(())));
            }
            Call::Report(of, so) => self.feed(of(so)),
        }
    }

    fn done(&mut self, done: Done<P>) {
        match done {
            Done::Transfer(step) => {
                if let Some(input) = self.take_step(step) {
                    self.feed(input);
                }
            }
            Done::Commit(finished) => {
                for input in self.commits.finished(finished) {
                    self.feed(input);
                }
                self.commit_next();
            }
            Done::Input(input) => self.feed(input),
            Done::Nothing => {}
        }
    }

    /// One input, and before it the state of the network: not every platform tells when it changes.
    fn feed(&mut self, input: Input) {
        let online = self.ports.is_online();
        if online != self.online {
            self.online = online;
            self.step(Input::Online(online));
        }
        self.step(input);
    }

    /// One input, then all outputs.
    fn step(&mut self, input: Input) {
        self.engine.handle(self.ports.now(), input);
        while let Some(output) = self.engine.poll_output() {
            self.perform(output);
        }
        self.inbox.0.active.set(self.engine.is_active());
    }

    fn perform(&mut self, output: Output) {
        let ports = Rc::clone(&self.ports);
        match output {
            Output::Open { transfer, exchange } => self.open(transfer, exchange),
            Output::Read { transfer } => self.read(transfer),
            Output::Forget { transfer } => self.forget(transfer),
            Output::Trim { transfer, excess } => self.trim(transfer, excess),
            Output::Compare { transfer, pieces } => self.compare(transfer, pieces),
            Output::Store { transfer, entry } => self.store(transfer, entry),
            Output::StoreBody { transfer, entry } => self.store_body(transfer, entry),
            Output::Close { transfer } => self.close(transfer),
            Output::Delete { entries, fetch } => self.push(async move {
                let kept = match &fetch {
                    Some((_, uid)) => ports.is_kept(uid).await.ok(),
                    None => Some(false),
                };
                // Who does not know deletes nothing.
                if kept == Some(false) {
                    // What could not be deleted is swept at the next start.
                    let _ = ports.delete(&entries).await;
                }
                let cleared = |(fetch, _)| Done::Input(Input::Cleared { fetch, kept });
                fetch.map_or(Done::Nothing, cleared)
            }),
            Output::Commit { commit, writes } => {
                self.commits.push(commit, writes);
                self.commit_next();
            }
            Output::ListEntries { fetch, doubtful } => self.push(async move {
                let entries = list(&*ports, doubtful).await;
                Done::Input(Input::EntriesListed { fetch, entries })
            }),
            Output::VerifyIntegrity { record, entries, integrity } => self.push(async move {
                let passed = ports.verify(&entries, &integrity).await;
                Done::Input(Input::IntegrityVerified { record, passed })
            }),
            Output::Reply { command, reply } => {
                if let Some(at) = self.replies.iter().position(|(id, _)| *id == command) {
                    self.replies.swap_remove(at).1.send(reply);
                }
            }
            Output::Notify { fetch, state } => self.push(async move {
                ports.notify(state).await;
                Done::Input(Input::Notified { fetch })
            }),
            Output::RecordChanged(record) => ports.record_changed(record),
            Output::Fire { fetch, event, state } => self.push(async move {
                ports.fire(event, state).await;
                Done::Input(Input::EventSettled { fetch })
            }),
            Output::Active(active) => ports.active(active),
            Output::Stop => self.inbox.0.close(),
        }
    }

    fn push(&mut self, operation: impl Future<Output = Done<P>> + 'static) {
        self.operations.push(Operation { transfer: None, future: Box::pin(operation) });
    }

    fn commit_next(&mut self) {
        if let Some((batch, epoch)) = self.commits.next() {
            let ports = Rc::clone(&self.ports);
            self.push(async move {
                let result = ports.commit(epoch, &batch.writes).await;
                Done::Commit(Finished { batch, result })
            });
        }
    }
}

/// The entries that are there, and as long as they should be.
async fn list<P: Ports>(
    ports: &P,
    doubtful: Vec<(EntryKey, u64)>,
) -> Result<Vec<EntryKey>, StoreError> {
    let mut entries = ports.entries().await?;
    for (entry, length) in doubtful {
        // One that cannot be read is lost: it is one file of the browser's that is damaged.
        if ports.length(&entry).await != Ok(Some(length)) {
            entries.retain(|other| *other != entry);
        }
    }
    Ok(entries)
}
