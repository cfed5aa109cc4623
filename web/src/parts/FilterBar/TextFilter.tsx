import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import css from './FilterBar.module.css';

const PAUSE_MS = 250;

interface Props {
  label: string;
  placeholder?: string | undefined;
  /** Without a label above it, where it stands beside a title; its placeholder is the label then. */
  isBare?: boolean;
  isShort?: boolean | undefined;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Tells a new value when the typing pauses; each one is a request and an entry of the URL. */
export function TextFilter(props: Props) {
  const { label, placeholder, isBare = false, isShort = false, value = '', onChange } = props;
  const [text, setText] = useState(value);
  const told = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  // The URL changed by other means (back, a link): it wins over what stands in the field.
  useEffect(() => {
    if (value !== told.current) {
      told.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );

  const tell = (next: string) => {
    if (timer.current !== null) clearTimeout(timer.current);
    told.current = next;
    onChange(next === '' ? undefined : next);
  };
  const type = (next: string) => {
    setText(next);
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = setTimeout(() => tell(next.trim()), PAUSE_MS);
  };
  return (
    <TextInput
      {...(isBare
        ? { 'aria-label': label, placeholder: label, size: 'xs' }
        : {
            label,
            placeholder,
            size: 'sm',
            className: isShort ? `${css.field} ${css.short}` : css.field,
          })}
      value={text}
      leftSection={<Icon name="search" />}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && tell(text.trim())}
      data-filter
    />
  );
}
