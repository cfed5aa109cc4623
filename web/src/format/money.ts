import { MINUS, properMinus } from './minus';

// Money arrives as whole paise and is divided only here, at the moment it is shown.

const PAISE_IN_LAKH = 1_00_000_00;
const PAISE_IN_CRORE = 1_00_00_000_00;

const full = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' });
const signed = new Intl.NumberFormat('en-IN', {
  style: 'currency',
  currency: 'INR',
  signDisplay: 'exceptZero',
});
const plain = new Intl.NumberFormat('en-IN', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** ₹1,23,456.78, with a minus when negative. */
export function rupees(paise: number): string {
  return properMinus(full.format(paise / 100));
}

/** +₹1,234.00 or −₹1,234.00; zero has no sign. */
export function rupeesSigned(paise: number): string {
  return properMinus(signed.format(paise / 100));
}

/** 1,23,456.78 for columns whose heading says ₹. */
export function rupeesPlain(paise: number): string {
  return properMinus(plain.format(paise / 100));
}

/** ₹4,521.50, ₹4.52L, ₹1.23Cr: for tiles; show the full figure in the title. */
export function rupeesCompact(paise: number): string {
  const size = Math.abs(paise);
  const sign = paise < 0 ? MINUS : '';
  if (size < PAISE_IN_LAKH) return rupees(paise);
  const lakhs = (size / PAISE_IN_LAKH).toFixed(2);
  // 99.996 lakh would read 100.00L: from there on it is a crore.
  if (Number(lakhs) < 100) return `${sign}₹${lakhs}L`;
  return `${sign}₹${plain.format(size / PAISE_IN_CRORE)}Cr`;
}

/** A sentence of the daemon about an amount, in which every number is in paise, for people. */
export function inRupees(sentence: string): string {
  const told = sentence.replace('a whole number', 'an amount');
  return told.replace(/(?<![\w.:-])(-?\d+)(?: paise)?(?!\w|[.:-]\d)/g, (_, paise) =>
    rupees(Number(paise)),
  );
}

/** Which way an amount moved. */
export function direction(amount: number): 'gain' | 'loss' | 'none' {
  if (amount > 0) return 'gain';
  return amount < 0 ? 'loss' : 'none';
}
