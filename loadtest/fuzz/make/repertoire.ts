/** Valid and invalid values for each operation, derived from the contracts alone. */
import fc from 'fast-check';
import { type BadValue, badTexts, badValues } from '../../../test/provider/bad-values.ts';
import {
  type Contract,
  type Operation,
  type Parameter,
  readContract,
} from '../../../test/provider/contract.ts';
import { goodValues } from '../../../test/provider/good-values.ts';
import { fitsText } from '../../../test/provider/schema.ts';
import type { Version } from '../case.ts';
import { oddTexts, wrongTexts } from './parameter-texts.ts';

/** Valid values per body and parameter. */
const GOOD_BODIES_COUNT = 32;
const GOOD_TEXTS_COUNT = 8;
/** A field value: visible ASCII, with spaces inside. */
const FIELD = /^[!-~](?:[ -~]{0,1000}[!-~])?$/;

export interface Choices {
  parameter: Parameter;
  good: string[];
  bad: BadValue<string>[];
  /** Values that the server may accept or refuse. */
  odd: BadValue<string>[];
}

export interface Offer {
  version: Version;
  operation: Operation;
  parameters: Choices[];
  bodies: { good: unknown[]; bad: BadValue[] };
}

export interface Repertoire {
  offers: Offer[];
  find: (version: Version, operationId: string) => Offer;
}

/** Returns the same values for the same seed. */
export async function readRepertoire(seed: number): Promise<Repertoire> {
  const contracts = await Promise.all((['v1', 'v2'] as const).map(readContract));
  const offers = contracts.flatMap((contract) =>
    contract.operations.map((operation) => offerOf(contract, operation, seed)),
  );
  const byName = new Map(offers.map((offer) => [`${offer.version} ${offer.operation.id}`, offer]));
  return {
    offers,
    find(version, operationId) {
      const offer = byName.get(`${version} ${operationId}`);
      if (offer === undefined) throw new Error(`openapi/${version}.yaml has no operation ${operationId}`);
      return offer;
    },
  };
}

function offerOf({ name }: Contract, operation: Operation, root: number): Offer {
  const seed = root ^ fc.hash(`${name} ${operation.id}`);
  return {
    version: name as Version,
    operation,
    parameters: operation.parameters.map((parameter) => choicesOf(parameter, seed)),
    bodies: bodiesOf(operation, seed),
  };
}

function choicesOf(parameter: Parameter, seed: number): Choices {
  const { schema, in: location } = parameter;
  const carried = (text: string) => location !== 'header' || FIELD.test(text);
  const good = fc
    .sample(goodValues(schema), { seed, numRuns: GOOD_TEXTS_COUNT })
    .map(String)
    .filter((text) => fitsText(schema, text) && carried(text));
  const [full] = fc.sample(goodValues(schema, true), { seed, numRuns: 1 });
  const bad = [...badTexts(schema, full), ...wrongTexts(schema)].filter(
    ({ value }) => carried(value) && value.length < 4_000 && (location !== 'path' || value !== ''),
  );
  return { parameter, good, bad, odd: oddTexts(schema) };
}

function bodiesOf({ body }: Operation, seed: number): Offer['bodies'] {
  if (body === undefined) return { good: [], bad: [] };
  const good = fc.sample(goodValues(body.schema), { seed, numRuns: GOOD_BODIES_COUNT });
  const [full] = fc.sample(goodValues(body.schema, true), { seed, numRuns: 1 });
  const bad = [...badValues(body.schema, body.example), ...badValues(body.schema, full)];
  return { good: [body.example, ...good], bad };
}
