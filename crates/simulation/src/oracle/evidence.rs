//! Notes of what servers and networks did, from which the oracle knows what may come of it.

use std::rc::Rc;

use background_fetch_engine::ports::{Exchange, NetworkError};
use background_fetch_engine::testing::network::{Answer, Fault};

use crate::oracle::facts::{Holding, RecordFacts};
use crate::world::World;
use crate::world::network::is_probe;

impl World {
    /// Notes what a request was answered with.
    pub(crate) fn note_answer(&self, exchange: &Exchange, answer: &Result<Answer, NetworkError>) {
        if let Ok(Answer { fault: Some(fault), .. }) = answer {
            self.tally.borrow_mut().strike(fault.name());
        }
        let mut facts = self.facts.borrow_mut();
        let Some(record) = facts.record(&exchange.uid, exchange.index) else { return };
        match answer {
            Err(error) => {
                self.tally.borrow_mut().strike(Fault::Fails(*error).name());
                record.note_error(*error);
            }
            Ok(_) if is_probe(exchange) => {}
            Ok(answer) => record.note_head(exchange, answer),
        }
    }

    /// Notes that an exchange broke because the network went away.
    pub(crate) fn note_break(&self, uid: &str, index: u32, error: NetworkError) {
        if let Some(record) = self.facts.borrow_mut().record(uid, index) {
            record.note_error(error);
        }
    }

    pub(crate) fn note_sent(&self, uid: &str, index: u32, bytes: u64) {
        self.tally.borrow_mut().bytes += u128::from(bytes);
        if let Some(record) = self.facts.borrow_mut().record(uid, index) {
            record.sent = record.sent.saturating_add(bytes);
        }
    }

    /// The count of bytes that workers hold of a fetch.
    pub(crate) fn holding(&self, uid: &str) -> Rc<Holding> {
        let facts = self.facts.borrow();
        facts.fetches.get(uid).map(|fetch| Rc::clone(&fetch.holding)).unwrap_or_default()
    }
}

impl RecordFacts {
    fn note_error(&mut self, error: NetworkError) {
        match error {
            NetworkError::Offline => self.offline += 1,
            NetworkError::Forbidden => self.forbidden = true,
            NetworkError::Refused => {
                self.refused += 1;
                self.troubles += 1;
            }
            _ => self.troubles += 1,
        }
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
                    | Fault::Short(_)
                    | Fault::Empty
            )
        ) {
            self.troubles += 1;
        }
        self.short += u64::from(matches!(fault, Some(Fault::Short(_))));
        if let Some(Fault::Overlong(more)) = fault {
            self.overlong = self.overlong.max(*more);
        }
        if let Some(Fault::Less(_) | Fault::LessOfUnknown(_) | Fault::UnknownTotal) = fault {
            self.less += 1;
        }
        if let Some(Fault::Less(most) | Fault::LessOfUnknown(most)) = fault {
            // One that ends in what is only repeated brings nothing.
            let repeated: u64 = exchange.overlap.iter().map(|piece| piece.length).sum();
            self.troubles += u64::from(*most <= repeated);
        }
        let place = (head.url.clone(), body.rest().version);
        if head.is_ok() {
            self.versions.insert(place.1);
            let follows = head.status == 206
                && self.first.as_ref() == Some(&place)
                && head.header("content-range").is_some()
                && !head.is_encoded()
                && is_harmless(*fault);
            self.doubts += u64::from(ranged && !follows);
            self.unasked |= !ranged && head.status == 206 && !has_own_range(exchange);
            if !ranged || head.status != 206 {
                self.first = Some(place);
            }
        } else if ranged && head.status == 416 {
            self.doubts += 1;
        } else if is_busy(exchange, answer) {
            self.busy += 1;
            self.troubles += 1;
        } else {
            self.final_status = true;
        }
    }
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
    let busy = head.status == 429 || (500..600).contains(&head.status);
    let told = head.header("retry-after").is_some();
    exchange.request.method == "GET" && busy && (exchange.range.is_some() || told)
}
