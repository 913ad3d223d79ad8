//! Servers: how long each is to be left alone, whether it has answered, how many connections it bears.
//!
//! Patience belongs to the server and not to the record: what one record has met, the others of the same server need
//! not meet as well. A server that is *doubted* is asked by a few at a time until it answers one of them.

use std::mem::take;

use crate::ids::{RecordId, ServerId};
use crate::queue::{Queue, Subject};
use crate::time::Instant;
use crate::transfer::{PROBE, Transfers};

/// What is known of one server.
#[derive(Debug, Default)]
pub(crate) struct Server {
    /// It is not asked before.
    hold: Option<Hold>,
    /// Since when it has not answered, or only with "not now".
    doubted: Option<Instant>,
    /// How often it was asked in vain since then.
    failures: u32,
    /// Whether it has failed for so long that nobody asks it any more.
    given_up: bool,
    /// Whether it has ever answered, in this life of the worker or, as rows tell, in an earlier one.
    has_answered: bool,
    /// Responses that were no "not now".
    answers: u32,
    /// The connections that it bears, and until when that is believed.
    limit: Option<(usize, Instant)>,
    /// Until when several connections for one body are believed to bring no more than one.
    no_gain: Option<Instant>,
    /// Records that wait for it.
    held: Queue,
    /// Records whose rows say since when nobody has answered, or until when nobody is to be asked.
    away: Vec<RecordId>,
}

/// A time in which a server is not asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hold {
    pub(crate) until: Instant,
    /// Whether the server itself asked for it.
    pub(crate) named: bool,
}

/// What a record needs to know of its server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Repute {
    pub(crate) has_answered: bool,
    pub(crate) answers: u32,
    pub(crate) failures: u32,
    pub(crate) doubted: Option<Instant>,
}

/// All servers of which anything is known.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    /// In the order of their names.
    all: Vec<(ServerId, Server)>,
    /// Those that records wait for.
    lines: Vec<ServerId>,
}

/// Who lets records go to their servers.
pub(crate) struct Gate<'a> {
    pub(crate) servers: &'a mut Servers,
    pub(crate) transfers: &'a Transfers,
    pub(crate) now: Instant,
}

impl Gate<'_> {
    /// Whether a server may be sent one more request now.
    pub(crate) fn admits(&self, id: ServerId) -> bool {
        self.servers.room(id, self.now, self.transfers) > 0
    }
}

impl Servers {
    fn get(&self, id: ServerId) -> Option<&Server> {
        let place = self.all.binary_search_by_key(&id, |(other, _)| *other).ok()?;
        self.all.get(place).map(|(_, server)| server)
    }

    /// Always there, though the compiler cannot see it.
    fn entry(&mut self, id: ServerId) -> Option<&mut Server> {
        let place = self.all.partition_point(|(other, _)| *other < id);
        if self.all.get(place).is_none_or(|(other, _)| *other != id) {
            self.all.insert(place, (id, Server::default()));
        }
        self.all.get_mut(place).map(|(_, server)| server)
    }

    /// How many more requests it may be sent now.
    pub(crate) fn room(&self, id: ServerId, now: Instant, transfers: &Transfers) -> usize {
        self.get(id).map_or(usize::MAX, |server| server.room(id, now, transfers))
    }

    /// Whether several connections may bring more of a body than one, and no record waits for one.
    pub(crate) fn may_gain(&self, id: ServerId, now: Instant) -> bool {
        let may = |server: &Server| {
            server.held.is_empty() && server.no_gain.is_none_or(|until| until <= now)
        };
        self.get(id).is_none_or(may)
    }

    /// Several connections for one body are not tried before that.
    pub(crate) fn note_no_gain(&mut self, id: ServerId, until: Instant) {
        if let Some(server) = self.entry(id) {
            server.no_gain = Some(until);
        }
    }

    /// Servers that bear no more connections than they have, while records wait for one.
    pub(crate) fn crowded(&self, now: Instant) -> impl Iterator<Item = ServerId> {
        let crowded = move |server: &Server| {
            let limited = server.limit.is_some_and(|(_, until)| until > now);
            limited && server.held_until(now).is_none() && !server.held.is_empty()
        };
        self.all.iter().filter(move |(_, server)| crowded(server)).map(|(id, _)| *id)
    }

    /// Until when it is not to be asked.
    pub(crate) fn held_until(&self, id: ServerId, now: Instant) -> Option<Instant> {
        self.get(id)?.held_until(now)
    }

    pub(crate) fn repute(&self, id: ServerId) -> Repute {
        self.get(id).map_or_else(Repute::default, |server| Repute {
            has_answered: server.has_answered,
            answers: server.answers,
            failures: server.failures,
            doubted: server.doubted,
        })
    }

    /// A response has come, whatever it says. The rows of these records still speak of a server that is away.
    pub(crate) fn heard(&mut self, id: ServerId) -> Vec<RecordId> {
        self.note_answered(id);
        self.entry(id).map(|server| take(&mut server.away)).unwrap_or_default()
    }

