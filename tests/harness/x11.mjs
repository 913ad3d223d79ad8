/**
 * As much of the X11 protocol as it takes to minimise a window on a screen without a window manager:
 * the browser is told, as a manager would tell it, that its window is hidden. And to press keys in it.
 */
import { createConnection } from 'node:net';
import { within } from './process.mjs';

const [QUERY_TREE, INTERN_ATOM, CHANGE_PROPERTY, DELETE_PROPERTY, GET_PROPERTY] = [15, 16, 18, 19, 20];
const [SET_INPUT_FOCUS, QUERY_EXTENSION] = [42, 98];
/** A request of the extension XTEST, and its events. */
const FAKE_INPUT = 2;
const [KEY_PRESS, KEY_RELEASE] = [2, 3];
/** Where keys are on the keyboard of an X server that has none. */
const KEYCODES = { Tab: 23, Enter: 36, ' ': 65 };
const ATOM_TYPE = 4;
const ANSWER_TIMEOUT = 5000;

export class X11 {
  #socket;
  #received = Buffer.alloc(0);
  #sequence = 0;
  #root = 0;
  /** @type {Map<number, (reply: Buffer | null) => void>} */
  #pending = new Map();

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
  }

  /** @param {string} display as ':7' */
  static async connect(display) {
    const socket = createConnection(`/tmp/.X11-unix/X${display.slice(1)}`);
    const x11 = new X11(socket);
    await within(x11.#setUp(), ANSWER_TIMEOUT, 'the X server answering');
    return x11;
  }

  /** @param {string} title of the window @param {boolean} hidden @returns {Promise<boolean>} whether there is one */
  async setHidden(title, hidden) {
    const window = await this.#find(title);
    if (!window) return false;
    const state = await this.#atom('_NET_WM_STATE');
    if (hidden) {
      const value = u32(await this.#atom('_NET_WM_STATE_HIDDEN'));
      this.#send(CHANGE_PROPERTY, 0, Buffer.concat([u32(window), u32(state), u32(ATOM_TYPE), u32(32), u32(1), value]));
    } else {
      this.#send(DELETE_PROPERTY, 0, Buffer.concat([u32(window), u32(state)]));
    }
    await this.#atom('_NET_WM_STATE'); // what was sent before has been done when this is answered
    return true;
  }

  /**
   * In the window of this title, which gets the focus.
   * @param {string} title @param {import('./page.mjs').Key} key @returns {Promise<boolean>} whether there is one
   */
  async press(title, key) {
    const window = await this.#find(title);
    if (!window) return false;
    const name = Buffer.from('XTEST');
    const extension = await this.#ask(QUERY_EXTENSION, 0, Buffer.concat([u32(name.length), name]));
    if (!extension?.[8]) throw new Error('the X server has no XTEST');
    // Whose focus goes to the root if the window goes; at the server's time.
    this.#send(SET_INPUT_FOCUS, 1, Buffer.concat([u32(window), u32(0)]));
    for (const event of [KEY_PRESS, KEY_RELEASE]) {
      const input = Buffer.alloc(32);
      input.writeUInt8(event, 0);
      input.writeUInt8(KEYCODES[key], 1);
      this.#send(extension[9], FAKE_INPUT, input);
    }
    await this.#atom('_NET_WM_STATE'); // as above
    return true;
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {string} title */
  async #find(title) {
    const name = await this.#atom('_NET_WM_NAME');
    const tree = await this.#ask(QUERY_TREE, 0, u32(this.#root));
    for (let i = 0; tree && i < tree.readUInt16LE(16); i++) {
      const window = tree.readUInt32LE(32 + 4 * i);
      const reply = await this.#ask(GET_PROPERTY, 0, Buffer.concat([u32(window), u32(name), u32(0), u32(0), u32(256)]));
      if (
        reply
          ?.subarray(32, 32 + reply.readUInt32LE(16))
          .toString()
          .includes(title)
      )
        return window;
    }
    return 0;
  }

  /** @param {string} name @returns {Promise<number>} */
  async #atom(name) {
    const length = Buffer.alloc(4);
    length.writeUInt16LE(name.length);
    const reply = await this.#ask(INTERN_ATOM, 0, Buffer.concat([length, Buffer.from(name)]));
    return /** @type {Buffer} */ (reply).readUInt32LE(8);
  }

  /** @returns {Promise<Buffer | null>} null for an error: the window is gone, say */
  #ask(opcode, detail, body) {
    this.#send(opcode, detail, body);
    const answer = new Promise((resolve) => this.#pending.set(this.#sequence, resolve));
    return within(answer, ANSWER_TIMEOUT, 'the X server answering');
  }

  #send(opcode, detail, body) {
    const length = 4 + Math.ceil(body.length / 4) * 4;
    const request = Buffer.alloc(length);
    request.writeUInt8(opcode, 0);
    request.writeUInt8(detail, 1);
    request.writeUInt16LE(length / 4, 2);
    body.copy(request, 4);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#socket.write(request);
  }

  async #setUp() {
    const hello = Buffer.alloc(12);
    hello.write('l');
    hello.writeUInt16LE(11, 2);
    this.#socket.write(hello);
    await new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.on('data', (chunk) => {
        this.#received = Buffer.concat([this.#received, chunk]);
        if (this.#root || this.#takeGreeting(reject)) resolve(undefined);
        if (this.#root) this.#takeReplies();
      });
    });
  }

  /** @param {(error: Error) => void} reject */
  #takeGreeting(reject) {
    const data = this.#received;
    if (data.length < 8 || data.length < 8 + data.readUInt16LE(6) * 4) return false;
    if (data[0] !== 1) reject(new Error('the X server refuses'));
    const screens = 40 + Math.ceil(data.readUInt16LE(24) / 4) * 4 + data[29] * 8;
    this.#root = data.readUInt32LE(screens);
    this.#received = data.subarray(8 + data.readUInt16LE(6) * 4);
    return true;
  }

  #takeReplies() {
    for (;;) {
      const data = this.#received;
      if (data.length < 32) return;
      const isReply = data[0] === 1;
      const size = isReply ? 32 + data.readUInt32LE(4) * 4 : 32;
      if (data.length < size) return;
      this.#received = data.subarray(size);
      if (data[0] > 1) continue; // an event
      const sequence = data.readUInt16LE(2);
      this.#pending.get(sequence)?.(isReply ? data.subarray(0, size) : null);
      this.#pending.delete(sequence);
    }
  }
}

/** @param {number} value */
function u32(value) {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
