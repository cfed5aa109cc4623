import { inRupees } from '../format/money';
import { sentence } from '../format/text';
import { Failure, type FailureCode } from './client';
import { isPassing } from './queries';

/** What a person reads when something was not done. */
export interface Explanation {
  /** What has happened. */
  title: string;
  /** What to do next. */
  next: string;
  /** The daemon's own sentence, with the particulars; empty when there is none. */
  detail: string;
  /** For a report to whoever runs the daemon. */
  code: FailureCode | 'unexpected';
}

interface Words {
  title: string;
  next: string;
}

const AGAIN = 'Try again in a moment.';
const RELOAD = 'Compare it with what stands now, then save again.';

/** One entry for each code of the API: a new code without words does not compile. */
export const WORDS: Record<FailureCode, Words> = {
  invalid_request: { title: 'This was not understood', next: 'Correct what is named here.' },
  not_signed_in: { title: 'You are logged out', next: 'Log in again; what you typed is kept.' },
  admin_only: { title: 'Only an admin may do this', next: 'Ask an admin of this daemon.' },
  wrong_credentials: {
    title: 'Name or password is wrong',
    next: 'Check both. An admin can make you a link for a new password.',
  },
  totp_required: {
    title: 'A code is needed as well',
    next: 'Enter the six digits of your authenticator, or a recovery code.',
  },
  wrong_totp: {
    title: 'This code is wrong or was used before',
    next: 'Wait for the next code of your authenticator and enter that.',
  },
  wrong_password: { title: 'This is not your present password', next: 'Enter it again.' },
  too_many_attempts: {
    title: 'Too many attempts failed',
    next: 'Wait until the time is up; earlier attempts are not heard.',
  },
  too_many_streams: {
    title: 'Too many pages are open',
    next: 'Close other tabs of this console. This page goes on without live figures.',
  },
  too_slow: { title: 'The request took too long to arrive', next: AGAIN },
  unknown_host: {
    title: 'The daemon does not know itself by this address',
    next: 'Start it with --host and the name in your address bar.',
  },
  foreign_origin: {
    title: 'This change did not come from the console',
    next: 'Open the console at its own address. A proxy in between has to keep Host and Origin.',
  },
  token_scope: {
    title: 'The token may not do this',
    next: 'Make a token with a wider scope in the settings.',
  },
  session_required: { title: 'This needs a log-in, not a token', next: 'Log in with your name.' },
  link_unusable: {
    title: 'This link does not work any more',
    next: 'Ask an admin for a new one.',
  },
  weak_password: {
    title: 'This password is too easy to guess',
    next: 'Choose a longer one; a few unrelated words do well.',
  },
  name_taken: { title: 'Another user has this name', next: 'Choose another name.' },
  last_admin: {
    title: 'This would leave no active admin',
    next: 'Make another user an admin first.',
  },
  totp_not_begun: { title: 'No authenticator is being set up', next: 'Begin the set-up again.' },
  user_inactive: {
    title: 'This user is not active',
    next: 'An admin can make the user active again.',
  },
  settings_changed: { title: 'Somebody else changed these settings', next: RELOAD },
  invalid_schedule: { title: 'This schedule cannot be used', next: 'Correct what is named here.' },
  schedule_flagged: {
    title: 'Something is odd about this schedule',
    next: 'Read the reason; save it all the same if it is meant.',
  },
  schedule_changed: { title: 'Somebody else changed the schedules', next: RELOAD },
  grant_changed: {
    title: 'Somebody else changed this allowance',
    next: 'Theirs stands beside yours: choose.',
  },
  invalid_calendar: {
    title: 'This calendar cannot be used',
    next: 'Correct the entry that is named here.',
  },
  calendar_changed: {
    title: 'Another calendar was imported first',
    next: 'Look at what would change now, then import again.',
  },
  action_refused: {
    title: 'This corporate action cannot be changed as things stand',
    next: 'Read the reason; an action that is applied is undone first.',
  },
  action_doubted: {
    title: 'Something speaks against this corporate action',
    next: 'Correct it, or confirm that it is meant.',
  },
  difference_refused: {
    title: 'This difference cannot be decided so',
    next: 'Read the reason; the difference is open still.',
  },
  unified_service_running: {
    title: 'The unified service is running',
    next: 'Stop it before you start a service for one task.',
  },
  task_served: {
    title: 'The service of another admin runs this task',
    next: 'Nothing has to be done: it runs once for everybody.',
  },
  task_exists: { title: 'There is a task of this name', next: 'Choose another name.' },
  too_many_tasks: {
    title: 'There are as many tasks as there may be',
    next: 'Remove a task that is not used.',
  },
  task_built_in: { title: 'This task comes with the program', next: 'It can be turned off.' },
  task_awaited: {
    title: 'Another task waits for this one',
    next: 'Change the schedule of the task that waits first.',
  },
  invalid_manifest: {
    title: 'The manifest cannot be meant',
    next: 'Correct what is named here and upload it again.',
  },
  manifest_not_accepted: {
    title: 'Nobody has accepted this manifest',
    next: 'Read what it asks for and accept it.',
  },
  run_too_soon: {
    title: 'The task runs already or ran a moment ago',
    next: 'Wait until the time shown.',
  },
  nothing_to_warm: {
    title: 'Nothing is fetched ahead here',
    next: 'Nothing has to be done: every source of prices is on this machine.',
  },
  warming: {
    title: 'Prices are being fetched ahead already',
    next: 'Wait until it has ended; how far it is stands beside it.',
  },
  started_too_often: {
    title: 'The services were started too often within the hour',
    next: 'Wait until the time shown, and look at the last error of the service.',
  },
  too_many_channels: {
    title: 'You have as many channels as you may',
    next: 'Remove one that you do not use.',
  },
  tested_too_often: {
    title: 'Channels were tried too often within the hour',
    next: 'Wait until the time shown.',
  },
  channel_not_set_up: {
    title: 'This installation has nothing to send this by',
    next: 'Ask an admin of this daemon to set it up under System.',
  },
  carrier_failed: {
    title: 'It was tried and did not work',
    next: 'Correct what is named here, or try again in a moment.',
  },
  wrong_confirmation: {
    title: 'This code is not the right one',
    next: 'Enter the newest code, or have another one sent.',
  },
  module_refused: {
    title: 'The component was refused',
    next: 'Correct what is named here and upload it again.',
  },
  too_many_uploads: {
    title: 'Too many uploads are under way',
    next: 'Wait until one has ended.',
  },
  module_in_use: {
    title: 'Runs of this version go on',
    next: 'Activate another version, then remove this one.',
  },
  module_quarantined: {
    title: 'This version is not fit to run',
    next: 'Read its reason and upload a version without the fault.',
  },
  module_wants_more: {
    title: 'The version wants what it is not granted',
    next: 'Widen the grant, or upload a version that wants less.',
  },
  module_untried: {
    title: 'Nobody has accepted a trial of this version',
    next: 'Try it against past days and accept what it would have done.',
  },
  no_recording: { title: 'This run has no recording', next: 'Choose a younger run.' },
  no_earlier_module: {
    title: 'There is no earlier version',
    next: 'Upload a version or activate another one.',
  },
  not_found: {
    title: 'There is no such thing',
    next: 'It was removed, or it belongs to somebody else.',
  },
  method_not_allowed: {
    title: 'The daemon does not know this action',
    next: 'Reload the page: the console may be older than the daemon.',
  },
  too_large: { title: 'This is larger than the daemon reads', next: 'Send less at once.' },
  unsupported_media_type: {
    title: 'The daemon does not read this kind of file',
    next: 'Check which file was chosen.',
  },
  signal_not_open: {
    title: 'The signal does not allow this any more',
    next: 'Its status has changed; look at it again.',
  },
  halt_stands: {
    title: 'The reason of the halt still holds',
    next: 'Remove the reason first, then lift the halt.',
  },
  halt_lifted: { title: 'The halt was lifted before', next: 'Nothing has to be done.' },
  alert_resolved: { title: 'The alert was resolved before', next: 'Nothing has to be done.' },
  broker_in_use: {
    title: 'The user still has orders or shares at the broker',
    next: 'Close them first; then the broker can be changed or its credentials deleted.',
  },
  broker_not_ready: {
    title: 'Something is missing to trade there',
    next: 'The user enters it under Settings, Broker; nobody else can. Then change the broker again.',
  },
  not_simulated: {
    title: 'The money of this user is real',
    next: 'Only a paper broker misbehaves on purpose; practise with a paper user.',
  },
  capital_of_broker: {
    title: 'This money is in an account at a broker',
    next: 'Pay in or out at the broker; the console follows.',
  },
  no_broker_session: {
    title: 'Nobody logs in at this broker',
    next: 'On paper there is nothing to log in at.',
  },
  broker_login_failed: {
    title: 'There is no session at the broker',
    next: 'What the broker said stands beside it. After three refusals nobody tries again until you allow it.',
  },
  too_many_jobs: {
    title: 'Two long pieces of work of yours go on already',
    next: 'Wait until one has ended, or end it.',
  },
  too_many_exports: {
    title: 'Two tables of yours are being written already',
    next: 'Wait until one of them is through, then download again.',
  },
  asked_too_often: {
    title: 'Prices were asked for too often',
    next: 'They are read again when the minute is over.',
  },
  key_used: {
    title: 'This press was sent before',
    next: 'Look whether it was done before you press again.',
  },
  order_not_open: {
    title: 'The order is over',
    next: 'Nothing can be cancelled or decided any more; look at what became of it.',
  },
  order_not_cancelled: {
    title: 'The order was not cancelled',
    next: 'The reason stands beside it. While the order is open you can cancel it again.',
  },
  outcome_unknown: {
    title: 'What became of it is not known',
    next: 'Look at the order in a minute: by then the broker’s book has usually shown it.',
  },
  internal: {
    title: 'The daemon failed',
    next: 'Its log says why. What you asked for may not be done: look before you repeat it.',
  },
  unavailable: { title: 'The daemon cannot do this at present', next: AGAIN },
  unreachable: {
    title: 'The daemon does not answer',
    next: 'Orders and schedules go on without this page. Check that it runs and that you are connected.',
  },
  not_loaded: {
    title: 'This page could not be loaded',
    next: 'Orders and schedules go on without it. Check that the daemon runs and that you are connected.',
  },
  not_the_daemon: {
    title: 'Something else answered in place of the daemon',
    next: 'Check the proxy in between, then reload the page.',
  },
};

