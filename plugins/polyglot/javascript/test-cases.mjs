// Runs the shared cases natively, where `npm install ../../sdk-javascript` has been run: `node --test test-cases.mjs`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Bytes } from 'docmill-plugin/testing';

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

for (const { name, source: text, hex, said = [], documents, malformed } of cases('extract-keyvalue')) {
  test(`extract-keyvalue: ${name}`, () => {
    const bytes = new Uint8Array(hex === undefined ? Buffer.from(text) : Buffer.from(hex, 'hex'));
    const source = new Bytes(bytes, { attributes: said.map(([name, value]) => ({ name, value })) });
    let extracted;
    try {
      extracted = extraction.extract(source);
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
