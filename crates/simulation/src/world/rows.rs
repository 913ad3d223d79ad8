//! Rows: the transactions of the meta store, and what must hold in each.

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::snapshot::{FetchRow, SegmentRow, Snapshot, Stage, Write};

use crate::oracle::facts::{Ending, FetchFacts};
use crate::plan::twist::{Operation, Trouble};
use crate::world::bug::Bug;
use crate::world::effect::Effect;
use crate::world::worker::Worker;

impl Worker {
    pub(crate) async fn begin_epoch(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.begin(|| "take over".to_owned()).await;
        self.suffer(self.world.trouble(Operation::TakeOver)).await?;
        let taken = self.world.meta.take_over();
        if let Ok((epoch, _)) = &taken {
            self.world.lives.owner.set(self.number);
            self.world.lives.epoch.set(*epoch);
        }
        self.step().await;
        taken
    }

    pub(crate) async fn write(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        self.begin(|| format!("commit {}", show(writes))).await;
        let trouble = self.world.trouble(Operation::Commit);
        self.note_trouble(trouble, writes);
        self.suffer(trouble).await?;
        let unfenced = self.world.bug == Some(Bug::NoFence);
        let epoch = if unfenced { self.world.lives.epoch.get() } else { epoch };
        let (worker, batch) = (self.clone(), writes.to_vec());
        let act = move || worker.write_now(epoch, &batch);
        if self.world.bug == Some(Bug::DeliverBeforePersist) && endings(writes).next().is_some() {
            self.later(act);
            return Ok(());
        }
        let effect = Effect::new(&self.world, act);
        self.step().await;
        let result = effect.now().unwrap_or(Ok(()));
        self.step().await;
        if result.is_err() {
            self.trace(|| format!("  commit: {result:?}"));
        }
        if result == Err(StoreError::Fenced) {
            self.inner.fenced.set(true);
        }
        result
    }

    fn note_trouble(&self, trouble: Option<Trouble>, writes: &[Write]) {
        let mut facts = self.world.facts.borrow_mut();
        match trouble {
            Some(Trouble::Quota) => facts.quota = true,
            Some(Trouble::Fails) => facts.store_troubles += 1,
            _ => return,
        }
        facts.commit_troubles += 1;
        for (uid, _) in endings(writes) {
            if let Some(fetch) = facts.fetches.get_mut(uid) {
                fetch.unwritten = true;
            }
        }
    }

    fn write_now(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        let result = self.world.meta.commit(epoch, writes);
        if result.is_ok() {
            let owner = self.world.lives.owner.get();
            if self.number != owner {
                self.world.violate(|| format!("worker {} wrote, but {owner} owns", self.number));
            }
            writes.iter().for_each(|write| self.note_write(write));
            self.world.changed();
        }
        result
    }

    /// A call that is repeated because its answer was lost begins nothing anew, unless nobody is
    /// left who knows that all is over.
    fn note_begin(&self, fetch: Option<&mut FetchFacts>, uid: &str) {
        let Some(fetch) = fetch.filter(|fetch| fetch.deleted.is_some() || fetch.lost) else {
            return;
        };
        if fetch.deleted == Some(self.number) {
            self.world.violate(|| format!("{uid} is over, and begins again"));
        }
        self.world.tally.borrow_mut().strike("begun again after two deaths");
        fetch.deleted = None;
        fetch.persisted = None;
        fetch.deliveries.clear();
        fetch.attempts = 0;
    }

    /// What must hold when a write takes effect.
    fn note_write(&self, write: &Write) {
        let world = &self.world;
        let mut facts = world.facts.borrow_mut();
        match write {
            Write::PutSegment(SegmentRow { entry, length, .. }) => {
                let stored = world.bodies.length(entry);
                if stored != Some(*length) && !facts.lost.contains(entry) {
                    let entry = &entry.0;
                    world.violate(|| format!("{entry} is recorded as {length}, but is {stored:?}"));
                }
            }
            Write::DeleteFetch { uid } => {
                let Some(fetch) = facts.fetches.get_mut(uid) else { return };
                fetch.deleted = Some(self.number);
                let told = fetch.is_told(world.plan.config.deliveries);
                if !told && !fetch.patience_ended && !fetch.lost {
                    world.violate(|| format!("{uid} is deleted, but its event was not handled"));
                }
            }
            Write::PutFetch(FetchRow { uid, stage: Stage::Active, .. }) => {
                self.note_begin(facts.fetches.get_mut(uid), uid);
            }
            _ => {}
        }
        for (uid, ending) in endings(std::slice::from_ref(write)) {
            let Some(fetch) = facts.fetches.get_mut(uid) else { continue };
            fetch.attempts += 1;
            match fetch.persisted {
                Some(before) if before != ending && !fetch.unwritten => {
                    world.violate(|| format!("{uid} ended with {before:?}, and with {ending:?}"));
                }
                _ => fetch.persisted = Some(ending),
            }
        }
    }
}

/// The outcomes among writes.
fn endings(writes: &[Write]) -> impl Iterator<Item = (&str, Ending)> {
    writes.iter().filter_map(|write| match write {
        Write::PutFetch(row) if row.stage == Stage::Ended => {
            Some((row.uid.as_str(), row.failure_reason))
        }
        _ => None,
    })
}

fn show(writes: &[Write]) -> String {
    let names: Vec<_> = writes.iter().map(show_one).collect();
    names.join(", ")
}

fn show_one(write: &Write) -> String {
    match write {
        Write::PutFetch(row) => match row.stage {
            Stage::Active => format!("{} active", row.uid),
            Stage::Ended => format!("{} ended: {:?}", row.uid, row.failure_reason),
        },
        Write::PutRecord(row) => {
            let head = row.head.as_ref().map(|head| head.status);
            format!(
                "{}/{} head {head:?} tries {} {:?}",
                row.uid, row.index, row.attempts, row.result
            )
        }
        Write::PutSegment(row) => format!("{} from {} of {}", row.entry.0, row.start, row.length),
        Write::DeleteSegments { uid, index } => format!("{uid}/{index} without segments"),
        Write::DeleteFetch { uid } => format!("without {uid}"),
    }
}
