import { codeWords } from './codes';

/** `buy_orders` as people write it: buy orders. */
export const taskWord = codeWords;
