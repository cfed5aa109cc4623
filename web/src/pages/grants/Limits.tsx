import type { Explanation } from '../../api/problems';
import type { TaskAllowance } from '../../api/schema';
import { mistakeOf } from '../../parts/Refusal';
import { limitsOf } from './allowance';
import css from './Grants.module.css';
import { LimitField } from './LimitField';
import type { Texts } from './limits';
import { limitWord } from './words';

interface Props {
  title: string;
  /** What the names of these limits begin with; empty for those outside of the two groups. */
  prefix: string;
  draft: TaskAllowance;
  texts: Texts;
  refusal: Explanation | null;
  onType: (name: string, text: string) => void;
}

/** One group of the limits of an allowance. */
export function Limits({ title, prefix, draft, texts, refusal, onType }: Props) {
  const limits = limitsOf(draft).filter(({ name }) =>
    prefix === '' ? !name.includes('.') : name.startsWith(prefix),
  );
  if (limits.length === 0) return null;
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{title}</legend>
      {limits.map(({ name, value }) => (
        <LimitField
          key={name}
          name={name}
          value={value}
          typed={texts[name]}
          mistake={mistakeOf(refusal, name, limitWord(name))}
          onType={(text) => onType(name, text)}
        />
      ))}
    </fieldset>
  );
}
