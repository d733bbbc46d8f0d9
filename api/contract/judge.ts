/**
 * The contract judge: express-openapi-validator for each request and answer, in tests and
 * development. Its Express request and response have only the members that it reads.
 */
import { middleware } from 'express-openapi-validator';
import specValidator from 'express-openapi-validator/dist/framework/openapi.schema.validator.js';
import { ANSWER, answerExcerpt, requestExcerpt } from './excerpt.ts';
import { FORMATS } from './formats.ts';
import { isInteger, isIntegerText } from './integer.ts';
import { answerRules } from './rules.ts';
import type { Operation, Spec } from './spec.ts';

/**
 * The library compiles the meta-schema of specs for each validator, also where it validates no
 * spec. That took a third of the CPU of the contract's tests.
 */
specValidator.OpenAPISchemaValidator = class {
  validate = () => ({ errors: [] });
} as unknown as typeof specValidator.OpenAPISchemaValidator;

type Handler = (req: object, res: object, next: (error?: unknown) => void) => unknown;

export interface JudgedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  query: Record<string, unknown>;
  body: unknown;
}

export interface JudgedAnswer {
  status: number;
  /** By lower-case name. */
  headers: Record<string, number | string | string[] | undefined>;
  /** Parsed; CSV is a text. */
  body: unknown;
}

/** A violation of the contract. */
export interface Verdict {
  status: number;
  message: string;
  errors: { path: string; message: string }[];
}

export interface Judge {
  /** The verdict on a request, `undefined` when it fits the contract. */
  request: (operation: Operation, request: JudgedRequest) => Promise<Verdict | undefined>;
  /** The verdict on an answer, `undefined` when it fits the contract. */
  answer: (operation: Operation, answer: JudgedAnswer) => Promise<Verdict | undefined>;
}

/** One judge a spec: its construction takes longer than most tests. */
const judges = new WeakMap<Spec, Judge>();

export function judgeOf(spec: Spec): Judge {
  let judge = judges.get(spec);
  if (judge === undefined) judges.set(spec, (judge = createJudge(spec)));
  return judge;
}

/**
 * The validator parses its whole document for each operation and each kind of answer. Excerpts keep
 * that short: with whole specs it took most of the time of the tests.
 */
function createJudge(spec: Spec): Judge {
  const handlers = new Map<string, Handler[]>();
  function handlersOf(name: string, of: 'request' | 'answer', excerpt: () => object): Handler[] {
    let found = handlers.get(name);
    if (found === undefined) {
      found = middleware({
        apiSpec: excerpt() as never,
        validateApiSpec: false, // `npm run openapi:lint` does
        validateRequests: of === 'request',
        validateResponses: of === 'answer',
        validateSecurity: false,
        formats: FORMATS as never,
        fileUploader: false,
      }) as unknown as Handler[];
      handlers.set(name, found);
    }
    return found;
  }

  const integers = integersOf(spec);
  const requests = structuredClone(spec.requests);
  // The validator resolves references in place; the rules share what they do not change.
  const answers = structuredClone(answerRules(spec.document));

  return {
    request: (operation, request) =>
      verdictOf((report) => {
        const list = handlersOf(operation.id, 'request', () => requestExcerpt(requests, operation));
        return run(list, expressRequest(asStrict(request, integers)), {}, report);
      }),

    async answer(operation, answer) {
      const { declared, missing, content } = responseOf(answers, operation, answer);
      if (!declared) return verdict(`status ${answer.status} is not in the contract of this operation`);
      if (missing.length > 0) return verdict(`missing response header: ${missing.join(', ')}`);
      // The validator knows JSON only.
      if (typeof answer.body === 'string') return textVerdict(operation, answer);
      // Answers with equal content share a validator. From status 500 on it would accept any body.
      const statusCode = content === undefined ? answer.status : 200;
      const list = handlersOf(`${statusCode} ${JSON.stringify(content)}`, 'answer', () =>
        answerExcerpt(answers, statusCode, content),
      );
      const res = {
        statusCode,
        getHeaders: () => answer.headers,
        headersSent: false,
        json: (_body: unknown) => res,
      };
      const request = { ...ANSWER, headers: {}, query: {}, body: undefined };
      return verdictOf(async (report) => {
        await run(list, expressRequest(request), res, report);
        res.json(answer.body); // the validator replaced `json`; it reports errors through `next`
      });
    },
  };
}

