// The rule, without the host: what to say of one share. Prices are whole paise as BigInt, so nothing is ever rounded.

// How far below the previous close an open has to be, in percent.
export const GAP_PERCENT = 2n;

// An amount with two decimals.
export function rupees(paise) {
  const size = paise < 0n ? -paise : paise;
  return `${paise < 0n ? "-" : ""}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
}

// The decision about a share that opened at this price after this close; undefined when all is well.
export function judge(open, close) {
  if (open === undefined) {
    return { action: "skip", reason: "not_open_yet", evidence: [] };
  }
  if (open * 100n >= close * (100n - GAP_PERCENT)) {
    return undefined;
  }
  const gap = ((close - open) * 10_000n) / close;
  return {
    action: "watch",
    reason: "opened_below",
    evidence: [
      { name: "previous_close", value: rupees(close) },
      { name: "open", value: rupees(open) },
      { name: "gap_percent", value: `${gap / 100n}.${String(gap % 100n).padStart(2, "0")}` },
    ],
  };
}
