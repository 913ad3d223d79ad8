/** The panel that slows and cuts the link to the file server. The app works without it. */

const POLL_MS = 2_000;

/** @param {(text: string) => void} log */
export function startLinkPanel(log) {
  const panel = /** @type {HTMLDetailsElement} */ (document.getElementById('advanced'));
  const rate = /** @type {HTMLSelectElement} */ (document.getElementById('rate'));
  const seconds = /** @type {HTMLSelectElement} */ (document.getElementById('cut-seconds'));
  const state = /** @type {HTMLElement} */ (document.getElementById('link-state'));

  /** @param {object} [change] */
  const ask = async (change) => {
    try {
      const response = await fetch(
        '/link',
        change && {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(change),
        },
      );
      show(await response.json());
    } catch {
      state.textContent = 'The demo’s server cannot be reached.';
    }
  };
  /** @param {{server: string, rate: number, isCut: boolean, bytesSent: number}} link */
  const show = (link) => {
    selectRate(rate, link.rate);
    const sent = `${(link.bytesSent / 1e6).toFixed(1)} MB sent so far`;
    state.textContent = `${link.server}, ${link.isCut ? 'cut off' : 'connected'}, ${sent}.`;
  };

  rate.addEventListener('change', () => {
    log(`link set to ${rate.selectedOptions[0].textContent}`);
    ask({ rate: Number(rate.value) });
  });
  document.getElementById('link')?.addEventListener('submit', (event) => {
    event.preventDefault();
    log(`link cut for ${seconds.value} s`);
    ask({ cutFor: Number(seconds.value) * 1000 });
  });
  panel.addEventListener('toggle', () => ask());
  setInterval(() => panel.open && !document.hidden && ask(), POLL_MS);
  startNotifyButton(log);
}

/** The speed may be one that the list does not have. @param {HTMLSelectElement} select @param {number} rate */
function selectRate(select, rate) {
  if (document.activeElement === select) return;
  if (![...select.options].some((option) => option.value === String(rate))) {
    select.add(new Option(`${rate / 1e6} MB/s`, String(rate)));
  }
  select.value = String(rate);
}

/** @param {(text: string) => void} log */
function startNotifyButton(log) {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById('notify'));
  const state = /** @type {HTMLElement} */ (document.getElementById('notify-state'));
  const show = () => {
    const permission = 'Notification' in self ? Notification.permission : 'unsupported';
    button.disabled = permission !== 'default';
    state.textContent = `notifications: ${permission}`;
  };
  button.addEventListener('click', async () => {
    await Notification.requestPermission();
    log(`notifications ${Notification.permission}`);
    show();
  });
  show();
}
