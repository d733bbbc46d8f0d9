/**
 * Rules for code generators, from version 2 on: each refuses a form that several generators read
 * wrong. test/generators runs the generators themselves.
 */
import {
  type At,
  type Contract,
  type Schema,
  operationsOf,
  requestSchemas,
  responseSchemas,
} from './contract.ts';
import type { Rule } from './rules.ts';

/** Words that no component may have as its name: generated languages reserve them. */
const RESERVED = new Set(
  (
    'abstract assert break case catch class const continue default delete do else enum export extends false ' +
    'final finally for function if import in instanceof interface new null package private protected public ' +
    'return static super switch this throw true try type typeof var void while with yield'
  ).split(' '),
);

/** Escapes that need a flag of the pattern, or that not every language knows. */
const UNPORTABLE = /\\[pPku]|\(\?<|\(\?[a-z-]+[:)]/;

const isNamed = ({ at }: At<Schema>) => at.length === 3 && at[0] === 'components';

const isAlternatives = ({ oneOf, anyOf, allOf }: Schema) =>
  [oneOf, anyOf, allOf].some((list) => list !== undefined && list.length > 1);

const isClosed = ({ node }: At<Schema>) => node.additionalProperties === false;

export const GENERATOR_RULES: Record<string, Rule> = {
  'portable-pattern': {
    requirement:
      'No pattern has `\\p`, `\\u`, `\\k`, a lookbehind, a group with a name or inline flags: use ranges.',
    faults: schemas(({ node }) => !UNPORTABLE.test(node.pattern ?? '')),
  },
  'nullable-by-name': {
    requirement: 'A schema that allows null has `nullable: true`, and no list of values is `[null]`.',
    faults: schemas(({ node }) => node.enum === undefined || node.enum.some((value) => value !== null)),
  },
  'object-name': {
    requirement: 'Every object with members and every choice of schemas is a named component.',
    faults: schemas((schema) => {
      const needsName = schema.node.properties !== undefined || isAlternatives(schema.node);
      return !needsName || isNamed(schema);
    }),
  },
  'component-name': {
    requirement: 'Every component has a name of its own among all kinds, and none is a reserved word.',
    faults: (contract) => {
      const names = Object.entries(contract.components ?? {}).flatMap(([kind, components]) =>
        Object.keys(components).map((name) => ({ name: name.toLowerCase(), at: ['components', kind, name] })),
      );
      const isTaken = (name: string) => names.filter((each) => each.name === name).length > 1;
      return names.filter(({ name }) => RESERVED.has(name) || isTaken(name)).map(({ at }) => at);
    },
  },
  'header-string': {
    requirement: 'Every header parameter is a string.',
    faults: (contract) =>
      operationsOf(contract)
        .flatMap(({ parameters }) => parameters)
        .filter(
          ({ node }) => node?.in === 'header' && ['integer', 'number'].includes(node.schema?.type ?? ''),
        )
        .map(({ at }) => at),
  },
  'closed-request': {
    requirement: 'Every object of a request has `additionalProperties`: the server refuses unknown members.',
    faults: faultsOf(
      requestSchemas,
      ({ node }) => node.properties === undefined || node.additionalProperties !== undefined,
    ),
  },
  'open-answer': {
    requirement: 'No object of an answer has `additionalProperties: false`: later releases add members.',
    faults: faultsOf(responseSchemas, (schema) => !isClosed(schema)),
  },
  'discriminated-choice': {
    requirement:
      'A choice that later releases extend (`x-extensible-one-of`) has a discriminator that maps each schema.',
    faults: schemas(({ node }) => {
      if (node['x-extensible-one-of'] !== true) return true;
      const mapped = Object.values(node.discriminator?.mapping ?? {});
      return (node.oneOf ?? []).every(({ $ref = '' }) => mapped.includes($ref)) && mapped.length > 0;
    }),
  },
};

/** The faults among all schemas of requests and answers. */
function schemas(conforms: (schema: At<Schema>) => boolean): Rule['faults'] {
  return faultsOf((contract) => [...requestSchemas(contract), ...responseSchemas(contract)], conforms);
}

function faultsOf(
  all: (contract: Contract) => At<Schema>[],
  conforms: (schema: At<Schema>) => boolean,
): Rule['faults'] {
  return (contract) =>
    all(contract)
      .filter((schema) => !conforms(schema))
      .map(({ at }) => at);
}
