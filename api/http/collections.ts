/** Routes, grouped by the collection of their path: `/v2/orders`. */
import { Router, type RouterMiddleware } from '@koa/router';
import type { Middleware } from 'koa';

const COLLECTION = /^\/[^/]*\/[^/]*/;
const collectionOf = (path: string): string => COLLECTION.exec(path)?.[0] ?? path;

export interface Collections {
  /** @param path with parameters such as `:order_id` */
  add: (method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string, steps: Middleware[]) => void;
  /** Runs the steps of the matching route, else the next middleware. */
  middleware: Middleware;
  /** The router that knows a path; `undefined` for a path of no collection. */
  routerAt: (path: string) => Router | undefined;
}

/** A router tests each of its routes for each request, so each collection has one of its own. */
export function createCollections(): Collections {
  const routers = new Map<string, { router: Router; dispatch: Middleware }>();

  function routerOf(collection: string): Router {
    const known = routers.get(collection);
    if (known !== undefined) return known.router;
    const router = new Router({ sensitive: true });
    routers.set(collection, { router, dispatch: router.routes() as unknown as Middleware });
    return router;
  }

  return {
    add(method, path, steps) {
      routerOf(collectionOf(path))[method](path, ...(steps as unknown as RouterMiddleware[]));
    },
    middleware: (ctx, next) => routers.get(collectionOf(ctx.path))?.dispatch(ctx, next) ?? next(),
    routerAt: (path) => routers.get(collectionOf(path))?.router,
  };
}