    /// A response has come once.
    pub(crate) fn note_answered(&mut self, id: ServerId) {
        if let Some(server) = self.entry(id) {
            server.has_answered = true;
        }
    }

    /// A response was no "not now".
    pub(crate) fn served(&mut self, id: ServerId) {
        let Some(server) = self.entry(id) else { return };
        server.answers = server.answers.wrapping_add(1);
        (server.doubted, server.failures, server.given_up) = (None, 0, false);
    }

    /// It is to be left alone. That was a failed attempt if it `counts`.
    pub(crate) fn hold(&mut self, id: ServerId, now: Instant, hold: Hold, counts: bool) {
        let Some(server) = self.entry(id) else { return };
        let before = server.hold.filter(|before| before.until > now);
        // Of several at a time that failed, the first has said it.
        let counts = counts && before.is_none();
        server.failures = server.failures.saturating_add(u32::from(counts));
        server.doubted.get_or_insert(now);
        let longer = before.filter(|before| before.until >= hold.until);
        server.hold = Some(longer.unwrap_or(hold));
    }

    /// It bears no more connections than these, for a while.
    pub(crate) fn limit(&mut self, id: ServerId, connections: usize, until: Instant) {
        if let Some(server) = self.entry(id) {
            server.limit = Some((connections, until));
        }
    }

    /// None of its records is asked for any more.
    pub(crate) fn give_up(&mut self, id: ServerId) {
        if let Some(server) = self.entry(id) {
            server.given_up = true;
        }
    }

    pub(crate) fn is_given_up(&self, id: ServerId) -> bool {
        self.get(id).is_some_and(|server| server.given_up)
    }

    /// A new fetch is a new chance.
    pub(crate) fn forgive(&mut self) {
        for (_, server) in self.all.iter_mut().filter(|(_, server)| server.given_up) {
            (server.failures, server.given_up) = (0, false);
        }
    }

    /// This record's row says that nobody answers, or is to be asked.
    pub(crate) fn note_away(&mut self, id: ServerId, record: RecordId) {
        if let Some(server) = self.entry(id) {
            server.away.push(record);
        }
    }

    /// The network is back: who did not say otherwise is asked at once.
    pub(crate) fn back_online(&mut self) {
        for (_, server) in &mut self.all {
            server.hold = server.hold.filter(|hold| hold.named);
        }
    }

    /// A record waits for its server; whoever has failed less often goes first.
    pub(crate) fn park(&mut self, id: ServerId, record: RecordId, attempts: u32) {
        if let Some(server) = self.entry(id) {
            let key = u64::from(attempts) << 32 | u64::from(record.index);
            server.held.push(key, Subject::Record(record));
            if !self.lines.contains(&id) {
                self.lines.push(id);
            }
        }
    }

    /// Those who need wait no longer, of those of whom `waits` holds.
    pub(crate) fn released(
        &mut self,
        now: Instant,
        transfers: &Transfers,
        waits: &dyn Fn(RecordId) -> bool,
    ) -> Vec<RecordId> {
        let mut released = Vec::new();
        for id in take(&mut self.lines) {
            let Some(server) = self.entry(id) else { continue };
            let room = server.room(id, now, transfers);
            let most = released.len().saturating_add(room);
            while released.len() < most {
                let Some((_, subject)) = server.held.pop() else { break };
                released.extend(subject.record().filter(|record| waits(*record)));
            }
            if !server.held.is_empty() {
                self.lines.push(id);
            }
        }
        released
    }

    /// Whether something changes at this time.
    pub(crate) fn awaits(&self, id: ServerId, time: Instant) -> bool {
        self.get(id).is_some_and(|server| {
            let hold = server.hold.map(|hold| hold.until);
            let limit = server.limit.map(|(_, until)| until);
            [hold, hold.map(|until| until + PROBE), limit].contains(&Some(time))
        })
    }
}

impl Server {
    fn held_until(&self, now: Instant) -> Option<Instant> {
        self.hold.map(|hold| hold.until).filter(|until| *until > now)
    }

    fn room(&self, id: ServerId, now: Instant, transfers: &Transfers) -> usize {
        if self.held_until(now).is_some() {
            return 0;
        }
        let open = || transfers.open().filter(|one| one.server == id);
        let limit = self.limit.filter(|(_, until)| *until > now);
        let bears = limit.map(|(most, _)| most.saturating_sub(open().count()));
        let unanswered = open().filter(|one| one.probes_until().is_some_and(|until| until > now));
        let probes = self.doubted.map(|_| PROBES.saturating_sub(unanswered.count()));
        bears.into_iter().chain(probes).min().unwrap_or(usize::MAX)
    }
}

/// So many requests at a time ask whether a doubted server is back. Two, as what one of them meets may be its own matter.
const PROBES: usize = 2;
