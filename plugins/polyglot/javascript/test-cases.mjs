// Runs the shared cases natively: `node --test test-cases.mjs`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { analysis } from './analyze-words.js';
import { extraction } from './extract-keyvalue.js';

const cases = (name) => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url)));

for (const { name, text, annotations } of cases('analyze-words')) {
  test(`analyze-words: ${name}`, () => {
    const found = analysis.analyze({ text, language: undefined, attributes: [], marks: [] });
    const plain = found.map(({ kind, span, value }) => ({ kind, span: span ? [span.start, span.end] : null, value }));
    assert.deepEqual(plain, annotations);
  });
}

for (const { name, source, hex, said = [], documents, malformed } of cases('extract-keyvalue')) {
  test(`extract-keyvalue: ${name}`, () => {
    const bytes = new Uint8Array(hex === undefined ? Buffer.from(source) : Buffer.from(hex, 'hex'));
    // Plays the host's source, and gives less than asked for.
    const host = {
      size: () => BigInt(bytes.length),
      attributes: () => said.map(([name, value]) => ({ name, value })),
      read: (offset, length) => bytes.slice(Number(offset), Number(offset) + Math.min(length, 7)),
    };
    let extracted;
    try {
      extracted = extraction.extract(host);
    } catch (error) {
      assert.equal(error.tag, 'malformed');
      assert.deepEqual({ reason: error.val.reason, offset: Number(error.val.offset) }, malformed);
      return;
    }
    const plain = extracted.map(({ document }) => ({
      text: document.text,
      language: document.language ?? null,
      attributes: document.attributes.map((it) => [it.name, it.value]),
    }));
    assert.deepEqual(plain, documents);
  });
}
