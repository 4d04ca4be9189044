const { encode, parseEventStream } = require('tidings/parser');

console.log(encode({ type: 'greeting', data: 'hello' }).trimEnd());
(async () => {
  for await (const { data, lastEventId } of parseEventStream(await fetch('EVENTS'))) console.log(`${data}, id ${lastEventId}`);
})();
