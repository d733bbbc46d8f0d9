/** What `npm start` says to the person in front of it. */
import { WITHOUT_REDIS } from '../redis.ts';

export interface Welcome {
  port: number | undefined;
  grpcPort: number | undefined;
  adminPort: number;
  /** Shown only when it is a development key that was made here. */
  key: string | undefined;
  /** Whether nobody has a key yet. */
  isKeyless: boolean;
  /** Whether there is one. */
  redis: boolean;
  /** Where the data is, when it is here. */
  dataDir: string | undefined;
}

export function welcome({ port, grpcPort, adminPort, key, isKeyless, redis, dataDir }: Welcome): string {
  const lines = ['', '  Holdfast is up.', ''];
  if (port !== undefined)
    lines.push(`  API     http://localhost:${port}/v2/orders`, `  Docs    http://localhost:${port}/docs`);
  if (grpcPort !== undefined) lines.push(`  gRPC    localhost:${grpcPort}`);
  lines.push(`  Admin   http://localhost:${adminPort}/ops  /health/ready  /metrics`);
  if (dataDir !== undefined) lines.push(`  Data    ${dataDir}`);
  if (!redis) lines.push(`  Redis   ${WITHOUT_REDIS}`);
  if (key !== undefined) lines.push(`  Key     ${key}`);
  if (isKeyless)
    lines.push(
      '  Key     none yet: npx holdfast tenants create NAME, then npx holdfast keys create --tenant NAME',
    );
  if (port !== undefined) {
    const bearer = key ?? '$HOLDFAST_KEY';
    lines.push(
      '',
      '  Place an order. Send it again as often as you like, it stays one order:',
      '',
      `    curl -i localhost:${port}/v2/orders -H 'Authorization: Bearer ${bearer}' -H 'Idempotency-Key: first-order' -H 'Content-Type: application/json' -d '{"customer_id":"ada","lines":[{"sku":"KELP-1","name":"Kelp","quantity":2,"unit_price":{"amount":450,"currency":"EUR"}}]}'`,
      '',
      '  List the orders:',
      '',
      `    curl -i localhost:${port}/v2/orders -H 'Authorization: Bearer ${bearer}'`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
