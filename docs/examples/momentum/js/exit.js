// Sells what the momentum buyer bought: at a target, at a stop, or after some days, by settings of its own.

import { orders, place, positions } from "prahari:task/broker@1.2.0";
import { record } from "prahari:task/decision@1.2.0";
import { quotes } from "prahari:task/market@1.2.0";
import { get } from "prahari:task/settings@1.2.0";
import { leave } from "./rule.js";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    target_percent: { type: "number", exclusiveMinimum: 0, maximum: 1_000, default: 8 },
    stop_percent: { type: "number", exclusiveMinimum: 0, maximum: 100, default: 5 },
    days: { type: "integer", minimum: 1, maximum: 365, default: 10, description: "Days after which a position is left" },
  },
};

const MANIFEST = {
  name: "momentum_exit",
  title: "Momentum exit",
  description: "Sells what the momentum buyer bought",
  shared: false,
  audience: "everyone",
  strategy: "momentum",
  rank: 200,
  schedule: {
    rules: [{ at: { time: "10:00" } }],
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
    defaultSchedule: "10:00 on trading days",
    configSchema: JSON.stringify(SCHEMA),
  };
}

export function run(context) {
  const settings = JSON.parse(get());
  const offered = new Set(orders("active").map((order) => order.symbol));
  const held = positions().filter((position) => !offered.has(position.symbol));
  const prices = quotes(held.map((position) => position.symbol));
  const left = held.flatMap((position, at) => {
    const last = prices[at] ? BigInt(prices[at].last) : undefined;
    const bought = { averagePrice: BigInt(position.averagePrice), openedOn: position.openedOn };
    const reason = last && leave(bought, last, context.day, settings);
    return reason ? [{ position, reason }] : [];
  });
  const answers = left.length > 0 ? place(left.map(request)) : [];
  const entries = left.map(({ position, reason }, at) => {
    const placed = answers[at].tag === "ok";
    return { symbol: position.symbol, action: placed ? "sell" : "skip", reason: placed ? reason : answers[at].val.code, evidence: [] };
  });
  if (entries.length > 0) {
    record(entries);
  }
  const placed = entries.filter((entry) => entry.action === "sell").length;
  return { text: `${placed} of ${held.length} positions are sold`, counters: [{ name: "placed", value: placed }] };
}

function request({ position: { symbol, quantity }, reason }) {
  return {
    symbol,
    side: "sell",
    quantity,
    kind: { tag: "market" },
    variety: "regular",
    product: "delivery",
    purpose: { tag: "exit", val: reason },
    signalId: undefined,
    rsi: undefined,
    retryOf: undefined,
  };
}
