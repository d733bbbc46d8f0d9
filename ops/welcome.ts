/** The text that `npm start` prints once the installation is up. */
import { WITHOUT_REDIS } from '../platform/redis.ts';

/** The API key that the printed calls use. */
export type FirstKey =
  /** The development key of the embedded database. It is printed. */
  | { kind: 'development'; key: string }
  /** `HOLDFAST_BOOTSTRAP_KEY`. It is not printed: the output may end in a log. */
  | { kind: 'bootstrap' }
  /** A key that the database already has. */
  | { kind: 'existing' }
  /** The database has no key yet. */
  | { kind: 'none' }
  /** The bootstrap or development key is revoked. Its tenant needs another key. */
  | { kind: 'revoked'; name: string; tenant: string };

export interface ListenAddress {
  /** `undefined` listens on every address. */
  host: string | undefined;
  port: number;
}

export interface Welcome {
  api: ListenAddress | undefined;
  grpc: ListenAddress | undefined;
  admin: ListenAddress;
  key: FirstKey;
  hasRedis: boolean;
  /** `undefined` with DATABASE_URL. */
  dataDir: string | undefined;
}

const ORDER =
  '{"customer_id":"ada","lines":[{"sku":"KELP-1","name":"Kelp","quantity":2,"unit_price":{"amount":450,"currency":"EUR"}}]}';

export function welcome({ api, grpc, admin, key, hasRedis, dataDir }: Welcome): string {
  const lines = ['', '  Holdfast is up.', ''];
  if (api)
    lines.push(`  API     http://${addressOf(api)}/v2/orders`, `  Docs    http://${addressOf(api)}/docs`);
  if (grpc) lines.push(`  gRPC    ${addressOf(grpc)}`);
  lines.push(`  Admin   http://${addressOf(admin)}/ops  /health/ready  /metrics`);
  if (dataDir !== undefined) lines.push(`  Data    ${dataDir}`);
  if (!hasRedis) lines.push(`  Redis   ${WITHOUT_REDIS}`);
  lines.push(...keyLines(key));
  if (api) {
    const orders = `curl -i ${addressOf(api)}/v2/orders -H ${authorization(key)}`;
    lines.push(
      '',
      '  Place an order. A repeat with the same key returns the same order:',
      '',
      `    ${orders} -H 'Idempotency-Key: first-order' -H 'Content-Type: application/json' -d '${ORDER}'`,
      '',
      '  List orders:',
      '',
      `    ${orders}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}

/** The address for a client on this machine. */
function addressOf({ host, port }: ListenAddress): string {
  const isLocal = host === undefined || /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1?|::ffff:0:0)$/.test(host);
  const name = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${name}:${port}`;
}

function keyLines(key: FirstKey): string[] {
  switch (key.kind) {
    case 'development':
      return [`  Key     ${key.key}`];
    case 'bootstrap':
      return ['  Key     the value of HOLDFAST_BOOTSTRAP_KEY'];
    case 'existing':
      return ['  Key     export one of your keys: export HOLDFAST_KEY=hf_…'];
    case 'none':
      return [
        '  Key     none yet. Create one, and export it as HOLDFAST_KEY:',
        '          npx holdfast tenants create NAME',
        '          npx holdfast keys create --tenant NAME',
      ];
    case 'revoked':
      return [
        `  Key     ${key.name} is revoked. Create another key, and export it as HOLDFAST_KEY:`,
        `          npx holdfast keys create --tenant ${key.tenant}`,
      ];
  }
}

/** The header for a shell. Double quotes let the shell expand the variable. */
function authorization(key: FirstKey): string {
  if (key.kind === 'development') return `'Authorization: Bearer ${key.key}'`;
  const variable = key.kind === 'bootstrap' ? '${HOLDFAST_BOOTSTRAP_KEY:-$HOLDFAST_KEY}' : '$HOLDFAST_KEY';
  return `"Authorization: Bearer ${variable}"`;
}
