// Turns one JavaScript file into a component: `node build.mjs SOURCE WIT-DIR WORLD OUTPUT`. Called by ../build.py.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { componentize } from '@bytecodealliance/componentize-js';

const [source, wit, world, output] = process.argv.slice(2);
const { component } = await componentize({
  sourcePath: resolve(source),
  witPath: resolve(wit),
  worldName: world,
  // With all of them off no WASI import remains: the contract is everything that the plugin can reach.
  disableFeatures: ['http', 'fetch-event', 'random', 'clocks', 'stdio'],
});
await writeFile(output, component);
