import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from '../icons/Icon';
import { LogLine } from './LogLine';
import css from './LogView.module.css';
import type { ShownLine } from './types';
import { useFollow } from './useFollow';
import { words } from './words';

/** Below this all lines are drawn: finding in the page and selecting work as everywhere. */
const VIRTUAL_FROM = 300;
const LINE_PX = 20;

interface Props {
  label: string;
  /** Oldest first. */
  lines: readonly ShownLine[];
  /** Breaks long lines in place of scrolling sideways. */
  wrap: boolean;
  /** The key of a line to begin at and to mark; without it the view begins at the end. */
  marked?: string | undefined;
  /** Puts the time of a line into a link to the line. */
  link?: (line: ShownLine, time: ReactNode) => ReactNode;
  /** Whether there are older lines than these; `onOlder` reads some. */
  older?: boolean;
  reading?: boolean;
  onOlder?: () => void;
  height?: string;
}

/** Lines of a log. It follows the end until somebody scrolls up. */
export function LogView(props: Props) {
  const { lines, wrap, marked, older = false, reading = false } = props;
  const scroller = useRef<HTMLElement>(null);
  const isVirtual = lines.length >= VIRTUAL_FROM;
  const virtual = useVirtualizer({
    count: lines.length,
    enabled: isVirtual,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => lines[index]?.key ?? index,
    estimateSize: () => LINE_PX,
    overscan: 30,
  });
  const toEnd = () => {
    if (isVirtual) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
    else scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  const follow = useFollow({ lines, scroller, toEnd, fromEnd: marked === undefined });
  const at = marked === undefined ? -1 : lines.findIndex(({ key }) => key === marked);
  useEffect(() => {
    if (at < 0) return;
    if (isVirtual) virtual.scrollToIndex(at, { align: 'center' });
    else scroller.current?.querySelector('[data-marked]')?.scrollIntoView({ block: 'center' });
  }, [at, isVirtual, virtual]);
  useStayOnOlder(lines, scroller);

  const shown: readonly { index: number; start?: number }[] = isVirtual
    ? virtual.getVirtualItems()
    : lines.map((_, index) => ({ index }));
  return (
    <div className={css.frame}>
      <section
        ref={scroller}
        className={css.scroller}
        data-wrap={wrap || undefined}
        style={{ '--log-height': props.height ?? '65vh' }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={props.label}
        onScroll={follow.onScroll}
      >
        {older && (
          <Button
            className={css.older}
            size="compact-sm"
            variant="subtle"
            disabled={reading}
            onClick={props.onOlder}
          >
            {reading ? words.reading : words.older}
          </Button>
        )}
        <ol
          className={css.lines}
          style={isVirtual ? { height: virtual.getTotalSize() } : undefined}
          data-virtual={isVirtual || undefined}
        >
          {shown.map(({ index, start }) => {
            const line = lines[index];
            if (!line) return null;
            return (
              <LogLine
                key={line.key}
                line={line}
                index={index}
                start={start}
                isMarked={line.key === marked}
                measure={isVirtual ? virtual.measureElement : undefined}
                link={props.link}
              />
            );
          })}
        </ol>
      </section>
      {!follow.follows && (
        <Button className={css.below} size="xs" onClick={follow.follow}>
          <Icon name="down" size={14} />
          {follow.newLines > 0 ? words.newLines(follow.newLines) : words.toEnd}
        </Button>
      )}
    </div>
  );
}

/** Older lines come in above: what was in sight stays in sight. */
function useStayOnOlder(
  lines: readonly ShownLine[],
  scroller: { readonly current: HTMLElement | null },
) {
  const first = lines[0]?.key;
  const before = useRef({ first, height: 0 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { first: was, height } = before.current;
    const grown = element.scrollHeight - height;
    if (was !== undefined && was !== first && lines.some(({ key }) => key === was)) {
      element.scrollTop += grown;
    }
    before.current = { first, height: element.scrollHeight };
  });
}
