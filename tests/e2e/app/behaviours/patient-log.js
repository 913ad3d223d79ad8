/** A log that waits until it can be written, so that no event is over before: for storage that refuses everything for a while. */
const { add } = log;
log.add = async (row) => {
  for (;;) {
    try {
      return await add(row);
    } catch (error) {
      if (error.name !== 'QuotaExceededError') throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
};
