import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openStream, type Piece } from '../../js/offline/body.ts';
import { library } from '../../js/offline/changes.ts';
import { isSame, partOf } from '../../js/offline/range.ts';
import { respondFromCache } from '../../js/offline/respond.ts';

describe('Range', () => {
  const part = (start: number, end: number) => ({ start, end });

  for (const [header, expected] of [
    ['bytes=0-', part(0, 100)],
    ['bytes=0-0', part(0, 1)],
    ['bytes=10-19', part(10, 20)],
    ['bytes=99-', part(99, 100)],
    ['bytes=90-1000', part(90, 100)],
    ['bytes=0-99999999999999999999999', part(0, 100)],
    ['bytes=-10', part(90, 100)],
    ['bytes=-1000', part(0, 100)],
    ['BYTES = 1 - 2 ', part(1, 3)],
    ['bytes=100-', 'none'],
    ['bytes=100-200', 'none'],
    ['bytes=99999999999999999999999-', 'none'],
    ['bytes=-0', 'none'],
    // What is not understood is ignored, and so are several.
    [null, undefined],
    ['', undefined],
    ['bytes=', undefined],
    ['bytes=-', undefined],
    ['bytes=5-4', undefined],
    ['bytes=0-1,3-4', undefined],
    ['bytes=a-b', undefined],
    ['bytes=1.5-2', undefined],
    ['bytes=+1-2', undefined],
    ['seconds=1-2', undefined],
    ['xbytes=1-2', undefined],
  ] as const) {
    test(`${header} of 100 bytes`, () => {
      const found = partOf(header, 100);
      assert.deepEqual(found && found.start >= found.end ? 'none' : found, expected);
    });
  }

  test('nothing of nothing', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) assert.deepEqual(partOf(header, 0), part(0, 0), header);
  });
});

test('If-Range', () => {
  const headers = new Headers({ ETag: '"a"', 'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT' });
  assert.ok(isSame(null, headers));
  assert.ok(isSame('"a"', headers));
  assert.ok(isSame('Mon, 01 Jan 2024 00:00:00 GMT', headers));
  assert.ok(!isSame('"b"', headers));
  assert.ok(!isSame('Mon, 01 Jan 2024 00:00:01 GMT', headers));
  assert.ok(!isSame('', headers));
  assert.ok(!isSame('"a"', new Headers()));
  assert.ok(!isSame('W/"a"', new Headers({ ETag: 'W/"a"' })), 'a weak validator says nothing of bytes');
});

/** A body in pieces of some lengths, each of which comes in chunks; what of it was read, in order. */
function stored(lengths: number[], chunk: number) {
  const whole = Uint8Array.from({ length: lengths.reduce((sum, length) => sum + length, 0) }, (_, at) => at % 251);
  const read: number[] = [];
  const cancelled: number[] = [];
  let start = 0;
  const pieces = lengths.map((length): Piece => {
    const own = start;
    start += length;
    const open = async () => {
      let at = own;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const end = Math.min(own + length, at + chunk);
            controller.enqueue(whole.slice(at, end));
            read.push(at);
            at = end;
            if (at === own + length) controller.close();
          },
          cancel: () => void cancelled.push(own),
        },
        { highWaterMark: 0 },
      );
      return new Response(body);
    };
    return { start: own, length, open };
  });
  return { whole, pieces, read, cancelled };
}

const never = () => assert.fail('nothing is lost');

async function bytesOf(stream: ReadableStream<Uint8Array> | undefined): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
}

