/** The rules of our own: what each asks of the contract, and the places where the contract does not do it. */
import {
  type At,
  type Contract,
  type MediaType,
  type OperationAt,
  type Place,
  type Response,
  type Schema,
  answerSchemas,
  bodyOf,
  contentOf,
  operationsOf,
  requestSchemas,
  resolve,
} from './contract.ts';

export interface Rule {
  /** What is asked, in one sentence. */
  asks: string;
  /** Where it is not so. */
  faults: (contract: Contract) => Place[];
}

const RETRY = ['none', 'per_item', 'never', 'after_change', 'after_refetch', 'same_key', 'same_key_after'];
const ENVELOPE = ['data', 'has_more', 'next_cursor'];

export const RULES: Record<string, Rule> = {
  'operation-scope': {
    asks: 'Every operation says in `x-scope` which scope it needs, one of `x-scopes` of its security scheme, such as orders:read.',
    faults: (contract) => {
      const scopes = scopesOf(contract);
      return operationsOf(contract)
        .filter(({ node }) => !scopes.has(node['x-scope'] ?? ''))
        .map(({ at }) => at);
    },
  },
  'request-example': {
    asks: 'Every request body has an example.',
    faults: each((contract) => operationsOf(contract).flatMap(bodyOf), hasExample),
  },
  'answer-example': {
    asks: 'Every 2xx answer that has a body has an example of it.',
    faults: each((contract) => successesOf(contract).flatMap(contentOf), hasExample),
  },
  'problem-document': {
    asks: 'Every 4xx and 5xx is a Problem, as application/problem+json and nothing else.',
    faults: each(problemsOf, ({ node }) => {
      const content = node.content ?? {};
      return (
        Object.keys(content).join() === 'application/problem+json' &&
        content['application/problem+json']?.schema?.$ref === '#/components/schemas/Problem'
      );
    }),
  },
  'problem-example': {
    asks: 'Every 4xx and 5xx has an example with its own status, and a `retry` of its own.',
    faults: each(problemsOf, ({ node, status }) => {
      const example = node.content?.['application/problem+json']?.example as
        | { status?: unknown; retry?: unknown }
        | undefined;
      return example?.status === status && retriesOf(node).includes(String(example.retry));
    }),
  },
  'answer-retry': {
    asks: `Every response says in \`x-retry\` what a client may do next: ${RETRY.join(', ')}. A list says that each problem tells which.`,
    faults: each(responsesOf, ({ node }) => {
      const retries = retriesOf(node);
      return retries.length > 0 && retries.every((retry) => RETRY.includes(retry));
    }),
  },
  'answer-request-id': {
    asks: 'Every response has the header X-Request-Id.',
    faults: each(responsesOf, ({ node }) => node.headers?.['X-Request-Id'] !== undefined),
  },
  'list-envelope': {
    asks: `Every list has the same envelope, all of it required: ${ENVELOPE.join(', ')}.`,
    faults: (contract) =>
      listsOf(contract)
        .filter(({ envelope }) => !isEnvelope(contract, envelope.node))
        .map(({ envelope }) => envelope.at),
  },
  'list-parameters': {
    asks: 'Every list has the parameters `limit` and `cursor`.',
    faults: each(listsOf, ({ parameters }) =>
      ['limit', 'cursor'].every((name) =>
        parameters.some(({ node }) => node?.in === 'query' && node.name === name),
      ),
    ),
  },
  'list-link': {
    asks: 'Every page of a list has the header Link.',
    faults: (contract) =>
      listsOf(contract)
        .filter(({ page }) => page.node.headers?.['Link'] === undefined)
        .map(({ page }) => page.at),
  },
  'write-idempotent': {
    asks: 'Every write requires an Idempotency-Key, or says `x-idempotency: items` and requires an idempotency_key of each item.',
    faults: (contract) =>
      operationsOf(contract)
        .filter(({ method }) => method !== 'get')
        .filter((operation) =>
          operation.node['x-idempotency'] === 'items'
            ? !hasKeyedItems(contract, operation)
            : !isKeyed(operation),
        )
        .map(({ at }) => at),
  },
  'request-bound': {
    asks: 'Every string of a request has a maxLength, pattern, enum or format, and every list a maxItems.',
    faults: each(requestSchemas, ({ node }) => {
      if (node.type === 'array') return node.maxItems !== undefined;
      if (node.type !== 'string') return true;
      return [node.maxLength, node.pattern, node.enum, node.format].some((bound) => bound !== undefined);
    }),
  },
  'parameter-encoding': {
    asks: 'No parameter has `allowReserved`, `style` or `explode`: a query is decoded as a form, percent-encoded, with `+` for a space.',
    faults: each(
      (contract) => operationsOf(contract).flatMap(({ parameters }) => parameters),
      ({ node }) => ['allowReserved', 'style', 'explode'].every((word) => !(word in (node ?? {}))),
    ),
  },
  'names-in-snake-case': {
    asks: 'Names of members, and of parameters in paths and queries, are in snake_case.',
    faults: (contract) => [
      ...operationsOf(contract)
        .flatMap(({ parameters }) => parameters)
        .filter(({ node }) => node?.in !== 'header' && !isSnakeCase(node?.name))
        .map(({ at }) => at.concat('name')),
      ...[...requestSchemas(contract), ...answerSchemas(contract)].flatMap(({ node, at }) =>
        Object.keys(node.properties ?? {})
          .filter((name) => !isSnakeCase(name))
          .map((name) => at.concat('properties', name)),
      ),
    ],
  },
};

