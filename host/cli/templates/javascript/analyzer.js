// Finds years, and terms of a table.

import { Misconfigured, Offsets, openTable, setting } from 'docmill-plugin';

/** @type {import('docmill-plugin').Metadata} */
export const metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Finds years, and terms of a table',
    settings: [{ key: 'first', summary: 'Years before this one are numbers like others', defaultValue: '1900' }],
    tables: [{ name: 'terms', summary: 'Words to find, and what each stands for', required: false }],
  }),
};

/** @type {import('docmill-plugin').Analysis} */
export const analysis = {
  kinds() {
    // A value that is no number is refused before the first document, and the operator pointed at the setting.
    firstYear();
    return ['term', 'year'];
  },

  analyze({ text }) {
    const first = firstYear();
    /** @type {import('docmill-plugin').Annotation[]} */
    const found = [];
    // Strings count UTF-16 units, and the contract counts UTF-8 bytes.
    for (const [span, [number]] of new Offsets(text).matches(/[0-9]+/g)) {
      if (number.length === 4 && Number(number) >= first) found.push({ kind: 'year', span, value: number });
    }
    for (const { span, value } of openTable('terms')?.find(text) ?? []) found.push({ kind: 'term', span, value });
    // The contract wants them in the order of the text.
    return found.sort((one, other) => start(one) - start(other));
  },
};

function firstYear() {
  const value = setting('first') ?? '';
  if (!/^[0-9]{1,9}$/.test(value)) throw new Misconfigured('first', 'it is no number');
  return Number(value);
}

// Without a span it concerns the document as a whole, and comes first.
/** @param {import('docmill-plugin').Annotation} annotation */
const start = ({ span }) => span?.start ?? -1;
