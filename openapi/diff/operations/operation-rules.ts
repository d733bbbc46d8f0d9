/** The rules of everything that is not a schema: rule → verdict, and why. */
import type { Verdict } from '../finding.ts';

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
    [
      `${what}.removed-as-announced`,
      'compatible',
      'it was deprecated, and its sunset, if it had one, has passed',
    ],
    [`${what}.removed-before-sunset`, 'breaking', 'it was promised until its sunset'],
    [`${what}.removed-unstable`, 'compatible', 'its stability level, draft or alpha, promised nothing'],
    [`${what}.deprecated`, 'compatible', 'it still works'],
    [`${what}.reactivated`, 'compatible', 'it is there to stay'],
    [`${what}.sunset-invalid`, 'breaking', 'nobody can tell when it will go'],
    [`${what}.sunset-removed`, 'breaking', 'nobody can tell any more when it will go'],
    [`${what}.sunset-moved`, 'compatible', 'the day on which it will go is another'],
    [`${what}.sunset-brought-forward`, 'breaking', 'it goes earlier than announced'],
    [`${what}.sunset-passed`, 'breaking', 'the day on which it goes is past already'],
    [`${what}.stability-invalid`, 'breaking', 'the level is none of draft, alpha, beta and stable'],
    [`${what}.stability-decreased`, 'breaking', 'less is promised than before'],
    [`${what}.stability-increased`, 'compatible', 'more is promised than before'],
  );

const ALL = [
  ...rules(
    ['operation.added', 'compatible', 'clients need not call it'],
    ['operation.removed', 'breaking', 'clients that call it get 404 or 405; deprecate it first'],
    [
      'operation.id-changed',
      'compatible',
      'the name is not on the wire; generated clients may name their method otherwise',
    ],
    ['operation.tags-changed', 'compatible', 'tags sort the documentation'],
    ['webhook.added', 'compatible', 'receivers need not subscribe to it'],
    ['webhook.removed', 'breaking', 'receivers that count on it are called no more'],
  ),
  ...lifecycle('operation'),
  ...rules(
    [
      'parameter.removed',
      'breaking',
      'clients that send it are ignored or refused; convention: counts although it was optional',
    ],
    ['parameter.added-required', 'breaking', 'clients of the base do not send it'],
    ['parameter.added', 'compatible', 'clients need not send it'],
    ['parameter.became-required', 'breaking', 'clients could leave it out'],
    ['parameter.became-optional', 'compatible', 'clients may leave it out now'],
    ['parameter.style-changed', 'breaking', 'the value is written otherwise on the wire'],
    ['parameter.allow-empty-unset', 'breaking', 'clients could send it without a value'],
    ['parameter.allow-reserved-unset', 'breaking', 'clients could send reserved characters as they are'],
    [
      'parameter.default-added',
      'breaking',
      'leaving it out means something now that it did not; convention: counts',
    ],
    ['parameter.default-changed', 'breaking', 'leaving it out means something else'],
    ['parameter.default-removed', 'breaking', 'what leaving it out means is not said any more'],
    ['parameter.default-idle', 'compatible', 'the parameter is required, so that the default never holds'],
  ),
  ...lifecycle('parameter'),
  ...rules(
    ['request-body.added', 'compatible', 'clients need not send it'],
    ['request-body.added-required', 'breaking', 'clients of the base send none'],
    ['request-body.removed', 'breaking', 'clients that send it are ignored or refused'],
    ['request-body.became-required', 'breaking', 'clients could leave it out'],
    ['request-body.became-optional', 'compatible', 'clients may leave it out now'],
    ['request-media-type.added', 'compatible', 'clients need not send it'],
    ['request-media-type.removed', 'breaking', 'clients that send it get 415'],
    ['request-media-type.generalised', 'compatible', 'the new name contains the old one'],
    ['request-media-type.specialised', 'breaking', 'the new name leaves out some of what the old one took'],
    ['request-media-type.schema-added', 'breaking', 'anything was allowed'],
    ['request-media-type.schema-removed', 'compatible', 'anything is allowed'],
    ['request-media-type.encoding-changed', 'breaking', 'the part is written otherwise on the wire'],
    ['response-media-type.added', 'compatible', 'clients ask for the one that they know'],
    ['response-media-type.removed', 'breaking', 'clients that ask for it get 406, or another'],
    [
      'response-media-type.generalised',
      'breaking',
      'the answer can be of a kind that the old name did not contain',
    ],
    ['response-media-type.specialised', 'compatible', 'the old name contains the new one'],
    ['response-media-type.schema-added', 'compatible', 'anything was to be expected'],
    ['response-media-type.schema-removed', 'breaking', 'anything is to be expected'],
    ['response-media-type.encoding-changed', 'breaking', 'the part is written otherwise on the wire'],
    ['response.success-added', 'compatible', 'convention: information'],
    ['response.success-removed', 'breaking', 'clients wait for this status as the sign that all went well'],
    ['response.failure-added', 'compatible', 'clients treat an unknown status as its class'],
    ['response.failure-removed', 'compatible', 'a failure that does not happen breaks nobody'],
    ['response.body-removed', 'breaking', 'clients that read the body find none'],
    ['response.body-added', 'compatible', 'clients read past a body that they do not know'],
    ['header.added', 'compatible', 'clients read past what they do not know'],
    ['header.removed-required', 'breaking', 'clients were told that it is always there'],
    [
      'header.removed-optional',
      'breaking',
      'clients that read it find nothing; convention: counts although it was optional',
    ],
    ['header.became-optional', 'breaking', 'clients were told that it is always there'],
    ['header.became-required', 'compatible', 'it is always there now'],
    [
      'header.removed-as-announced',
      'compatible',
      'it was deprecated, and its sunset, if it had one, has passed',
    ],
  ),
  ...rules(
    [
      'security.narrowed',
      'review',
      'credentials that were enough are not any more; convention: information, as grants are made outside the contract',
    ],
    ['security.widened', 'compatible', 'credentials that were not enough are now'],
    [
      'security.scheme-changed',
      'review',
      'the scheme asks for credentials otherwise; convention: information, as grants are made outside the contract',
    ],
  ),
];

/** Every rule that has no direction, by its name. */
export const OPERATION_RULES: ReadonlyMap<string, OperationRule> = new Map(
  ALL.map((rule) => [rule.rule, rule]),
);
