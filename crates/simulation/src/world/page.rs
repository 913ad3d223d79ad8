//! The page: calls, and calls again until it is answered.

use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{Error, MatchOptions, NewFetch};

use crate::oracle::bytes;
use crate::oracle::facts::FetchFacts;
use crate::plan::FetchPlan;
use crate::plan::files;
use crate::plan::twist::Twist;
use crate::world::World;

/// Begins all that the app and the world do by themselves.
pub(crate) fn begin(world: &Rc<World>) {
    for plan in world.plan.fetches.clone() {
        task(world, begin_fetch(Rc::clone(world), plan));
    }
    for (at, twist) in world.plan.times.clone() {
        let world = Rc::clone(world);
        world.clone().tasks.spawn(async move {
            world.sleep(at).await;
            if !world.is_calm() {
                happen(&world, twist).await;
            }
        });
    }
}

/// Something that must be over before the world may end.
pub(crate) fn task(world: &Rc<World>, work: impl Future<Output = ()> + 'static) {
    world.tasks.begin();
    let own = Rc::clone(world);
    world.tasks.spawn(async move {
        work.await;
        own.tasks.end();
    });
}

async fn begin_fetch(world: Rc<World>, plan: FetchPlan) {
    world.sleep(plan.begins).await;
    let uid = format!("u{}", plan.number);
    if call(&world, &uid, &plan).await.is_err() {
        return;
    }
    if let Some(at) = plan.abort {
        task(&world, abort(Rc::clone(&world), uid.clone(), at));
    }
    for (at, time) in plan.pauses.iter().copied() {
        task(&world, pause(Rc::clone(&world), uid.clone(), at, time));
    }
    if let Some(every) = plan.watch {
        task(&world, watch(Rc::clone(&world), uid.clone(), every));
    }
    if let Some(at) = plan.again {
        world.sleep(at).await;
        again(&world, &uid, &plan).await;
    }
}

/// `fetch()`, until it is answered.
async fn call(world: &Rc<World>, uid: &str, plan: &FetchPlan) -> Result<(), Error> {
    world.oracle.facts.borrow_mut().begin(uid, plan);
    let new = NewFetch {
        uid: uid.to_owned(),
        id: format!("id {}", plan.number),
        requests: plan.records.iter().map(|record| record.request.clone()).collect(),
        download_total: plan.limit,
        ..NewFetch::default()
    };
    for (index, record) in (0..).zip(&plan.records) {
        if record.request.body_length.is_some() {
            world.base.meta.put_body(uid, index);
        }
    }
    loop {
        let (_, handle) = world.handle().await;
        world.trace(0, || format!("fetch {uid}"));
        let answer = handle.fetch(new.clone()).await.map(|_| ());
        world.trace(0, || format!("  fetch {uid}: {answer:?}"));
        if answer == Err(Error::Stopped) {
            forget_handle(world).await;
            continue;
        }
        note_answer(world, uid, &answer);
        return answer;
    }
}

/// Waits for another engine than one that has just ended.
async fn forget_handle(world: &World) {
    world.sleep(10).await;
}

fn note_answer(world: &World, uid: &str, answer: &Result<(), Error>) {
    let mut facts = world.oracle.facts.borrow_mut();
    let excused = facts.commit_troubles > 0;
    match answer {
        Err(Error::Quota | Error::Store(_)) if !excused => {
            world.oracle.violate(|| format!("{uid} was refused for no reason: {answer:?}"));
        }
        _ => {}
    }
    if let Some(fetch) = facts.fetches.get_mut(uid) {
        fetch.answer = Some(answer.clone());
    }
}

