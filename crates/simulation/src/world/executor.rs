//! Where workers live and die, and everything else goes on.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::world::worker::Worker;
use crate::world::{Boxed, World};

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
            self.world.spawn(async move {
                world.sleep(down).await;
                world.start_worker();
            });
        }
        for _ in 0..self.world.lives.starts.take() {
            turned = true;
            let worker = Worker::new(Rc::clone(&self.world));
            self.workers.push(Box::pin(worker.live()));
        }
        for task in self.world.take_spawned() {
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
            if (self.is_over)(&self.world) || self.world.is_violated() {
                return Poll::Ready(());
            }
            if !self.turn() {
                return Poll::Pending;
            }
        }
    }
}
