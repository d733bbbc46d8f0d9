/**
 * Answers requests for this server's own names only. By DNS rebinding, the page of a stranger gives
 * its own name the address of this server, and then may read what it answers. Its requests have
 * that name in `Host`.
 */
import type { Middleware } from 'koa';
import { addressOf } from '../../platform/trusted-proxies.ts';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+?)\.?)(?::\d*)?$/i;

/** The name in a `Host` field, without its port, in lower case; `undefined` for no such field. */
export function hostNameOf(field: string): string | undefined {
  const [, v6, name] = HOST.exec(field) ?? [];
  return (v6 ?? name)?.toLowerCase();
}

/**
 * Middleware: 421 for a foreign `Host`. Own are loopback, the address that the connection reached,
 * and the given names. A request without `Host` is not from a browser and passes.
 */
export function answerOwnHosts(names: readonly string[]): Middleware {
  const own = new Set(names.map((name) => name.toLowerCase()));
  return (ctx, next) => {
    const field = ctx.req.headers.host;
    if (field === undefined) return next();
    const host = hostNameOf(field);
    const isOwn = host !== undefined && (LOOPBACK.test(host) || own.has(host));
    if (isOwn || host === addressOf(ctx.req.socket.localAddress ?? '')?.toString()) return next();
    ctx.status = 421;
    ctx.set('Cache-Control', 'no-store');
    ctx.body =
      'This port does not answer for the host of this request. Call it by 127.0.0.1 or localhost, ' +
      'or add the host to HOLDFAST_ADMIN_HOSTS.\n';
  };
}