/** Turns whatever was thrown into words. */
export function explain(error: unknown): Explanation {
  if (!(error instanceof Failure)) {
    const detail = error instanceof Error ? error.message : '';
    return { title: 'This page failed', next: 'Reload it.', detail, code: 'unexpected' };
  }
  return { ...WORDS[error.code], detail: withoutLimits(sentence(error.detail)), code: error.code };
}

/** The bounds of the numbers of a computer say nothing to people: only a bound that somebody has chosen is told. */
function withoutLimits(detail: string): string {
  return detail
    .replace(/ from -\d{16,} to \d{16,}/, '')
    .replace(/ from (-?\d+) to \d{16,}/, ' of at least $1');
}

/** All of it in one line; a title that is the daemon's own sentence stands once. */
export function told({ title, detail, next }: Explanation): string {
  const heading = `${title}.`;
  return [heading, detail === heading ? '' : detail, next].filter((part) => part !== '').join(' ');
}

/** What a refusal is about though its sentence does not begin with the name of a field. */
const ABOUT: Partial<Record<Explanation['code'], string>> = {
  name_taken: 'name',
  weak_password: 'new_password',
  wrong_password: 'password',
  wrong_totp: 'code',
  wrong_confirmation: 'code',
};

/** The field of a form that a refusal is about: the daemon's sentence begins with its name. */
export function fieldOf<Field extends string>(
  refusal: Explanation | null,
  fields: readonly Field[],
): Field | null {
  if (!refusal) return null;
  const { detail, code } = refusal;
  const known = /^a user's name has /i.test(detail) ? 'name' : ABOUT[code];
  const begins = (field: string) => /^[:[ ]/.test(afterName(detail, field) ?? '');
  return fields.find((field) => (known === undefined ? begins(field) : field === known)) ?? null;
}

/**
 * The daemon's sentence with the word that stands above the field in place of its name. What it says of an amount is in
 * paise; people read rupees. What it says of one of several `items` names that in place of its number.
 */
export function sentenceOf(
  { detail }: Explanation,
  field: string,
  label: string,
  items: readonly string[] = [],
): string {
  const rest = afterName(detail, field);
  if (rest === null) return detail;
  const [number = '', index] = /^\[(\d+)\]/.exec(rest) ?? [];
  const item = index === undefined ? undefined : items[Number(index)];
  if (item !== undefined) {
    const said = rest.slice(number.length);
    return said.includes(`"${item}"`) ? label + said : `${label}, ${item}${said}`;
  }
  if (!/^[: ]/.test(rest)) return detail;
  const isAmount =
    field.endsWith('_paise') && /^(:| is)( a whole number (from|of at least))? -?\d/.test(rest);
  return label + (isAmount ? inRupees(rest) : rest);
}

function afterName(detail: string, field: string): string | null {
  const isFirst = detail.slice(0, field.length).toLowerCase() === field;
  return isFirst ? detail.slice(field.length) : null;
}

/** Of what is read and not sent: that is never tried again by itself. */
const BY_ITSELF = 'It is tried again by itself.';

/** What a person reads in place of what could not be read, in the shape of `PageState`. */
export function pageError(error: unknown, onRetry?: () => void) {
  const { title, next, detail, code } = explain(error);
  const sentences = [detail, next, isPassing(error) ? BY_ITSELF : ''];
  return { title, text: sentences.filter((one) => one !== '').join(' '), code, onRetry };
}
