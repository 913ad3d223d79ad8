/** A pad for each sound of a pack. */

/**
 * @param {import('./library.js').Item} item @param {string[]} urls of its files @param {(text: string) => void} note
 * @returns {HTMLElement[]}
 */
export function padBoard(item, urls, note) {
  const board = document.createElement('div');
  board.className = 'pads';
  board.setAttribute('role', 'group');
  board.setAttribute('aria-label', `${item.title}: arrow keys move, Enter plays`);
  const pads = item.files.map((file, i) => pad(file, urls[i], note));
  pads[0].tabIndex = 0;
  board.append(...pads);
  board.addEventListener('keydown', (event) => moveFocus(event, pads, board));
  return [board];
}

/** @param {import('./library.js').MediaFile} file @param {string} url @param {(text: string) => void} note */
function pad(file, url, note) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = file.name;
  button.tabIndex = -1;
  button.dataset.family = file.name.split(' ')[0];
  button.addEventListener('click', () => {
    const sound = new Audio();
    sound.crossOrigin = 'anonymous';
    sound.src = url;
    button.classList.add('sounding');
    const quiet = () => button.classList.remove('sounding');
    sound.addEventListener('ended', quiet);
    sound.play().catch((error) => {
      quiet();
      note(`It does not play here: ${error.message}`);
    });
  });
  return button;
}

/**
 * One stop of the Tab key for all pads; arrows go from pad to pad.
 * @param {KeyboardEvent} event @param {HTMLElement[]} pads @param {HTMLElement} board
 */
function moveFocus(event, pads, board) {
  const inRow = getComputedStyle(board).gridTemplateColumns.split(' ').length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: inRow, ArrowUp: -inRow }[event.key];
  const from = pads.indexOf(/** @type {HTMLElement} */ (event.target));
  const to = pads[from + (step ?? 0)];
  if (!step || !to) return;
  event.preventDefault();
  pads[from].tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
