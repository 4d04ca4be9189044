// Where the script for old browsers tells something else than a browser's own EventSource, and why: from what that tells, what is expected.

const phantom = /^PhantomJS/;
const webkit = /^QtWebKit/;
const ie = /^IE/;
const overXhr = /^(PhantomJS|QtWebKit|IE)/;
const old = /^(?!Chromium)/;
const today = /^Chromium/;
const any = /./;

/** @typedef {{ scenario: RegExp, engine: RegExp, why: string, expected?: (right: any) => any, skip?: boolean }} Difference Later ones change what earlier ones expect. */

/** Of both: what waits for promises. */
const promises = [
  {
    scenario: /^what listeners leave to promises/,
    engine: /^(PhantomJS|IE)/,
    why: 'there are no promises',
    skip: true,
  },
  {
    scenario: /^what listeners leave to promises/,
    engine: webkit,
    why: 'reactions of promises are tasks there, which wait for their turn among others',
    skip: true,
  },
  {
    scenario: /^what listeners leave to promises without giving one/,
    engine: any,
    why: 'only where a listener gives a promise does the next event wait for a turn of its own',
    skip: true,
  },
];

/** @type {Difference[]} */
export const ofTheClass = [
  {
    scenario: /^eventsource-prototype and constants/,
    engine: any,
    why: 'it stands on an EventTarget of its own',
    expected: (native) => native.map((value, index) => (index === 4 || index === 5 ? false : value)),
  },
  {
    scenario: /^eventsource-prototype and constants/,
    engine: old,
    why: 'what Chromium adds to its own is not there',
    expected: (native) => native.map((value) => (Array.isArray(value) ? value.filter((key) => key !== 'when') : value)),
  },
  {
    scenario: /^eventsource-prototype and constants/,
    engine: ie,
    why: 'no script there can name an object, while Chromium still heeds the name of what is inherited',
    expected: ([, ...others]) => ['[object EventTarget]', ...others],
  },
  {
    scenario: /^eventsource-prototype and constants/,
    engine: /^IE 10/,
    why: 'without WeakMap what belongs to a source is in a hidden property',
    expected: ([name, , ...others]) => [name, 1, ...others],
  },
  {
    scenario: /^eventsource-prototype and constants/,
    engine: phantom,
    why: 'no script there can name an object, there is no EventTarget, and without WeakMap what belongs to a source is in a hidden property',
    expected: ([, , , ...others]) => ['[object Object]', 1, false, ...others],
  },
  {
    scenario: /^eventsource-eventtarget/,
    engine: today,
    why: "a platform's own event does not know that it is dispatched",
    expected: (native) => [...native.slice(0, -3), 0, ...native.slice(-2)],
  },
  {
    scenario: /^eventsource-eventtarget/,
    engine: old,
    why: "a platform's own event has no composedPath() there",
    expected: (native) => [...native.slice(0, -5), ...native.slice(-2)],
  },
  {
    scenario: /^eventsource-eventtarget/,
    engine: phantom,
    why: 'functions of the platform have no names there, and events no constructor',
    expected: (native) => native.map((line) => ({ 'object MessageEvent': 'object Object', 'object Event': 'object undefined' })[line] ?? line),
  },
  {
    scenario: /^a listener that throws/,
    engine: /^(PhantomJS|QtWebKit)/,
    why: 'a page is not told what errors of scripts from elsewhere say',
    expected: (native) => native.map((line) => (/^reported/.test(line) ? 'reported: Script error.' : line)),
  },
  {
    scenario: /^(eventsource-onmessage|eventsource-onopen)/,
    engine: any,
    why: 'events are objects of its own, with all that belongs to them in one property',
    expected: (native) =>
      native.map((value) => (isKeys(value, 'isTrusted') && value.length === 1 ? ['$event'] : isKeys(value, 'AT_TARGET') ? [...value, '$event'].sort() : value)),
  },
  {
    scenario: /^eventsource-onmessage/,
    engine: old,
    why: 'what Chromium adds is not there',
    expected: (native) => native.map((value, index) => (Array.isArray(value) ? value.filter((key) => key !== 'userActivation') : index === native.length - 2 ? false : value)),
  },
  {
    scenario: /^(eventsource-onmessage|eventsource-onopen)/,
    engine: /^(PhantomJS|QtWebKit)/,
    why: "keys of WebKit's events of that time; and no object can be named",
    expected: (native) => native.map((value) => (isKeys(value, 'AT_TARGET') ? [...value, ...WEBKIT].sort() : /^.object (Message)?Event/.test(value) ? '[object Object]' : value)),
  },
  {
    scenario: /^eventsource-onmessage/,
    engine: webkit,
    why: 'one more key',
    expected: (native) => native.map((value) => (isKeys(value, 'AT_TARGET') ? [...value, 'clipboardData'].sort() : value)),
  },
  {
    scenario: /^eventsource-onmessage/,
    engine: phantom,
    why: 'events have no constructor there',
    expected: (native) => native.map((value, index) => (index === 21 ? false : value)),
  },
  {
    scenario: /^eventsource-onopen/,
    engine: /^(PhantomJS|IE)/,
    why: 'the suite has another Event there, since none can be constructed',
    expected: (native) => native.map((value, index) => (index % 8 === 3 ? false : value)),
  },
  {
    scenario: /^eventsource-onopen/,
    engine: /^(PhantomJS|IE 10)/,
    why: 'without WeakMap, what details() tells of an event is in a hidden property',
    expected: (native) => native.map((value) => (isKeys(value, '$event') && value.length === 1 ? [...value, '$tidings'] : value)),
  },
  {
    scenario: /^constructor: no-new/,
    engine: phantom,
    why: 'there are no symbols; the suite has numbers for them',
    expected: ([one, two, , four]) => [one, two, {}, four],
  },
  {
    scenario: /^eventsource-constructor-stringify/,
    engine: /^(PhantomJS|QtWebKit)/,
    why: 'half a character in a URL is encoded as it is',
    expected: (native) => native.map((url) => url.replace('%EF%BF%BD', '%ED%A0%80')),
  },
  {
    scenario: /^eventsource-constructor: the base URL/,
    engine: /^(PhantomJS|QtWebKit)/,
    why: 'a base of data: is taken there, and nothing is relative to that',
    expected: ([one, two, , four]) => [one, two, 'SyntaxError (DOMException)', four],
  },
  ...promises,
  {
    scenario: /^request-accept/,
    engine: overXhr,
    why: 'XHR cannot leave the cache aside; headers say so, but another origin would have to be asked for these first',
    expected: (native) => native.map((line, index) => (index < 2 ? line : line.map((value) => (value === 'no-cache' ? null : value)))),
  },
  {
    scenario: /^request-accept/,
    engine: /^(PhantomJS|QtWebKit)/,
    why: 'nobody knew of sec-fetch headers',
    expected: (native) => native.map((line) => line.map((value) => (/^(cors|same-origin|same-site)$/.test(value) ? null : value))),
  },
  {
    scenario: /^request-redirect/,
    engine: ie,
    why: 'XHR does not tell there where it was redirected to, so the origin is that of the request',
    expected: (native) => JSON.parse(JSON.stringify(native).replaceAll('THERE', 'HERE')),
  },
  {
    scenario: /^request-redirect/,
    engine: phantom,
    why: 'XHR does not follow redirects to another origin there',
    skip: true,
  },
  {
    scenario: /^format-utf-8: a charset/,
    engine: phantom,
    why: 'XHR decodes by the charset in the header; to override it takes effect there only before the header is known',
    expected: ([open]) => [open, 'message | 1 | okâ€¦ |  | HERE'],
  },
  {
    scenario: /^format-utf-8: what is no UTF-8/,
    engine: /^(PhantomJS|QtWebKit)/,
    why: 'XHR decodes, and that of these engines repairs by rules of its own',
    skip: true,
  },
  {
    scenario: /^eventsource-cross-origin: refused/,
    engine: overXhr,
    why: 'without fetch nothing tells a refusal from a server that is not there, so it is tried again',
    expected: (native) => native.map(() => ['error | 0']),
  },
];

