// Buys the shares that rose most over a look-back, by the settings that the user has for this task.

import { orders, place, positions } from "prahari:task/broker@1.2.0";
import { record } from "prahari:task/decision@1.2.0";
import { candles, quotes, universe } from "prahari:task/market@1.2.0";
import { get } from "prahari:task/settings@1.2.0";
import { choose } from "./rule.js";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    lookback: { type: "integer", minimum: 2, maximum: 250, default: 20, description: "Sessions over which a rise is measured" },
    least_rise_percent: { type: "number", exclusiveMinimum: 0, maximum: 100, default: 5 },
    most_buys: { type: "integer", minimum: 1, maximum: 10, default: 3, description: "Buys of one day" },
    money_paise: { type: "integer", minimum: 100_000, maximum: 100_000_000, default: 2_500_000, description: "Money for one buy" },
  },
};

const MANIFEST = {
  name: "momentum_buys",
  title: "Momentum buys",
  description: "Buys the shares that rose most",
  shared: false,
  audience: "everyone",
  strategy: "momentum",
  rank: 210,
  schedule: {
    rules: [{ at: { time: "11:00" } }],
    bounds: { kinds: ["at"], earliest: "09:20", latest: "15:20" },
  },
  late: { window: { millis: 120_000 } },
  capabilities: ["market", "broker-read", "broker-trade", "config", "decision"],
};

export const manifest = { manifest: () => JSON.stringify(MANIFEST) };

export function describe() {
  return {
    name: MANIFEST.name,
    version: "1.0.0",
    kind: "scheduled",
    capabilities: MANIFEST.capabilities,
    defaultSchedule: "11:00 on trading days",
    configSchema: JSON.stringify(SCHEMA),
  };
}

// An import throws the host's error. Its cases are those of a task's error, so it goes on to whoever runs the task.
export function run(_context) {
  const settings = JSON.parse(get());
  const taken = new Set([...positions(), ...orders("active")].map((it) => it.symbol));
  const symbols = universe().filter((symbol) => !taken.has(symbol));
  const history = candles(symbols, "daily", settings.lookback + 1, false);
  const shares = quotes(symbols).map((quote, at) => ({
    symbol: symbols[at],
    closes: history[at].map((candle) => BigInt(candle.close)),
    last: BigInt(quote?.last ?? 0),
  }));
  const chosen = choose(shares, settings);
  const answers = chosen.length > 0 ? place(chosen.map(request)) : [];
  const entries = chosen.map((share, at) => {
    const placed = answers[at].tag === "ok";
    return {
      symbol: share.symbol,
      action: placed ? "buy" : "skip",
      reason: placed ? "momentum" : answers[at].val.code,
      evidence: [{ name: "rise_percent", value: share.rise.toFixed(2) }],
    };
  });
  if (entries.length > 0) {
    record(entries);
  }
  const placed = entries.filter((entry) => entry.action === "buy").length;
  return { text: `${placed} of ${shares.length} shares are bought`, counters: [{ name: "placed", value: placed }] };
}

function request({ symbol, quantity }) {
  return {
    symbol,
    side: "buy",
    quantity,
    kind: { tag: "market" },
    variety: "regular",
    product: "delivery",
    purpose: { tag: "entry" },
    signalId: undefined,
    rsi: undefined,
    retryOf: undefined,
  };
}
