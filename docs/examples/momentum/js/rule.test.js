// The rules, one sentence a test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, leave } from "./rule.js";

const settings = { lookback: 2, least_rise_percent: 5, most_buys: 2, money_paise: 100_000 };

function share(symbol, ...closes) {
  return { symbol, closes: closes.map(BigInt), last: BigInt(closes.at(-1)) };
}

test("the strongest are bought, as many as are wanted, each for its money", () => {
  const shares = [share("A", 100, 100, 106), share("B", 100, 90, 120), share("C", 100, 100, 104), share("D", 100, 1, 107)];
  const bought = choose(shares, settings).map(({ symbol, quantity, rise }) => [symbol, quantity, rise]);
  assert.deepEqual(bought, [["B", 833, 20], ["D", 934, 7]]);
});

test("a share without the history or too dear for the money is left alone", () => {
  assert.deepEqual(choose([share("A", 100, 120), share("B", 100_000, 100_000, 120_000)], settings), []);
});

test("a position is left at its target, at its stop, and after its days", () => {
  const rules = { target_percent: 8, stop_percent: 5, days: 10 };
  const position = { averagePrice: 10_000n, openedOn: 100 };
  assert.equal(leave(position, 10_800n, 101, rules), "target_reached");
  assert.equal(leave(position, 9_500n, 101, rules), "stop_reached");
  assert.equal(leave(position, 10_000n, 110, rules), "held_long_enough");
  assert.equal(leave(position, 10_799n, 109, rules), undefined);
});
