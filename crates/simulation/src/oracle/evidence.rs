//! Requests and answers: what each must be like, and what may come of it.

use std::time::Duration;

use background_fetch_engine::http::Head;
use background_fetch_engine::ports::{Exchange, NetworkError};
use background_fetch_engine::testing::network::{Answer, Fault};

use crate::oracle::facts::RecordFacts;
use crate::oracle::{Oracle, measure, servers};
use crate::plan::files::ORIGIN;

/// A request is about to be sent, over one of so many connections of its worker.
pub(crate) fn request(oracle: &Oracle, exchange: &Exchange, connections: usize) {
    let config = &oracle.plan.config;
    if connections > config.connections + config.extra_connections {
        oracle.violate(|| format!("{connections} connections at a time"));
    }
    let request = &exchange.request;
    if exchange.if_range.is_some() && !request.url.starts_with(ORIGIN) {
        oracle.violate(|| format!("If-Range to another origin: {}", asked(exchange)));
    }
    let ranges = exchange.range.is_some();
    if ranges && (request.method != "GET" || request.header("range").is_some()) {
        oracle.violate(|| format!("a range where none may be asked for: {}", asked(exchange)));
    }
    if oracle.facts.borrow_mut().record(&exchange.uid, exchange.index).is_some_and(is_first) {
        measure::note_wait(oracle, &exchange.uid);
    }
    let mut facts = oracle.facts.borrow_mut();
    servers::judge_request(oracle, &facts, &request.url);
    let rivals = facts.rivals > 0;
    let now = oracle.world.clock.monotonic();
    let paused = facts.fetches.get(&exchange.uid).and_then(|fetch| fetch.paused);
    // What was decided before may be on its way.
    if paused.is_some_and(|since| now > since + UNNOTICED) && !rivals {
        oracle.violate(|| format!("asked for though paused: {}", asked(exchange)));
    }
    let Some(record) = facts.record(&exchange.uid, exchange.index) else { return };
    let probe = is_probe(exchange);
    let proof = is_proof(exchange);
    record.requests += u64::from(!probe && !proof);
    record.proofs += u64::from(proof);
    record.probed |= probe;
    // What one of two workers heard, the other did not.
    let silent = rivals || now.saturating_sub(record.last_sign) >= config.hedge_after.into();
    record.silences += u64::from(ranges && silent);
    record.last_sign = now;
    let beside = oracle.world.connections.open_of(&exchange.uid, exchange.index) > 1;
    record.extras += u64::from(beside && !probe && !proof);
    record.parts += u64::from(!proof && exchange.range.is_some_and(|range| range.end.is_some()));
    oracle.tally.borrow_mut().requests += 1;
    // A second one may order something twice.
    record.orders += u64::from(request.method != "GET" && !probe);
    if record.orders > 1 {
        oracle.violate(|| format!("sent twice: {}", asked(exchange)));
    }
}

/// What it was answered with.
pub(crate) fn answer(oracle: &Oracle, exchange: &Exchange, answer: &Result<Answer, NetworkError>) {
    if let Ok(Answer { fault: Some(fault), .. }) = answer {
        oracle.tally.borrow_mut().strike(fault.name());
    }
    let mut facts = oracle.facts.borrow_mut();
    if let Ok(answer) = answer {
        // What counts before may have used up its patience.
        let untroubled = |record: &mut RecordFacts| record.troubles + record.offline == 0;
        let fresh = facts.record(&exchange.uid, exchange.index).is_some_and(untroubled);
        let busy = fresh && !is_probe(exchange) && is_busy(exchange, answer);
        let head = Some(&answer.head).filter(|_| busy);
        servers::note_answer(oracle, &mut facts, exchange, head);
    }
    let Some(record) = facts.record(&exchange.uid, exchange.index) else { return };
    let now = oracle.world.clock.monotonic();
    record.last_sign = now;
    match answer {
        Err(error) => {
            oracle.tally.borrow_mut().strike(Fault::Fails(*error).name());
            record.note_error(*error, now);
        }
        Ok(_) if is_probe(exchange) => {}
        Ok(answer) => {
            match answer.fault {
                Some(Fault::NoAnswer | Fault::Late(_)) => record.note_silence(now),
                // A head alone is not heard of where the first bytes are to be compared.
                Some(Fault::Silent(most) | Fault::Pause(most, _)) if most < repeated(exchange) => {
                    record.falls_silent(now);
                }
                _ => record.silent_since = None,
            }
            let odd = record.doubts + record.less;
            record.note_head(exchange, answer);
            let odd = record.doubts + record.less - odd;
            record.odd_proofs += odd * u64::from(is_proof(exchange));
        }
    }
}

