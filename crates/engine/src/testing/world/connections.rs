//! The connections of workers, and the time in which a fetch has none.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::testing::clock::VirtualClock;

/// Of all workers, by unique id of the fetch.
#[derive(Debug, Default)]
pub struct Connections {
    lines: RefCell<BTreeMap<String, Rc<Line>>>,
    /// How many each record has.
    records: RefCell<BTreeMap<(String, u32), Count>>,
}

type Count = Rc<Cell<usize>>;

/// Those of one fetch.
#[derive(Debug)]
struct Line {
    clock: VirtualClock,
    open: Cell<usize>,
    /// Those among them that are served.
    served: Cell<usize>,
    /// When the last of them was closed, and the next one opened.
    gap: Cell<(Duration, Duration)>,
}

/// Counts itself for as long as it lives, for its worker and for its fetch.
#[derive(Debug)]
pub(super) struct Connection {
    of_worker: Count,
    of_record: Count,
    line: Rc<Line>,
    served: Cell<bool>,
}

impl Connections {
    /// How many a fetch has now.
    pub fn open(&self, uid: &str) -> usize {
        self.lines.borrow().get(uid).map_or(0, |line| line.open.get())
    }

    /// How many a record has now.
    pub fn open_of(&self, uid: &str, index: u32) -> usize {
        let records = self.records.borrow();
        records.get(&(uid.to_owned(), index)).map_or(0, |open| open.get())
    }

    /// How many of those have got what they asked for.
    pub(super) fn served(&self, uid: &str) -> usize {
        self.lines.borrow().get(uid).map_or(0, |line| line.served.get())
    }

    /// The last time in which a fetch had none, from when until when since the beginning; `None`
    /// before the first one. The first such time begins with the world.
    pub fn last_gap(&self, uid: &str) -> Option<(Duration, Duration)> {
        self.lines.borrow().get(uid).map(|line| line.gap.get())
    }

    pub(super) fn connect(
        &self,
        (uid, index): (&str, u32),
        clock: &VirtualClock,
        of_worker: &Rc<Cell<usize>>,
    ) -> Connection {
        let mut lines = self.lines.borrow_mut();
        let line = lines.entry(uid.to_owned()).or_insert_with(|| {
            let [open, served] = [0, 0].map(Cell::new);
            Rc::new(Line { clock: clock.clone(), open, served, gap: Cell::default() })
        });
        if line.open.get() == 0 {
            line.gap.set((line.gap.get().0, clock.monotonic()));
        }
        line.open.set(line.open.get() + 1);
        of_worker.set(of_worker.get() + 1);
        let mut records = self.records.borrow_mut();
        let of_record = Rc::clone(records.entry((uid.to_owned(), index)).or_default());
        of_record.set(of_record.get() + 1);
        Connection {
            of_worker: Rc::clone(of_worker),
            of_record,
            line: Rc::clone(line),
            served: Cell::new(false),
        }
    }
}

impl Connection {
    /// It gets what it asked for.
    pub(super) fn serve(&self) {
        self.served.set(true);
        self.line.served.set(self.line.served.get() + 1);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Self { of_worker, of_record, line, served } = self;
        of_record.set(of_record.get() - 1);
        line.served.set(line.served.get() - usize::from(served.get()));
        of_worker.set(of_worker.get() - 1);
        line.open.set(line.open.get() - 1);
        if line.open.get() == 0 {
            line.gap.set((line.clock.monotonic(), line.clock.monotonic()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use super::Connections;
    use crate::testing::clock::VirtualClock;

    #[test]
    fn a_gap_is_the_time_without_any() {
        let (connections, clock) = (Connections::default(), VirtualClock::default());
        let count = Rc::new(Cell::new(0));
        let seconds = |from, to| Some((Duration::from_secs(from), Duration::from_secs(to)));
        let pass = |seconds| clock.run(clock.sleep(Duration::from_secs(seconds)), || false);
        assert_eq!((connections.open("a"), connections.last_gap("a")), (0, None));
        pass(1).unwrap();
        let first = connections.connect(("a", 0), &clock, &count);
        assert_eq!(connections.last_gap("a"), seconds(0, 1));
        let second = connections.connect(("a", 0), &clock, &count);
        assert_eq!((connections.open("a"), connections.open("b"), count.get()), (2, 0, 2));
        drop(first);
        pass(2).unwrap();
        assert_eq!(connections.last_gap("a"), seconds(0, 1), "there is still one");
        drop(second);
        pass(3).unwrap();
        let _third = connections.connect(("a", 0), &clock, &count);
        assert_eq!(connections.last_gap("a"), seconds(3, 6));
        assert_eq!((connections.open("a"), count.get()), (1, 1));
        assert_eq!((connections.open_of("a", 0), connections.open_of("a", 1)), (1, 0));
    }
}
