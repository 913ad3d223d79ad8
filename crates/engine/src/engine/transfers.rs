//! What comes from the network:
//! [complete a record](https://wicg.github.io/background-fetch/#complete-a-record), from the
//! response on.

use super::Engine;
use crate::http::{Head, RequestSpec};
use crate::input::TransferId;
use crate::outcome::FailureReason;
use crate::output::Output;
use crate::ports::NetworkError;
use crate::record::{Phase, Record};
use crate::representation::{self, Part};
use crate::retry::{self, Trouble};
use crate::transfer::{End, PendingStore, Stream, rate};

impl Engine {
    /// A response head arrived.
    pub(super) fn opened(&mut self, id: TransferId, head: Head, followed: Option<u64>) {
        let now = self.now;
        let Some(transfer) = self.transfer_mut(id) else { return };
        if transfer.stream == Stream::Probing {
            return self.finish(id, End::Whole);
        }
        transfer.alive_at = now;
        transfer.cut_at = now;
        transfer.began = (transfer.position, now);
        let (uid, index, asked) = (transfer.uid.clone(), transfer.index, transfer.asked);
        let repeats = asked.is_some_and(|asked| asked.start < transfer.position);
        let Some(record) = self.record(&uid, index) else { return };
        let busy = self.busy(&record.row.request, &head, asked.is_some());
        if let Some(trouble) = busy.filter(|_| self.may_wait(record)) {
            return self.finish(id, End::Broken(trouble));
        }
        let part = match (asked, &record.row.head) {
            (Some(asked), Some(first)) => representation::compare(first, asked, &head, repeats),
            _ => Part::Complete,
        };
        match part {
            Part::Continues { .. } if repeats && followed.is_none() => {
                self.finish(id, End::Mismatch);
            }
            Part::Continues { end } => {
                // A part that fills the body to the length told says that this is no coding's.
                let total = representation::complete_length(&head).or(record.total());
                self.continued(id, end, total, followed.unwrap_or(0));
            }
            Part::Mismatch => self.finish(id, End::Mismatch),
            Part::Complete => self.first_response(id, head),
        }
    }

    fn busy(&self, request: &RequestSpec, head: &Head, resuming: bool) -> Option<Trouble> {
        retry::busy(request, head, resuming, self.now, self.config.parse_date)
    }

    /// Whether a busy server is asked again, or its answer taken for what it is.
    fn may_wait(&self, record: &Record) -> bool {
        let retry = &self.config.retry;
        let limit = if record.row.head.is_some() { retry.known_tries } else { retry.tries };
        record.row.tries < limit
    }

