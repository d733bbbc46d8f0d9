/** The places that an entry of the reviewed file covers. */
import { expect, test } from '@jest/globals';
import { acceptBreaks } from '../../openapi/diff/accepted.ts';
import type { Finding } from '../../openapi/diff/finding.ts';
import { TODAY } from './contracts.ts';

const PLACE = 'GET /v2/orders/{order_id} > response 200 > application/json > lines[].total';

/** The places of the accepted findings, and whether the entry matched one. */
function accepted(place: string, verdict: Finding['verdict'] = 'breaking') {
  const finding: Finding = { rule: 'response.type.changed', verdict, place: PLACE, why: '' };
  const other: Finding = { ...finding, rule: 'response.type.widened' };
  const entry = { rule: finding.rule, place, reason: 'it was a draft', expires: TODAY };
  const { unmatched } = acceptBreaks([finding, other], [entry], TODAY);
  expect(other.accepted).toBeUndefined();
  expect(unmatched).toHaveLength(finding.accepted ? 0 : 1);
  return finding.accepted !== undefined;
}

test.each([
  PLACE,
  '*',
  '* /v2/* > response *',
  'GET /v2/*',
  '*.total',
  '* > *lines[]*',
  'GET */orders/{*} > *',
])('%s covers a place of version 2', (place) => {
  expect(accepted(place)).toBe(true);
  expect(accepted(place, 'compatible')).toBe(false);
});

test.each(['GET /v2/orders', '* /v1/*', 'GET', '*total[]', '/v2/*', '* > response 2.0 > *', '', '.*'])(
  '%j does not cover it',
  (place) => {
    expect(accepted(place)).toBe(false);
  },
);
