// The processor's time that a browser takes.

import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';

/** A hundredth of a second, by the kernel's promise to programs, whatever it counts in itself. */
const TICKS = 100;

/**
 * What tells the seconds of user and system time that a process and all it has started have used so far, ended ones included. Only Linux tells it;
 * elsewhere there is none.
 */
export function timeOfTree(root) {
  if (process.platform !== 'linux' || root === undefined) {
    return undefined;
  }
  return async () => {
    const processes = new Map();
    for (const name of await readdir('/proc')) {
      if (/^\d+$/.test(name)) {
        // It may end between being listed and being read.
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        // The program's name, in brackets, may hold anything. After it: state, parent, ...; the times are fields 14 to 17 of all.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        processes.set(Number(name), { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) });
      }
    }
    const isOurs = (id) => id === root || (processes.has(id) && isOurs(processes.get(id).parent));
    let ticks = 0;
    for (const [id, found] of processes) {
      if (isOurs(id)) {
        ticks += found.ticks;
      }
    }
    return ticks / TICKS;
  };
}
