/** The cards of the library: one per item, with what can be done with it now. */
import { duration, megabytes, Speed } from './format.js';

/** Which buttons make sense in which state. */
const ACTIONS = {
  remote: ['download'],
  starting: ['cancel'],
  running: ['cancel'],
  saving: [],
  stored: ['play', 'check', 'remove'],
  failed: ['download'],
};

export class Card {
  #item;
  #root;
  #speed = new Speed();

  /**
   * @param {import('./library.js').Item} item
   * @param {(action: string, item: import('./library.js').Item, card: Card) => void} onAction
   */
  constructor(item, onAction) {
    this.#item = item;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById('card'));
    this.#root = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    this.#root.dataset.item = item.id;
    this.#fill();
    this.#root.addEventListener('click', (event) => {
      const action = event.target instanceof HTMLElement && event.target.dataset.action;
      if (action) onAction(action, item, this);
    });
  }

  get element() {
    return this.#root;
  }

  #fill() {
    const { id, show, title, text, seconds, bytes, files } = this.#item;
    /** @type {HTMLImageElement} */ (this.#find('.art')).src = `/art/${id}.svg`;
    this.#find('.show').textContent = show;
    this.#find('.title').textContent = title;
    this.#find('.title').id = `title-${id}`;
    this.#find('.text').textContent = text;
    const facts = [seconds && duration(seconds), files.length > 2 && `${files.length} files`, megabytes(bytes)];
    this.#find('.facts').textContent = facts.filter(Boolean).join(' · ');
    this.#find('progress').setAttribute('aria-labelledby', `title-${id}`);
    for (const button of this.#buttons()) button.setAttribute('aria-label', `${button.textContent} ${title}`);
  }

  /** @param {import('./downloads.js').Status} status */
  show({ state, downloaded, total, problem }) {
    this.#root.dataset.state = state;
    this.#root.dataset.downloaded = String(downloaded);
    this.#showActions(state);
    const isMoving = ['starting', 'running', 'saving'].includes(state);
    this.#find('.transfer').hidden = !isMoving;
    if (isMoving) this.#showTransfer(state, downloaded, total);
    this.say(problem);
  }

  /** A line under the facts. @param {string} text @param {'bad' | 'good'} [mood] */
  say(text, mood = 'bad') {
    const line = this.#find('.problem');
    line.textContent = text;
    line.dataset.mood = mood;
    line.hidden = !text;
  }

  /** @param {keyof typeof ACTIONS} state */
  #showActions(state) {
    const hadFocus = this.#root.contains(document.activeElement);
    for (const button of this.#buttons()) button.hidden = !ACTIONS[state].includes(button.dataset.action ?? '');
    // A pressed button that goes away must not take the keyboard's place in the page with it.
    if (hadFocus && !this.#root.contains(document.activeElement))
      this.#buttons()
        .find((button) => !button.hidden)
        ?.focus();
  }

  /** @param {string} state @param {number} downloaded @param {number} total */
  #showTransfer(state, downloaded, total) {
    const bar = /** @type {HTMLProgressElement} */ (this.#find('progress'));
    if (state === 'starting') bar.removeAttribute('value');
    else bar.value = Math.min(1, downloaded / total);
    this.#find('.numbers').textContent =
      state === 'saving' ? 'Putting it in the library…' : this.#numbers(downloaded, total);
  }

  /** @param {number} downloaded @param {number} total */
  #numbers(downloaded, total) {
    const speed = this.#speed.update(downloaded);
    const parts = [`${megabytes(downloaded)} of ${megabytes(total)}`];
    if (speed > 0) parts.push(`${megabytes(speed)}/s`, `${duration((total - downloaded) / speed)} left`);
    return parts.join(' · ');
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }

  #buttons() {
    return /** @type {HTMLButtonElement[]} */ ([...this.#root.querySelectorAll('[data-action]')]);
  }
}
