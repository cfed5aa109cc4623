import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Section } from '../../parts/Section';
import { useMe } from '../../shell/viewing';
import { Password } from './Password';
import { Sessions } from './Sessions';
import { words } from './words';

/** Who is logged in, where, and the password. */
export function Account() {
  const me = useMe();
  const { account } = words;
  return (
    <>
      <Section title={account.profile}>
        <DefinitionList
          items={[
            { term: account.name, value: me.name },
            { term: account.role, value: account.roles[me.role] },
            {
              term: account.authenticator,
              value: me.totp_enabled ? account.totpOn(me.recovery_codes_left) : account.totpOff,
            },
            { term: account.ends, value: <Instant at={me.expires_at} day /> },
          ]}
        />
      </Section>
      <Sessions />
      <Password />
    </>
  );
}
