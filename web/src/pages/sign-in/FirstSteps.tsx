import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Health } from '../../api/schema';
import { healthQuery } from '../../api/system';
import { Copy } from '../../parts/Copy';
import { Frame } from './Frame';
import css from './Frame.module.css';
import { words } from './words';

/** After the first admin was made: what this daemon is, and where to go. A demonstration cannot become the real thing. */
export function FirstSteps() {
  const { data } = useQuery(healthQuery);
  const isEmpty = data !== undefined && !data.demonstration;
  return (
    <Frame title={words.firstTitle} isNext>
      {data && <Kind health={data} />}
      <Group gap={8}>
        {isEmpty && (
          <Button renderRoot={(props) => <Link to="/admin/users" replace {...props} />}>
            {words.addUsers}
          </Button>
        )}
        <Button
          variant={isEmpty ? 'default' : 'filled'}
          renderRoot={(props) => <Link to="/" replace {...props} />}
        >
          {words.toToday}
        </Button>
      </Group>
    </Frame>
  );
}

function Kind({ health }: { health: Health }) {
  const { demonstration, users } = health;
  const command = demonstration ? words.realCommand : words.demonstrationCommand;
  return (
    <>
      <p className={css.text}>
        {demonstration ? words.firstDemonstration : words.firstEmpty(users)}
      </p>
      <p className={css.note}>{demonstration ? words.firstOtherReal : words.firstOther}</p>
      <p className={css.note}>
        <code>{command}</code> <Copy text={command} label={words.copyCommand} />
      </p>
    </>
  );
}
