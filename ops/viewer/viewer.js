// @ts-check
/* The page /docs: Swagger UI over the contracts. "Try it out" works without any input. */

/**
 * @typedef {{ name?: string, required?: boolean, description?: string, example?: unknown, schema?:
 * Record<string, unknown>, $ref?: string }} Parameter
 */
/** @typedef {{ url: string, headers: Record<string, string>, body?: unknown }} Asked */
/** @typedef {{ url: string, text: string }} Answered */

/** Globals of the earlier scripts: Swagger UI, and the contracts, newest first. @type {any} */
const page = globalThis;
/** @type {{ url: string, name: string }[]} */
const contracts = page.CONTRACTS;

/** Idempotency keys of the examples. Swagger UI fills the fields with them. @type {Set<string>} */
const exampleKeys = new Set();

/** A random UUID. `crypto.randomUUID` is missing on a page over plain HTTP from another machine. */
function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * Replaces example keys: they would be the same for every write. Sends other keys as they are.
 *
 * @param {Asked} asked
 */
function withFreshKeys(asked) {
  for (const [name, value] of Object.entries(asked.headers ?? {})) {
    if (name.toLowerCase() === 'idempotency-key' && exampleKeys.has(value)) asked.headers[name] = freshKey();
  }
  if (typeof asked.body === 'string') {
    asked.body = asked.body.replaceAll(/("idempotency_key"\s*:\s*)"([^"\\]*)"/g, (text, name, key) =>
      exampleKeys.has(key) ? `${name}"${freshKey()}"` : text,
    );
  }
  return asked;
}

/** @param {Answered} answered */
function preparedContract(answered) {
  if (!contracts.some(({ url }) => answered.url.endsWith(url))) return answered;
  const document = JSON.parse(answered.text);
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  for (const { requestBody } of operations) noteKeys(requestBody);
  const shared = Object.values(document.components.parameters);
  const own = operations.flatMap(({ parameters = [] }) => parameters);
  for (const parameter of [...shared, ...own]) prepare(parameter, document.components.schemas);
  const answers = operations.flatMap(({ responses = {} }) => Object.values(responses));
  for (const answer of [...Object.values(document.components.responses), ...answers]) showRetry(answer);
  answered.text = JSON.stringify(document);
  return answered;
}

/**
 * Shows the retry advice of an answer with its description: Swagger UI shows no extension there.
 *
 * @param {{ description?: string, 'x-retry'?: string | string[] }} answer
 */
function showRetry(answer) {
  const retries = [answer['x-retry'] ?? []].flat();
  if (retries.length === 0) return;
  answer.description += `\n\n\`x-retry\`: ${retries.map((retry) => `\`${retry}\``).join(' or ')}`;
}

/** Collects the keys in the examples of a body. @param {unknown} node */
function noteKeys(node) {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'idempotency_key' && typeof value === 'string') exampleKeys.add(value);
    else noteKeys(value);
  }
}

/**
 * Moves the example of an optional parameter into its description. Swagger UI would fill the field
 * with it and send a condition or a filter that the user did not choose.
 *
 * @param {Parameter} parameter
 * @param {Record<string, Record<string, unknown>>} schemas
 */
function prepare(parameter, schemas) {
  if (parameter.$ref !== undefined) return;
  if (parameter.name === 'Idempotency-Key') {
    exampleKeys.add(String(parameter.example));
    parameter.description += '\n\nUnless you change it, this page sends a new key with each request.';
  }
  if (parameter.required) return;
  const reference = /^#\/components\/schemas\/(\w+)$/.exec(String(parameter.schema?.$ref))?.[1];
  const { example: ofSchema, ...schema } = (reference ? schemas[reference] : parameter.schema) ?? {};
  const example = parameter.example ?? ofSchema;
  if (example === undefined) return;
  delete parameter.example;
  parameter.schema = schema;
  parameter.description = `${parameter.description ?? ''}\n\nExample: \`${String(example)}\``.trim();
}

// Without `validatorUrl: null` the page would send the contract to a validator on the internet.
page.SwaggerUIBundle({
  urls: contracts,
  dom_id: '#viewer',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: withFreshKeys,
  responseInterceptor: preparedContract,
  presets: [page.SwaggerUIBundle.presets.apis, page.SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
