import type { ExecutionDetail } from '../../api/schema';
import { DefinitionList } from '../../parts/DefinitionList';
import { Meter } from '../../parts/Meter';
import { Section } from '../../parts/Section';
import css from './Runs.module.css';
import { figures, meters } from './use';
import { runWords as words } from './words';

/** What a run used, beside what it could. */
export function RunUse({ run }: { run: ExecutionDetail }) {
  const { allowance } = run;
  return (
    <Section title={words.use} note={allowance ? words.useNote : words.noGrant}>
      {allowance && (
        <div className={css.meters}>
          {meters(run, allowance).map((meter) => (
            <Meter key={meter.label} {...meter} />
          ))}
        </div>
      )}
      <DefinitionList
        items={[
          ...figures(run, allowance === null),
          ...(allowance
            ? [
                {
                  term: words.mayDo,
                  value: allowance.capabilities.join(', ') || words.mayNothing,
                },
              ]
            : []),
        ]}
      />
    </Section>
  );
}
