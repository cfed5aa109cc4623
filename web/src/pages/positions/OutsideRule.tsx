import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { outsidePurchasesQuery, setOutsidePurchases } from '../../api/differences';
import { told } from '../../api/problems';
import { useStrategies } from '../../api/useStrategies';
import { useWrite } from '../../api/useWrite';
import { codeWords } from '../../format/codes';
import { words } from './words';

const w = words.differences.rule;
const ASK = '';

/** What becomes of shares that the user buys by hand: asked about each time, or taken over for a strategy. */
export function OutsideRule({ user }: { user: number | undefined }) {
  const { data } = useQuery(outsidePurchasesQuery(user));
  const strategies = useStrategies();
  const { write, isBusy, refusal } = useWrite(['positions']);
  if (!data) return null;
  // A strategy whose tasks are gone since is shown still.
  const names = [...new Set([...strategies, ...(data.strategy === null ? [] : [data.strategy])])];
  const choose = (value: string) =>
    void write(() => setOutsidePurchases(value === ASK ? null : value, user));
  return (
    <NativeSelect
      size="xs"
      label={w.label}
      value={data.strategy ?? ASK}
      disabled={isBusy}
      error={refusal && told(refusal)}
      data={[
        { value: ASK, label: w.ask },
        ...names.map((name) => ({ value: name, label: w.adopt(codeWords(name)) })),
      ]}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}
