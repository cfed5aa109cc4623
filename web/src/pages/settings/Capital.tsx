import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Explanation, explain, fieldOf } from '../../api/problems';
import type { MoneyBody, SettingBody } from '../../api/schema';
import { capitalQuery, setCapital } from '../../api/settings';
import { rupees } from '../../format/money';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Figure } from '../../parts/Figure';
import { Figures } from '../../parts/Figures';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { mistakeOf } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { LeaveGuard } from './form/LeaveGuard';
import { boundsOf, read, written } from './form/values';
import css from './Settings.module.css';
import { useSettings } from './useSettings';
import { words } from './words';

/** As the daemon calls it. */
const FIELD = 'capital_paise';

/** Pays made-up money in or out. */
export function Capital() {
  const { user, name } = useViewing();
  const { found, state } = useSettings('capital', useQuery(capitalQuery(user)));
  const setting = found?.settings[0];
  return (
    <PageState {...state}>
      {found && setting && (
        <>
          <MoneyFigures money={found.saved} />
          <Form setting={setting} money={found.saved} user={user} name={name} />
        </>
      )}
    </PageState>
  );
}

function MoneyFigures({ money }: { money: MoneyBody }) {
  const { capital } = words;
  return (
    <Figures columns={4}>
      <Figure
        label={capital.paidIn}
        value={<Money paise={money.capital_paise} />}
        note={capital.paidInNote}
      />
      <Figure
        label={capital.cash}
        value={<Money paise={money.cash_paise} />}
        note={capital.cashNote}
      />
      <Figure
        label={capital.reserved}
        value={<Money paise={money.reserved_paise} />}
        note={capital.reservedNote}
      />
      <Figure
        label={capital.free}
        value={<Money paise={money.free_paise} />}
        note={capital.freeNote}
      />
    </Figures>
  );
}

interface FormProps {
  setting: SettingBody;
  money: MoneyBody;
  user: number | undefined;
  name: string | undefined;
}

function Form({ setting, money, user, name }: FormProps) {
  const cache = useQueryClient();
  const [typed, setTyped] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [refusal, setRefusal] = useState<Explanation | null>(null);
  const { capital } = words;
  const reading = read(setting, typed ?? '');
  const wanted = 'value' in reading && typeof reading.value === 'number' ? reading.value : null;
  const difference = wanted === null ? 0 : wanted - money.capital_paise;
  const isTooMuch = -difference > money.free_paise;
  const amount = rupees(Math.abs(difference));
  const mistake =
    'why' in reading
      ? reading.why
      : isTooMuch
        ? capital.tooMuch(rupees(money.free_paise))
        : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (difference !== 0 && !mistake) setIsAsking(true);
  };
  const send = async () => {
    if (wanted === null) return;
    try {
      await setCapital(wanted, user);
      setTyped(null);
    } catch (error) {
      const told = explain(error);
      // What is about the amount stands beside it; the rest is told in the question.
      if (fieldOf(told, [FIELD]) === null) throw error;
      setRefusal(told);
    }
    await cache.invalidateQueries({ queryKey: ['funds'] });
  };
  const hint = difference > 0 ? capital.pays(amount) : difference < 0 ? capital.takes(amount) : '';
  const asked = difference > 0 ? capital.payTitle(amount) : capital.takeTitle(amount);
  return (
    <Section title={capital.change} note={capital.changeNote}>
      <form onSubmit={submit} className={css.narrow}>
        <TextInput
          label={capital.label}
          description={boundsOf(setting)}
          leftSection="₹"
          inputMode="decimal"
          autoComplete="off"
          value={typed ?? written(setting, money.capital_paise)}
          error={(typed !== null && mistake) || mistakeOf(refusal, FIELD, capital.label)}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setRefusal(null);
          }}
        />
        <div className={css.actions}>
          <Button type="submit" disabled={difference === 0 || mistake !== undefined}>
            {difference < 0 ? capital.take : capital.pay}
          </Button>
          <output className={css.soft}>{!mistake && hint}</output>
        </div>
      </form>
      <LeaveGuard isUnsaved={difference !== 0 && !isAsking} />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.soleUser(asked, name)}
        confirm={difference > 0 ? capital.pay : capital.take}
        danger={difference < 0}
        onConfirm={send}
      >
        <p className={css.text}>{capital.text(rupees(wanted ?? money.capital_paise))}</p>
      </ConfirmDialog>
    </Section>
  );
}
