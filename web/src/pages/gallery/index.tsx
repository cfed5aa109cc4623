import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { ClockContext } from '../../parts/clock';
import { Asking } from './Asking';
import { galleryClock } from './clock';
import { Figures } from './Figures';
import css from './gallery.module.css';
import { Lists } from './Lists';
import { Marks } from './Marks';
import { States } from './States';
import { words } from './words';

function ThemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label={words.theme}
      value={colorScheme}
      onChange={setColorScheme}
      data={[
        { value: 'light', label: words.light },
        { value: 'dark', label: words.dark },
        { value: 'auto', label: words.system },
      ]}
    />
  );
}

/** Every shared part with made-up values, for looking at and for the accessibility check. */
export default function GalleryPage() {
  return (
    <ClockContext value={galleryClock}>
      <div className={css.page}>
        <div className={css.head}>
          <div>
            <h1>{words.title}</h1>
            <p className={css.note}>{words.note}</p>
          </div>
          <ThemeChoice />
        </div>
        <Figures />
        <Lists />
        <Asking />
        <States />
        <Marks />
      </div>
    </ClockContext>
  );
}
