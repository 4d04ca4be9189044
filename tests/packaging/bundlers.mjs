// The bundlers, as their own guides begin: no plugin and no setting that is not needed to build any app.

import { copyFile } from 'node:fs/promises';

/** Each builds the modules of a project into `out/`, as it would for production; a page of theirs becomes `out/index.html`. */
export const bundlers = [
  { name: 'Vite', build: (project) => project.run('vite', 'build', '--base=./', '--outDir=out', '--logLevel=warn') },
  {
    name: 'webpack',
    // It makes a file of its own of the worker it finds in main.js.
    build: (project) => withPage(project, 'webpack', '--mode=production', '--entry=./main.js', '--output-path=out', '--output-filename=main.js'),
  },
  {
    name: 'esbuild',
    build: (project, entries = ['main.js']) =>
      withPage(project, 'esbuild', ...entries, '--bundle', '--minify', '--splitting', '--format=esm', '--outdir=out', '--log-level=warning'),
  },
  {
    name: 'Rollup',
    build: (project, entries = ['main.js']) =>
      withPage(project, 'rollup', ...entries, '--format=es', '--dir=out', '--plugin=node-resolve', '--failAfterWarnings', '--silent'),
  },
];

async function withPage(project, ...words) {
  await project.run(...words);
  await copyFile(project.path('index.html'), project.path('out', 'index.html'));
}
