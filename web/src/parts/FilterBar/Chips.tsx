import css from './FilterBar.module.css';
import type { FilterOption } from './types';

interface Props {
  label: string;
  options: readonly FilterOption[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

export function Chips({ label, options, value, onChange }: Props) {
  const chosen = value ? value.split(',') : [];
  const toggle = (option: string) => {
    const next = options
      .map((known) => known.value)
      .filter((known) => (known === option ? !chosen.includes(known) : chosen.includes(known)));
    onChange(next.length > 0 ? next.join(',') : undefined);
  };
  return (
    <fieldset className={css.group}>
      <legend className={css.label}>{label}</legend>
      <div className={css.chips}>
        {options.map((option) => (
          <button
            key={option.value}
            type="button"
            className={css.chip}
            aria-pressed={chosen.includes(option.value)}
            onClick={() => toggle(option.value)}
          >
            {option.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
