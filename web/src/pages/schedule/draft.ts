import type { Rule, Schedule } from '../../api/schedules';
import type { AfterView, RuleView, ThenView } from '../../api/schema';
import { tooLong } from '../../format/text';
import { textOf } from '../../format/unknown';
import { scheduleText, type Told } from '../schedules/rule';

type RuleKind = RuleView['kind'];

export const RULE_KINDS = ['at', 'hourly', 'each_minute', 'script', 'cron'] as const;

/** A rule while it is edited: what was typed for one kind stays when another one is tried. */
export interface RuleDraft {
  /** Tells rules apart while some come and go. */
  key: number;
  kind: RuleKind;
  time: string;
  end_time: string;
  script: string;
  expression: string;
  zone: string;
}

/** What a schedule waits for; nothing when no task is named. */
export interface AfterDraft {
  tasks: readonly string[];
  latest: string;
  then: ThenView;
}

export interface Draft {
  rules: readonly RuleDraft[];
  after: AfterDraft;
  enabled: boolean;
  description: string;
}

const FRESH: Omit<RuleDraft, 'key'> = {
  kind: 'at',
  time: '16:00',
  end_time: '15:30',
  script: 'fn slots(day) {\n    day.closes + 30\n}\n',
  expression: '0 16 * * MON-FRI',
  zone: '',
};

export function draftOf({ rules, after, enabled, description }: Schedule): Draft {
  return {
    rules: rules.map(ruleDraft),
    // biome-ignore lint/suspicious/noThenProperty: the name that the API has for it
    after: after ?? { tasks: [], latest: '15:30', then: 'run' },
    enabled,
    description,
  };
}

function ruleDraft(rule: Rule, key: number): RuleDraft {
  const zone = rule.kind === 'cron' ? textOf(rule.zone) : '';
  return { ...FRESH, ...rule, zone, key };
}

export function withNewRule(draft: Draft): Draft {
  const key = Math.max(-1, ...draft.rules.map((rule) => rule.key)) + 1;
  return { ...draft, rules: [...draft.rules, { ...FRESH, key }] };
}

type Zone = NonNullable<Extract<RuleView, { kind: 'cron' }>['zone']>;

/** Left out, the zone is that of India. */
function isZone(text: string): text is Zone {
  return text !== '';
}

function ruleOf({ kind, time, end_time, script, expression, zone }: RuleDraft): RuleView {
  switch (kind) {
    case 'at':
      return { kind, time };
    case 'hourly':
    case 'each_minute':
      return { kind, time, end_time };
    case 'script':
      return { kind, script };
    case 'cron': {
      const named = zone.trim();
      return isZone(named) ? { kind, expression, zone: named } : { kind, expression };
    }
  }
}

/** The draft as the API takes it. */
export function scheduleOf({ rules, after, enabled, description }: Draft) {
  const waits: AfterView | null =
    after.tasks.length > 0 ? { ...after, tasks: [...after.tasks] } : null;
  return { rules: rules.map(ruleOf), after: waits, enabled, description: description.trim() };
}

/** A time of day such as 16:05. */
export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** Why the description cannot be kept; undefined when it can. */
export function noDescription({ description }: Draft): string | undefined {
  return tooLong(description.trim(), LONGEST_DESCRIPTION);
}

const LONGEST_DESCRIPTION = 512;

/** Whether a field says by itself that it is wrong, so that the daemon need not be asked. */
export function isWrong(draft: Draft): boolean {
  const times = draft.rules.flatMap(timesOf);
  if (draft.after.tasks.length > 0) times.push(draft.after.latest);
  return !times.every(isTime);
}

function timesOf({ kind, time, end_time }: RuleDraft): string[] {
  if (kind === 'at') return [time];
  return kind === 'hourly' || kind === 'each_minute' ? [time, end_time] : [];
}

/** How many parts of the draft are other than in the schedule. */
export function changesOf(draft: Draft, base: Schedule): number {
  const now = scheduleOf(draft);
  const differs = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  const text = (part: Partial<Told>) =>
    scheduleText({ rules: [], after: null, enabled: true, description: '', ...part });
  return [
    differs(text({ rules: now.rules }), text({ rules: base.rules })),
    differs(text({ after: now.after }), text({ after: base.after })),
    now.enabled !== base.enabled,
    now.description !== base.description,
  ].filter(Boolean).length;
}
