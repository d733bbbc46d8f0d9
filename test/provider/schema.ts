/** Validates values with ajv, without the validators of the server. */
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Schema } from './contract.ts';

const compiler = (coerceTypes: boolean) => {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes });
  addFormats.default(ajv, { mode: 'full' });
  ajv.addFormat('int64', true);
  const compiled = new WeakMap<Schema, ValidateFunction>();
  return (schema: Schema): ValidateFunction => {
    const known = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, known);
    return known;
  };
};
const ofJson = compiler(false);
const ofText = compiler(true);

/** The faults of a JSON value; empty if it is valid. */
export function faultsOfJson(schema: Schema, value: unknown): string[] {
  const validate = ofJson(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`.trim(),
  );
}

export const fitsJson = (schema: Schema, value: unknown): boolean => ofJson(schema)(value);

/** Whether the text of a header or parameter is valid: there, `7` is an integer. */
export const fitsText = (schema: Schema, text: string): boolean => ofText(wrapped(schema))({ text });

const wrappers = new WeakMap<Schema, Schema>();
function wrapped(schema: Schema): Schema {
  const known = wrappers.get(schema) ?? { type: 'object', properties: { text: schema } };
  wrappers.set(schema, known);
  return known;
}
