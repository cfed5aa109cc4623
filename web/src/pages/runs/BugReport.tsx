import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Execution } from '../../api/schema';
import { Icon } from '../../parts/icons/Icon';
import { bugReport } from './bugReport';
import { runWords as words } from './words';

/** Puts the numbers of a run on the clipboard, for a report. */
export function BugReport({ run }: { run: Execution }) {
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(bugReport(run));
      setSaid(words.bugCopied);
    } catch {
      // The browser allows it on https and localhost alone.
      setSaid(words.bugRefused);
    }
    setTimeout(() => setSaid(null), 2500);
  };
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="copy" size={14} />}
        title={words.bugText}
        onClick={() => void copy()}
      >
        {said ?? words.bug}
      </Button>
      <output className="visually-hidden">{said}</output>
    </>
  );
}
