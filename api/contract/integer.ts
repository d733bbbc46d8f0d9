/** Integers of parameters, which arrive as text. */
import type { Parameter } from './spec.ts';

/**
 * As JSON spells an integer, in no more digits than a double holds. `Number` takes `0x10`, `1e1`, `+5`, ` 5` and `05` as well, and no
 * contract says so.
 */
export const isIntegerText = (text: string): boolean => /^(?:0|-?[1-9][0-9]{0,15})$/.test(text);

/** An integer, of more digits than {@link isIntegerText} takes. */
export const isDigits = (text: string): boolean => /^-?[1-9][0-9]*$/.test(text);

export const isInteger = ({ schema }: Parameter): boolean => schema['type'] === 'integer';
