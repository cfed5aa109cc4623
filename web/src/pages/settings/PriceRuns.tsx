import { useQuery } from '@tanstack/react-query';
import { pageError } from '../../api/problems';
import type { ChangeBody, PriceRunsBody } from '../../api/schema';
import { priceRunsQuery, setPriceRuns } from '../../api/settings';
import { codeTitle } from '../../format/codes';
import { count } from '../../format/numbers';
import { DefinitionList } from '../../parts/DefinitionList';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { SettingsForm } from './form/SettingsForm';
import type { Setting } from './form/values';
import { words } from './words';

const text = words.priceRuns;

/** Which tasks also run when prices change, and what came of it today. */
export function PriceRuns() {
  const { user } = useViewing();
  const { data, error, isPending, refetch } = useQuery(priceRunsQuery(user));
  return (
    <PageState
      loading={isPending}
      error={error && !data ? pageError(error, () => void refetch()) : null}
      empty={data?.tasks.length === 0 && { title: text.noneTitle, text: text.none }}
    >
      {data && <Chosen runs={data} user={user} />}
    </PageState>
  );
}

interface Props {
  runs: PriceRunsBody;
  user: number | undefined;
}

function Chosen({ runs, user }: Props) {
  const on = Object.fromEntries(runs.tasks.map((one) => [one.task, one.on]));
  const put = ({ expected_version, values }: ChangeBody) => {
    const wanted: Record<string, unknown> = { ...on, ...values };
    const tasks = Object.keys(wanted).filter((task) => wanted[task] === true);
    return setPriceRuns({ expected_version: expected_version ?? null, tasks }, user);
  };
  return (
    <>
      <SettingsForm
        groups={[{ title: text.title, note: text.note(runs), settings: runs.tasks.map(asSetting) }]}
        saved={{ version: runs.version, values: on }}
        send={put}
        changes={['settings']}
      />
      <Today runs={runs} />
    </>
  );
}

/** A task as a switch, which the form shows like any other. */
function asSetting({ task }: PriceRunsBody['tasks'][number]): Setting {
  return {
    name: task,
    label: codeTitle(task),
    kind: 'switch',
    unit: 'none',
    default: false,
    least: null,
    most: null,
    about: text.about,
  };
}

function Today({ runs }: { runs: PriceRunsBody }) {
  return (
    <Section title={text.today} note={text.todayNote}>
      <DefinitionList
        items={[
          { term: text.runs, value: text.of(runs.runs_today, runs.most_a_day) },
          { term: text.busy, value: count(runs.left_out_busy) },
          {
            term: text.overMinute(runs.most_a_minute),
            value: count(runs.left_out_of_minutes),
          },
          { term: text.overDay, value: count(runs.left_out_of_day) },
        ]}
      />
    </Section>
  );
}
