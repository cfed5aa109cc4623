// Tells which of the held shares opened far below their previous close. It places no orders.

import { positions } from "prahari:task/broker@1.0.0";
import { record } from "prahari:task/decision@1.0.0";
import { write } from "prahari:task/log@1.0.0";
import { quotes } from "prahari:task/market@1.0.0";
import { GAP_PERCENT, judge } from "./rule.js";

export function describe() {
  return {
    name: "gap_watch",
    version: "0.1.0",
    kind: "scheduled",
    capabilities: ["market", "broker-read", "log", "decision"],
    defaultSchedule: "09:30 on trading days",
    configSchema: "",
  };
}

// An import throws the host's error. Its cases are those of a task's error, so it goes on to whoever runs the task.
export function run(_context) {
  const symbols = positions().map((position) => position.symbol);
  if (symbols.length === 0) {
    return summary("no shares are held", 0, 0);
  }
  const found = [];
  quotes(symbols).forEach((quote, at) => {
    const none = { action: "skip", reason: "no_quote", evidence: [] };
    const judged = quote ? judge(paise(quote.open), paise(quote.previousClose)) : none;
    if (judged) {
      found.push({ symbol: symbols[at], ...judged });
    }
  });
  const below = found.filter((entry) => entry.reason === "opened_below").length;
  const line = `${below} of ${symbols.length} held shares opened more than ${GAP_PERCENT} % below the previous close`;
  write("info", line);
  if (found.length > 0) {
    record(found);
  }
  return summary(line, below, symbols.length);
}

// Numbers of 64 bits arrive as a Number where they fit into one; the rule wants one kind.
function paise(amount) {
  return amount == null ? undefined : BigInt(amount);
}

function summary(text, below, positions) {
  return {
    text,
    counters: [
      { name: "opened_below", value: below },
      { name: "positions", value: positions },
    ],
  };
}
