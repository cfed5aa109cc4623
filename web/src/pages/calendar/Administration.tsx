import { useState } from 'react';
import { Import } from './Import';
import { Versions } from './Versions';

/** A document that was put into the import from elsewhere on the page. */
export interface Brought {
  text: string;
  whole: boolean;
  /** Counts them, so that the same one can be brought twice. */
  number: number;
}

/** For admins: another calendar, and those that there were. */
export function Administration() {
  const [brought, setBrought] = useState<Brought>({ text: '', whole: false, number: 0 });
  const bring = (text: string) =>
    setBrought(({ number }) => ({ text, whole: true, number: number + 1 }));
  return (
    <>
      <Import key={brought.number} brought={brought} />
      <Versions onBring={bring} />
    </>
  );
}
