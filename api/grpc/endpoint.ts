/** The port of the gRPC service without GRPC_PORT. */
export const DEFAULT_PORT = 50_051;

/** Formats a target of gRPC: `127.0.0.1:50051`, `[::1]:50051`. */
export const endpointOf = ({
  host,
  port = DEFAULT_PORT,
}: {
  host: string;
  port: number | undefined;
}): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
