//! What the app asks for, and what must be durable before it is answered.

use crate::context::Context;
use crate::error::Error;
use crate::fetch::{Fetch, Fetches, Step};
use crate::ids::{CommandId, FetchId, RecordId};
use crate::input::{NewFetch, Reply};
use crate::ledger::After;
use crate::outcome::FailureReason;
use crate::record::Record;
use crate::record::segments::Segments;
use crate::snapshot::{FetchRow, ImageResource, RecordRow, Stage, Write};

/// [fetch()](https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch), from the
/// edit queue on.
pub(super) fn begin(
    cx: &mut Context<'_>,
    fetches: &mut Fetches,
    command: CommandId,
    new: NewFetch,
) {
    let known = fetches.by_uid(&new.uid);
    // The caller lost the first answer.
    if let Some(commands) = known.and_then(|fetch| cx.ledger.creation_of(fetch.id)) {
        return commands.push(command);
    }
    if let Some(state) = known.map(Fetch::state).or_else(|| fetches.last_state(&new.uid)) {
        return cx.outbox.reply(command, Reply::Fetch(Ok(state)));
    }
    if let Err(error) = check(fetches, &new) {
        return cx.outbox.reply(command, Reply::Fetch(Err(error)));
    }
    cx.servers.forgive();
    let order = fetches.last().map_or(0, |last| last.row.order.wrapping_add(1));
    let fetch = new_fetch(FetchId(cx.outbox.next_serial()), order, new);
    let mut writes = vec![Write::PutFetch(fetch.row.clone())];
    writes.extend(fetch.records().iter().map(|record| Write::PutRecord(record.row.clone())));
    cx.commit(writes, After::Created { fetch: fetch.id, commands: vec![command] });
    fetches.push(fetch);
}

/// Why a fetch may not begin.
fn check(fetches: &Fetches, new: &NewFetch) -> Result<(), Error> {
    let taken = |fetch: &Fetch| fetch.is_active() || fetch.step == Step::Creating;
    if fetches.iter().any(|fetch| fetch.row.id == new.id && taken(fetch)) {
        return Err(Error::DuplicateId(new.id.clone()));
    }
    match new.available {
        Some(available) if new.download_total > available => {
            Err(Error::NoRoom { needed: new.download_total, available })
        }
        _ => Ok(()),
    }
}

fn new_fetch(id: FetchId, order: u64, new: NewFetch) -> Fetch {
    let uid = new.uid.clone();
    let row = FetchRow {
        uid: new.uid,
        id: new.id,
        order,
        title: new.title,
        icons: new.icons,
        download_total: new.download_total,
        upload_total: new.requests.iter().filter_map(|request| request.body_length).sum(),
        records: u32::try_from(new.requests.len()).unwrap_or(u32::MAX),
        stage: Stage::Active,
        failure_reason: None,
        deliveries: 0,
        ended: None,
        downloaded: None,
        paused: None,
    };
    let mut records = Vec::new();
    for (index, request) in (0..).zip(new.requests) {
        let row = RecordRow::new(uid.clone(), index, request);
        records.push(Record::new(RecordId { fetch: id, index }, row, Segments::default()));
    }
    Fetch::new(id, row, records, Step::Creating)
}

/// A new fetch is durable.
pub(super) fn begun(cx: &mut Context<'_>, fetch: &mut Fetch, commands: Vec<CommandId>) {
    fetch.step = Step::Running;
    fetch.note_shown(cx.now.monotonic);
    for command in commands {
        cx.outbox.reply(command, Reply::Fetch(Ok(fetch.state())));
    }
}

/// [abort()](https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort)
pub(super) fn abort(cx: &mut Context<'_>, fetch: Option<&mut Fetch>, command: CommandId) {
    match fetch.filter(|fetch| fetch.is_active()) {
        Some(fetch) => fetch.end(cx, Some(FailureReason::Aborted), vec![command]),
        None => cx.outbox.reply(command, Reply::Abort(false)),
    }
}

/// Pauses what is active, or lets it go on, in this life of the worker and the next: beyond the standard. Which that is.
pub(super) fn pause(
    cx: &mut Context<'_>,
    fetch: Option<&mut Fetch>,
    command: CommandId,
    paused: bool,
) -> Option<FetchId> {
    let Some(fetch) = fetch.filter(|fetch| fetch.is_active()) else {
        cx.outbox.reply(command, Reply::Abort(false));
        return None;
    };
    fetch.row.paused = paused.then_some(true);
    let after = After::Paused { fetch: fetch.id, command, paused };
    cx.commit(vec![Write::PutFetch(fetch.row.clone())], after);
    Some(fetch.id)
}

/// [updateUI()](https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui)
pub(super) fn update_ui(
    cx: &mut Context<'_>,
    fetch: Option<&mut Fetch>,
    command: CommandId,
    (title, icons): (Option<String>, Option<Vec<ImageResource>>),
) {
    let delivering = |fetch: &&mut Fetch| matches!(fetch.step, Step::Delivering { .. });
    let Some(fetch) = fetch.filter(delivering) else {
        return cx.outbox.reply(command, Reply::Done(Err(Error::Inactive)));
    };
    if let Some(title) = title {
        fetch.row.title = title;
    }
    if let Some(icons) = icons {
        fetch.row.icons = icons;
    }
    cx.commit(vec![Write::PutFetch(fetch.row.clone())], After::Ui(command));
}
