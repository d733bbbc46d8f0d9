/** A row for each rule of operations: a contract before and after. */
import { type Fragment } from './contracts.ts';

export const OK = { description: 'Fine' };
export const text = { schema: { type: 'string' } };
export const query = (more: Fragment = {}): Fragment => ({
  parameters: [{ name: 'q', in: 'query', ...text, ...more }],
});
export const limit = (schema: Fragment, more: Fragment = {}): Fragment => query({ schema, ...more });
export const answer = (more: Fragment): Fragment => ({ responses: { 201: { ...OK, ...more } } });
export const header = (more: Fragment): Fragment => answer({ headers: { 'X-Total': { ...text, ...more } } });
export const content = (...types: string[]): Fragment => ({
  content: Object.fromEntries(types.map((type) => [type, text])),
});
export const body = (more: Fragment = {}): Fragment => ({
  requestBody: { ...content('application/json'), ...more },
});
export const asked = (...scopes: string[]): Fragment => ({ security: [{ login: scopes }] });
export const schemes = (type: Fragment): Fragment => ({ components: { securitySchemes: { login: type } } });
export const BASIC = { type: 'http', scheme: 'basic' };
export const deprecated = (sunset?: string): Fragment => ({
  deprecated: true,
  ...(sunset && { 'x-sunset': sunset }),
});
export const part = (contentType: string): Fragment => ({
  content: { 'multipart/form-data': { ...text, encoding: { file: { contentType } } } },
});
export const webhook = (more: Fragment): Fragment => ({
  webhooks: { shipped: { post: { responses: { 200: OK }, ...more } } },
});

export type Row = [rule: string, base: Fragment | null, head: Fragment | null];

