/**
 * The core in JavaScript, for classic scripts: `core-js.js`, from `tidings.coreUrl` or beside this script. Whoever loads that file beforehand needs
 * neither.
 */

import type { Exports } from './memory.js';

interface Tidings {
  /** Where `core-js.js` is. */
  coreUrl?: string;
  /** Left by `core-js.js`. */
  jsCore?: () => Exports;
}

declare const importScripts: ((url: string) => void) | undefined;

// Known only while the script itself runs; not at all in workers.
const script = typeof document === 'object' ? (document.currentScript as HTMLScriptElement | null) : null;

export default function loadJsCore(): Promise<() => Exports> {
  return new Promise((resolve, reject) => {
    const settle = (): boolean => {
      const core = tidings().jsCore;
      core && resolve(core);
      return !!core;
    };
    if (settle()) {
      return;
    }
    const url = tidings().coreUrl || (script && script.src && new URL('core-js.js', script.src).href);
    if (!url) {
      throw new Error('set tidings.coreUrl to the address of core-js.js');
    }
    const fail = (): void => reject(new Error('there is no core-js.js at ' + url + '; set tidings.coreUrl to its address, or load it beforehand'));
    if (typeof importScripts === 'function') {
      try {
        importScripts(url);
      } catch (error) {
        // It is not there, or this is a service worker that is installed: those load nothing new.
      }
      settle() || fail();
      return;
    }
    const element = document.createElement('script');
    element.src = url;
    if (script) {
      // A policy that let this script in lets that one in too.
      element.nonce = script.nonce;
    }
    element.onload = () => {
      element.remove();
      settle() || fail();
    };
    element.onerror = () => {
      element.remove();
      fail();
    };
    document.head.appendChild(element);
  });
}

function tidings(): Tidings {
  return (globalThis as { tidings?: Tidings }).tidings || {};
}
