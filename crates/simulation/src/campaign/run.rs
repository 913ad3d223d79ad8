//! One schedule, from its beginning to its end.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use background_fetch_engine::testing::clock::Stuck;

use crate::oracle::tally::Tally;
use crate::oracle::{measure, outcome};
use crate::plan::Plan;
use crate::plan::schedule::Schedule;
use crate::world::bug::Bug;
use crate::world::{Executor, World, library, page};

/// What came of a schedule.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What happened that must not; `None` if all is right.
    pub violation: Option<String>,
    /// What happened.
    pub tally: Tally,
}

/// How to run schedules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Switched on.
    pub bug: Option<Bug>,
    /// Print each step.
    pub trace: bool,
}

/// Runs a schedule to its end. A panic is something that must not happen, too; where panics abort,
/// the seed is printed before.
pub fn run(schedule: &Schedule, options: Options) -> Verdict {
    CURRENT.set(schedule.seed());
    HOOK.call_once(name_the_seed);
    let run = AssertUnwindSafe(|| run_world(schedule, options));
    catch_unwind(run).unwrap_or_else(|panic| Verdict {
        violation: Some(format!("panicked: {}", message(&*panic))),
        tally: Tally::default(),
    })
}

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

static HOOK: Once = Once::new();

fn name_the_seed() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        eprintln!("in --seed {}:", CURRENT.get());
        before(panic);
    }));
}

fn message(panic: &dyn Any) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn run_world(schedule: &Schedule, options: Options) -> Verdict {
    let world = World::new(Plan::of(schedule), options.bug, options.trace);
    page::begin(&world);
    world.start_worker();
    play(&world, world.plan.patience, |world| world.tasks.are_over() && world.is_idle());
    if !world.oracle.journal.is_violated() {
        outcome::judge(&world.oracle);
        finale(&world);
    }
    let mut tally = world.oracle.tally.borrow().clone();
    tally.schedules = 1;
    tally.steps = world.oracle.journal.steps();
    tally.most_held = if world.plan.scale == 1 { measure::most_held(&world.oracle) } else { 0 };
    tally.longest_wait = measure::longest_wait(&world.oracle).as_millis();
    tally.millis = world.oracle.journal.elapsed().as_millis();
    Verdict { violation: world.oracle.journal.violation(), tally }
}

/// Lets everything happen until `is_over`.
fn play(world: &Rc<World>, patience: Duration, is_over: fn(&World) -> bool) {
    let limit = world.oracle.journal.elapsed() + patience;
    let stage = Executor::new(world, is_over);
    match world.play(stage, || world.oracle.journal.elapsed() > limit) {
        Ok(Some(())) => {}
        Ok(None) => world.oracle.violate(|| format!("not over after {patience:?}")),
        Err(Stuck) => world.oracle.violate(|| "stuck: nothing would ever happen again".to_owned()),
    }
}

/// A last worker, whom nothing happens to, must find nothing that is unfinished, or finish it, and
/// sweep what is left.
fn finale(world: &Rc<World>) {
    world.calm_down();
    // Twice: what was under way when the last one died may come late.
    for _ in 0..2 {
        world.kill(0);
        let own = Rc::clone(world);
        page::task(world, async move {
            own.tasks.until(|| own.is_idle().then_some(())).await;
            own.sleep(10_000).await;
        });
        play(world, Duration::from_secs(24 * 60 * 60), |world| world.tasks.are_over());
        library::tidy(world);
    }
    if !world.oracle.journal.is_violated() {
        outcome::judge_remains(&world.oracle);
    }
}
