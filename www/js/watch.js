/** How long the page was busy at a time: for so long nothing can be tapped or scrolled. */

/** How often a timer looks, in milliseconds, where the browser does not tell of long tasks. */
const EVERY = 10;

export class Watch {
  /** Whether the browser tells: of tasks of 50 ms and more. Else it is how late a timer was. */
  static tellsTasks = self.PerformanceObserver?.supportedEntryTypes?.includes('longtask') ?? false;

  #longest = 0;
  #stop;

  /** Begins to look. */
  constructor() {
    this.#stop = Watch.tellsTasks ? this.#observe() : this.#tick();
  }

  /** Milliseconds of the longest task up to now. */
  get longest() {
    return Math.round(this.#longest);
  }

  stop() {
    this.#stop();
  }

  #observe() {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) this.#note(duration);
    });
    observer.observe({ type: 'longtask' });
    return () => observer.disconnect();
  }

  #tick() {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      // Timers of hidden pages are late by themselves.
      if (!document.hidden) this.#note(now - last - EVERY);
      last = now;
    }, EVERY);
    return () => clearInterval(timer);
  }

  /** @param {number} duration */
  #note(duration) {
    this.#longest = Math.max(this.#longest, duration);
  }
}
