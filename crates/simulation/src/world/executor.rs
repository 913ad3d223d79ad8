//! Where workers live and die, and everything else goes on.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::world::World;
use crate::world::worker::Worker;

type Boxed<T = ()> = Pin<Box<dyn Future<Output = T>>>;

/// What goes on beside the workers.
#[derive(Default)]
pub(crate) struct Tasks {
    spawned: RefCell<Vec<Boxed>>,
    waiters: RefCell<Vec<Waker>>,
    /// Calls and plans of the app that are not over.
    unfinished: Cell<u32>,
}

impl Tasks {
    /// Runs a future that belongs to nobody.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        self.spawned.borrow_mut().push(Box::pin(future));
        self.changed();
    }

    /// Something has begun that must be over before the world may end.
    pub(crate) fn begin(&self) {
        self.unfinished.set(self.unfinished.get() + 1);
    }

    /// It is over.
    pub(crate) fn end(&self) {
        self.unfinished.set(self.unfinished.get() - 1);
        self.changed();
    }

    /// Whether all of that is over.
    pub(crate) fn are_over(&self) -> bool {
        self.unfinished.get() == 0
    }

    /// Something changed that somebody may wait for.
    pub(crate) fn changed(&self) {
        for waker in self.waiters.borrow_mut().drain(..) {
            waker.wake();
        }
    }

    /// Resolves when `look` finds something. It is asked after each change.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        poll_fn(|context| match look() {
            Some(found) => Poll::Ready(found),
            None => {
                self.waiters.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

/// Everything that runs; it is ready when nothing more is wanted of it.
pub(crate) struct Executor {
    world: Rc<World>,
    workers: Vec<Boxed>,
    others: FuturesUnordered<Boxed>,
    is_over: fn(&World) -> bool,
}

impl Executor {
    pub(crate) fn new(world: &Rc<World>, is_over: fn(&World) -> bool) -> Self {
        let world = Rc::clone(world);
        Self { world, workers: Vec::new(), others: FuturesUnordered::new(), is_over }
    }

    /// Buries the dead, and brings what is to begin on the stage. Whether anything changed.
    fn turn(&mut self) -> bool {
        let mut turned = false;
        if let Some(down) = self.world.lives.crash.take() {
            turned = true;
            self.workers.clear();
            let world = Rc::clone(&self.world);
            self.world.tasks.spawn(async move {
                world.sleep(down).await;
                world.start_worker();
            });
        }
        for _ in 0..self.world.lives.starts.take() {
            turned = true;
            let worker = Worker::new(Rc::clone(&self.world));
            self.workers.push(Box::pin(worker.live()));
        }
        for task in std::mem::take(&mut *self.world.tasks.spawned.borrow_mut()) {
            turned = true;
            self.others.push(task);
        }
        turned
    }
}

impl Future for Executor {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            self.turn();
            while let Poll::Ready(Some(())) = self.others.poll_next_unpin(context) {}
            self.workers.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
            if (self.is_over)(&self.world) || self.world.oracle.journal.is_violated() {
                return Poll::Ready(());
            }
            if !self.turn() {
                return Poll::Pending;
            }
        }
    }
}
