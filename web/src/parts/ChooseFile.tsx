import { Button, FileButton } from '@mantine/core';
import { useRef } from 'react';

interface Props {
  /** The word of the button. */
  label: string;
  /** Endings and kinds of the files that are offered. */
  accept: string;
  disabled?: boolean;
  className?: string | undefined;
  onFile: (file: File) => void;
}

/** Has a file chosen. The same one can be chosen again: it may have been mended meanwhile. */
export function ChooseFile({ label, accept, disabled = false, className, onFile }: Props) {
  const forget = useRef<() => void>(null);
  const choose = (file: File | null) => {
    if (!file) return;
    onFile(file);
    forget.current?.();
  };
  return (
    <FileButton accept={accept} onChange={choose} resetRef={forget}>
      {(props) => (
        <Button {...props} variant="default" className={className ?? ''} disabled={disabled}>
          {label}
        </Button>
      )}
    </FileButton>
  );
}
