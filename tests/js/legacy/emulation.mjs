// Makes of today's Chromium what an old browser was, as far as scripts can tell: what that browser lacks is removed before any other script
// runs. The list is that of `@mdn/browser-compat-data`; nothing is chosen by hand.

import { createRequire } from 'node:module';

const data = createRequire(import.meta.url)('@mdn/browser-compat-data');

/** @typedef {{ globals: string[], members: [string, string][], constructors: string[] }} Lacking */

/**
 * What a browser lacks of all that is known of any.
 *
 * @param {'edge' | 'ie'} browser
 * @param {number} version
 * @returns {Lacking}
 */
export function lacking(browser, version) {
  const lacks = (feature) => feature.__compat && !supported(feature.__compat.support[browser], version);
  const globals = [];
  const members = [];
  const constructors = [];
  const spaces = [data.api, data.javascript.builtins, { WebAssembly: data.webassembly.api }];
  for (const space of spaces) {
    for (const [name, feature] of Object.entries(space)) {
      if (name === '__compat') continue;
      if (lacks(feature)) {
        globals.push(name);
        continue;
      }
      for (const [key, member] of Object.entries(feature)) {
        if (key === '__compat' || !lacks(member)) continue;
        if (key === name) {
          constructors.push(name);
        } else if (name === 'Window') {
          globals.push(key);
        } else {
          members.push([name, key.replace(/_static$/, '')]);
        }
      }
    }
  }
  return { globals, members, constructors };
}

/** Whether one of the statements says so, without a flag and by its own name. What is not said of a browser it does not have. */
function supported(support, version) {
  return [support ?? []].flat().some(({ version_added, version_removed, flags, prefix, alternative_name }) => {
    const number = (text) => Number.parseFloat(String(text).replace('≤', ''));
    const added = version_added === true || number(version_added) <= version;
    const removed = version_removed === true || number(version_removed) <= version;
    return added && !removed && !flags && !prefix && !alternative_name;
  });
}

/**
 * The script that removes all that; it leaves in `emulated` what it could not remove.
 *
 * @param {Lacking} lacking
 * @param {{ setImmediate: boolean }} has What they had and Chromium has not.
 */
export function emulationScript(lacking, has) {
  return `(${remove})(${JSON.stringify(lacking)}, ${JSON.stringify(has)});`;
}

function remove({ globals, members, constructors }, has) {
  var realm = self;
  var left = [];
  var count = 0;
  var own = Object.prototype.hasOwnProperty;
  var drop = function (object, key, path) {
    if (!own.call(object, key)) return;
    count++;
    try {
      delete object[key];
    } catch (error) {
      // It stays, as below.
    }
    if (own.call(object, key)) left.push(path);
  };
  var channel = new MessageChannel();
  // Today's engines ask an expression for its `flags` when they use it; those that had none to show knew them all the same.
  var flags = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags').get;
  ['match', 'replace', 'split'].forEach(function (name) {
    var original = String.prototype[name];
    String.prototype[name] = function (pattern, more) {
      if (!(pattern instanceof RegExp) || 'flags' in pattern) return original.call(this, pattern, more);
      Object.defineProperty(pattern, 'flags', { value: flags.call(pattern), configurable: true });
      try {
        return original.call(this, pattern, more);
      } finally {
        delete pattern.flags;
      }
    };
  });
  members.forEach(function (member) {
    var holder = realm[member[0]];
    if (!holder) return;
    drop(holder, member[1], member.join('.'));
    if (holder.prototype) drop(holder.prototype, member[1], member[0] + '.prototype.' + member[1]);
  });
  constructors.forEach(function (name) {
    var original = realm[name];
    if (typeof original !== 'function' || !original.prototype) return;
    count++;
    var none = function () {
      throw new TypeError(name + ' is not a constructor');
    };
    none.prototype = original.prototype;
    Object.getOwnPropertyNames(original).forEach(function (key) {
      if (key !== 'prototype') Object.defineProperty(none, key, Object.getOwnPropertyDescriptor(original, key));
    });
    try {
      Object.defineProperty(original.prototype, 'constructor', { value: none, writable: true, configurable: true });
      Object.defineProperty(realm, name, { value: none, writable: true, configurable: true });
    } catch (error) {
      left.push('new ' + name);
    }
  });
  globals.forEach(function (name) {
    for (var holder = realm; holder; holder = Object.getPrototypeOf(holder)) drop(holder, name, name);
  });
  if (has.setImmediate) {
    var waiting = [];
    channel.port1.onmessage = function () {
      waiting.shift()();
    };
    realm.setImmediate = function (callback) {
      waiting.push(callback);
      channel.port2.postMessage(0);
      return waiting.length;
    };
  }
  Object.defineProperty(realm, 'emulated', { value: { count: count, left: left } });
}

/** XHR as it is where nothing says that there is more to read. Goes before the suite, after the emulation. */
export const withoutProgress = `(${function () {
  'use strict';
  var Original = self.XMLHttpRequest;
  var names = ['onprogress', 'onreadystatechange'];
  self.XMLHttpRequest = function () {
    var xhr = new Original();
    names.forEach(function (name) {
      Object.defineProperty(xhr, name, {
        set: function (listener) {
          xhr.addEventListener(name.slice(2), function (event) {
            // What is left: the headers, and the end.
            if (xhr.readyState !== 3) listener.call(xhr, event);
          });
        },
      });
    });
    return xhr;
  };
  self.XMLHttpRequest.prototype = Original.prototype;
}})();`;

/** XHR whose text comes after the events that tell of it, as it does in EdgeHTML; at the end it is whole. */
export const withLateText = `(${function () {
  'use strict';
  var Original = self.XMLHttpRequest;
  var descriptor = Object.getOwnPropertyDescriptor(Original.prototype, 'responseText');
  self.XMLHttpRequest = function () {
    var xhr = new Original();
    var shown = '';
    var real = function () {
      return descriptor.get.call(xhr);
    };
    Object.defineProperty(xhr, 'responseText', {
      get: function () {
        if (xhr.readyState === 4) return real();
        var text = shown;
        setTimeout(function () {
          shown = xhr.readyState === 4 ? shown : real();
        }, 20);
        return text;
      },
    });
    return xhr;
  };
  self.XMLHttpRequest.prototype = Original.prototype;
}})();`;
