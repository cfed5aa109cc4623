import { Kbd, Modal } from '@mantine/core';
import css from './KeyHelp.module.css';
import { useKeysOn } from './keys';
import { entriesFor } from './navigation';
import { words } from './words';

interface Props {
  isOpen: boolean;
  isAdmin: boolean;
  onClose: () => void;
}

export function KeyHelp({ isOpen, isAdmin, onClose }: Props) {
  const areOn = useKeysOn();
  const pages = entriesFor(isAdmin).flatMap(({ key, word }) =>
    key ? [[`g ${key}`, words.goTo(word)] as const] : [],
  );
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={words.keys}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {!areOn && <p className={css.note}>{words.keysAreOff}</p>}
      <dl className={css.keys}>
        {[...words.keyTable, ...pages].map(([keys, effect]) => (
          <div key={keys} className={css.row}>
            <dt>
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{effect}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
