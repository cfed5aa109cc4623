import { Fragment, type ReactNode } from 'react';
import css from './DefinitionList.module.css';

interface Props {
  items: readonly { term: string; value: ReactNode }[];
}

/** Facts about one thing: name and value. */
export function DefinitionList({ items }: Props) {
  return (
    <dl className={css.list}>
      {items.map(({ term, value }) => (
        <Fragment key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
