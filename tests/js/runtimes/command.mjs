// The shell of Node, Deno and Bun: the one word it is given says where the server is, and what it prints is what each scenario told. It ends when
// nothing holds it: a source that is closed must not.

import process from 'node:process';

import * as main from 'tidings';
import * as parser from 'tidings/parser';

import { tellAll } from './shell.mjs';

console.log(JSON.stringify(await tellAll({ main, parser }, JSON.parse(process.argv[2]))));
