/** `npx holdfast retention`: how long tenants keep personal data, deliveries and acts. */
import {
  type CliCommand,
  type CliOutput,
  type CommandGroup,
  UsageError,
  table,
  wholeNumber,
} from '../../command-line/command.ts';
import { toId } from '../ids.ts';
import {
  type Policy,
  type PolicyChange,
  RETENTION_DAYS_MAX,
  RETENTION_KINDS,
  type RetentionKind,
  listPolicies,
  setPolicy,
} from '../retention/policies.ts';
import { tenantFrom } from './tenant-from.ts';

/** The word that ends a policy. */
const KEEP = 'keep';
const OPTIONS: Record<RetentionKind, string> = {
  personal: 'personal-data',
  delivery: 'deliveries',
  act: 'acts',
};

const daysOf = (days: number | null, without: string) => (days === null ? without : `${days} days`);

const documentOf = ({
  tenant_id,
  tenant_name,
  personal_days,
  delivery_days,
  act_days,
  passed_at,
}: Policy) => ({
  tenant_id: toId('ten', tenant_id),
  tenant_name,
  personal_data_days: personal_days,
  deliveries_days: delivery_days,
  acts_days: act_days,
  passed_at,
});

const listed = (policies: readonly Policy[]): CliOutput => ({
  data: policies.map(documentOf),
  text:
    policies.length === 0
      ? 'No tenant has a policy: personal data and acts are kept, deliveries for 30 days.'
      : table(
          ['TENANT', 'PERSONAL DATA', 'DELIVERIES', 'ACTS', 'LAST PASS'],
          policies.map((policy) => [
            policy.tenant_name,
            daysOf(policy.personal_days, 'kept'),
            daysOf(policy.delivery_days, '30 days'),
            daysOf(policy.act_days, 'kept'),
            policy.passed_at ?? 'none yet',
          ]),
        ),
});

const list: CliCommand = {
  summary: 'List the policies of all tenants, or of one.',
  positionals: ['[TENANT]'],
  async run({ positionals: [tenant] }, { database }) {
    const pool = await database();
    return listed(await listPolicies(pool, tenant && (await tenantFrom(pool, tenant)).tenant_id));
  },
};

const set: CliCommand = {
  summary: 'Set how long a tenant keeps personal data of closed orders, ended deliveries and acts.',
  positionals: ['TENANT'],
  options: {
    'personal-data': {
      placeholder: 'DAYS',
      help: `days after the last change of a customer's orders, when all are closed; ${KEEP} to keep it`,
    },
    deliveries: {
      placeholder: 'DAYS',
      help: `days after the end of a delivery, at most ${RETENTION_DAYS_MAX.delivery}; ${KEEP} for ${RETENTION_DAYS_MAX.delivery}`,
    },
    acts: { placeholder: 'DAYS', help: `days after an administrative act; ${KEEP} to keep them` },
  },
  async run({ positionals: [tenant = ''], values }, { database }) {
    const change: PolicyChange = {};
    for (const kind of RETENTION_KINDS) {
      const given = values[OPTIONS[kind]];
      if (given === undefined) continue;
      change[kind] =
        given === KEEP ? null : wholeNumber(`--${OPTIONS[kind]}`, given, 1, RETENTION_DAYS_MAX[kind]);
    }
    if (Object.keys(change).length === 0)
      throw new UsageError('Give --personal-data, --deliveries or --acts, such as --personal-data 730');
    const pool = await database();
    return listed([await setPolicy(pool, (await tenantFrom(pool, tenant)).tenant_id, change)]);
  },
};

export const retention: CommandGroup = { list, set };