/** Parts of the one operation of the contract before and after; `null`: no operation. */
export const OPERATION_ROWS: Row[] = [
  ['operation.added', null, {}],
  ['operation.removed', {}, null],
  ['operation.id-changed', { operationId: 'make' }, { operationId: 'makeThing' }],
  ['operation.tags-changed', { tags: ['a'] }, { tags: ['b'] }],
  ['operation.removed-as-announced', deprecated(), null],
  ['operation.removed-as-announced', deprecated('2026-06-01'), null],
  ['operation.removed-before-sunset', deprecated('2026-06-02'), null],
  ['operation.removed-unstable', { 'x-stability-level': 'draft' }, null],
  ['operation.deprecated', {}, deprecated('2027-01-01')],
  ['operation.reactivated', deprecated('2027-01-01'), {}],
  ['operation.sunset-invalid', {}, deprecated('tomorrow')],
  ['operation.sunset-removed', deprecated('2027-01-01'), deprecated()],
  ['operation.sunset-moved', deprecated('2027-01-01'), deprecated('2027-01-02')],
  ['operation.sunset-brought-forward', deprecated('2027-01-02'), deprecated('2027-01-01')],
  ['operation.sunset-passed', {}, deprecated('2026-05-31')],
  ['operation.stability-invalid', {}, { 'x-stability-level': 'solid' }],
  ['operation.stability-decreased', { 'x-stability-level': 'beta' }, { 'x-stability-level': 'alpha' }],
  ['operation.stability-increased', { 'x-stability-level': 'alpha' }, {}],

  ['parameter.added', {}, query()],
  ['parameter.added-required', {}, query({ required: true })],
  ['parameter.removed', query(), {}],
  ['parameter.removed', query(), { parameters: [{ name: 'q', in: 'header', ...text }] }],
  ['parameter.removed-as-announced', query(deprecated()), {}],
  ['parameter.removed-before-sunset', query(deprecated('2026-06-02')), {}],
  ['parameter.removed-unstable', query({ 'x-stability-level': 'alpha' }), {}],
  ['parameter.became-required', query(), query({ required: true })],
  ['parameter.became-optional', query({ required: true }), query()],
  ['parameter.style-changed', query(), query({ style: 'pipeDelimited' })],
  ['parameter.style-changed', query(), query({ explode: false })],
  ['parameter.style-changed', query(), query({ schema: undefined, content: { 'application/json': text } })],
  ['parameter.allow-empty-unset', query({ allowEmptyValue: true }), query()],
  ['parameter.allow-reserved-unset', query({ allowReserved: true }), query()],
  ['parameter.default-added', limit({ type: 'integer' }), limit({ type: 'integer', default: 20 })],
  ['parameter.default-changed', limit({ default: 10 }), limit({ default: 20 })],
  ['parameter.default-removed', limit({ default: 10 }), limit({})],
  ['parameter.default-idle', limit({ default: 10 }, { required: true }), limit({}, { required: true })],
  ['parameter.deprecated', query(), query(deprecated())],
  ['parameter.reactivated', query(deprecated()), query()],
  ['parameter.sunset-invalid', query(), query(deprecated('2026-13-01'))],
  ['parameter.sunset-removed', query(deprecated('2027-01-01')), query(deprecated())],
  ['parameter.sunset-moved', query(deprecated('2027-01-01')), query(deprecated('2028-01-01'))],
  ['parameter.sunset-brought-forward', query(deprecated('2027-01-01')), query(deprecated('2026-07-01'))],
  ['parameter.sunset-passed', query(deprecated('2027-01-01')), query(deprecated('2026-01-01'))],
  ['parameter.stability-invalid', query(), query({ 'x-stability-level': 1 })],
  ['parameter.stability-decreased', query(), query({ 'x-stability-level': 'beta' })],
  [
    'parameter.stability-increased',
    query({ 'x-stability-level': 'beta' }),
    query({ 'x-stability-level': 'stable' }),
  ],
  ['request.type.narrowed', limit({ oneOf: [text.schema, { type: 'boolean' }] }), query()],
  ['request.maxLength.set', query(), limit({ type: 'string', maxLength: 5 })],
  ['request.type.widened', limit({ type: 'integer' }), query()],
  ['request.type.narrowed', query(), limit({ type: 'integer' })],
  ['request.type.widened', query(), limit({ type: 'array', items: { type: 'string' } })],
  [
    'request.type.widened',
    limit({ oneOf: [text.schema, { type: 'boolean' }] }),
    limit({ type: 'array', items: { type: 'string' } }),
  ],
  ['request.minLength.set', query(), limit({ type: 'array', items: { type: 'string', minLength: 2 } })],
  ['request.type.narrowed', query(), limit({ type: 'array', items: { type: 'string' }, minItems: 2 })],

  ['request-body.added', {}, body()],
  ['request-body.added-required', {}, body({ required: true })],
  ['request-body.removed', body(), {}],
  ['request-body.became-required', body(), body({ required: true })],
  ['request-body.became-optional', body({ required: true }), body()],
  ['request-media-type.added', body(), body(content('application/json', 'text/csv'))],
  ['request-media-type.removed', body(content('application/json', 'text/csv')), body()],
  ['request-media-type.generalised', body(content('application/vnd.x+json')), body()],
  ['request-media-type.specialised', body(), body(content('application/vnd.x+json'))],
  ['request-media-type.schema-added', body({ content: { 'text/csv': {} } }), body(content('text/csv'))],
  ['request-media-type.schema-removed', body(content('text/csv')), body({ content: { 'text/csv': {} } })],
  ['request-media-type.encoding-changed', body(part('image/png')), body(part('image/gif'))],

  ['response.success-added', {}, { responses: { 201: OK, 202: OK } }],
  ['response.success-removed', {}, { responses: { 200: OK } }],
  ['response.failure-added', {}, { responses: { 201: OK, 404: OK } }],
  ['response.failure-removed', { responses: { 201: OK, 404: OK } }, {}],
  ['response.body-added', {}, answer(content('text/csv'))],
  ['response.body-removed', answer(content('text/csv')), {}],
  ['response-media-type.added', answer(content('text/csv')), answer(content('text/csv', 'text/html'))],
  ['response-media-type.removed', answer(content('text/csv', 'text/html')), answer(content('text/csv'))],
  ['response-media-type.generalised', answer(content('text/csv')), answer(content('text/*'))],
  ['response-media-type.specialised', answer(content('text/*')), answer(content('text/csv;header=absent'))],
  ['response-media-type.schema-added', answer({ content: { 'text/csv': {} } }), answer(content('text/csv'))],
  [
    'response-media-type.schema-removed',
    answer(content('text/csv')),
    answer({ content: { 'text/csv': {} } }),
  ],
  ['response-media-type.encoding-changed', answer(part('image/png')), answer(part('image/gif'))],
  ['header.added', {}, header({})],
  ['header.removed-required', header({ required: true }), {}],
  ['header.removed-optional', header({}), {}],
  ['header.removed-as-announced', header({ deprecated: true }), {}],
  ['header.became-required', header({}), header({ required: true })],
  ['header.became-optional', header({ required: true }), header({})],
  [
    'response.type.changed',
    header({ schema: { type: 'string', format: 'date' } }),
    header({ schema: { type: 'integer' } }),
  ],

  ['security.narrowed', {}, asked('read')],
  ['security.narrowed', asked('read'), asked('read', 'write')],
  ['security.narrowed', { security: [{ a: [] }, { b: [] }] }, { security: [{ a: [] }] }],
  ['security.narrowed', { ...asked(), 'x-scope': 'read' }, { ...asked(), 'x-scope': 'write' }],
  ['security.widened', asked('read'), {}],
  ['security.widened', asked('read', 'write'), asked('read')],
  ['security.widened', { security: [{ a: [] }] }, { security: [{ b: [] }, { a: [] }] }],
];
