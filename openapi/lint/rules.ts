/** The project's own lint rules: each with its requirement and a search for violations. */
import {
  type At,
  type Contract,
  type MediaType,
  type OperationAt,
  type Pointer,
  type Response,
  type Schema,
  bodyOf,
  contentOf,
  operationsOf,
  requestSchemas,
  resolve,
  responseSchemas,
} from './contract.ts';

export interface Rule {
  /** One sentence, printed for each violation. */
  requirement: string;
  /** The pointers of the violations. */
  faults: (contract: Contract) => Pointer[];
}

const RETRY = ['none', 'per_item', 'never', 'after_change', 'after_refetch', 'same_key', 'same_key_after'];
const ENVELOPE = ['data', 'has_more', 'next_cursor'];

export const RULES: Record<string, Rule> = {
  'operation-scope': {
    requirement:
      'Every operation has `x-scope`, one of the `x-scopes` of its security scheme, such as orders:read.',
    faults: (contract) => {
      const scopes = scopesOf(contract);
      return operationsOf(contract)
        .filter(({ node }) => !scopes.has(node['x-scope'] ?? ''))
        .map(({ at }) => at);
    },
  },
  'request-example': {
    requirement: 'Every request body has an example.',
    faults: each((contract) => operationsOf(contract).flatMap(bodyOf), hasExample),
  },
  'answer-example': {
    requirement: 'Every 2xx response with a body has an example.',
    faults: each((contract) => successesOf(contract).flatMap(contentOf), hasExample),
  },
  'problem-document': {
    requirement: 'Every 4xx and 5xx response is a Problem, as application/problem+json only.',
    faults: each(problemsOf, ({ node }) => {
      const content = node.content ?? {};
      return (
        Object.keys(content).join() === 'application/problem+json' &&
        content['application/problem+json']?.schema?.$ref === '#/components/schemas/Problem'
      );
    }),
  },
  'problem-example': {
    requirement:
      'Every 4xx and 5xx response has an example with its status and with a `retry` of its `x-retry`.',
    faults: each(problemsOf, ({ node, status }) => {
      const example = node.content?.['application/problem+json']?.example as
        | { status?: unknown; retry?: unknown }
        | undefined;
      return example?.status === status && retriesOf(node).includes(String(example.retry));
    }),
  },
  'answer-retry': {
    requirement: `Every response has \`x-retry\`, one or a list of: ${RETRY.join(', ')}.`,
    faults: each(responsesOf, ({ node }) => {
      const retries = retriesOf(node);
      return retries.length > 0 && retries.every((retry) => RETRY.includes(retry));
    }),
  },
  'answer-request-id': {
    requirement: 'Every response has the header X-Request-Id.',
    faults: each(responsesOf, ({ node }) => node.headers?.['X-Request-Id'] !== undefined),
  },
  'list-envelope': {
    requirement: `Every list has the same envelope with the required members ${ENVELOPE.join(', ')}.`,
    faults: (contract) =>
      listsOf(contract)
        .filter(({ envelope }) => !isEnvelope(contract, envelope.node))
        .map(({ envelope }) => envelope.at),
  },
  'list-parameters': {
    requirement: 'Every list has the parameters `limit` and `cursor`.',
    faults: each(listsOf, ({ parameters }) =>
      ['limit', 'cursor'].every((name) =>
        parameters.some(({ node }) => node?.in === 'query' && node.name === name),
      ),
    ),
  },
  'list-link': {
    requirement: 'Every page of a list has the header Link.',
    faults: (contract) =>
      listsOf(contract)
        .filter(({ page }) => page.node.headers?.['Link'] === undefined)
        .map(({ page }) => page.at),
  },
  'write-idempotent': {
    requirement:
      'Every write requires Idempotency-Key, or has `x-idempotency: items` and requires idempotency_key in each item.',
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
    requirement:
      'Every string of a request has maxLength, pattern, enum or format, and every list has maxItems.',
    faults: each(requestSchemas, ({ node }) => {
      if (node.type === 'array') return node.maxItems !== undefined;
      if (node.type !== 'string') return true;
      return [node.maxLength, node.pattern, node.enum, node.format].some((bound) => bound !== undefined);
    }),
  },
  'parameter-encoding': {
    requirement:
      'No parameter has `allowReserved`, `style` or `explode`: the server decodes every query as a form.',
    faults: each(
      (contract) => operationsOf(contract).flatMap(({ parameters }) => parameters),
      ({ node }) => ['allowReserved', 'style', 'explode'].every((word) => !(word in (node ?? {}))),
    ),
  },
  'names-in-snake-case': {
    requirement: 'Names of members, path parameters and query parameters are in snake_case.',
    faults: (contract) => [
      ...operationsOf(contract)
        .flatMap(({ parameters }) => parameters)
        .filter(({ node }) => node?.in !== 'header' && !isSnakeCase(node?.name))
        .map(({ at }) => at.concat('name')),
      ...[...requestSchemas(contract), ...responseSchemas(contract)].flatMap(({ node, at }) =>
        Object.keys(node.properties ?? {})
          .filter((name) => !isSnakeCase(name))
          .map((name) => at.concat('properties', name)),
      ),
    ],
  },
};

/** All scopes: the combined ones and their parts. */
function scopesOf({ components }: Contract): ReadonlySet<string> {
  const combined = Object.values(components?.securitySchemes ?? {}).map((scheme) => scheme['x-scopes'] ?? {});
  return new Set(combined.flatMap((scopes) => Object.entries(scopes).flat(2)));
}

function retriesOf(node: Response): string[] {
  return [node['x-retry'] ?? ''].flat();
}

function each<T extends { at: Pointer }>(
  all: (contract: Contract) => T[],
  conforms: (one: T) => boolean,
): Rule['faults'] {
  return (contract) =>
    all(contract)
      .filter((one) => !conforms(one))
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

/** Operations whose response has any member of the list envelope. */
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
