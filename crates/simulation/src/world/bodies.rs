//! Entries of bodies.

use std::cell::RefCell;
use std::rc::Rc;

use background_fetch_engine::ports::{Piece, StoreError};
use background_fetch_engine::snapshot::{EntryKey, SegmentRow};
use background_fetch_engine::testing::memory::Content;
use background_fetch_engine::testing::network::Extent;

use crate::oracle::bytes::is_shown;
use crate::plan::twist::{Operation, Trouble};
use crate::world::World;
use crate::world::bug::Bug;
use crate::world::effect::Effect;
use crate::world::network::{Body, Chunk};
use crate::world::worker::Worker;

impl World {
    fn put(&self, entry: &EntryKey, extents: &[Extent]) -> Result<u64, StoreError> {
        let stored = self.bodies.put(entry, &[extents.to_vec()]);
        if stored.is_ok() {
            self.entry_finished();
        }
        stored
    }
}

impl Worker {
    pub(crate) async fn put_chunks(
        &self,
        entry: &EntryKey,
        chunks: Vec<Chunk>,
    ) -> Result<u64, StoreError> {
        self.begin(|| format!("put {}", entry.0)).await;
        let trouble = self.world.trouble(Operation::Put);
        self.fail_put(trouble).await?;
        let mut extents: Vec<Extent> = chunks.iter().map(|chunk| chunk.extent).collect();
        if trouble == Some(Trouble::Short) {
            shorten(&mut extents);
        }
        let given = chunks.iter().map(|chunk| chunk.extent.length()).sum();
        let key = entry.clone();
        let world = Rc::clone(&self.world);
        let act = move || world.put(&key, &extents);
        if self.world.bug == Some(Bug::RecordBeforeEntry) {
            self.later(act);
            return Ok(given);
        }
        let effect = Effect::new(&self.world, act);
        self.step().await;
        let stored = effect.now().unwrap_or(Ok(0));
        self.step().await;
        self.told_length(entry, stored, given)
    }

    fn told_length(
        &self,
        entry: &EntryKey,
        stored: Result<u64, StoreError>,
        given: u64,
    ) -> Result<u64, StoreError> {
        self.trace(|| format!("  put {}: {stored:?}", entry.0));
        if stored == Err(StoreError::Quota) {
            self.world.facts.borrow_mut().quota = true;
        }
        let trusting = self.world.bug == Some(Bug::TrustLength);
        stored.map(|length| if trusting { given } else { length })
    }

    pub(crate) async fn put_rest(&self, entry: &EntryKey, body: Body) -> Result<u64, StoreError> {
        self.begin(|| format!("put the body as {}", entry.0)).await;
        let trouble = self.world.trouble(Operation::PutBody);
        self.fail_put(trouble).await?;
        let came = Rc::new(RefCell::new(Vec::new()));
        let (world, key, extents) = (Rc::clone(&self.world), entry.clone(), Rc::clone(&came));
        let effect = Effect::new(&self.world, move || world.put(&key, &extents.take()));
        loop {
            match self.read_extent(&body).await {
                Ok(Some(extent)) => came.borrow_mut().push(extent),
                Ok(None) => break,
                // Perhaps with an entry that is too short.
                Err(error) => return Err(StoreError::Network(error)),
            }
        }
        let given = came.borrow().iter().map(Extent::length).sum();
        if trouble == Some(Trouble::Short) {
            shorten(&mut came.borrow_mut());
        }
        self.step().await;
        let stored = effect.now().unwrap_or(Ok(0));
        self.step().await;
        self.told_length(entry, stored, given)
    }

    async fn fail_put(&self, trouble: Option<Trouble>) -> Result<(), StoreError> {
        self.note_put(trouble);
        self.suffer(trouble).await
    }

    fn note_put(&self, trouble: Option<Trouble>) {
        let mut facts = self.world.facts.borrow_mut();
        match trouble {
            Some(Trouble::Short | Trouble::Fails) => facts.store_troubles += 1,
            Some(Trouble::Quota) => facts.quota = true,
            _ => {}
        }
    }

    /// What every operation may suffer.
    pub(crate) async fn suffer(&self, trouble: Option<Trouble>) -> Result<(), StoreError> {
        match trouble {
            Some(Trouble::Fails) => Err(StoreError::Failed("by the schedule".to_owned())),
            Some(Trouble::Quota) => Err(StoreError::Quota),
            Some(Trouble::Slow(millis)) => {
                self.world.sleep(millis).await;
                Ok(())
            }
            Some(Trouble::Short) | None => Ok(()),
        }
    }

    pub(crate) async fn list(&self) -> Result<Vec<EntryKey>, StoreError> {
        self.begin(|| "list the entries".to_owned()).await;
        self.look(Operation::Entries).await?;
        Ok(self.world.bodies.entries())
    }

