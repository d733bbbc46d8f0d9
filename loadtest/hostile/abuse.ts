/** What a hostile tenant does. */

/** The node, and the tenant that abuses it. */
export interface Target {
  host: string;
  port: number;
  /** `127.0.0.1:50051` */
  grpc: string;
  apiKey: string;
  databaseUrl: string;
}

export interface Abuse {
  name: string;
  /** Resolves when the abuse has begun; it goes on until the process ends. */
  begin: (target: Target) => Promise<void>;
}
