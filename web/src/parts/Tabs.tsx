import { type ReactNode, useEffect, useRef } from 'react';
import css from './Tabs.module.css';

interface Tab<Id extends string> {
  id: Id;
  word: string;
  /** How many stand there; left out where nobody knows. */
  count?: ReactNode;
  /** For a tab that somebody has to look at; `bad` where it has gone wrong and nothing is unknown. */
  urgent?: boolean | 'bad';
}

interface Props<Id extends string> {
  label: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

/** One list in several views. Each is a link in all but name, so they are buttons and no `tablist` with its own keys. */
export function Tabs<Id extends string>({ label, tabs, chosen, onChoose }: Props<Id>) {
  const bar = useRef<HTMLElement>(null);
  const isCounted = tabs.some(({ count }) => count !== undefined);
  // On a phone the chosen one may stand beyond the edge, also once the counts have made the others wider.
  // biome-ignore lint/correctness/useExhaustiveDependencies: both move the tab without being read
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const tab = element.querySelector<HTMLElement>('[aria-current]');
      if (tab) element.scrollLeft = tab.offsetLeft - (element.clientWidth - tab.offsetWidth) / 2;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [chosen, isCounted]);
  return (
    <nav ref={bar} className={css.tabs} aria-label={label}>
      {tabs.map(({ id, word, count, urgent }) => (
        <button
          key={id}
          type="button"
          className={css.tab}
          aria-current={id === chosen ? 'page' : undefined}
          data-urgent={urgent ? (urgent === 'bad' ? 'bad' : 'unknown') : undefined}
          onClick={() => onChoose(id)}
        >
          {word}
          {count !== undefined && <span className={css.count}>{count}</span>}
        </button>
      ))}
    </nav>
  );
}
