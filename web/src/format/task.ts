/** `buy_orders` as people write it: buy orders. */
export function taskWord(task: string): string {
  return task.replaceAll('_', ' ').replace(/\b(amo|eod)\b/g, (short) => short.toUpperCase());
}