/** The verdict on an answer that is a text: its contract must have the media type. */
function textVerdict({ mediaTypes }: Operation, { status, headers }: JudgedAnswer): Verdict | undefined {
  const [type = ''] = String(headers['content-type']).split(';');
  return status === 200 && mediaTypes.includes(type)
    ? undefined
    : verdict(`media type ${type} is not in the contract of this answer`);
}

const verdict = (message: string): Verdict => ({ status: 500, message, errors: [] });

type Report = (error: unknown) => void;

async function verdictOf(act: (report: Report) => Promise<void>): Promise<Verdict | undefined> {
  const reports: unknown[] = [];
  await act((error) => reports.push(error)).catch((error: unknown) => reports.push(error));
  if (reports.length === 0) return undefined;
  const { status = 500, message = String(reports[0]), errors = [] } = reports[0] as Partial<Verdict>;
  return { status, message, errors };
}

/**
 * Runs the handlers in order, up to the first error. A handler may report errors after its `next`.
 */
async function run(handlers: Handler[], req: object, res: object, report: Report): Promise<void> {
  for (const handler of handlers) {
    let failed = false;
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => {
        if (error) {
          failed = true;
          report(error);
        }
        resolve();
      };
      Promise.resolve(handler(req, res, next)).catch(reject);
    });
    if (failed) return;
  }
}

/** Names of the integer parameters; header fields in lower case. */
const integersOf = ({ operations }: Spec): Set<string> =>
  new Set(
    operations.flatMap(({ parameters }) =>
      parameters
        .filter(isInteger)
        .map(({ in: location, name }) => (location === 'header' ? name.toLowerCase() : name)),
    ),
  );

/**
 * Corrects two differences of the validator: it accepts `0x10` and `1e1` as integers, and it
 * refuses an unencoded colon in a query.
 */
function asStrict(request: JudgedRequest, integers: Set<string>): JudgedRequest {
  const strict = <Value>(values: Record<string, Value>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const isLoose = integers.has(name) && typeof value === 'string' && !isIntegerText(value);
        return [name, isLoose ? `${value} is not an integer` : value];
      }),
    ) as Record<string, Value>;
  const query = strict(request.query);
  const path = request.url.split('?', 1)[0] ?? '';
  const text = Object.entries(query)
    .flatMap(([name, value]) => [value].flat().map((one) => `${encoded(name)}=${encoded(String(one))}`))
    .join('&');
  return { ...request, headers: strict(request.headers), query, url: text === '' ? path : `${path}?${text}` };
}

/** Also encodes `!'()*`, which encodeURIComponent leaves. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);

function expressRequest({ method, url, headers, query, body }: JudgedRequest): object {
  const path = url.split('?', 1)[0] ?? url;
  return {
    method: method === 'HEAD' ? 'GET' : method,
    url,
    originalUrl: url,
    path,
    baseUrl: '',
    headers: { ...headers },
    query: { ...query },
    body: structuredClone(body),
    params: {},
    cookies: undefined,
    app: { enabled: () => true, param: () => {}, _router: undefined },
    get: (name: string) => headers[name.toLowerCase()],
    is: (type: string) => String(headers['content-type'] ?? '').includes(type),
  };
}

interface Responses {
  [status: string]: {
    $ref?: string;
    headers?: Record<string, { $ref?: string; required?: boolean }>;
    content?: unknown;
  };
}

/** Checks required response headers, which the validator ignores. */
function responseOf(
  answers: Spec['document'],
  { method, path }: Operation,
  { status, headers }: JudgedAnswer,
): { declared: boolean; missing: string[]; content: unknown } {
  const document = answers as {
    paths: Record<string, Record<string, { responses: Responses }>>;
    components: { responses: Responses; headers: Record<string, { required?: boolean }> };
  };
  const component = (ref: string) => ref.split('/').at(-1) ?? '';
  const response = document.paths[path]?.[method]?.responses[status];
  const resolved = response?.$ref ? document.components.responses[component(response.$ref)] : response;
  const required = Object.entries(resolved?.headers ?? {}).filter(
    ([, header]) =>
      (header.$ref ? document.components.headers[component(header.$ref)] : header)?.required === true,
  );
  const missing = required.map(([name]) => name).filter((name) => headers[name.toLowerCase()] === undefined);
  return { declared: response !== undefined, missing, content: resolved?.content };
}
