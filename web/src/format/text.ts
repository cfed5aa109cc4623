export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The daemon's sentences begin small and end without a stop, for logs and to stand after a colon. */
export function sentence(text: string): string {
  if (text === '') return '';
  const begun = capital(text);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** The sentence that a text is too long, counted as the daemon counts; undefined when it is not. Nothing is cut while it is typed. */
export function tooLong(text: string, most: number): string | undefined {
  const { length } = [...text];
  return length <= most ? undefined : `At most ${most} characters; this has ${length}.`;
}
