// Makes a mistake where nothing can be logged.

export const metadata = {
  describe: () => ({ name: 'mistakes-javascript', version: 1, summary: 'Makes mistakes, in JavaScript' }),
};

export const analysis = { kinds: () => [], analyze: () => [] };
