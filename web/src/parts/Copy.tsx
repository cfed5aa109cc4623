import { ActionIcon } from '@mantine/core';
import { useState } from 'react';
import { Icon } from './icons/Icon';

const words = { copy: 'Copy', copied: 'Copied', failed: 'The browser did not allow it' } as const;

interface Props {
  text: string;
  /** What is copied, such as `Copy the order's id`. */
  label?: string;
}

/** Puts a text on the clipboard and says so. */
export function Copy({ text, label = words.copy }: Props) {
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    try {
      // Absent without https (apart from localhost).
      await navigator.clipboard.writeText(text);
      setSaid(words.copied);
    } catch {
      setSaid(words.failed);
    }
    setTimeout(() => setSaid(null), 2000);
  };
  return (
    <>
      <ActionIcon
        variant="subtle"
        size={24}
        aria-label={label}
        title={said ?? label}
        onClick={copy}
      >
        <Icon name={said === words.copied ? 'check' : said ? 'warning' : 'copy'} size={14} />
      </ActionIcon>
      <output className="visually-hidden">{said}</output>
    </>
  );
}
