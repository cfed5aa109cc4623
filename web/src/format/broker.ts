import { codeWords } from './codes';

const NAMES: Readonly<Record<string, string>> = {
  'kotak-neo': 'Kotak Neo',
};

/** The name of a broker, from its code. */
export const brokerName = (code: string): string => NAMES[code] ?? codeWords(code);
