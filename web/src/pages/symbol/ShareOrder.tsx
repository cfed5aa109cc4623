import { NativeSelect } from '@mantine/core';
import css from './Symbol.module.css';
import { words } from './words';

interface Props {
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
}

/** Orders of the list of shares by name; cards have no headings to press. */
export function ShareOrder({ sort, onSort }: Props) {
  const isNamed = sort === undefined || words.namedOrders.some(({ value }) => value === sort);
  const others = isNamed ? [] : [{ value: sort, label: words.orderOfHeading }];
  return (
    <NativeSelect
      className={css.order}
      size="sm"
      label={words.order}
      value={sort ?? ''}
      data={[{ value: '', label: words.orderUsual }, ...words.namedOrders, ...others]}
      onChange={(event) => onSort(event.currentTarget.value || undefined)}
    />
  );
}
