import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Explanation } from '../../api/problems';
import type { BrokerBody, User } from '../../api/schema';
import { changeBroker } from '../../api/userAdmin';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { mistakeOf } from '../../parts/Refusal';
import { limitRows } from '../../shell/limits';
import { PAPER } from './broker';
import css from './Users.module.css';
import { words } from './words';

const FIELDS = ['password'] as const;

/** Has a user trade over another broker; for real money it shows the limits that hold, and asks for the admin's password. */
export function ChangeBroker({ user, present }: { user: User; present: BrokerBody }) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const [broker, setBroker] = useState(present.broker);
  const [password, setPassword] = useState('');
  const isReal = broker.trim() !== PAPER && broker.trim() !== '';
  const ask = () => {
    setBroker(present.broker);
    setPassword('');
    setIsAsking(true);
  };
  const change = async () => {
    await changeBroker(user.id, broker.trim(), isReal && password !== '' ? password : undefined);
    setPassword('');
    await Promise.all(
      ['users', 'services'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
    );
  };
  return (
    <>
      <Button size="sm" variant="default" onClick={ask}>
        {words.changeBroker}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.brokerTitle(user.name)}
        confirm={words.changeBroker}
        danger
        fields={FIELDS}
        onConfirm={change}
      >
        {(refusal) => (
          <>
            <p className={css.text}>{words.brokerText}</p>
            <TextInput
              label={words.brokerName}
              value={broker}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setBroker(event.currentTarget.value)}
            />
            {isReal && (
              <RealMoney
                present={present}
                password={password}
                onPassword={setPassword}
                refusal={refusal}
              />
            )}
          </>
        )}
      </ConfirmDialog>
    </>
  );
}

interface RealMoneyProps {
  present: BrokerBody;
  password: string;
  onPassword: (password: string) => void;
  refusal: Explanation | null;
}

function RealMoney({ present, password, onPassword, refusal }: RealMoneyProps) {
  const rows = limitRows(present.limits);
  return (
    <>
      <p className={css.real}>{words.realText}</p>
      <DefinitionList items={rows.map(([term, value]) => ({ term, value }))} />
      <PasswordInput
        label={words.ownPassword}
        value={password}
        autoComplete="current-password"
        error={mistakeOf(refusal, 'password', words.ownPassword)}
        onChange={(event) => onPassword(event.currentTarget.value)}
      />
    </>
  );
}