    pub(crate) async fn measure(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError> {
        self.begin(|| format!("measure {}", entry.0)).await;
        self.look(Operation::Length).await?;
        Ok(self.world.bodies.length(entry))
    }

    async fn look(&self, operation: Operation) -> Result<(), StoreError> {
        let trouble = self.world.trouble(operation);
        let blind = matches!(trouble, Some(Trouble::Fails | Trouble::Quota));
        self.world.facts.borrow_mut().blind += u64::from(blind);
        self.suffer(trouble).await
    }

    pub(crate) async fn compare(
        &self,
        pieces: &[Piece],
        chunks: Vec<Chunk>,
    ) -> Result<Option<Vec<Chunk>>, StoreError> {
        self.begin(|| format!("compare {} pieces", pieces.len())).await;
        let trouble = self.world.trouble(Operation::Compare);
        // One that is slow makes the response look silent.
        self.world.facts.borrow_mut().store_troubles += u64::from(trouble.is_some());
        self.suffer(trouble).await?;
        let mut stored = Vec::new();
        for piece in pieces {
            let missing = || StoreError::Failed("an entry is missing".to_owned());
            let content = self.world.bodies.content(&piece.entry).ok_or_else(missing)?;
            let part = part_of(&content, piece.start, piece.length);
            if part.len() as u64 != piece.length {
                return Err(missing());
            }
            stored.extend(part);
        }
        let mut rest = Vec::new();
        for mut chunk in chunks {
            let compared = chunk.extent.length().min(stored.len() as u64);
            let head = Extent { to: chunk.extent.from + compared, ..chunk.extent };
            let expected: Vec<u8> = stored.drain(..compared as usize).collect();
            if head.bytes() != expected {
                return Ok(None);
            }
            chunk.skip(compared);
            if chunk.extent.length() > 0 {
                rest.push(chunk);
            }
        }
        Ok(stored.is_empty().then_some(rest))
    }

    pub(crate) async fn verify(
        &self,
        entries: &[EntryKey],
        integrity: &str,
    ) -> Result<bool, StoreError> {
        self.begin(|| format!("verify {} entries", entries.len())).await;
        let trouble = self.world.trouble(Operation::Check);
        let failed = matches!(trouble, Some(Trouble::Fails | Trouble::Quota));
        self.world.facts.borrow_mut().check_troubles += u64::from(failed);
        self.suffer(trouble).await?;
        let passed = self.world.bodies.check(entries, integrity);
        self.step().await;
        passed
    }

    pub(crate) async fn remove(&self, entries: &[EntryKey]) -> Result<(), StoreError> {
        self.begin(|| format!("delete {}", names(entries))).await;
        self.suffer(self.world.trouble(Operation::Delete)).await?;
        if self.world.bug == Some(Bug::NeverDelete) {
            return Ok(());
        }
        let (worker, entries) = (self.clone(), entries.to_vec());
        let effect = Effect::new(&self.world, move || worker.delete_now(&entries));
        self.step().await;
        effect.now();
        self.step().await;
        Ok(())
    }

    fn delete_now(&self, entries: &[EntryKey]) {
        let mut recorded = Vec::new();
        self.world.meta.for_each_segment(|row| {
            if entries.contains(&row.entry) {
                recorded.push(row.clone());
            }
        });
        for row in recorded.iter().filter(|row| self.is_wanted(row)) {
            self.world.violate(|| format!("{} is deleted, but recorded", row.entry.0));
        }
        for entry in entries {
            let length = self.world.bodies.length(entry).unwrap_or(0);
            self.world
                .holding(crate::oracle::facts::owner(entry))
                .lose(self.world.clock.now(), length);
        }
        self.world.bodies.delete(entries);
    }

    /// Whether a segment is of a body that will still be shown to somebody.
    fn is_wanted(&self, row: &SegmentRow) -> bool {
        let facts = self.world.facts.borrow();
        let Some(fetch) = facts.fetches.get(&row.uid) else { return false };
        let record = self.world.meta.record(&row.uid, row.index);
        let shown = record.is_some_and(|record| is_shown(record.result));
        // A row that could not be removed is not believed.
        let failed = facts.commit_troubles > 0;
        let wanted = shown && fetch.persisted.is_none() && !failed;
        wanted && !fetch.lost && !facts.lost.contains(&row.entry)
    }
}

fn shorten(extents: &mut Vec<Extent>) {
    let length = Content::length(extents);
    Content::truncate(extents, length.saturating_sub(1));
}

fn names(entries: &[EntryKey]) -> String {
    let names: Vec<_> = entries.iter().map(|entry| entry.0.as_str()).collect();
    names.join(", ")
}

/// The bytes of a part, written out.
fn part_of(content: &[Extent], start: u64, length: u64) -> Vec<u8> {
    let (mut skipped, mut left) = (start, length);
    let mut bytes = Vec::new();
    for extent in content {
        let from = extent.from + skipped.min(extent.length());
        skipped -= from - extent.from;
        let to = from + left.min(extent.to - from);
        left -= to - from;
        bytes.extend(Extent { from, to, ..*extent }.bytes());
    }
    bytes
}
