/** The page with the elements: its films are what tests say. Nothing may be against its policy, `default-src 'self'`. */
import '/dist/downloads.mjs';

/** By id. @type {Record<string, {title?: string, icon?: string, href?: string, requests?: string[]}>} */
const films = {};
const elements = document.querySelectorAll('background-fetch-button, background-fetch-downloads');
const redescribe = () => {
  for (const element of elements) element.describe = (id) => films[id];
};
redescribe();

/** Every event of an element, as [type, id]. @type {[string, string][]} */
const events = [];
/** What is prevented. @type {Set<string>} */
const prevented = new Set();
for (const action of ['get', 'pause', 'resume', 'cancel', 'retry', 'remove']) {
  addEventListener(`${action}request`, (event) => {
    events.push([action, event.detail.id]);
    if (prevented.has(action)) event.preventDefault();
  });
}

addEventListener('securitypolicyviolation', ({ violatedDirective }) => app.errors.push(`policy: ${violatedDirective}`));

const [button, list] = elements;

/** What is seen of a row, or of the button: texts, names, roles. */
function describe(element) {
  const isShown = (node) => node.checkVisibility?.() ?? node.offsetParent !== null;
  const progress = element.querySelector('progress');
  return {
    state: element.dataset.state,
    text: element.querySelector('.text').textContent,
    title: element.querySelector('.title')?.textContent,
    buttons: [...element.querySelectorAll('button')]
      .filter(isShown)
      .map((each) => [
        each.ariaLabel ?? each.getAttribute('aria-label'),
        each.getAttribute('aria-disabled') !== 'true',
      ]),
    progress: progress.hidden
      ? null
      : [progress.getAttribute('aria-label'), progress.hasAttribute('value') ? progress.value / progress.max : null],
  };
}

const live = ({ shadowRoot }) => shadowRoot.querySelector('[role=status]').textContent;

globalThis.elements = {
  films,
  redescribe,
  events,
  prevented,
  button: () => ({
    ...describe(button.shadowRoot.querySelector('.button')),
    host: button.dataset.state,
    live: live(button),
  }),
  list: () => [...list.shadowRoot.querySelectorAll('li')].map(describe),
  listed: () => ({
    host: list.dataset.state,
    live: live(list),
    empty: !list.shadowRoot.querySelector('.empty').hidden,
    name: list.shadowRoot.querySelector('ul').getAttribute('aria-label'),
  }),
  /** What moves, in either of them. */
  moving: () =>
    [...elements].flatMap(({ shadowRoot }) => shadowRoot.getAnimations().map(({ animationName }) => animationName)),
  /** What has the focus, by its name, or its text. */
  focused() {
    const inner = document.activeElement.shadowRoot?.activeElement;
    return inner && (inner.getAttribute('aria-label') ?? inner.textContent);
  },
};
