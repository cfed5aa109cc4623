import type { StreamParser } from '@codemirror/language';

const KEYWORDS = new Set(
  'fn let const if else while loop do until for in return break continue throw try catch switch import export private this as'.split(
    ' ',
  ),
);
const ATOMS = new Set(['true', 'false', 'null']);

interface State {
  /** How many block comments are open; those of Rhai stand in each other. */
  depth: number;
}

/** The words of Rhai, the language of schedules, for their colours in the editor. */
export const rhai: StreamParser<State> = {
  name: 'rhai',
  startState: () => ({ depth: 0 }),
  token(stream, state) {
    if (state.depth > 0) return comment(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('/*')) {
      state.depth = 1;
      return comment(stream, state);
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^`[^`]*`?/)) return 'string';
    if (stream.match(/^'(?:[^'\\]|\\.)*'?/)) return 'string';
    if (stream.match(/^(?:0x[\da-f_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?)/i))
      return 'number';
    if (stream.match(/^[A-Za-z_]\w*/)) return wordToken(stream.current(), stream.peek());
    if (stream.match(/^[-+*/%=<>!&|^~.?]+/)) return 'operator';
    stream.next();
    return null;
  },
  languageData: {
    commentTokens: { line: '//', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', '[', '{', '"'] },
  },
};

type Stream = Parameters<NonNullable<StreamParser<State>['token']>>[0];

function comment(stream: Stream, state: State): string {
  while (state.depth > 0 && !stream.eol()) {
    if (stream.match('/*')) state.depth += 1;
    else if (stream.match('*/')) state.depth -= 1;
    else stream.next();
  }
  return 'comment';
}

function wordToken(word: string, next: string | undefined | null): string {
  if (KEYWORDS.has(word)) return 'keyword';
  if (ATOMS.has(word)) return 'atom';
  return next === '(' ? 'variableName.function' : 'variableName';
}