/** Names of all scopes: the sums and their parts. */
function scopesOf({ components }: Contract): ReadonlySet<string> {
  const sums = Object.values(components?.securitySchemes ?? {}).map((scheme) => scheme['x-scopes'] ?? {});
  return new Set(sums.flatMap((sum) => Object.entries(sum).flat(2)));
}

function retriesOf(node: Response): string[] {
  return [node['x-retry'] ?? ''].flat();
}

function each<T extends { at: Place }>(
  all: (contract: Contract) => T[],
  isGood: (one: T) => boolean,
): Rule['faults'] {
  return (contract) =>
    all(contract)
      .filter((one) => !isGood(one))
      .map(({ at }) => at);
}

type Responses = OperationAt['responses'];

function responsesOf(contract: Contract): Responses {
  return operationsOf(contract).flatMap(({ responses }) => responses);
}

function problemsOf(contract: Contract): Responses {
  return responsesOf(contract).filter(({ status }) => status >= 400);
}

function successesOf(contract: Contract): Responses {
  return responsesOf(contract).filter(({ status }) => status < 300);
}

function hasExample({ node }: At<MediaType>): boolean {
  return node.example !== undefined || node.examples !== undefined;
}

const isSnakeCase = (name = '') => /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name);

type List = OperationAt & { page: At<Response>; envelope: At<Schema> };

/** Operations that answer any part of the envelope of a list, so that one that lacks the rest is found. */
function listsOf(contract: Contract): List[] {
  return operationsOf(contract).flatMap((operation) => {
    const page = operation.responses.find(({ status }) => status === 200);
    const media = page && contentOf(page)[0];
    if (page === undefined || media === undefined) return [];
    const envelope = resolve(contract, media.node.schema ?? {}, [...media.at, 'schema']);
    const names = Object.keys(envelope.node.properties ?? {});
    const isList = operation.method === 'get' && names.some((name) => ENVELOPE.includes(name));
    return isList ? [{ ...operation, page, envelope }] : [];
  });
}

function isEnvelope(contract: Contract, { properties = {}, required = [] }: Schema): boolean {
  const type = (name: string) => resolve(contract, properties[name], []).node?.type;
  return (
    Object.keys(properties).sort().join() === ENVELOPE.join() &&
    ENVELOPE.every((name) => required.includes(name)) &&
    [type('data'), type('has_more'), type('next_cursor')].join() === 'array,boolean,string'
  );
}

const isKeyed = ({ parameters }: OperationAt) =>
  parameters.some(({ node }) => node?.in === 'header' && node.name === 'Idempotency-Key' && node.required);

function hasKeyedItems(contract: Contract, operation: OperationAt): boolean {
  const { node } = resolve(contract, bodyOf(operation)[0]?.node.schema, []);
  const lists = Object.values(node?.properties ?? {}).filter(({ type }) => type === 'array');
  return (
    lists.length > 0 &&
    lists.every((list) => resolve(contract, list.items, []).node?.required?.includes('idempotency_key'))
  );
}
