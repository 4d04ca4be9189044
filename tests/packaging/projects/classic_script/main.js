(function () {
  var source = new tidings.EventSource('EVENTS');
  source.onopen = function () {
    console.log('open');
  };
  source.onmessage = function (event) {
    console.log(event.data + ', id ' + event.lastEventId);
    if (event.lastEventId === '4') {
      source.close();
      console.log('closed');
    }
  };
  source.onerror = function () {
    console.log(source.readyState === 0 ? 'lost, comes back' : 'failed');
  };
})();
