/** Integer parameters, which arrive as text. */
import type { Parameter } from './spec.ts';

/**
 * Whether a text is an integer of JSON that a double holds. `Number` also accepts `0x10`, `1e1`,
 * `+5`, ` 5` and `05`, which the contract does not.
 */
export const isIntegerText = (text: string): boolean => /^(?:0|-?[1-9][0-9]{0,15})$/.test(text);

/** Whether a text is an integer of any length. */
export const isDigits = (text: string): boolean => /^-?[1-9][0-9]*$/.test(text);

export const isInteger = ({ schema }: Parameter): boolean => schema['type'] === 'integer';