describe('a body in pieces', () => {
  test('every part of it is what it is', async () => {
    for (const chunk of [1, 3, 4, 100]) {
      for (let from = 0; from < 12; from++) {
        for (let to = from + 1; to <= 12; to++) {
          const { whole, pieces } = stored([4, 1, 5, 2], chunk);
          const bytes = await bytesOf(await openStream(pieces, from, to, never));
          assert.deepEqual(bytes, whole.slice(from, to), `${from} to ${to}, in chunks of ${chunk}`);
        }
      }
    }
  });

  test('no more is read than is asked for', async () => {
    const { pieces, read, cancelled } = stored([100, 100, 100], 10);
    const stream = (await openStream(pieces, 125, 300, never)) as ReadableStream<Uint8Array>;
    assert.deepEqual(read, []);
    const reader = stream.getReader();
    assert.equal((await reader.read()).value?.length, 5);
    assert.deepEqual(read, [100, 110, 120]);
    await reader.read();
    assert.deepEqual(read, [100, 110, 120, 130]);
    await reader.cancel();
    assert.deepEqual(cancelled, [100]);
  });

  test('what follows the last byte is not read', async () => {
    const { pieces, read } = stored([100, 100], 10);
    assert.equal((await bytesOf(await openStream(pieces, 5, 15, never))).length, 10);
    assert.deepEqual(read, [0, 10]);
  });

  test('one whose first piece is gone does not begin', async () => {
    const { pieces } = stored([4, 4], 2);
    const gone = pieces.map((piece) => ({ ...piece, open: async () => undefined }));
    assert.equal(await openStream(gone, 0, 8, never), undefined);
  });

  test('one that is not whole fails, and never ends early', async () => {
    const short = stored([4, 4], 2);
    const { pieces } = stored([4, 2], 2);
    const damaged: Piece[][] = [
      [short.pieces[0]!, { ...short.pieces[1]!, open: async () => undefined }],
      [short.pieces[0]!, { ...short.pieces[1]!, open: () => pieces[1]!.open() }],
      [{ ...short.pieces[0]!, open: () => pieces[1]!.open() }, short.pieces[1]!],
    ];
    for (const each of damaged) {
      let lost = 0;
      await assert.rejects(bytesOf(await openStream(each, 0, 8, () => void (lost += 1))));
      assert.equal(lost, 1);
    }
  });

  test('a storage that refuses fails it, but nothing is lost', async () => {
    const { pieces } = stored([4, 4], 2);
    const refused = [pieces[0]!, { ...pieces[1]!, open: () => Promise.reject(new Error('no')) }];
    await assert.rejects(bytesOf(await openStream(refused, 0, 8, never)), /no/);
  });

  test('whoever cancels it while it is read, or a piece is opened, loses nothing', async () => {
    for (const length of [2, 4]) {
      const { pieces } = stored([4, 4], 2);
      let open: (() => void) | undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const late = { ...pieces[1]!, open: () => opened.then(() => pieces[1]!.open()) };
      const stream = (await openStream([pieces[0]!, late], 0, 8, never)) as ReadableStream<Uint8Array>;
      const reader = stream.getReader();
      for (let read = 0; read < length; read += 2) await reader.read();
      const pending = reader.read();
      await reader.cancel();
      open?.();
      assert.equal((await pending).done, true);
      await new Promise((resolve) => setTimeout(resolve));
    }
  });

  test('a piece that is longer than it should be gives no more than its own', async () => {
    const { pieces } = stored([4, 4], 3);
    const long = stored([8], 3);
    const mixed = [{ ...pieces[0]!, open: () => long.pieces[0]!.open() }, pieces[1]!];
    const { whole } = stored([4, 4], 3);
    assert.deepEqual(await bytesOf(await openStream(mixed, 0, 8, never)), whole);
  });
});

