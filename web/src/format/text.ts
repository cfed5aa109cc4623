export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The daemon's sentences begin small and end without a stop, for logs and to stand after a colon. */
export function sentence(text: string): string {
  if (text === '') return '';
  const begun = capital(text);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