/// A response broke because the network, or its server, went away.
pub(crate) fn broken(oracle: &Oracle, uid: &str, index: u32, error: NetworkError) {
    let mut facts = oracle.facts.borrow_mut();
    servers::note_broken(&mut facts, uid, index);
    if let Some(record) = facts.record(uid, index) {
        record.note_error(error, oracle.world.clock.monotonic());
    }
}

/// A server sent so many bytes.
pub(crate) fn sent(oracle: &Oracle, uid: &str, index: u32, bytes: u64) {
    oracle.tally.borrow_mut().bytes += u128::from(bytes);
    if let Some(record) = oracle.facts.borrow_mut().record(uid, index) {
        record.sent = record.sent.saturating_add(bytes);
        record.last_sign = oracle.world.clock.monotonic();
    }
}

/// A request, as it is shown.
pub(crate) fn asked(exchange: &Exchange) -> String {
    let Exchange { uid, index, request, range, if_range, .. } = exchange;
    let range = range.map_or(String::new(), |range| format!(" {}", range.header()));
    let if_range = if_range.as_ref().map_or(String::new(), |tag| format!(" if {tag}"));
    let repeated = repeated(exchange);
    format!("{uid}/{index} {} {}{range}{if_range} ({repeated} again)", request.method, request.url)
}

impl RecordFacts {
    fn note_error(&mut self, error: NetworkError, now: Duration) {
        match error {
            NetworkError::Offline => self.offline += 1,
            // The same, only that nobody says so.
            NetworkError::Unreachable => self.note_silence(now),
            NetworkError::Absent if self.first.is_some() => self.note_silence(now),
            NetworkError::Forbidden => self.forbidden = true,
            NetworkError::Refused => {
                self.refused += 1;
                self.troubles += 1;
            }
            _ => self.troubles += 1,
        }
    }

    fn note_silence(&mut self, now: Duration) {
        self.offline += 1;
        self.falls_silent(now);
    }

    fn falls_silent(&mut self, now: Duration) {
        let since = *self.silent_since.get_or_insert(now);
        self.silence = self.silence.max(now.saturating_sub(since));
        let first = *self.first_silent.get_or_insert(now);
        self.longest_silence = now.saturating_sub(first);
    }

