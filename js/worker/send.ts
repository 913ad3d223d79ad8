/** What sends the engine's requests, and finds out why one has failed: its rejection does not say, on purpose. */
import { Failure, type SentInit } from '../border/engine.ts';

/** What sends a request. */
type Fetcher = (url: string, init: SentInit) => Promise<Response>;

/** A server that needs longer for a HEAD, in milliseconds, is none that a download could be resumed from now. */
const PROBE_LIMIT = 5_000;

/** Sends by `fetcher`, which rejects with null for what it does not send. Rejects with a {@link Failure}. */
export async function send(fetcher: Fetcher, url: string, init: SentInit): Promise<Response> {
  // `fetch()` itself would be glad to fetch a `data:` or `blob:` URL.
  if (!/^https?:\/\//.test(url)) throw Failure.forbidden;
  const tryIt = (): Promise<Response> => fetcher(url, init);
  return tryIt()
    .catch((error: unknown) => {
      if (error === null || !mayBeOfACopy(url, init)) throw error;
      init.cache = 'reload';
      return tryIt();
    })
    .catch(async (error: unknown) => {
      // The engine has let go of it.
      if (init.signal?.aborted) throw error;
      // An upload that is offline may have been sent; one that was not even prepared has not.
      if (error === null) throw isOffline() && init.method === 'GET' ? Failure.offline : Failure.unprepared;
      throw await whyFailed(init.url ?? url, init.method === 'GET');
    });
}

/** Whether the HTTP cache may have answered, with a copy that was made for an `<img>` and lacks the headers of CORS. */
const mayBeOfACopy = (url: string, { method, cache }: SentInit): boolean =>
  method === 'GET' && (cache === 'force-cache' || cache === 'no-cache') && !isSameOrigin(url) && !isOffline();

/**
 * A GET is asked again without CORS: if that gets an answer, so opaque that there is nothing to read in it, the server is
 * there, and the refusal was of its answer. If it gets none, but this worker's own server answers, it is not the network
 * that is missing. A probe of an upload would tell nothing that matters, as it is never repeated.
 *
 * Some browsers say that there is no network whenever they do not know: an answer says that there is one.
 */
async function whyFailed(url: string, isGet: boolean): Promise<number> {
  if (isBlocked(new URL(url))) return Failure.forbidden;
  if (!isGet) return isOffline() ? Failure.offline : Failure.unreachable;
  let seen = false;
  const watch = ({ blockedURI }: SecurityPolicyViolationEvent): void => {
    // The report has the URL without its fragment, or no more than its origin.
    if (blockedURI && url.startsWith(blockedURI)) seen = true;
  };
  addEventListener('securitypolicyviolation', watch);
  const reached = await answers(url);
  // The event of a violation is a task of its own, maybe after that of the rejection.
  if (!reached) await new Promise((resolve) => setTimeout(resolve));
  removeEventListener('securitypolicyviolation', watch);
  if (seen) return Failure.forbidden;
  // What the own origin answers is not refused: that GET broke off.
  if (reached) return reached.type === 'basic' ? Failure.broken : Failure.refused;
  if (isOffline()) return Failure.offline;
  // Relative to itself: a file that is sure to be there.
  if (!(await answers(''))) return Failure.unreachable;
  // Its server is there, but for this: a redirect may lead in circles, or to where nobody is.
  return isSameOrigin(url) ? Failure.broken : Failure.absent;
}

async function answers(url: string): Promise<Response | undefined> {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), PROBE_LIMIT);
  const init = { method: 'HEAD', mode: 'no-cors', cache: 'no-store', credentials: 'omit' } as const;
  const answer = await fetch(url, { ...init, signal: aborter.signal }).catch(() => undefined);
  clearTimeout(timer);
  return answer;
}

const isOffline = (): boolean => navigator.onLine === false;

const isSameOrigin = (url: string): boolean => new URL(url).origin === location.origin;

/** Whether no browser would send it, from here, ever: mixed content. Bad ports have no answer, as all that is not there. */
const isBlocked = ({ protocol, hostname }: URL): boolean =>
  location.protocol === 'https:' && protocol === 'http:' && !LOOPBACK.test(hostname);

/** A host, as the URL parser writes it, that is a loopback one and so to be trusted. */
const LOOPBACK = /^(.*\.)?localhost$|^\[::1\]$|^127\.[\d.]*$/;
