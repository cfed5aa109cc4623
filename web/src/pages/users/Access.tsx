import { Button, Checkbox, Modal } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { positionsQuery } from '../../api/money';
import { ordersQuery } from '../../api/orders';
import { rows } from '../../api/pages';
import type { PasswordLink, User, UserChange } from '../../api/schema';
import { serviceQuery } from '../../api/services';
import { changeUser, makeResetLink } from '../../api/userAdmin';
import { taskWord } from '../../format/task';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Section } from '../../parts/Section';
import { LinkOnce } from './LinkOnce';
import css from './Users.module.css';
import { words } from './words';

interface Props {
  user: User;
  isSelf: boolean;
}

type Question = 'role' | 'active' | 'link' | null;

/** What an admin does about a user's log-in. */
export function Access({ user, isSelf }: Props) {
  const [asked, setAsked] = useState<Question>(null);
  const close = () => setAsked(null);
  const isAdmin = user.role === 'admin';
  return (
    <Section title={words.access} note={words.accessNote}>
      {isSelf && <p className={css.soft}>{words.self}</p>}
      <div className={css.buttons}>
        <Button variant="default" size="sm" onClick={() => setAsked('link')}>
          {words.resetLink}
        </Button>
        <Button variant="default" size="sm" disabled={isSelf} onClick={() => setAsked('role')}>
          {isAdmin ? words.makeUser : words.makeAdmin}
        </Button>
        <Button
          size="sm"
          variant={user.active ? 'outline' : 'default'}
          {...(user.active && { color: 'bad' })}
          disabled={isSelf}
          onClick={() => setAsked('active')}
        >
          {user.active ? words.deactivate : words.activate}
        </Button>
      </div>
      <RoleDialog user={user} opened={asked === 'role'} onClose={close} />
      <ActiveDialog user={user} opened={asked === 'active'} onClose={close} />
      <LinkDialog user={user} opened={asked === 'link'} onClose={close} />
    </Section>
  );
}

interface DialogProps {
  user: User;
  opened: boolean;
  onClose: () => void;
}

function useChange(user: User) {
  const cache = useQueryClient();
  return async (change: UserChange) => {
    await changeUser(user.id, change);
    await Promise.all([
      cache.invalidateQueries({ queryKey: ['users'] }),
      cache.invalidateQueries({ queryKey: ['services'] }),
    ]);
  };
}

function RoleDialog({ user, opened, onClose }: DialogProps) {
  const change = useChange(user);
  const isAdmin = user.role === 'admin';
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={isAdmin ? words.makeUserTitle(user.name) : words.makeAdminTitle(user.name)}
      confirm={isAdmin ? words.makeUser : words.makeAdmin}
      danger
      onConfirm={() => change({ role: isAdmin ? 'user' : 'admin' })}
    >
      <p className={css.text}>
        {isAdmin ? words.makeUserText(user.name) : words.makeAdminText(user.name)}
      </p>
    </ConfirmDialog>
  );
}

function ActiveDialog({ user, opened, onClose }: DialogProps) {
  const change = useChange(user);
  const { active, name } = user;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={active ? words.deactivateTitle(name) : words.activateTitle(name)}
      confirm={active ? words.deactivate : words.activate}
      danger={active}
      onConfirm={() => change({ active: !active })}
    >
      <p className={css.text}>{active ? words.deactivateText(name) : words.activateText(name)}</p>
      {active && <Stops id={user.id} />}
    </ConfirmDialog>
  );
}

/** What stops with a user, and what nobody watches then. Asked for only when the dialog is open. */
function Stops({ id }: { id: number }) {
  const { data: service } = useQuery(serviceQuery(id));
  const { data: positions } = useQuery(positionsQuery(id));
  const orders = useInfiniteQuery(ordersQuery({ user: id, active: true }));
  if (!service || !positions || !orders.data) return null;
  const open = rows(orders.data).length;
  const held = positions.items.length;
  const { stops } = words;
  const lines = [
    service.running ? stops.unified : stops.nothing,
    service.executing.length > 0 && stops.executing(service.executing.map(taskWord).join(', ')),
    held > 0 && stops.positions(held),
    open > 0 && stops.sells(open, orders.hasNextPage),
  ].filter((line) => line !== false);
  return (
    <ul className={css.points}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function LinkDialog({ user, opened, onClose }: DialogProps) {
  const [removes, setRemoves] = useState(false);
  const [link, setLink] = useState<PasswordLink | null>(null);
  // What was chosen and given up must not stand chosen when it is asked again.
  const close = () => {
    setRemoves(false);
    onClose();
  };
  return (
    <>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        title={words.resetTitle(user.name)}
        confirm={words.makeLink}
        onConfirm={async () => setLink(await makeResetLink(user.id, removes))}
      >
        <p className={css.text}>{words.resetText}</p>
        <Checkbox
          label={words.removeTotp}
          checked={removes}
          onChange={(event) => setRemoves(event.currentTarget.checked)}
        />
      </ConfirmDialog>
      <Modal
        opened={link !== null}
        onClose={() => setLink(null)}
        title={words.resetLink}
        closeOnClickOutside={false}
        centered
        closeButtonProps={{ 'aria-label': words.close }}
      >
        {link && <LinkOnce link={link} name={user.name} />}
        <div className={css.actions}>
          <Button onClick={() => setLink(null)}>{words.done}</Button>
        </div>
      </Modal>
    </>
  );
}