    /// The asked part of the stored body.
    fn continued(&mut self, id: TransferId, end: Option<u64>, total: Option<u64>, followed: u64) {
        let Some(transfer) = self.transfer_mut(id) else { return };
        transfer.last = end.is_some() && end == total;
        let Some(asked) = &mut transfer.asked else { return };
        if total > end {
            // There is more than this part.
            asked.end = end;
        }
        transfer.end = end.or(asked.end);
        let (uid, index, start) = (transfer.uid.clone(), transfer.index, transfer.position);
        let whole_end = transfer.end.filter(|end| *end > start);
        let bulk = self.record(&uid, index).is_some_and(|record| record.bulk);
        let fits = whole_end.is_some_and(|end| self.has_room(&uid, end - start));
        let Some(end) = whole_end.filter(|_| bulk && fits) else {
            return if followed > 0 { self.read(id, followed) } else { self.read_on(id) };
        };
        let entry = self.new_entry(&uid, index);
        let store = PendingStore { entry: entry.clone(), start, length: end - start };
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.stream = Stream::Bulk;
            transfer.stores.push(store);
            transfer.position = end;
            transfer.kept = end;
        }
        self.emit(Output::StoreBody { transfer: id, entry });
    }

    /// Whether so many bytes more are within `downloadTotal`. Where they are not, the crossing one
    /// must be seen when it comes.
    fn has_room(&self, uid: &str, length: u64) -> bool {
        let Some(job) = self.job(uid) else { return false };
        let bulk = self.transfers.iter().filter(|one| one.uid == uid && one.stream == Stream::Bulk);
        let stores = bulk.flat_map(|one| &one.stores);
        let coming: u64 = stores.map(|store| store.length).sum();
        let total = job.row.download_total;
        total == 0 || job.downloaded.wrapping_add(coming + length) <= total
    }

    /// A response that begins the body, perhaps anew.
    fn first_response(&mut self, id: TransferId, head: Head) {
        let now = self.now;
        let validator = representation::strong_validator(&head, now, self.config.parse_date);
        let Some(transfer) = self.transfer(id) else { return };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        let resumed = transfer.asked.is_some();
        let own_range = self.record(&uid, index).is_some_and(Record::has_own_range);
        if head.status == 206 && !own_range && representation::first_byte(&head) != Some(0) {
            // validate a partial response, with an expected range start of 0
            return self.fail_record(&uid, index, FailureReason::FetchError);
        }
        if self.record(&uid, index).is_some_and(|record| record.row.head.is_some()) {
            self.close_transfers(&uid, index, Some(id));
            self.discard(&uid, index);
        }
        let Some(record) = self.record_mut(&uid, index) else { return };
        let last = head.status != 206;
        // Who answers a part with the whole would do so with each of them.
        record.bulk_failed |= resumed;
        record.row.head = Some(head);
        record.row.validator = validator;
        let end = record.body_end();
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.asked = None;
            transfer.last = last;
            transfer.position = 0;
            transfer.kept = 0;
            transfer.began = (0, now);
            transfer.end = end;
        }
        self.tell_record(&uid, index);
        self.read_on(id);
    }

    fn read_on(&mut self, id: TransferId) {
        let now = self.now;
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.stream = Stream::Reading;
            transfer.alive_at = now;
            self.emit(Output::Read { transfer: id });
        }
    }

    /// More of a body arrived.
    pub(super) fn read(&mut self, id: TransferId, length: u64) {
        let now = self.now;
        let Some(transfer) = self.transfer_mut(id) else { return };
        transfer.alive_at = now;
        transfer.position += length;
        let beyond = transfer.end.is_some_and(|end| transfer.position > end);
        if beyond && transfer.asked.is_some() {
            transfer.position -= length;
            return self.finish(id, End::Mismatch);
        }
        if beyond {
            // Content-Length was that of a content coding which this origin may not see.
            transfer.end = None;
        }
        let uid = transfer.uid.clone();
        if self.count(&uid, length) { self.cut_and_go_on(id) } else { self.exceed(id) }
    }

    /// Counts bytes that arrived; `false` if they are more than `downloadTotal`.
    pub(super) fn count(&mut self, uid: &str, length: u64) -> bool {
        let Some(job) = self.job_mut(uid) else { return true };
        job.downloaded = job.downloaded.wrapping_add(length);
        job.row.download_total == 0 || job.downloaded <= job.row.download_total
    }

    /// Ends the segment if it is large or old enough, and reads on if memory allows.
    pub(super) fn cut_and_go_on(&mut self, id: TransferId) {
        let Some(transfer) = self.transfer(id) else { return };
        let Some(record) = self.record(&transfer.uid, transfer.index) else { return };
        let sizes = &self.config.segments;
        let large = transfer.buffered() >= sizes.target(record.rate, record.total());
        let old = self.now.since(transfer.cut_at) >= sizes.age;
        if (large || old) && transfer.buffered() > 0 {
            if transfer.stores.len() >= self.config.stores_in_flight {
                if let Some(transfer) = self.transfer_mut(id) {
                    transfer.stream = Stream::Paused;
                }
                return;
            }
            self.cut(id);
            if self.bulk_pays(id) {
                return self.finish(id, End::Enough);
            }
        }
        self.read_on(id);
    }

    /// Makes a segment of what the driver holds of this transfer.
    pub(super) fn cut(&mut self, id: TransferId) {
        let now = self.now;
        let Some(transfer) = self.transfer(id) else { return };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        let entry = self.new_entry(&uid, index);
        let Some(transfer) = self.transfer_mut(id) else { return };
        let length = transfer.buffered();
        let rate = rate(length, now.since(transfer.cut_at));
        transfer.stores.push(PendingStore { entry: entry.clone(), start: transfer.kept, length });
        transfer.kept = transfer.position;
        transfer.cut_at = now;
        if let Some(record) = self.record_mut(&uid, index) {
            record.rate = if record.rate == 0 { rate } else { record.rate.midpoint(rate) };
        }
        self.emit(Output::Store { transfer: id, entry });
    }

    /// Whether the rest of this body should rather come in parts that pass by the script.
    fn bulk_pays(&mut self, id: TransferId) -> bool {
        let Some(bulk) = self.config.bulk.clone() else { return false };
        let Some(transfer) = self.transfer(id) else { return false };
        let (uid, index, position) = (transfer.uid.clone(), transfer.index, transfer.position);
        let average = transfer.average_rate(self.now);
        let waiting = self.jobs.iter().flat_map(|job| &job.records);
        let others = waiting.filter(|record| record.phase == Phase::Pending).count();
        let Some(record) = self.record_mut(&uid, index) else { return false };
        let left = record.total().unwrap_or(0).saturating_sub(position);
        let pays = others == 0
            && record.rate.min(average) >= bulk.threshold
            && left >= bulk.segment.saturating_mul(2)
            && record.may_split();
        record.bulk = pays;
        pays
    }

    /// The body is at its end.
    pub(super) fn body_ended(&mut self, id: TransferId) {
        let Some(transfer) = self.transfer(id) else { return };
        let short = transfer.end.is_some_and(|end| transfer.position < end);
        let whole = !short || self.ends_where_it_did(id);
        self.finish(id, if whole { End::Whole } else { End::Broken(Trouble::Truncated) });
    }

    /// Whether a body of another origin has come to the same end, short of its Content-Length, for
    /// the second time: then that is the length of a content coding, whose name is hidden.
    fn ends_where_it_did(&mut self, id: TransferId) -> bool {
        let Some(transfer) = self.transfer(id).filter(|one| one.asked.is_none()) else {
            return false;
        };
        let (uid, index, position) = (transfer.uid.clone(), transfer.index, transfer.position);
        let coded = |record: &&mut Record| record.may_hide_coding_of(position);
        let Some(record) = self.record_mut(&uid, index).filter(coded) else { return false };
        record.coded = record.short_end.replace(position) == Some(position);
        record.coded
    }

    pub(super) fn network_failed(&mut self, id: TransferId, error: NetworkError) {
        self.finish(id, End::Broken(Trouble::Network(error)));
    }
}