describe('a cache of the app’s own', () => {
  const entries = new Map<string, Pick<Response, 'clone'>>();
  const body = new TextEncoder().encode('0123456789');
  const url = 'https://app.example/film';
  const ask = (headers: HeadersInit = {}, method = 'GET') =>
    respondFromCache(new Request(url, { headers, method }), 'films');

  /** How many bodies were read for nothing but their length, and how many bytes. */
  let measured: number;
  let read: number;

  /** An entry, as a cache gives one that is not read to its end by whoever asks for it. */
  const store = (headers: HeadersInit, type = 'default', blob?: () => Promise<Blob>) => ({
    clone(): Response {
      let at = 0;
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        if (at === body.length) return controller.close();
        read += 1;
        controller.enqueue(body.slice(at, ++at));
      };
      const response = new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers });
      const measure = async () => {
        measured += 1;
        return blob?.() ?? Response.prototype.blob.call(response);
      };
      const clone = () => assert.fail('who reads one of the two slowly has all of it held in memory');
      for (const [name, value] of Object.entries({ type, blob: measure, clone })) {
        Object.defineProperty(response, name, { value });
      }
      return response;
    },
  });

  beforeEach(() => {
    entries.clear();
    [measured, read] = [0, 0];
    Object.assign(globalThis, {
      caches: {
        async match(request: Request, options: object) {
          assert.deepEqual(options, { ignoreMethod: true, cacheName: 'films' });
          return entries.get(request.url)?.clone();
        },
      },
    });
    entries.set(url, new Response(body, { headers: { 'Content-Type': 'video/mp4', ETag: '"a"' } }));
  });

  test('is answered from as by a server', async () => {
    const response = (await ask()) as Response;
    assert.deepEqual([response.status, await response.text()], [200, '0123456789']);
    assert.deepEqual(Object.fromEntries(response.headers), {
      'accept-ranges': 'bytes',
      'content-length': '10',
      'content-type': 'video/mp4',
      etag: '"a"',
    });
  });

  test('with a part', async () => {
    const response = (await ask({ Range: 'bytes=2-4' })) as Response;
    assert.deepEqual([response.status, await response.text()], [206, '234']);
    assert.equal(response.headers.get('Content-Range'), 'bytes 2-4/10');
    assert.equal(response.headers.get('Content-Length'), '3');
  });

  test('with 416 where there is none', async () => {
    const response = (await ask({ Range: 'bytes=10-' })) as Response;
    assert.deepEqual([response.status, await response.text()], [416, '']);
    assert.equal(response.headers.get('Content-Range'), 'bytes */10');
  });

  test('with the whole, if it is not what it was', async () => {
    assert.equal((await ask({ Range: 'bytes=2-4', 'If-Range': '"b"' }))?.status, 200);
    assert.equal((await ask({ Range: 'bytes=2-4', 'If-Range': '"a"' }))?.status, 206);
  });

  test('without a body, for HEAD, whatever range it asks for', async () => {
    const response = (await ask({ Range: 'bytes=2-4' }, 'HEAD')) as Response;
    assert.deepEqual([response.status, response.headers.get('Content-Length'), response.body], [200, '10', null]);
  });

  test('a length is believed only where no coding can be behind it', async () => {
    for (const headers of [{ 'Content-Length': '4', 'Content-Encoding': 'gzip' }, {}]) {
      entries.set(url, new Response(body, { headers }));
      const response = (await ask({ Range: 'bytes=2-4' })) as Response;
      assert.equal(response.headers.get('Content-Range'), 'bytes 2-4/10');
      assert.equal(response.headers.get('Content-Encoding'), null);
    }
    for (const type of ['cors', 'default', 'basic']) {
      entries.set(url, store({ 'Content-Length': '4', ETag: type }, type));
      const size = type === 'basic' ? 4 : 10;
      assert.equal((await ask({ Range: 'bytes=2-3' }))?.headers.get('Content-Range'), `bytes 2-3/${size}`, type);
    }
    entries.set(url, store({ 'Content-Length': '4, 4' }, 'basic'));
    assert.equal((await ask({ Range: 'bytes=2-3' }))?.headers.get('Content-Range'), 'bytes 2-3/10');
  });

  describe('whose length nothing tells is measured', () => {
    test('once, and from then on no more is read than is asked for', async () => {
      entries.set(url, store({ ETag: '"once"' }));
      assert.equal(await (await ask({ Range: 'bytes=8-' }))?.text(), '89');
      // To be measured, and to come to its end.
      assert.deepEqual([measured, read], [1, 20]);
      assert.equal(await (await ask({ Range: 'bytes=0-1' }))?.text(), '01');
      assert.deepEqual([measured, read], [1, 22]);
      assert.equal((await ask({}, 'HEAD'))?.headers.get('Content-Length'), '10');
      assert.deepEqual([measured, read], [1, 22]);
    });

    test('once, whoever else asks meanwhile', async () => {
      entries.set(url, store({ ETag: '"meanwhile"' }));
      const parts = await Promise.all([1, 2, 3].map((at) => ask({ Range: `bytes=${at}-${at}` })));
      assert.deepEqual(await Promise.all(parts.map((part) => part?.text())), ['1', '2', '3']);
      assert.equal(measured, 1);
    });

    test('anew, if it is another version, and each time if nothing tells which it is', async () => {
      const [one, other] = [1, 2].map((day) => `Mon, 0${day} Jan 2024 00:00:00 GMT`) as [string, string];
      const versions: HeadersInit[] = [{ ETag: '"b"' }, { 'Last-Modified': one }, { Date: other }];
      for (const headers of [...versions, { 'Content-Length': '9' }, {}, {}]) {
        const before = measured;
        entries.set(url, store(headers));
        assert.equal((await ask({ Range: 'bytes=9-' }))?.status, 206);
        assert.equal(measured, before + 1, JSON.stringify(headers));
      }
    });

    test('anew, if that has failed, or was too much', async () => {
      const headers = { ETag: '"shorter"' };
      entries.set(
        url,
        store(headers, 'default', async () => Promise.reject(new Error('no'))),
      );
      await assert.rejects(ask({ Range: 'bytes=2-' }), /no/);
      entries.set(
        url,
        store(headers, 'default', async () => new Blob(['0123456789ab'])),
      );
      await assert.rejects(((await ask({ Range: 'bytes=2-' })) as Response).text(), /damaged/);
      entries.set(url, store(headers));
      assert.equal(await (await ask({ Range: 'bytes=2-' }))?.text(), '23456789');
    });
  });

  test('what is no plain success is given as it is', async () => {
    entries.set(url, new Response('moved', { status: 404 }));
    assert.equal((await ask({ Range: 'bytes=2-' }))?.status, 404);
    assert.equal(await respondFromCache(new Request('https://app.example/other'), 'films'), undefined);
  });

  test('other methods are the server’s', async () => {
    assert.equal(await ask({}, 'POST'), undefined);
  });
});

test('changes are heard once, here and in other realms', async () => {
  const heard: unknown[] = [];
  const listen = ((event: CustomEvent) => heard.push(event.detail.name)) as EventListener;
  const events = new EventTarget();
  Object.assign(globalThis, { addEventListener: events.addEventListener.bind(events) });
  library.addEventListener('change', listen);
  const other = new BroadcastChannel('background-fetch-polyfill:library');
  const there: unknown[] = [];
  other.onmessage = ({ data }) => there.push(data);
  library.announce('film');
  other.postMessage('other');
  while (heard.length < 2 || there.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  // A page that goes to sleep hears nothing, and asks when it is back.
  events.dispatchEvent(new Event('pagehide'));
  other.postMessage('unheard');
  events.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  other.postMessage('last');
  while (heard.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  events.dispatchEvent(new Event('pagehide'));
  other.close();
  assert.deepEqual([heard, there], [['film', 'other', undefined, 'last'], ['film']]);
});
