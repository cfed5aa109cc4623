import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { TaskView } from '../../api/schema';
import { Section } from '../../parts/Section';
import { ByComponent } from './ByComponent';
import { ByManifest } from './ByManifest';
import css from './Tasks.module.css';
import { words } from './words';

/** Takes up a new task: a component that brings its manifest, or a manifest alone. */
export function Adding() {
  const [way, setWay] = useState('component');
  const [added, setAdded] = useState<{ task: TaskView; hasModule: boolean } | null>(null);
  return (
    <Section title={words.adding} note={words.addNote}>
      <div className={css.content}>
        <SegmentedControl
          aria-label={words.ways}
          className={css.ways ?? ''}
          value={way}
          data={[
            { value: 'component', label: words.component },
            { value: 'manifest', label: words.byManifest },
          ]}
          onChange={setWay}
        />
        {way === 'component' ? (
          <ByComponent onAdded={(task) => setAdded({ task, hasModule: true })} />
        ) : (
          <ByManifest onAdded={(task) => setAdded({ task, hasModule: false })} />
        )}
        {added && (
          <p role="status" className={css.text}>
            {added.hasModule ? words.done(added.task.title) : words.declared(added.task.title)}{' '}
            <Link to="/admin/modules/$task" params={{ task: added.task.task }} className={css.link}>
              {words.toUpload}
            </Link>
          </p>
        )}
      </div>
    </Section>
  );
}
