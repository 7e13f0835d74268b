/** A piece of a text and what stands there instead. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  if (edits.length === 0) return text;
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  for (const edit of sorted) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/**
 * The replacement of a piece of code by something shorter, filled up so that everything behind it keeps its line and
 * column.
 */
export function inPlaceOf(piece: string, replacement: string): string {
  return replacement + piece.slice(replacement.length).replace(/[^\n\r\u2028\u2029]/g, ' ');
}
