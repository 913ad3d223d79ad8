/** Notes each start of the worker. */
log.add({ kind: 'start', run: recorder.run });
