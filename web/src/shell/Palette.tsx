import { Modal, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { useAllRows } from '../api/useAllRows';
import { usersQuery } from '../api/users';
import { Icon } from '../parts/icons/Icon';
import type { IconName } from '../parts/icons/paths';
import type { Action } from './actions';
import { entriesFor } from './navigation';
import css from './Palette.module.css';
import { useShares } from './useShares';
import { words } from './words';

interface Props {
  isOpen: boolean;
  isAdmin: boolean;
  actions: readonly Action[];
  onClose: () => void;
}

interface Choice {
  id: string;
  word: string;
  kind: string;
  icon: IconName;
  act: () => void;
}

const MOST_SHOWN = 12;

/** Finds pages, users and actions by a few letters. */
export function Palette(props: Props) {
  return (
    <Modal.Root
      opened={props.isOpen}
      onClose={props.onClose}
      transitionProps={{ duration: 0 }}
      padding={0}
    >
      <Modal.Overlay />
      {/* The name belongs to the dialog itself; what stands around it has no role to bear one. */}
      <Modal.Content aria-label={words.palette}>
        <Modal.Body>
          <Search {...props} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ isAdmin, actions, onClose }: Props) {
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const shares = useShareChoices(typed);
  const others = useChoices(isAdmin, actions)
    .filter(({ word }) => matches(word, typed))
    .slice(0, MOST_SHOWN - shares.length);
  const found = [...others, ...shares];
  const current = found[Math.min(chosen, found.length - 1)];
  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    choice.act();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setChosen((Math.min(chosen, found.length - 1) + step + found.length) % found.length);
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      take(current);
    }
  };
  return (
    <>
      <TextInput
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={press}
        placeholder={words.palette}
        aria-label={words.palette}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
        leftSection={<Icon name="search" />}
        size="md"
        variant="unstyled"
        className={css.field}
        data-autofocus
        // The letters typed right after Ctrl K belong in here.
        autoFocus
      />
      <div role="listbox" id={listId} aria-label={words.palette} className={css.list}>
        {found.map((choice) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field, which keeps the focus
          <div
            key={choice.id}
            id={`${listId}-${choice.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={choice === current}
            className={css.choice}
            onClick={() => take(choice)}
          >
            <Icon name={choice.icon} />
            <span className={css.word}>{choice.word}</span>
            <span className={css.kind}>{choice.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={css.empty}>{words.paletteEmpty}</p>}
    </>
  );
}

function useShareChoices(typed: string): Choice[] {
  const navigate = useNavigate();
  return useShares(typed).map((symbol) => ({
    id: `share-${symbol}`,
    word: symbol,
    kind: words.paletteShare,
    icon: 'pnl' as const,
    act: () => void navigate({ to: '/symbols/$symbol', params: { symbol } }),
  }));
}

function useChoices(isAdmin: boolean, actions: readonly Action[]): Choice[] {
  const navigate = useNavigate();
  const everybody = useAllRows(useInfiniteQuery({ ...usersQuery, enabled: isAdmin }));
  const pages = entriesFor(isAdmin).map(({ to, word, icon }) => ({
    id: `page-${word}`,
    word,
    kind: words.palettePage,
    icon,
    act: () => void navigate({ to }),
  }));
  const users = everybody.map(({ id, name }) => ({
    id: `user-${id}`,
    word: name,
    kind: words.paletteUser,
    icon: 'users' as const,
    act: () => void navigate({ to: '.', search: (search) => ({ ...search, user: id }) }),
  }));
  const others = actions.map(({ word, icon, act }, number) => ({
    id: `action-${number}`,
    word,
    kind: words.paletteAction,
    icon,
    act,
  }));
  return [...pages, ...users, ...others];
}

/** Whether the letters stand in the word in this order. */
function matches(word: string, typed: string): boolean {
  let from = 0;
  const within = word.toLowerCase();
  for (const letter of typed.toLowerCase().replaceAll(' ', '')) {
    const at = within.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
