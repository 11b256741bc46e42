// Exceptions in words: what was thrown, and the author's own lines.

const LONGEST = 3600;
const LONGEST_MESSAGE = 400;
const MOST_FRAMES = 12;

const cut = (text, longest) => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`);

// The frames of a stack, of SpiderMonkey (`name@file:line:column`) and of V8 (`at name (file:line:column)`).
function frames(stack) {
  const found = [];
  for (const line of String(stack).split('\n')) {
    const match = /^(.*?)@(.*):(\d+):(\d+)$/.exec(line) ?? /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
    if (match) found.push({ name: match[1] ?? '', file: match[2], line: Number(match[3]), column: Number(match[4]) });
  }
  return found;
}

// `build.mjs` puts a table behind the bundle: for each of its lines, where it came from.
function mapped(frame) {
  const table = globalThis.__docmillLines;
  const lines = table?.lines[frame.line - 1];
  if (!lines) return frame;
  const before = lines.filter(([column]) => column < frame.column);
  const [, source, line] = before.at(-1) ?? lines[0];
  return { ...frame, file: table.sources[source], line, text: table.texts[source]?.[line - 1]?.trim() };
}

const isOfSdk = ({ file }) => /(^|\/)(docmill-plugin|sdk-javascript)\/src\/|(^|\/)initializer\.js$|^node:|^<docmill>/.test(file);

// An exception as one line with its place, and whole.
export function words(thrown) {
  const isError = thrown instanceof Error;
  const what = isError ? `${thrown.name}: ${thrown.message}` : `${describe(thrown)} was thrown, which is no Error and has no place`;
  const own = isError ? frames(thrown.stack).map(mapped).filter((frame) => !isOfSdk(frame)) : [];
  const place = ({ name, file, line }) => `${file.replace(/^file:\/\//, '')}:${line}${name ? `, in ${name.split('/').at(-1).replace(/^Object\./, '')}` : ''}`;
  let line = cut(what.replace(/\s+/g, ' ').trim(), LONGEST_MESSAGE).replace(/\.+$/, '');
  if (own.length > 0) line += ` (${place(own[0])})`;
  const shown = own.length > MOST_FRAMES ? [...own.slice(0, MOST_FRAMES - 3), ...own.slice(-3)] : own;
  const lines = shown.flatMap((frame) => [`  at ${place(frame)}`, ...(frame.text ? [`      ${cut(frame.text, 200)}`] : [])]);
  const cause = isError && thrown.cause !== undefined ? [`caused by ${cut(describe(thrown.cause), LONGEST_MESSAGE)}`] : [];
  return { line, whole: cut([cut(what, LONGEST / 3), ...lines, ...cause].join('\n'), LONGEST / 2) };
}

export function describe(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'string') return JSON.stringify(cut(value, 60));
  try {
    return cut(JSON.stringify(value) ?? String(value), 60);
  } catch {
    return typeof value;
  }
}

// The place of the author's line that runs now, to be asked for later: while modules are evaluated, the table is not there yet.
export function here() {
  const { stack } = new Error();
  return () => {
    const frame = frames(stack).map(mapped).find((it) => !isOfSdk(it));
    return frame === undefined ? 'the top of a module' : `${frame.file.replace(/^file:\/\//, '')}:${frame.line}`;
  };
}
