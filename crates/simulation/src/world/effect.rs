//! What is under way when a worker dies may still take effect, or not, or later.

use std::rc::Rc;

use crate::world::World;
use crate::world::worker::Worker;

/// Something that happens once, and perhaps even when nobody waits for it any more.
pub(crate) struct Effect<T: 'static, F: FnOnce() -> T + 'static> {
    world: Rc<World>,
    act: Option<F>,
}

impl<T: 'static, F: FnOnce() -> T + 'static> Effect<T, F> {
    pub(crate) fn new(world: &Rc<World>, act: F) -> Self {
        Self { world: Rc::clone(world), act: Some(act) }
    }

    /// Takes effect.
    pub(crate) fn now(mut self) -> Option<T> {
        self.act.take().map(|act| act())
    }
}

impl<T: 'static, F: FnOnce() -> T + 'static> Drop for Effect<T, F> {
    fn drop(&mut self) {
        let Some(act) = self.act.take() else { return };
        match self.world.draw(|random| random.below(4)) {
            0 | 1 => {
                act();
            }
            2 => {
                let world = Rc::clone(&self.world);
                self.world.spawn(async move {
                    let time = world.draw(|random| random.below(3000));
                    world.sleep(time).await;
                    act();
                });
            }
            _ => {}
        }
    }
}

impl Worker {
    /// Does something later than it should, and not if the worker has died: for bugs.
    pub(crate) fn later<T: 'static>(&self, act: impl FnOnce() -> T + 'static) {
        let worker = self.clone();
        self.world.spawn(async move {
            worker.world.sleep(20).await;
            if !worker.is_dead() {
                act();
            }
        });
    }
}
