/** WebM, as much of it as a silent film needs: each cluster begins with a key frame, and cues say where it is. */

/** Names of elements, as Matroska gives them. */
const ID = {
  header: 0x1a45dfa3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  track: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  codec: 0x86,
  video: 0xe0,
  width: 0xb0,
  height: 0xba,
  cues: 0x1c53bb6b,
  cue: 0xbb,
  cueTime: 0xb3,
  cuePositions: 0xb7,
  cueTrack: 0xf7,
  cueCluster: 0xf1,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
};

const VIDEO = 1;
const KEY_FRAME = 0x80;
/** One tick is a millisecond. */
const NANOSECONDS = 1_000_000;
const APP = 'Night Ferry';

/** @typedef {{at: number, isKey: boolean, data: Buffer}} Frame `at` in milliseconds */

/**
 * @param {{width: number, height: number, milliseconds: number, codec: 'V_VP8' | 'V_VP9', frames: Frame[]}} film the first
 * frame is a key frame
 */
export function webm({ width, height, milliseconds, codec, frames }) {
  const header = element('header', text('docType', 'webm'), uint('docTypeVersion', 4), uint('docTypeReadVersion', 2));
  const info = element(
    'info',
    uint('timestampScale', NANOSECONDS),
    float('duration', milliseconds),
    text('muxingApp', APP),
    text('writingApp', APP),
  );
  const picture = element('video', uint('width', width), uint('height', height));
  const names = [uint('trackNumber', 1), uint('trackUid', 1), uint('trackType', VIDEO), text('codec', codec)];
  const tracks = element('tracks', element('track', ...names, picture));
  const clusters = inClusters(frames);
  // Positions have always as many digits, so that what is told of does not move by being told of.
  const draft = cuesOf(clusters, 0);
  const head = seekHead(0, info, tracks);
  const before = head.length + info.length + tracks.length + draft.length;
  const parts = [seekHead(head.length, info, tracks), info, tracks, cuesOf(clusters, before)];
  return Buffer.concat([header, element('segment', ...parts, ...clusters.map(({ bytes }) => bytes))]);
}

/** @param {Frame[]} frames */
function inClusters(frames) {
  /** @type {Frame[][]} */
  const groups = [];
  for (const frame of frames) {
    if (frame.isKey) groups.push([]);
    groups.at(-1)?.push(frame);
  }
  return groups.map((group) => {
    const [{ at }] = group;
    return { at, bytes: element('cluster', uint('timestamp', at), ...group.map((frame) => block(frame, at))) };
  });
}

/** @param {Frame} frame @param {number} start of its cluster */
function block({ at, isKey, data }, start) {
  const head = Buffer.from([0x81, 0, 0, isKey ? KEY_FRAME : 0]);
  head.writeInt16BE(at - start, 1);
  return element('simpleBlock', head, data);
}

/** @param {{at: number, bytes: Buffer}[]} clusters @param {number} first where the first of them is */
function cuesOf(clusters, first) {
  let place = first;
  const cues = clusters.map(({ at, bytes }) => {
    const positions = element('cuePositions', uint('cueTrack', 1), uint('cueCluster', place));
    place += bytes.length;
    return element('cue', uint('cueTime', at), positions);
  });
  return element('cues', ...cues);
}

/** @param {number} start where it ends itself @param {Buffer} info @param {Buffer} tracks */
function seekHead(start, info, tracks) {
  const places = { info: start, tracks: start + info.length, cues: start + info.length + tracks.length };
  const seeks = Object.entries(places).map(([name, place]) =>
    element('seek', element('seekId', idOf(/** @type {keyof typeof ID} */ (name))), uint('seekPosition', place)),
  );
  return element('seekHead', ...seeks);
}

/** @param {keyof typeof ID} name @param {Buffer[]} content */
function element(name, ...content) {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(content.reduce((sum, { length }) => sum + length, 0)));
  // The length of the length: eight bytes.
  size[0] = 1;
  return Buffer.concat([idOf(name), size, ...content]);
}

/** @param {keyof typeof ID} name */
function idOf(name) {
  const digits = ID[name].toString(16);
  return Buffer.from(digits, 'hex');
}

/** @param {keyof typeof ID} name @param {number} value */
function uint(name, value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(name, bytes);
}

/** @param {keyof typeof ID} name @param {number} value */
function float(name, value) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(name, bytes);
}

/** @param {keyof typeof ID} name @param {string} value */
const text = (name, value) => element(name, Buffer.from(value));
