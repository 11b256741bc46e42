#!/usr/bin/env node
// Turns one module, in JavaScript or TypeScript, with everything it imports into a component:
//
//     docmill-plugin-build SOURCE --world analyzer --wit DIR --output FILE
//
// Packages of npm are bundled, the functions of the plugin are guarded (`src/guard.js`), and the component knows from which of the author's
// lines each of its own came, so that a stack shows those.

import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { componentize } from '@bytecodealliance/componentize-js';
import { build } from 'esbuild';

const ROLES = { unpacker: 'unpacking', extractor: 'extraction', translator: 'translation', classifier: 'classification', analyzer: 'analysis' };
const READERS = ['classifier', 'analyzer'];
const SDK = dirname(fileURLToPath(import.meta.url));

// How much of the author's source is kept in a component, so that a stack shows lines, in bytes of one file and of all.
const LARGEST_FILE = 256 << 10;
const MOST_SOURCE = 1 << 20;

async function main() {
  const options = { world: { type: 'string' }, wit: { type: 'string' }, output: { type: 'string', short: 'o' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { world, wit, output } = values;
  if (positionals.length !== 1 || !ROLES[world] || !wit || !output) {
    throw new Trouble(`usage: docmill-plugin-build SOURCE --world ${Object.keys(ROLES).join('|')} --wit DIR --output FILE`);
  }
  const source = resolve(positionals[0]);
  const bundle = await bundled(source, world, await versionOf(wit));
  const folder = await mkdtemp(join(tmpdir(), 'docmill-plugin-'));
  try {
    const file = join(folder, 'plugin.js');
    await writeFile(file, bundle);
    const { component } = await componentize({
      sourcePath: file,
      witPath: resolve(wit),
      worldName: world,
      // What is left of WASI are closed doors: docmill has a clock that stands still, and a standard error that goes to the log.
      disableFeatures: ['http', 'fetch-event'],
    });
    // A component appears under its name only once it is whole.
    await writeFile(`${output}.unfinished`, component);
    await rename(`${output}.unfinished`, output);
  } finally {
    await rm(folder, { recursive: true });
  }
}

class Trouble extends Error {}

// The version of the contract in a folder of WIT files.
async function versionOf(wit) {
  for (const name of await readdir(wit)) {
    if (!name.endsWith('.wit')) continue;
    const match = /^package docmill:plugin@([0-9.]+);/m.exec(await readFile(join(wit, name), 'utf8'));
    if (match) return match[1];
  }
  throw new Trouble(`there is no contract in \`${wit}\`: \`docmill plugin wit --out ${wit}\` writes it`);
}

async function bundled(source, world, version) {
  const role = ROLES[world];
  const interfaces = ['log', 'config', 'lookup', ...(READERS.includes(world) ? ['findings'] : []), ...(world === 'unpacker' ? ['members'] : [])];
  const entry = [
    "import { loaded } from '<docmill>/begin';",
    `import * as plugin from ${JSON.stringify(source)};`,
    ...interfaces.map((name) => `import * as ${name} from 'docmill:plugin/${name}@${version}';`),
    "import { connect, guarded } from 'docmill-plugin/guard';",
    'loaded();',
    `connect({ ${interfaces.join(', ')} });`,
    'export const metadata = guarded(plugin.metadata);',
    `export const ${role} = guarded(plugin.${role});`,
  ].join('\n');
  const result = await build({
    stdin: { contents: entry, resolveDir: dirname(source), sourcefile: '<docmill>/entry.js' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['docmill:*'],
    sourcemap: 'external',
    sourcesContent: true,
    outfile: 'plugin.js',
    logLevel: 'silent',
    plugins: [{ name: 'docmill', setup: resolveOwn }],
  }).catch((error) => {
    const said = (error.errors ?? []).map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text));
    throw new Trouble(said.length > 0 ? said.join('\n') : error.message);
  });
  const missing = result.warnings.filter(({ text }) => /^Import "(metadata|\w+)" will always be undefined/.test(text));
  for (const { text } of missing) {
    const name = /^Import "(\w+)"/.exec(text)[1];
    if (name === 'metadata' || name === role) {
      throw new Trouble(`\`${relative('.', source)}\` exports no \`${name}\`, which a plugin of the world \`${world}\` has to`);
    }
  }
  const text = (suffix) => result.outputFiles.find(({ path }) => path.endsWith(suffix)).text;
  return `${text('plugin.js')}\nglobalThis.__docmillLines = ${JSON.stringify(lineTable(JSON.parse(text('.js.map'))))};\n`;
}

function resolveOwn({ onResolve, onLoad }) {
  onResolve({ filter: /^docmill-plugin(\/|$)/ }, ({ path }) => {
    const name = path.split('/')[1] ?? 'index';
    return { path: join(SDK, 'src', `${name}.js`) };
  });
  onResolve({ filter: /^<docmill>\/begin$/ }, ({ path }) => ({ path, namespace: 'docmill' }));
  onLoad({ filter: /.*/, namespace: 'docmill' }, () => ({
    contents: "import { loading } from 'docmill-plugin/guard';\nexport const loaded = loading();\n",
    resolveDir: SDK,
  }));
}

// For each line of the bundle, where a stretch of it begins that came from another line, and the texts of the author's own files.
function lineTable({ sources, sourcesContent, mappings }) {
  const folder = process.cwd();
  const lines = [];
  let [source, line] = [0, 0];
  for (const group of mappings.split(';')) {
    const stretches = [];
    let column = 0;
    for (const segment of group === '' ? [] : group.split(',')) {
      const [columns, sourceStep, lineStep] = decoded(segment);
      column += columns;
      if (sourceStep === undefined) continue;
      source += sourceStep;
      line += lineStep;
      const last = stretches.at(-1);
      if (last === undefined || last[1] !== source || last[2] !== line + 1) stretches.push([column, source, line + 1]);
    }
    lines.push(stretches.length > 0 ? stretches : 0);
  }
  let room = MOST_SOURCE;
  const texts = sourcesContent.map((text, index) => {
    const isOthers = /(^|\/)node_modules\/|<docmill>|^docmill:|docmill-plugin\/|sdk-javascript\//.test(sources[index]);
    if (isOthers || text === null || text.length > Math.min(LARGEST_FILE, room)) return 0;
    room -= text.length;
    return text.split('\n');
  });
  return { sources: sources.map((it) => (it.startsWith('<') ? it : relative(folder, resolve(folder, it)))), lines, texts };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// The numbers of a segment of a source map: base 64, five bits a digit, the sign in the last bit.
function decoded(segment) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Trouble ? error.message : `the component could not be made: ${error.message}`);
  process.exit(1);
}
