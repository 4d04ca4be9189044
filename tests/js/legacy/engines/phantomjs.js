// Opens a page in PhantomJS, without its own EventSource, and passes on what the page says. Ends when it is killed.
/* global phantom, require */
var page = require('webpage').create();
page.onInitialized = function () {
  page.evaluate(function () {
    delete window.EventSource;
  });
};
page.onConsoleMessage = function (text) {
  console.log(text);
};
page.onError = function (text) {
  console.log(text);
};
page.open(require('system').args[1], function (status) {
  if (status !== 'success') {
    console.log('the page did not load: ' + status);
    phantom.exit(1);
  }
});
