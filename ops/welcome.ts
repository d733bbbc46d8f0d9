/** What `npm start` says to the person in front of it. */
import { WITHOUT_REDIS } from '../platform/redis.ts';

/** The API key that the printed calls are made with. */
export type FirstKey =
  /** A development key, made here: it is shown. */
  | { kind: 'development'; key: string }
  /** `HOLDFAST_BOOTSTRAP_KEY`, which a log must not show. */
  | { kind: 'bootstrap' }
  /** One that whoever made the database has. */
  | { kind: 'yours' }
  /** A database of one's own in which nobody has a key yet. */
  | { kind: 'none' }
  /** What was to be the first key was revoked; a key of its tenant can be made. */
  | { kind: 'revoked'; what: string; tenant: string };

/** Where something listens; every address, or one. */
export interface Place {
  host: string | undefined;
  port: number;
}

export interface Welcome {
  api: Place | undefined;
  grpc: Place | undefined;
  admin: Place;
  key: FirstKey;
  /** Whether there is one. */
  redis: boolean;
  /** Where the data is, when it is here. */
  dataDir: string | undefined;
}

const ORDER =
  '{"customer_id":"ada","lines":[{"sku":"KELP-1","name":"Kelp","quantity":2,"unit_price":{"amount":450,"currency":"EUR"}}]}';

export function welcome({ api, grpc, admin, key, redis, dataDir }: Welcome): string {
  const lines = ['', '  Holdfast is up.', ''];
  if (api)
    lines.push(`  API     http://${addressOf(api)}/v2/orders`, `  Docs    http://${addressOf(api)}/docs`);
  if (grpc) lines.push(`  gRPC    ${addressOf(grpc)}`);
  lines.push(`  Admin   http://${addressOf(admin)}/ops  /health/ready  /metrics`);
  if (dataDir !== undefined) lines.push(`  Data    ${dataDir}`);
  if (!redis) lines.push(`  Redis   ${WITHOUT_REDIS}`);
  lines.push(...keyLines(key));
  if (api) {
    const orders = `curl -i ${addressOf(api)}/v2/orders -H ${authorization(key)}`;
    lines.push(
      '',
      '  Place an order. Send it again as often as you like, it stays one order:',
      '',
      `    ${orders} -H 'Idempotency-Key: first-order' -H 'Content-Type: application/json' -d '${ORDER}'`,
      '',
      '  List the orders:',
      '',
      `    ${orders}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}

/** As a program on this machine reaches it. */
function addressOf({ host, port }: Place): string {
  const isLocal = host === undefined || /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1?|::ffff:0:0)$/.test(host);
  const name = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${name}:${port}`;
}

function keyLines(key: FirstKey): string[] {
  switch (key.kind) {
    case 'development':
      return [`  Key     ${key.key}`];
    case 'bootstrap':
      return ['  Key     the one in HOLDFAST_BOOTSTRAP_KEY'];
    case 'yours':
      return ['  Key     one of yours, as HOLDFAST_KEY: export HOLDFAST_KEY=hf_…'];
    case 'none':
      return [
        '  Key     none yet. Make one, and export it as HOLDFAST_KEY:',
        '          npx holdfast tenants create NAME',
        '          npx holdfast keys create --tenant NAME',
      ];
    case 'revoked':
      return [
        `  Key     ${key.what} is revoked. Make another key, and export it as HOLDFAST_KEY:`,
        `          npx holdfast keys create --tenant ${key.tenant}`,
      ];
  }
}

/** The header as a shell takes it: what is in the environment is between double quotes. */
function authorization(key: FirstKey): string {
  if (key.kind === 'development') return `'Authorization: Bearer ${key.key}'`;
  const variable = key.kind === 'bootstrap' ? '${HOLDFAST_BOOTSTRAP_KEY:-$HOLDFAST_KEY}' : '$HOLDFAST_KEY';
  return `"Authorization: Bearer ${variable}"`;
}
