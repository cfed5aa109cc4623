import { ADMIN_FORMS } from './admin';
import type { Form } from './form';
import { REASON_FORMS } from './reasons';
import { SETTINGS_FORMS } from './settings';

export type { Form } from './form';

/**
 * The forms of the console, for the admin of a demonstration with some days behind it.
 *
 * Others need more than a table says and stand beside it in `bad-input.test.ts`: a password by a link, the tokens that go on
 * with a new password, the symbols of an allowance, a schedule by what it waits for and by a cron expression, a trial, a replay,
 * the filter of a list, the dates of a result. The rest is tried where it is used: the log-in, the first admin
 * (`first-run`), the codes of an authenticator (`totp`), limits and strategy (`settings`), the settings of a task
 * (`task-settings`), a script (`schedules`), a calendar (`calendar`), components and manifests (`modules`, `tasks`), why a
 * version is activated (`modules`), and what somebody else saves meanwhile (`conflicts`).
 *
 * Nothing bad can be typed where nothing but the name of a thing is typed once more, where a press is all that is sent, and in
 * the saved views of signals, which stay in the browser.
 */
export const FORMS: readonly Form[] = [...SETTINGS_FORMS, ...ADMIN_FORMS, ...REASON_FORMS];
