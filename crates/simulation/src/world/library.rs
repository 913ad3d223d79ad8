//! The library of the app, which is JavaScript: `js/offline`.

use crate::oracle::library;
use crate::world::World;
use crate::world::worker::Worker;
use background_fetch_engine::testing::world::Life;

/// Keeps what a fetch has brought, and removes what had the name before, for as long as the worker lives.
pub(super) async fn keep(worker: &Worker, uid: &str, name: u64) {
    let (world, name) = (&worker.world, format!("item {name}"));
    worker.step().await;
    let done = world.base.meta.keep(uid, &name);
    worker.trace(|| format!("keeps {uid} as {name}: {done}"));
    library::kept(&world.oracle, worker.number, uid, &name, done);
    worker.step().await;
    for (uid, entries) in world.base.meta.refuse() {
        for entry in entries {
            world.base.bodies.delete(&[entry]);
            worker.step().await;
        }
        world.base.meta.forget_refuse(&uid);
        worker.step().await;
    }
}

/// As at the first call of another life.
pub(crate) fn tidy(world: &World) {
    for (uid, entries) in world.base.meta.refuse() {
        world.base.bodies.delete(&entries);
        world.base.meta.forget_refuse(&uid);
    }
}
