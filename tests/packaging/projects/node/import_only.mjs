import { getActiveResourcesInfo } from 'node:process';

const globals = Reflect.ownKeys(globalThis);
const open = getActiveResourcesInfo();
const { EventSource } = await import('tidings');
await import('tidings/parser');
const news = Reflect.ownKeys(globalThis).filter((key) => !globals.includes(key));
const opened = getActiveResourcesInfo().slice(open.length);
console.log(typeof EventSource === 'function' && news.length + opened.length === 0 ? 'nothing new, nothing open' : [...news, ...opened]);
