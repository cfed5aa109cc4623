import { Modal } from '@mantine/core';
import { AddForm } from './AddForm';
import { words } from './words';

interface Props {
  opened: boolean;
  /** What the form begins with; empty where nothing is known. */
  symbol: string;
  day: string;
  onClose: () => void;
}

/** Adds one action by hand. A click beside the dialog does not close it: what was typed would be lost. */
export function AddDialog({ opened, symbol, day, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.addTitle}
      closeOnClickOutside={false}
      centered
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {/* Inside of the modal, so that it begins anew each time it is opened. */}
      <AddForm symbol={symbol} day={day} onClose={onClose} />
    </Modal>
  );
}
