/** Redocly's engine with its recommended rules, made strict, and with our own beside them. */
import { createConfig, getLineColLocation, lintFromString } from '@redocly/openapi-core';
import type { Contract } from './contract.ts';
import { RULES, type Rule } from './rules.ts';

/** One thing that is wrong with a contract. */
export interface Fault {
  line: number;
  /** JSON Pointer. */
  place: string;
  rule: string;
  message: string;
}

const PLUGIN = 'holdfast';

/** Beyond the recommended ones. */
const MORE = ['no-invalid-schema-examples', 'no-invalid-parameter-examples', 'operation-description'];

interface Context {
  location: { child: (place: string[]) => object };
  report: (problem: { message: string; location: object }) => void;
}

/** A rule of ours as the engine runs it: over the document as it is written, with every `$ref` in it. */
const visitorOf =
  ({ asks, faults }: Rule) =>
  () => ({
    Root(contract: Contract, { report, location }: Context) {
      const places = new Map(faults(contract).map((place) => [place.join('\n'), place]));
      for (const place of places.values()) report({ message: asks, location: location.child([...place]) });
    },
  });

const mapValues = <T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/**
 * Lints one contract.
 *
 * @param source YAML or JSON
 * @param file name, for the engine's own messages
 * @throws when it cannot be read at all
 */
export async function lintContract(source: string, file: string): Promise<Fault[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    plugins: [{ id: PLUGIN, rules: { oas3: mapValues(RULES, visitorOf) } as never }],
    rules: Object.fromEntries(
      [...MORE, ...Object.keys(RULES).map((name) => `${PLUGIN}/${name}`)].map((rule) => [rule, 'error']),
    ),
  });
  const problems = await lintFromString({ source, absoluteRef: file, config });
  return problems.map(({ ruleId: rule, message, location: [first] }) => ({
    line: first ? getLineColLocation(first).start.line : 1,
    place: first?.pointer ?? '#/',
    rule,
    message,
  }));
}
