/**
 * What stands before the file server: links that expire, answers that go wrong, and an inbox for uploads. Without
 * them it hands on what it is asked for, as it is. Loopback only.
 */
import { createHash, randomBytes } from 'node:crypto';
import { request as ask, createServer } from 'node:http';

import { Listener } from '../../tests/server/listener.mjs';

/** How long a pass is good for, in milliseconds. */
const PASS_LIFE = 15_000;
/** When it is faulty, one of so many answers is none, and another one ends in its middle. */
const FAULT_EVERY = 5;
const NO_ANSWER = 1;
const HALF_AN_ANSWER = 3;
/** Where the inbox is, and how many it remembers. */
const INBOX = '/inbox/';
const MOST_LETTERS = 20;

/** For what asks before it sends a body of its own type. */
const PERMISSION = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, PUT',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '600',
};

export class Gate {
  /** Whether answers go wrong now and then. */
  isFaulty = false;
  /** Whether nobody is let in without a pass. */
  wantsPass = false;
  /** What was sent here, the newest last. @type {{name: string, bytes: number, sha256: string}[]} */
  letters = [];
  /** @type {Map<string, number>} pass → until when */
  #passes = new Map();
  #asked = 0;
  #upstream;
  #listener;

  /** @param {import('node:net').NetConnectOpts & {path?: string}} upstream the file server */
  constructor(upstream) {
    // What is the path of a socket to one of them is that of the resource to the other.
    const { path: socketPath, ...rest } = upstream;
    this.#upstream = socketPath ? { socketPath } : rest;
    this.#listener = new Listener(createServer((request, response) => this.#answer(request, response)));
  }

  /** @returns {Promise<import('node:net').NetConnectOpts>} */
  async open() {
    return { port: await this.#listener.start(0), host: '127.0.0.1' };
  }

  close() {
    return this.#listener.stop();
  }

  /** One that is good for a while. */
  issuePass() {
    const now = Date.now();
    for (const [pass, until] of this.#passes) if (until < now) this.#passes.delete(pass);
    const pass = randomBytes(9).toString('base64url');
    this.#passes.set(pass, now + PASS_LIFE);
    return pass;
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://media');
    if (request.method === 'OPTIONS') return response.writeHead(204, PERMISSION).end();
    if (request.method === 'PUT' && pathname.startsWith(INBOX)) return this.#takeIn(request, response, pathname);
    if (this.wantsPass && !this.#isGood(searchParams.get('pass'))) return response.writeHead(403, PERMISSION).end();
    const turn = this.isFaulty ? this.#asked++ % FAULT_EVERY : -1;
    if (turn === NO_ANSWER) return response.writeHead(503, { ...PERMISSION, 'Retry-After': '1' }).end();
    this.#handOn(request, response, pathname, turn === HALF_AN_ANSWER);
  }

  /** @param {string | null} pass */
  #isGood(pass) {
    return (this.#passes.get(pass ?? '') ?? 0) > Date.now();
  }

  /**
   * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
   * @param {string} path @param {boolean} isHalf
   */
  #handOn({ method, headers }, response, path, isHalf) {
    const asked = ask({ ...this.#upstream, method, headers, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      if (isHalf) breakAt(answer, Number(answer.headers['content-length']) / 2, response);
    });
    asked.on('error', () => response.destroy());
    response.on('close', () => asked.destroy());
    asked.end();
  }

  /**
   * Keeps the digest, and nothing else.
   * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
   * @param {string} path
   */
  async #takeIn(request, response, path) {
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const chunk of request) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    } catch {
      // Who sends has gone, or the link was cut: it has not arrived.
      return response.destroy();
    }
    this.letters.push({ name: decodeURIComponent(path.slice(INBOX.length)), bytes, sha256: hash.digest('hex') });
    this.letters.splice(0, this.letters.length - MOST_LETTERS);
    response.writeHead(201, PERMISSION).end();
  }
}

/** @param {import('node:http').IncomingMessage} answer @param {number} most @param {import('node:http').ServerResponse} response */
function breakAt(answer, most, response) {
  let passed = 0;
  answer.on('data', (chunk) => {
    passed += chunk.length;
    if (passed >= most) response.destroy();
  });
}
