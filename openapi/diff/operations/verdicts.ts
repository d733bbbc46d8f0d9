/** The rules for everything but schemas: rule → verdict and reason. */
import type { Verdict } from '../finding.ts';
import { LIFECYCLE_VERDICTS } from '../lifecycle.ts';

export interface OperationRule {
  rule: string;
  verdict: Verdict;
  why: string;
}

const rules = (...rows: [string, Verdict, string][]): OperationRule[] =>
  rows.map(([rule, verdict, why]) => ({ rule, verdict, why }));

/** Deprecation, sunset and stability: the same for operations and for parameters. */
const lifecycle = (what: 'operation' | 'parameter'): OperationRule[] =>
  rules(
    [`${what}.removed-as-announced`, 'compatible', 'it was deprecated, and its sunset, if any, has passed'],
    [`${what}.removed-before-sunset`, 'breaking', 'it is removed before its announced sunset'],
    [`${what}.removed-unstable`, 'compatible', 'it was draft or alpha, which may change at any time'],
    ...LIFECYCLE_VERDICTS.map(([change, verdict, why]): [string, Verdict, string] => [
      `${what}.${change}`,
      verdict,
      why,
    ]),
  );

const ALL = [
  ...rules(
    ['operation.added', 'compatible', 'clients need not call it'],
    ['operation.removed', 'breaking', 'clients that call it get 404 or 405; deprecate it first'],
    [
      'operation.id-changed',
      'compatible',
      'the id is not on the wire; generated clients may rename their method',
    ],
    ['operation.tags-changed', 'compatible', 'tags only group the documentation'],
    ['webhook.added', 'compatible', 'receivers need not subscribe to it'],
    ['webhook.removed', 'breaking', 'receivers no longer get these requests'],
  ),
  ...lifecycle('operation'),
  ...rules(
    [
      'parameter.removed',
      'breaking',
      'the server ignores or refuses it; convention: breaking although it was optional',
    ],
    ['parameter.added-required', 'breaking', 'clients of the base do not send it'],
    ['parameter.added', 'compatible', 'clients need not send it'],
    ['parameter.became-required', 'breaking', 'clients could omit it'],
    ['parameter.became-optional', 'compatible', 'clients may omit it now'],
    ['parameter.style-changed', 'breaking', 'the value has another form on the wire'],
    ['parameter.allow-empty-unset', 'breaking', 'clients could send it empty'],
    ['parameter.allow-reserved-unset', 'breaking', 'clients could send reserved characters unencoded'],
    ['parameter.default-added', 'breaking', 'omitting it has a new meaning; convention: breaking'],
    ['parameter.default-changed', 'breaking', 'omitting it has another meaning'],
    ['parameter.default-removed', 'breaking', 'the meaning of omitting it is undefined now'],
    ['parameter.default-idle', 'compatible', 'the parameter is required, so the default never applies'],
  ),
  ...lifecycle('parameter'),
  ...rules(
    ['request-body.added', 'compatible', 'clients need not send it'],
    ['request-body.added-required', 'breaking', 'clients of the base send no body'],
    ['request-body.removed', 'breaking', 'the server ignores or refuses it'],
    ['request-body.became-required', 'breaking', 'clients could omit it'],
    ['request-body.became-optional', 'compatible', 'clients may omit it now'],
    ['request-media-type.added', 'compatible', 'clients need not send it'],
    ['request-media-type.removed', 'breaking', 'clients that send it get 415'],
    ['request-media-type.generalised', 'compatible', 'the new type includes the old one'],
    ['request-media-type.specialised', 'breaking', 'the new type excludes some values of the old one'],
    ['request-media-type.schema-added', 'breaking', 'any value was allowed'],
    ['request-media-type.schema-removed', 'compatible', 'any value is allowed now'],
    ['request-media-type.encoding-changed', 'breaking', 'the part has another form on the wire'],
    ['response-media-type.added', 'compatible', 'clients request the types that they know'],
    ['response-media-type.removed', 'breaking', 'clients that request it get 406 or another type'],
    [
      'response-media-type.generalised',
      'breaking',
      'the response can have a type that the old one does not include',
    ],
    ['response-media-type.specialised', 'compatible', 'the old type includes the new one'],
    ['response-media-type.schema-added', 'compatible', 'clients had to accept any value'],
    ['response-media-type.schema-removed', 'breaking', 'clients must accept any value now'],
    ['response-media-type.encoding-changed', 'breaking', 'the part has another form on the wire'],
    ['response.success-added', 'compatible', 'convention: information'],
    ['response.success-removed', 'breaking', 'clients detect success by this status'],
    ['response.failure-added', 'compatible', 'clients handle an unknown status by its class'],
    ['response.failure-removed', 'compatible', 'clients never get this failure'],
    ['response.body-removed', 'breaking', 'clients that read the body get none'],
    ['response.body-added', 'compatible', 'clients ignore an unknown body'],
    ['header.added', 'compatible', 'clients ignore unknown headers'],
    ['header.removed-required', 'breaking', 'clients rely on its presence'],
    [
      'header.removed-optional',
      'breaking',
      'clients that read it get nothing; convention: breaking although it was optional',
    ],
    ['header.became-optional', 'breaking', 'clients rely on its presence'],
    ['header.became-required', 'compatible', 'it is always present now'],
    ['header.removed-as-announced', 'compatible', 'it was deprecated, and its sunset, if any, has passed'],
  ),
  ...rules(
    [
      'security.narrowed',
      'review',
      'sufficient credentials no longer suffice; convention: information, because grants are made outside the contract',
    ],
    ['security.widened', 'compatible', 'credentials that did not suffice now do'],
    [
      'security.scheme-changed',
      'review',
      'the scheme takes credentials in another way; convention: information, because grants are made outside the contract',
    ],
  ),
];

/** All rules without a direction, by name. */
export const OPERATION_RULES: ReadonlyMap<string, OperationRule> = new Map(
  ALL.map((rule) => [rule.rule, rule]),
);
