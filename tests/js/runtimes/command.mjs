// The shell of Node, Deno and Bun: the one word it is given says where the server is, and what it prints is what each scenario told. It ends when
// nothing holds it: a source that is closed must not.

import process from 'node:process';

import * as main from 'tidings';
import * as parser from 'tidings/parser';

import { tellAll as tellOfOptions } from './options.mjs';
import { tellAll as tellOfParser } from './parser_scenarios.mjs';
import { tellAll } from './scenarios.mjs';

const given = JSON.parse(process.argv[2]);
console.log(JSON.stringify({ main: await tellAll({ main }, given), options: await tellOfOptions(main, given), parser: await tellOfParser(parser, given) }));
