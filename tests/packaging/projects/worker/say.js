// What a worker prints, its page prints.
console.log = (line) => postMessage(line);
