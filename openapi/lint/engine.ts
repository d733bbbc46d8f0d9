/** Runs Redocly with its strict recommended rules and the rules of this folder. */
import { createConfig, getLineColLocation, lintFromString } from '@redocly/openapi-core';
import type { Contract } from './contract.ts';
import { GENERATOR_RULES } from './generator-rules.ts';
import { RULES, type Rule } from './rules.ts';

/** One violation of a rule. */
export interface Fault {
  line: number;
  /** JSON Pointer. */
  pointer: string;
  rule: string;
  message: string;
}

const PLUGIN = 'holdfast';

/** Redocly rules in addition to the recommended ones. */
const ADDITIONAL_RULES = [
  'no-invalid-schema-examples',
  'no-invalid-parameter-examples',
  'operation-description',
];

interface Context {
  location: { child: (pointer: string[]) => object };
  report: (problem: { message: string; location: object }) => void;
}

/** Version 1, which cannot change any more, has older forms. */
const GENERATORS_VERSION_MIN = 2;

const ALL_RULES: Record<string, Rule> = {
  ...RULES,
  ...mapValues(GENERATOR_RULES, ({ requirement, faults }) => ({
    requirement,
    faults: (contract: Contract) =>
      Number.parseInt(contract.info?.version ?? '', 10) < GENERATORS_VERSION_MIN ? [] : faults(contract),
  })),
};

/** A rule of this folder as a Redocly visitor, on the document with unresolved `$ref`s. */
const visitorOf =
  ({ requirement, faults }: Rule) =>
  () => ({
    Root(contract: Contract, { report, location }: Context) {
      const unique = new Map(faults(contract).map((pointer) => [pointer.join('\n'), pointer]));
      for (const pointer of unique.values()) {
        report({ message: requirement, location: location.child([...pointer]) });
      }
    },
  });

/**
 * Lints one contract.
 *
 * @param source YAML or JSON
 * @param file name for messages
 * @throws if the contract is unreadable
 */
export async function lintContract(source: string, file: string): Promise<Fault[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    plugins: [{ id: PLUGIN, rules: { oas3: mapValues(ALL_RULES, visitorOf) } as never }],
    rules: Object.fromEntries(
      [...ADDITIONAL_RULES, ...Object.keys(ALL_RULES).map((name) => `${PLUGIN}/${name}`)].map((rule) => [
        rule,
        'error',
      ]),
    ),
  });
  const problems = await lintFromString({ source, absoluteRef: file, config });
  return problems.map(({ ruleId: rule, message, location: [first] }) => ({
    line: first ? getLineColLocation(first).start.line : 1,
    pointer: first?.pointer ?? '#/',
    rule,
    message,
  }));
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