    fn note_head(&mut self, exchange: &Exchange, answer: &Answer) {
        let Answer { head, body, fault } = answer;
        let ranged = exchange.range.is_some();
        if matches!(
            fault,
            Some(
                Fault::NoAnswer
                    | Fault::Late(_)
                    | Fault::Cut(_)
                    | Fault::Silent(_)
                    | Fault::Pause(..)
                    | Fault::Short(_)
                    | Fault::Empty
            )
        ) {
            self.troubles += 1;
        }
        self.short += u64::from(matches!(fault, Some(Fault::Short(_))));
        self.less_by_one += u64::from(matches!(fault, Some(Fault::ButLast)));
        if let Some(Fault::Overlong(more)) = fault {
            self.overlong = self.overlong.max(*more);
        }
        if let Some(Fault::Less(_) | Fault::LessOfUnknown(_) | Fault::UnknownTotal) = fault {
            self.less += 1;
        }
        if let Some(Fault::Less(most) | Fault::LessOfUnknown(most)) = fault {
            // One that ends in what is only repeated brings nothing.
            self.troubles += u64::from(*most <= repeated(exchange));
        }
        // Of nodes, each may have an ETag of its own.
        let tag = head.header("etag").map(str::to_owned);
        let place = (head.url.clone(), body.rest().version, tag);
        if head.is_ok() {
            self.versions.insert(place.1);
            let follows = head.status == 206
                && self.first.as_ref() == Some(&place)
                && (head.header("content-range").is_some() || is_hidden(head))
                && !head.is_encoded()
                && is_harmless(*fault);
            let longer = match fault {
                Some(Fault::Longer(_)) => true,
                Some(Fault::Overlong(_)) => has_own_range(exchange),
                _ => false,
            };
            self.doubts += u64::from(ranged && !follows || longer);
            // Nothing tells whether it is all of another version, or the rest of it: it is asked for once more.
            self.doubts += u64::from(ranged && head.status == 200 && !has_validator(head));
            self.unasked |= !ranged && head.status == 206 && !has_own_range(exchange);
            if !ranged || head.status != 206 {
                self.first = Some(place);
            }
        } else if ranged && head.status == 416 {
            self.doubts += 1;
        } else if is_busy(exchange, answer) {
            self.busy += 1;
            self.troubles += 1;
        } else if ranged {
            // Only the app's own request tells what is true of it.
            self.troubles += 1;
            self.refused += 1;
        } else {
            // Where there has been something, one that fails is asked again.
            let failing = (500..600).contains(&head.status) && self.first.is_some();
            self.troubles += u64::from(failing);
            self.busy += u64::from(failing);
            self.final_status = true;
        }
    }
}

/// Whether a record has not been asked for before: then only others can have kept it waiting.
fn is_first(record: &mut RecordFacts) -> bool {
    record.requests == 0 && !record.probed
}

/// Whether it only asks if the server can be reached.
fn is_probe(exchange: &Exchange) -> bool {
    exchange.request.mode == "no-cors"
}

/// Whether it asks for nothing that is not stored, but for one byte after that.
pub(crate) fn is_proof(exchange: &Exchange) -> bool {
    let repeated = repeated(exchange);
    let range = exchange.range.filter(|_| repeated > 1);
    range.is_some_and(|range| range.end == Some(range.start + repeated + 1))
}

/// Bytes that are to come once more, to be compared.
fn repeated(exchange: &Exchange) -> u64 {
    exchange.overlap.iter().map(|piece| piece.length).sum()
}

/// Faults that leave a part what it should be, or tell what it is.
fn is_harmless(fault: Option<Fault>) -> bool {
    matches!(
        fault,
        None | Some(
            Fault::NoAnswer
                | Fault::Late(_)
                | Fault::Cut(_)
                | Fault::Silent(_)
                | Fault::Pause(..)
                | Fault::Short(_)
                | Fault::UnknownTotal
                | Fault::Less(_)
                | Fault::LessOfUnknown(_)
                | Fault::Empty
        )
    )
}

fn has_own_range(exchange: &Exchange) -> bool {
    exchange.request.header("range").is_some()
}

/// Whether a response asks to be asked again.
fn is_busy(exchange: &Exchange, Answer { head, .. }: &Answer) -> bool {
    let passes = matches!(head.status, 408 | 425 | 429 | 502..=504);
    let declared = head.header("retry-after").is_some();
    let failing = (500..600).contains(&head.status) && (exchange.range.is_some() || declared);
    exchange.request.method == "GET" && (passes || failing)
}

fn has_validator(head: &Head) -> bool {
    head.header("etag").is_some() || head.header("last-modified").is_some()
}

/// Whether no length may be read of a part: what is repeated of it tells.
fn is_hidden(head: &Head) -> bool {
    head.kind == "cors" && head.header("content-length").is_none()
}

/// What the steps of a request take.
const UNNOTICED: Duration = Duration::from_secs(1);
