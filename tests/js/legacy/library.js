// What the scenarios take for granted, for the suite alone: it is the first script of a page, keeps what the engine has for the suite's own use
// before anything is removed, and stands in where there is nothing. No global is changed, so that the class under test sees none of it.
// In ES5, and without any library of it that PhantomJS has not.
self.suiteLibrary = (function () {
  'use strict';
  var OwnXhr = self.XMLHttpRequest;
  var hasPromise = typeof Promise === 'function';

  /** A promise whose reactions are tasks: good enough for tests, not for those about microtasks. */
  function SmallPromise(executor) {
    var settled = false;
    var reactions = [];
    var outcome;
    var self = this;
    function settle(kind, value) {
      if (settled) return;
      if (kind === 'fulfilled' && value && typeof value.then === 'function') {
        settled = true;
        value.then(
          function (inner) { settled = false; settle('fulfilled', inner); },
          function (inner) { settled = false; settle('rejected', inner); }
        );
        return;
      }
      settled = true;
      outcome = { kind: kind, value: value };
      reactions.forEach(function (react) { react(); });
    }
    self.then = function (fulfilled, rejected) {
      return new SmallPromise(function (resolve, reject) {
        function react() {
          setTimeout(function () {
            var callback = outcome.kind === 'fulfilled' ? fulfilled : rejected;
            try {
              if (typeof callback === 'function') resolve(callback(outcome.value));
              else if (outcome.kind === 'fulfilled') resolve(outcome.value);
              else reject(outcome.value);
            } catch (error) {
              reject(error);
            }
          }, 0);
        }
        if (outcome) react();
        else reactions.push(react);
      });
    };
    self.catch = function (rejected) { return self.then(undefined, rejected); };
    try {
      executor(
        function (value) { settle('fulfilled', value); },
        function (value) { settle('rejected', value); }
      );
    } catch (error) {
      settle('rejected', error);
    }
  }
  SmallPromise.resolve = function (value) {
    return new SmallPromise(function (resolve) { resolve(value); });
  };
  SmallPromise.reject = function (error) {
    return new SmallPromise(function (resolve, reject) { reject(error); });
  };
  SmallPromise.race = function (promises) {
    return new SmallPromise(function (resolve, reject) {
      promises.forEach(function (promise) { SmallPromise.resolve(promise).then(resolve, reject); });
    });
  };
  SmallPromise.all = function (promises) {
    return new SmallPromise(function (resolve, reject) {
      var values = [];
      var left = promises.length;
      promises.forEach(function (promise, index) {
        SmallPromise.resolve(promise).then(function (value) {
          values[index] = value;
          if (!--left) resolve(values);
        }, reject);
      });
    });
  };

  var UsedPromise = hasPromise ? Promise : SmallPromise;

  function SmallUrl(text, base) {
    var anchor = document.createElement('a');
    anchor.href = /^\//.test(text) && base ? base + text : text;
    this.href = anchor.href;
    this.origin = anchor.protocol + '//' + anchor.host;
    this.toString = function () { return anchor.href; };
  }

  function hasEvents() {
    try {
      return !!new Event('x');
    } catch (error) {
      return false;
    }
  }

  function SmallEvent(type, init) {
    var event = document.createEvent('Event');
    event.initEvent(type, false, !!(init && init.cancelable));
    return event;
  }
  SmallEvent.prototype = self.Event.prototype;

  /** Another primitive; and what lowered generators ask for. */
  function SmallSymbol() {
    return 7;
  }
  SmallSymbol.iterator = '@@iterator';

  function SmallAbortController() {
    var listeners = [];
    var signal = {
      aborted: false,
      addEventListener: function (type, listener) { listeners.push(listener); },
      removeEventListener: function (type, listener) {
        listeners = listeners.filter(function (other) { return other !== listener; });
      },
    };
    this.signal = signal;
    this.abort = function () {
      signal.aborted = true;
      listeners.forEach(function (listener) { listener(); });
    };
  }

  return {
    hasPromise: hasPromise,
    setTimeout: self.setTimeout,
    request: function (method, url, body) {
      return new UsedPromise(function (resolve, reject) {
        var xhr = new OwnXhr();
        xhr.open(method, url, true);
        xhr.onload = function () { resolve({ status: xhr.status, json: function () { return JSON.parse(xhr.responseText); } }); };
        xhr.onerror = function () { reject(new Error('no answer from ' + url)); };
        // WebKit of old says that a text is XML, for which it would ask first.
        if (body !== undefined) xhr.setRequestHeader('Content-Type', 'text/plain');
        xhr.send(body);
      });
    },
    Promise: UsedPromise,
    URL: SmallUrl,
    Symbol: self.Symbol || SmallSymbol,
    Reflect: self.Reflect || { ownKeys: Object.getOwnPropertyNames },
    AbortController: self.AbortController || SmallAbortController,
    EventTarget: self.EventTarget || function EventTarget() {},
    Event: hasEvents() ? self.Event : SmallEvent,
  };
})();
