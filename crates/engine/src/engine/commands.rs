//! What the app asks for.

use super::{After, Engine};
use crate::error::Error;
use crate::http::RequestSpec;
use crate::input::{Command, CommandId, NewFetch, Reply};
use crate::job::{Job, Step};
use crate::matching::{MatchOptions, matches};
use crate::outcome::FailureReason;
use crate::ports::StoreError;
use crate::record::Record;
use crate::segments::Segments;
use crate::snapshot::{FetchRow, ImageResource, RecordRow, Stage, Write};
use crate::state::{FetchState, RecordState};

impl Engine {
    pub(super) fn command(&mut self, id: CommandId, command: Command) {
        match command {
            Command::Fetch(new) => self.fetch(id, new),
            Command::Get { id: developer_id } => {
                let job =
                    self.jobs.iter().find(|job| job.is_active() && job.row.id == developer_id);
                let state = job.map(Job::state);
                self.reply(id, Reply::State(state));
            }
            Command::Ids => {
                let active = self.jobs.iter().filter(|job| job.is_active());
                let ids = active.map(|job| job.row.id.clone()).collect();
                self.reply(id, Reply::Ids(ids));
            }
            Command::State { uid } => {
                let state = self.job(&uid).filter(|job| job.has_records()).map(Job::state);
                self.reply(id, Reply::State(state));
            }
            Command::Abort { uid } => self.abort(id, &uid),
            Command::Match { uid, query, options } => {
                let records = self.matching(&uid, query.as_ref(), options);
                self.reply(id, Reply::Records(records));
            }
            Command::UpdateUi { uid, title, icons } => self.update_ui(id, &uid, title, icons),
        }
    }

    /// [fetch()](https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch), from
    /// the edit queue on.
    fn fetch(&mut self, command: CommandId, new: NewFetch) {
        let same = |state: &&FetchState| state.uid == new.uid;
        let finished = || self.finished.iter().find(same).cloned();
        if let Some(state) = self.job(&new.uid).map(Job::state).or_else(finished) {
            // The caller lost the first answer.
            match self.commits.iter_mut().find_map(|(_, after)| after.creation_of(&new.uid)) {
                Some(commands) => commands.push(command),
                None => self.reply(command, Reply::Fetch(Ok(state))),
            }
            return;
        }
        if let Err(error) = self.check(&new) {
            return self.reply(command, Reply::Fetch(Err(error)));
        }
        let uid = new.uid.clone();
        let job = self.new_job(new);
        let mut writes = vec![Write::PutFetch(job.row.clone())];
        writes.extend(job.records.iter().map(|record| Write::PutRecord(record.row.clone())));
        self.jobs.push(job);
        self.commit(writes, After::Created { uid, commands: vec![command] });
    }

    fn check(&self, new: &NewFetch) -> Result<(), Error> {
        let taken = |job: &Job| job.is_active() || job.step == Step::Creating;
        if self.jobs.iter().any(|job| job.row.id == new.id && taken(job)) {
            return Err(Error::DuplicateId(new.id.clone()));
        }
        match new.available {
            Some(available) if new.download_total > available => {
                Err(Error::NoRoom { needed: new.download_total, available })
            }
            _ => Ok(()),
        }
    }

    fn new_job(&self, new: NewFetch) -> Job {
        let order = self.jobs.iter().map(|job| job.row.order.wrapping_add(1)).max().unwrap_or(0);
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
        };
        let rows = (0..).zip(new.requests).map(|(index, request)| RecordRow {
            uid: uid.clone(),
            index,
            request,
            head: None,
            validator: None,
            version: 0,
            result: None,
            tries: 0,
        });
        let records = rows.map(|row| Record::new(row, Segments::default())).collect();
        Job::new(row, records, Step::Creating)
    }

    pub(super) fn created(&mut self, uid: &str, commands: Vec<CommandId>) {
        let Some(job) = self.job_mut(uid) else { return };
        job.step = Step::Running;
        let state = job.state();
        // The answer itself shows this state: no `progress` event for it.
        job.shown = Some((state.downloaded, state.uploaded, state.result, state.failure_reason));
        for command in commands {
            self.reply(command, Reply::Fetch(Ok(state.clone())));
        }
    }

    pub(super) fn not_created(&mut self, uid: &str, commands: Vec<CommandId>, error: &StoreError) {
        self.jobs.retain(|job| job.row.uid != uid);
        let error = Error::from(error.clone());
        for command in commands {
            self.reply(command, Reply::Fetch(Err(error.clone())));
        }
    }

    /// [abort()](https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort)
    fn abort(&mut self, command: CommandId, uid: &str) {
        if self.job(uid).is_some_and(Job::is_active) {
            self.end(uid, Some(FailureReason::Aborted), Vec::new(), vec![command]);
        } else {
            self.reply(command, Reply::Abort(false));
        }
    }

    /// [matchAll()](https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall)
    fn matching(
        &mut self,
        uid: &str,
        query: Option<&RequestSpec>,
        options: MatchOptions,
    ) -> Result<Vec<RecordState>, Error> {
        let job = self.job_mut(uid).filter(|job| job.has_records());
        let job = job.ok_or(Error::RecordsUnavailable)?;
        job.watched = true;
        let fits = |record: &&Record| {
            query.is_none_or(|query| {
                matches(query, &record.row.request, record.row.head.as_ref(), options)
            })
        };
        Ok(job.records.iter().filter(fits).map(Record::state).collect())
    }

    /// [updateUI()](https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui)
    fn update_ui(
        &mut self,
        command: CommandId,
        uid: &str,
        title: Option<String>,
        icons: Option<Vec<ImageResource>>,
    ) {
        let delivering = |job: &&mut Job| matches!(job.step, Step::Delivering { .. });
        let Some(job) = self.job_mut(uid).filter(delivering) else {
            return self.reply(command, Reply::Done(Err(Error::Inactive)));
        };
        if let Some(title) = title {
            job.row.title = title;
        }
        if let Some(icons) = icons {
            job.row.icons = icons;
        }
        let writes = vec![Write::PutFetch(job.row.clone())];
        self.commit(writes, After::Ui { command });
    }
}

impl After {
    /// The calls that wait for this fetch to be created.
    fn creation_of(&mut self, wanted: &str) -> Option<&mut Vec<CommandId>> {
        match self {
            Self::Created { uid, commands } if uid == wanted => Some(commands),
            _ => None,
        }
    }
}
