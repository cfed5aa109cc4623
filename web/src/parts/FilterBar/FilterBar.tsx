import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Chips } from './Chips';
import css from './FilterBar.module.css';
import { TextFilter } from './TextFilter';
import type { FilterField, FilterValues } from './types';

const words = {
  all: 'All',
  clear: 'Clear filters',
  label: 'Filters',
  set: (count: number) => (count === 0 ? 'Filters' : `Filters (${count} set)`),
} as const;

interface Props {
  fields: readonly FilterField[];
  /** The search parameters of the URL. */
  values: FilterValues;
  /** One parameter changed; undefined takes it out of the URL. */
  onChange: (id: string, value: string | undefined) => void;
  /** Takes all of these out at once. */
  onClear?: () => void;
  /** Whether they stand behind a button on a narrow screen, which they would fill. */
  folds?: boolean;
  children?: ReactNode;
}

interface FieldProps {
  field: FilterField;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const { label } = field;
  switch (field.kind) {
    case 'text':
      return (
        <TextFilter
          label={label}
          placeholder={field.placeholder}
          isShort={field.isShort}
          value={value}
          onChange={onChange}
        />
      );
    case 'chips':
      return <Chips label={label} options={field.options} value={value} onChange={onChange} />;
    case 'choice':
      return (
        <NativeSelect
          className={css.field}
          label={label}
          size="sm"
          value={value ?? ''}
          data={[{ value: '', label: words.all }, ...field.options]}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      );
    case 'date':
      return (
        <TextInput
          type="date"
          className={css.field}
          label={label}
          size="sm"
          value={value ?? ''}
          min={field.min}
          max={field.max}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      );
  }
}

/** Filters of a list; what is chosen stands in the URL. The key `/` goes to the first text field. */
export function FilterBar({ fields, values, onChange, onClear, folds = false, children }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const set = fields.filter((field) => values[field.id] !== undefined).length;
  return (
    <search
      className={folds && !isOpen ? `${css.bar} ${css.folded}` : css.bar}
      aria-label={words.label}
    >
      {folds && (
        <Button
          className={css.unfold}
          variant="default"
          size="sm"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {words.set(set)}
        </Button>
      )}
      {fields.map((field) => (
        <Field
          key={field.id}
          field={field}
          value={values[field.id]}
          onChange={(value) => onChange(field.id, value)}
        />
      ))}
      {children}
      {onClear && set > 0 && (
        <Button variant="subtle" size="sm" onClick={onClear}>
          {words.clear}
        </Button>
      )}
    </search>
  );
}
