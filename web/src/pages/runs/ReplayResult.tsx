import type { HostCallView, ReplayedExecution } from '../../api/schema';
import type { Mark } from '../../format/outcome';
import { MarkWord } from '../../parts/MarkWord';
import { ReplayedOrders } from './ReplayedOrders';
import css from './Runs.module.css';
import { runWords as words } from './words';

const SAME: Mark = { shape: 'disc', word: 'same', token: 'accent' };
const OTHER: Omit<Mark, 'word'> = { shape: 'cross', token: 'bad' };

/** What became of a replay. */
export function ReplayResult({ result }: { result: ReplayedExecution }) {
  const { verdict, difference, calls, end } = result;
  const mark = verdict === 'same' ? SAME : { ...OTHER, word: verdict };
  return (
    <output>
      <p className={css.verdict}>
        <MarkWord mark={mark} />
        <span>
          {verdictText(verdict)} {difference}
        </span>
      </p>
      {typeof result.first_call === 'number' && (
        <p className={css.soft}>{words.firstCall(result.first_call)}</p>
      )}
      {end && <Pair label={words.end} expected={end.expected} got={end.got} />}
      <ReplayedOrders orders={result.orders} />
      {calls.map((call) => (
        <Pair
          key={call.call}
          label={`${words.callNumber}${call.call}`}
          expected={callText(call.expected)}
          got={callText(call.got)}
        />
      ))}
    </output>
  );
}

function verdictText(verdict: string): string {
  const known: Readonly<Record<string, string>> = words.verdicts;
  return known[verdict] ?? verdict;
}

function callText(call: HostCallView | null | undefined): string {
  if (!call) return '–';
  return `${call.function} ${call.arguments}\n→ ${call.answer ?? words.stoppedBefore}`;
}

function Pair({ label, expected, got }: { label: string; expected: string; got: string }) {
  return (
    <div className={css.difference}>
      <span className={css.label}>{label}</span>
      <div className={css.pair}>
        <div>
          <span className={css.label}>{words.expected}</span>
          <pre className={css.code}>{expected}</pre>
        </div>
        <div>
          <span className={css.label}>{words.got}</span>
          <pre className={css.code}>{got}</pre>
        </div>
      </div>
    </div>
  );
}