/** @type {Difference[]} */
export const ofOptions = [
  ...promises,
  {
    scenario: /^(messages|overflow|stream)\b/,
    engine: any,
    why: 'there are no messages() and stream(), which want async iteration and streams',
    skip: true,
  },
  {
    scenario: /^a body (is read ahead|of one)/,
    engine: old,
    why: 'no script can make a stream there',
    skip: true,
  },
  {
    scenario: /^what may be read only once/,
    engine: any,
    why: 'only lists are taken, and these engines have no iterators, or no Headers',
    skip: true,
  },
  {
    scenario: /^close\(\) and reconnect inside a fetch/,
    engine: /^(Edge 15|IE|PhantomJS|QtWebKit)/,
    why: 'there is no fetch, or nothing that aborts one',
    skip: true,
  },
  {
    scenario: /^a probe that nobody answers/,
    engine: /^(Edge 15|IE|PhantomJS|QtWebKit)/,
    why: 'there is no probe without fetch, and nothing that ends one without AbortController',
    skip: true,
  },
  {
    scenario: /^(credentials: (omit|include)|idleTimeout: a refusal|chunks with nothing)/,
    engine: overXhr,
    why: 'there is no fetch for a fetch of its own to call',
    skip: true,
  },
  {
    scenario: /^a body of URLSearchParams/,
    engine: /^(PhantomJS|QtWebKit|IE|Edge 1[56])/,
    why: 'there is no URLSearchParams',
    skip: true,
  },
  {
    scenario: /^a body of bytes/,
    engine: phantom,
    why: 'XHR names a type there for what has none',
    expected: ([[bytes], form]) => [[bytes, 'application/x-www-form-urlencoded'], form],
  },
  {
    scenario: /^close\(\) and abort while it is prepared/,
    engine: /^(PhantomJS|QtWebKit|IE|Edge 15)/,
    why: 'without AbortController there is no signal to hear it by',
    expected: ([, ...others]) => [[2, 2], ...others],
  },
  {
    scenario: /^the beginning of a body/,
    engine: overXhr,
    why: 'XHR gives text, of which the first 4,096 characters are told',
    expected: (right) => [...right.slice(0, -1), ['content-type', 200, 2101, 'xéééé', 2]],
  },
  {
    scenario: /^redirect: error/,
    engine: ie,
    why: 'XHR does not tell there where it was redirected to, so nobody knows',
    expected: () => 'body-ended',
  },
  {
    scenario: /^headers after a redirect/,
    engine: ie,
    why: 'XHR does not tell there where it was redirected to, so the origin is that of the request',
    expected: (right) => [...right.slice(0, -1), false],
  },
  {
    scenario: /^headers after a redirect/,
    engine: webkit,
    why: 'XHR takes Authorization along there',
    expected: ([, ...others]) => ['Bearer secret', ...others],
  },
  {
    scenario: /^headers after a redirect/,
    engine: phantom,
    why: 'XHR does not follow redirects to another origin there',
    skip: true,
  },
  {
    scenario: /^open tells status/,
    engine: /^(PhantomJS|IE)/,
    why: 'XHR does not tell there where it was redirected to',
    expected: ([status, type, address, ...others]) => [status, type, 'before', ...others],
  },
  {
    scenario: /^whenHidden/,
    engine: phantom,
    why: 'no script can have its page taken for a hidden one there',
    skip: true,
  },
];

/** @returns {{ why: string, skip?: string, expected(right: any): any } | undefined} */
export function differenceOf(differences, engine, name) {
  const ours = differences.filter((difference) => difference.scenario.test(name) && difference.engine.test(engine));
  if (!ours.length) {
    return undefined;
  }
  return {
    why: ours.map(({ why }) => why).join('; '),
    skip: ours.find(({ skip }) => skip)?.why,
    expected: (right) => ours.reduce((value, { expected }) => expected(value), right),
  };
}

function isKeys(value, one) {
  return Array.isArray(value) && value.includes(one);
}

const WEBKIT = [
  ...['BLUR', 'CHANGE', 'CLICK', 'DBLCLICK', 'DRAGDROP', 'FOCUS', 'KEYDOWN', 'KEYPRESS', 'KEYUP', 'MOUSEDOWN', 'MOUSEDRAG', 'MOUSEMOVE'],
  ...['MOUSEOUT', 'MOUSEOVER', 'MOUSEUP', 'SELECT', 'webkitInitMessageEvent'],
];
