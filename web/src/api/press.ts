/**
 * Names a press of a button, so that the daemon carries it out once however often the request arrives. Not
 * `crypto.randomUUID`, which browsers offer on https and localhost alone.
 */
export function pressed(): { 'Idempotency-Key': string } {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { 'Idempotency-Key': Array.from(bytes, hex).join('') };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