/// The same id once more: refused while the first is active, and not for a moment longer.
async fn again(world: &Rc<World>, first: &str, plan: &FetchPlan) {
    let uid = format!("u{}b", plan.number);
    let free = |world: &World| {
        let facts = world.oracle.facts.borrow();
        let over = |fetch: &FetchFacts| fetch.is_over() || fetch.is_in_doubt();
        facts.fetches.get(first).is_some_and(over).then_some(())
    };
    let in_doubt = || {
        let facts = world.oracle.facts.borrow();
        facts.fetches.get(first).is_some_and(FetchFacts::is_in_doubt)
    };
    let was_free = free(world).is_some();
    let answer = call(world, &uid, plan).await;
    let refused = matches!(answer, Err(Error::DuplicateId(_)));
    if refused && was_free && !in_doubt() {
        world.oracle.violate(|| format!("{first} is over, but its id was not free"));
    }
    if refused {
        world.tasks.until(|| free(world)).await;
        let uid = format!("u{}c", plan.number);
        let refused = matches!(call(world, &uid, plan).await, Err(Error::DuplicateId(_)));
        if refused && !in_doubt() {
            world.oracle.violate(|| format!("{first} is over, but its id was not free"));
        }
    }
}

async fn abort(world: Rc<World>, uid: String, at: u64) {
    world.sleep(at).await;
    loop {
        let (_, handle) = world.handle().await;
        if let Some(fetch) = world.oracle.facts.borrow_mut().fetches.get_mut(&uid) {
            fetch.abort_asked = true;
        }
        world.trace(0, || format!("abort {uid}"));
        let answer = handle.abort(uid.clone()).await;
        world.trace(0, || format!("  abort {uid}: {answer:?}"));
        match answer {
            Ok(aborted) => {
                if let Some(fetch) = world.oracle.facts.borrow_mut().fetches.get_mut(&uid) {
                    fetch.aborted |= aborted;
                }
                return world.tasks.changed();
            }
            Err(_) => forget_handle(&world).await,
        }
    }
}

async fn pause(world: Rc<World>, uid: String, at: u64, time: u64) {
    world.sleep(at).await;
    set_paused(&world, &uid, true).await;
    world.sleep(time).await;
    // Several pauses may overlap: the first to end ends them.
    set_paused(&world, &uid, false).await;
}

async fn set_paused(world: &Rc<World>, uid: &str, paused: bool) {
    let mut again = false;
    loop {
        let (_, handle) = world.handle().await;
        let note = |call: Option<u64>| {
            let now = world.base.clock.monotonic();
            let mut facts = world.oracle.facts.borrow_mut();
            facts.fetches.get_mut(uid).map_or(0, |fetch| fetch.note_paused(paused, call, now))
        };
        let call = note(None);
        world.trace(0, || format!("pause {uid}: {paused}"));
        let answer = handle.pause(uid.to_owned(), paused).await;
        world.trace(0, || format!("  pause {uid}: {answer:?}"));
        match answer {
            // Over, as one says which has been replaced meanwhile, perhaps: the other may have found out otherwise.
            Ok(false) if !paused && !again && world.oracle.facts.borrow().rivals > 0 => {
                again = true;
                forget_handle(world).await;
            }
            Ok(active) => {
                note(active.then_some(call));
                return world.tasks.changed();
            }
            // Not paused: as well.
            Err(Error::Store(_) | Error::Quota) if paused => return,
            Err(_) => forget_handle(world).await,
        }
    }
}

/// Looks at the records while there are some that still matter, less and less often.
async fn watch(world: Rc<World>, uid: String, mut every: u64) {
    let oracle = &world.oracle;
    // Records stay as long as handlers run, which may be for ever.
    while !oracle.is_left_alone(&uid) {
        let (worker, handle) = world.handle().await;
        match handle.match_all(uid.clone(), None, MatchOptions::default()).await {
            Ok(records) => {
                for record in records.iter().filter(|record| bytes::is_there(oracle, record)) {
                    bytes::look_at(oracle, worker, record);
                }
                world.sleep(every).await;
                every = (every + every / 4 + 1).min(60_000);
            }
            Err(Error::Stopped) => forget_handle(&world).await,
            Err(_) => return,
        }
    }
}

