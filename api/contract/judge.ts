/**
 * express-openapi-validator, run inside Koa over every request and every answer in tests and development.
 *
 * It is written for Express, so it is handed the little of an Express request and response that it looks at.
 */
import { middleware } from 'express-openapi-validator';
import { ANSWER, answerExcerpt, requestExcerpt } from './excerpt.ts';
import { FORMATS } from './formats.ts';
import { isInteger, isIntegerText } from './integer.ts';
import type { Operation, Spec } from './spec.ts';

type Handler = (req: object, res: object, next: (error?: unknown) => void) => unknown;

export interface JudgedRequest {
  method: string;
  /** With the query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  query: Record<string, unknown>;
  body: unknown;
}

export interface JudgedAnswer {
  status: number;
  /** By lower-case name. */
  headers: Record<string, number | string | string[] | undefined>;
  /** Parsed. */
  body: unknown;
}

/** What the judge holds against a request or an answer. */
export interface Verdict {
  status: number;
  message: string;
  errors: { path: string; message: string }[];
}

export interface Judge {
  /**
   * @returns what is wrong with a request for an operation, `undefined` when it fits the contract
   */
  request: (operation: Operation, request: JudgedRequest) => Promise<Verdict | undefined>;
  /** @returns what is wrong with an answer of an operation, `undefined` when it fits the contract */
  answer: (operation: Operation, answer: JudgedAnswer) => Promise<Verdict | undefined>;
}

/** One for each spec: it takes longer to make than most tests take. */
const judges = new WeakMap<Spec, Judge>();

export function judgeOf(spec: Spec): Judge {
  let judge = judges.get(spec);
  if (judge === undefined) judges.set(spec, (judge = createJudge(spec)));
  return judge;
}

/**
 * The validator reads its whole document anew for each operation and each kind of answer: with that
 * of the whole spec, most of the time of the tests went there.
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

  return {
    request: (operation, request) =>
      verdictOf((complain) => {
        const list = handlersOf(operation.id, 'request', () => requestExcerpt(spec, operation));
        return run(list, expressRequest(asStrict(request, integers)), {}, complain);
      }),

    async answer(operation, answer) {
      const { promised, missing, content } = responseOf(spec, operation, answer);
      if (!promised) return verdict(`the contract has no ${answer.status} here`);
      if (missing.length > 0) return verdict(`response lacks header ${missing.join(', ')}`);
      // Answers with the same content are judged alike. The validator would let all of them pass
      // from 500 on.
      const statusCode = content === undefined ? answer.status : 200;
      const list = handlersOf(`${statusCode} ${JSON.stringify(content)}`, 'answer', () =>
        answerExcerpt(spec, statusCode, content),
      );
      const res = {
        statusCode,
        getHeaders: () => answer.headers,
        headersSent: false,
        json: (_body: unknown) => res,
      };
      const request = { ...ANSWER, headers: {}, query: {}, body: undefined };
      return verdictOf(async (complain) => {
        await run(list, expressRequest(request), res, complain);
        res.json(answer.body); // replaced by the validator, which complains through its `next` if the body is not allowed
      });
    },
  };
}

const verdict = (message: string): Verdict => ({ status: 500, message, errors: [] });

type Complain = (error: unknown) => void;

async function verdictOf(act: (complain: Complain) => Promise<void>): Promise<Verdict | undefined> {
  const complaints: unknown[] = [];
  await act((error) => complaints.push(error)).catch((error: unknown) => complaints.push(error));
  if (complaints.length === 0) return undefined;
  const { status = 500, message = String(complaints[0]), errors = [] } = complaints[0] as Partial<Verdict>;
  return { status, message, errors };
}

/** Runs the handlers one after the other, up to the first that complains. One may go on complaining after it has handed on. */
async function run(handlers: Handler[], req: object, res: object, complain: Complain): Promise<void> {
  for (const handler of handlers) {
    let failed = false;
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => {
        if (error) {
          failed = true;
          complain(error);
        }
        resolve();
      };
      Promise.resolve(handler(req, res, next)).catch(reject);
    });
    if (failed) return;
  }
}

/** Names of the parameters that are integers; fields in lower case. */
const integersOf = ({ operations }: Spec): Set<string> =>
  new Set(
    operations.flatMap(({ parameters }) =>
      parameters
        .filter(isInteger)
        .map(({ in: place, name }) => (place === 'header' ? name.toLowerCase() : name)),
    ),
  );

/**
 * The validator is more lenient than the contract with integers (it takes `0x10` and `1e1`), and stricter with addresses (it refuses a
 * colon in a query that is not percent-encoded, though it has no other meaning there). Neither is for it to say.
 */
function asStrict(request: JudgedRequest, integers: Set<string>): JudgedRequest {
  const strict = <Value>(values: Record<string, Value>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const isLoose = integers.has(name) && typeof value === 'string' && !isIntegerText(value);
        return [name, isLoose ? `${value} is no integer` : value];
      }),
    ) as Record<string, Value>;
  const query = strict(request.query);
  const path = request.url.split('?', 1)[0] ?? '';
  const text = Object.entries(query)
    .flatMap(([name, value]) => [value].flat().map((one) => `${encoded(name)}=${encoded(String(one))}`))
    .join('&');
  return { ...request, headers: strict(request.headers), query, url: text === '' ? path : `${path}?${text}` };
}

/** With the five that encodeURIComponent leaves as they are. */
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

/** The validator leaves the headers of answers unread; required ones are looked for here. */
function responseOf(
  spec: Spec,
  { method, path }: Operation,
  { status, headers }: JudgedAnswer,
): { promised: boolean; missing: string[]; content: unknown } {
  const document = spec.document as {
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
  return { promised: response !== undefined, missing, content: resolved?.content };
}
