/** Where the service is when nobody says where. */
export const USUAL_PORT = 50_051;

/** As gRPC spells it: `127.0.0.1:50051`, `[::1]:50051`. */
export const endpointOf = ({ host, port = USUAL_PORT }: { host: string; port: number | undefined }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
