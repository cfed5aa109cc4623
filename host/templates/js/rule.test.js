// The rule, one sentence a test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "./rule.js";

test("an open more than two percent down is told with its reason", () => {
  const judged = judge(9_799n, 10_000n);
  assert.equal(judged.reason, "opened_below");
  assert.deepEqual(judged.evidence.map((fact) => fact.value), ["100.00", "97.99", "2.01"]);
});

test("exactly two percent is not more than two percent", () => {
  assert.equal(judge(9_800n, 10_000n), undefined);
});

test("before the first trade nothing is said of the open", () => {
  assert.equal(judge(undefined, 10_000n).reason, "not_open_yet");
});
