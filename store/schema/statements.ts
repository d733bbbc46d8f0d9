/** The statements of a schema file, one by one. */

/** What may contain a semicolon: comments, quoted text, bodies of functions; and the semicolon. */
const PARTS = /--[^\n]*|\/\*.*?\*\/|'(?:[^']|'')*'|"[^"]*"|(\$\w*\$).*?\1|;/gs;

/** @returns their texts with the comments before them, without semicolons */
export function statementsOf(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  for (const { 0: part, index } of text.matchAll(PARTS)) {
    if (part !== ';') continue;
    statements.push(text.slice(start, index).trim());
    start = index + 1;
  }
  const rest = text.slice(start).trim();
  return rest.replaceAll(/--[^\n]*/g, '').trim() === '' ? statements : [...statements, rest];
}
