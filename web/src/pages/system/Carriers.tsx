import { useQuery } from '@tanstack/react-query';
import { carriersQuery } from '../../api/channels';
import { pageError } from '../../api/problems';
import { PageState } from '../../parts/PageState';
import { Bot } from './Bot';
import { MailServer } from './MailServer';
import css from './System.module.css';

/** By what messages leave the installation: its bot and its mail server. */
export function Carriers() {
  const { data, error, isPending, refetch } = useQuery(carriersQuery);
  return (
    <PageState
      loading={isPending}
      error={error && !data ? pageError(error, () => void refetch()) : null}
    >
      {data && (
        <div className={css.two}>
          <Bot bot={data.telegram} />
          <MailServer key={data.email?.changed_at ?? ''} server={data.email} />
        </div>
      )}
    </PageState>
  );
}
