import type { ManifestDocument } from '../../api/schema';
import { isRecord, listOf, recordOf, textOf } from '../../format/unknown';

/** What a person has to know of a manifest before accepting it. */
export interface Manifest {
  document: ManifestDocument;
  name: string;
  title: string;
  capabilities: string[];
  /** Its rules in words, such as `cron 30 9 * * MON-FRI`. */
  rules: string[];
  after: string[];
}

/** Reads what was typed; a text says why it is no manifest. The daemon checks all that is in it. */
export function readManifest(text: string, notJson: string, noName: string): Manifest | string {
  try {
    const document: ManifestDocument = JSON.parse(text);
    return isRecord(document) && textOf(recordOf(document).name) !== ''
      ? manifestOf(document)
      : noName;
  } catch (error) {
    return `${notJson} ${error instanceof Error ? error.message : ''}`;
  }
}

function manifestOf(document: ManifestDocument): Manifest {
  const told = recordOf(document);
  const schedule = recordOf(told.schedule);
  return {
    document,
    name: textOf(told.name),
    title: textOf(told.title) || textOf(told.name),
    capabilities: listOf(told.capabilities).map(textOf),
    rules: listOf(schedule.rules).map(ruleTold),
    after: listOf(recordOf(schedule.after).tasks).map(textOf),
  };
}

/** A rule of a form that nobody has thought of is shown as it stands. */
function ruleTold(rule: unknown): string {
  const [first] = Object.entries(recordOf(rule));
  if (!first) return JSON.stringify(rule);
  const [kind, told] = first;
  const parts = isRecord(told) ? Object.values(told).map(textOf) : [textOf(told)];
  return parts.includes('')
    ? JSON.stringify(rule)
    : [kind.replaceAll('_', ' '), ...parts].join(' ');
}

/** The whole of one, to be changed: a cron rule, and a task that goes first. */
export const EXAMPLE = `{
  "name": "gap_watch",
  "title": "Gap watch",
  "description": "Tells which of the held shares opened far below their previous close",
  "shared": false,
  "audience": "everyone",
  "rank": 100,
  "schedule": {
    "rules": [{ "cron": { "expression": "30 9 * * MON-FRI" } }],
    "bounds": { "kinds": ["at", "hourly"], "earliest": "09:15", "latest": "15:30" },
    "after": { "tasks": ["premarket_retry"], "latest": "09:45", "then": "run" }
  },
  "late": { "window": { "millis": 120000 } },
  "capabilities": ["market", "broker-read", "log", "decision"]
}
`;
