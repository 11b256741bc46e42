// Builds `@NAME@.wasm`: npm install, and then npm run build.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { componentize } from '@bytecodealliance/componentize-js';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// One module with the libraries that it imports; what docmill offers stays an import.
await mkdir(here('.build'), { recursive: true });
await build({
  entryPoints: [here('plugin.js')],
  outfile: here('.build/plugin.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  external: ['docmill:*'],
  logLevel: 'warning',
});
const { component } = await componentize({
  sourcePath: here('.build/plugin.js'),
  witPath: here('docmill/wit'),
  worldName: '@ROLE@',
  // What is left of WASI are doors that docmill closes, but the standard error, on which the runtime says why it gives up.
  disableFeatures: ['http', 'fetch-event'],
});
await writeFile(here('@NAME@.wasm'), component);
