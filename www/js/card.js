/** The cards of the library. What can be done with each now is told by its button's `data-state`, to the style sheet. */
import { duration, megabytes } from './format.js';

/**
 * @param {import('./library.js').Item} item
 * @param {Record<string, (item: import('./library.js').Item) => unknown>} actions by the names in the template
 */
export function addCard(item, actions) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById('card'));
  const card = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (card.querySelector(selector));
  const { id, kind, show, title, text, seconds, bytes, files } = item;
  card.id = `item-${id}`;
  card.dataset.kind = kind;
  find('.art').setAttribute('src', `/art/${id}.svg`);
  find('.show').textContent = show;
  find('.title').textContent = title;
  find('.text').textContent = text;
  const facts = [seconds && duration(seconds), files.length > 2 && `${files.length} files`, megabytes(bytes)];
  find('.facts').textContent = facts.filter(Boolean).join(' · ');
  find('background-fetch-button').setAttribute('fetch-id', id);
  for (const button of card.querySelectorAll('button')) {
    button.setAttribute('aria-label', `${button.textContent} ${title}`);
    button.addEventListener('click', () => actions[button.dataset.action ?? '']?.(item));
  }
  document.getElementById('cards')?.append(card);
}

/** A line in the card. @param {string} id @param {string} text @param {'bad' | 'good'} mood */
export function say(id, text, mood) {
  const line = /** @type {HTMLElement | null} */ (document.querySelector(`#item-${CSS.escape(id)} .said`));
  if (!line) return;
  line.textContent = text;
  line.dataset.mood = mood;
}