/// What happens at its time, whoever is there.
async fn happen(world: &Rc<World>, twist: Twist) {
    world.trace(0, || format!("{twist:?}"));
    world.oracle.tally.borrow_mut().strike(twist.name());
    let now = world.base.clock.true_time();
    match twist {
        Twist::Change { file, length, .. } => {
            for_places(world, file, |one| one.replace(length, now));
        }
        Twist::LosesRanges { file, .. } => for_places(world, file, |one| one.ranges = false),
        Twist::Vanishes { file, .. } => for_places(world, file, |one| one.gone = true),
        Twist::Unreachable { file, time, .. } => {
            let url = world.plan.url(file);
            world.base.way.take_away(&url);
            world.sleep(time).await;
            world.base.way.give_back(&url);
        }
        Twist::OriginAway { origin, time, .. } => {
            let origin = files::origin(origin);
            world.base.way.take_away(&origin);
            world.sleep(time).await;
            world.base.way.give_back(&origin);
        }
        Twist::OriginBusy { origin, time, after, .. } => {
            let until = now + Duration::from_millis(time);
            let outage = Some((until, Fault::Status(503, after)));
            let mut servers = world.base.servers.borrow_mut();
            servers.origins.entry(files::origin(origin)).or_default().outage = outage;
        }
        Twist::Bears { origin, connections } => {
            let mut servers = world.base.servers.borrow_mut();
            servers.origins.entry(files::origin(origin)).or_default().bears = Some(connections);
        }
        Twist::Beyond { origin, fault } => {
            let mut servers = world.base.servers.borrow_mut();
            servers.origins.entry(files::origin(origin)).or_default().beyond = Some(fault);
        }
        Twist::Line { origin, rate } => {
            let mut servers = world.base.servers.borrow_mut();
            servers.origins.entry(files::origin(origin)).or_default().line = Some(rate);
        }
        Twist::WallJumps { by, .. } => world.base.clock.shift_wall(by),
        Twist::Suspends { time, .. } => suspend(world, Duration::from_millis(time)),
        Twist::Offline { time, reported, .. } => go_offline(world, time, reported).await,
        Twist::DamagesFetch { fetch, .. } => damage(world, fetch, None),
        Twist::DamagesRecord { fetch, index, .. } => damage(world, fetch, Some(index)),
        _ => {}
    }
}

fn for_places(world: &World, file: usize, mut change: impl FnMut(&mut File)) {
    let mut servers = world.base.servers.borrow_mut();
    for url in world.plan.places.get(file).into_iter().flatten() {
        if let Some(file) = servers.files.get_mut(url) {
            change(file);
        }
    }
}

fn suspend(world: &World, time: Duration) {
    world.base.clock.suspend(time);
    world.oracle.facts.borrow_mut().suspend(time, world.base.clock.monotonic());
}

async fn go_offline(world: &Rc<World>, time: u64, reported: bool) {
    let way = &world.base.way;
    let tell = |online: bool| {
        if let Some((_, handle)) = world.owner().filter(|_| reported) {
            handle.set_online(online);
        }
    };
    way.go_offline();
    tell(false);
    world.sleep(time).await;
    way.go_online();
    world.oracle.facts.borrow_mut().able_since = world.base.clock.monotonic();
    tell(way.is_online());
}

fn damage(world: &World, fetch: usize, index: Option<u32>) {
    let uid = format!("u{fetch}");
    let mut facts = world.oracle.facts.borrow_mut();
    let known = facts.fetches.get_mut(&uid).filter(|_| world.base.meta.fetch(&uid).is_some());
    let Some(fetch) = known else { return };
    match index {
        None => {
            fetch.lost = true;
            world.base.meta.damage_fetch(&uid);
        }
        Some(index) => {
            fetch.damaged = true;
            world.base.meta.damage_record(&uid, index);
        }
    }
}
