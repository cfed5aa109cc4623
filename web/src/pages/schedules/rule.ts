import type { Rule } from '../../api/schedules';
import type { AfterView } from '../../api/schema';
import { taskWord } from '../../format/task';
import { textOf } from '../../format/unknown';

/** A rule in a few words, such as `each minute 09:15–15:30`. */
export function ruleWords(rule: Rule): string {
  switch (rule.kind) {
    case 'at':
      return `at ${rule.time}`;
    case 'hourly':
      return `each hour ${rule.time}–${rule.end_time}`;
    case 'each_minute':
      return `each minute ${rule.time}–${rule.end_time}`;
    case 'script':
      return 'by a script';
    case 'cron':
      return ['cron', rule.expression, textOf(rule.zone) && `(${textOf(rule.zone)})`]
        .filter(Boolean)
        .join(' ');
  }
}

export function rulesWords(rules: readonly Rule[]): string {
  return rules.map(ruleWords).join(', ');
}

export function afterWords(after: AfterView | null): string {
  if (!after) return '';
  return `${after.tasks.map(taskWord).join(', ')}, until ${after.latest}`;
}

/** What a person sets of a schedule. */
export interface Told {
  rules: readonly Rule[];
  after: AfterView | null;
  enabled: boolean;
  description: string;
}

/** A schedule as lines of text, so that two of them can be compared line by line. */
export function scheduleText({ rules, after, enabled, description }: Told): string {
  const lines = [`state: ${enabled ? 'on' : 'off'}`, `description: ${description}`];
  for (const rule of rules) {
    if (rule.kind === 'script') lines.push('due: by this script', ...rule.script.split('\n'));
    else lines.push(`due: ${ruleWords(rule)}`);
  }
  if (after) {
    const { tasks, latest, then } = after;
    lines.push(`waits for: ${tasks.join(', ')}`, `waits until: ${latest}, then ${then}`);
  }
  return lines.join('\n');
}
