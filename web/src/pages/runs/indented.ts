const OPENING = /^[[{]$/;
const CLOSING = /^[\]}]$/;
/** A text in quotes (the last one may be cut), a bracket, a comma, a colon, or what stands between them. */
const PIECES = /"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^"[\]{},:\s]+/g;

/**
 * JSON over several lines. Its pieces are laid out as they are: numbers keep all their digits, and a text that breaks
 * off is shown as far as it goes. What is no JSON stays as it is.
 */
export function indented(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  const pieces = text.match(PIECES) ?? [];
  let depth = 0;
  let lines = '';
  pieces.forEach((piece, index) => {
    const next = pieces[index + 1] ?? '';
    if (OPENING.test(piece)) {
      depth += 1;
      lines += CLOSING.test(next) ? piece : piece + line(depth);
    } else if (CLOSING.test(piece)) {
      depth = Math.max(0, depth - 1);
      lines += OPENING.test(pieces[index - 1] ?? '') ? piece : line(depth) + piece;
    } else if (piece === ',') {
      lines += piece + line(depth);
    } else {
      lines += piece === ':' ? ': ' : piece;
    }
  });
  return lines;
}

function line(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}
