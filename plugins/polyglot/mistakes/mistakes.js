// Makes the mistake that a text names, one of those that authors make; in any other text it finds names, and counts UTF-16 units.

import { Misconfigured, setting } from 'docmill-plugin';

const BUILT = Date.now();

const MISTAKES = {
  exception: () => undefined.missing,
  undeclared: () => [{ kind: 'nom' }],
  value: () => [{ kind: 'name', value: 7 }],
  nothing: () => undefined,
  printed: () => {
    console.log('seen on standard output');
    console.error('seen on standard error');
    throw new RangeError('after printing');
  },
  clock: () => [{ kind: 'name', value: `${Date.now()}` }],
  randomness: () => [{ kind: 'name', value: `${Math.random()}` }],
  asynchronous: async () => [{ kind: 'name', value: `${BUILT}` }],
  normalize: () => [{ kind: 'name', value: 'é'.normalize('NFD') }],
  memory: () => [{ kind: 'name', value: `${new Uint8Array(1 << 30).length}` }],
  endless: () => {
    for (;;);
  },
};

export const metadata = {
  describe: () => ({
    name: 'mistakes-javascript',
    version: '0.1.0',
    summary: 'Makes mistakes, in JavaScript',
    settings: [{ key: 'unit', summary: 'what lengths are given in' }],
  }),
};

export const analysis = {
  kinds: () => {
    if (setting('unit') !== 'km') throw new Misconfigured('unit', 'there is only `km`');
    return ['name'];
  },

  analyze: ({ text }) => {
    const mistake = Object.hasOwn(MISTAKES, text.trim()) ? MISTAKES[text.trim()] : undefined;
    if (mistake !== undefined) return mistake();
    const names = [...text.matchAll(/[A-Z][a-z]+/g)];
    return names.map(({ 0: value, index }) => ({ kind: 'name', span: { start: index, end: index + value.length }, value }));
  },
};
